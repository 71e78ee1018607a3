#!/bin/sh
# SPDX-License-Identifier: MulanPSL-2.0
# The commands over definitions: law check, diff, flow, and workday, with their exit codes.
. tests/tools/lib.sh
: "${MINGFA:=$BUILD/mingfa}"

# says NAME CODE WORDS COMMAND…: exit code and words of its output.
says() {
	name=$1 code=$2 words=$3
	shift 3
	"$@" >"$tmp/out" 2>&1
	seen=$?
	if [ $seen -ne "$code" ]; then
		bad "$name: exit $seen, wanted $code"
		cat "$tmp/out"
	elif ! grep -qF -- "$words" "$tmp/out"; then
		bad "$name: without \"$words\""
		cat "$tmp/out"
	else
		ok
	fi
}

says 'seven workdays' 0 2026-03-02 "$MINGFA" workday 2026-02-13 7
says 'backwards' 0 2026-02-13 "$MINGFA" workday 2026-03-02 -7
says 'the last known day' 0 2026-12-31 "$MINGFA" workday 2026-12-30 1
says 'beyond the known years' 1 国务院公布新的安排 "$MINGFA" workday 2026-12-31 1
says 'before the known years' 1 超出了范围 "$MINGFA" workday 2019-01-02 -1
says 'no such day' 2 用法 "$MINGFA" workday 2026-02-30 7
says 'no number' 2 用法 "$MINGFA" workday 2026-02-13 seven
says 'nothing' 2 用法 "$MINGFA" workday

says 'help of a command has its options' 0 '--grant 角色' "$MINGFA" migrate --help
says 'and those of its subcommands' 0 '--proved 文件' "$MINGFA" law coverage --help
says 'misuse tells them too' 2 '--public 地址:端口' "$MINGFA" serve
says 'an option of another command' 2 '不认识的选项：--grant' "$MINGFA" unheld "$tmp" --grant x
says 'an option without its value' 2 '这个选项后面缺少内容：--pack' "$MINGFA" init "$tmp/d" --pack
says 'an unknown command' 2 '没有命令“sreve”' "$MINGFA" sreve
for c in $("$MINGFA" --help | sed -n 's/^  mingfa \([a-z]*\).*/\1/p' | grep -v version | sort -u); do
	says "help of $c" 0 "用法：mingfa $c" "$MINGFA" "$c" --help
done

for pack in national shanxi shanxi/linyi shanxi/yangquan-fgw shanxi/xinzhou; do
	says "nothing to warn of in $pack" 0 '0 处错误，0 处提醒' "$MINGFA" law check --pack "$pack"
done

law=$tmp/law
mkdir -p "$law/p/low" "$law/ledger"
printf 'id\tlaw\tarticle\ttext\nT1\t试验法2020\t1\t文\n' >"$law/ledger/articles.tsv"
printf 'pack: p\nname: 试验包\nversion: 1\nfrom: 2020-01-01\nroles: {head: {name: 负责人}}\n' >"$law/p/pack.yaml"
printf 'pack: p/low\nname: 下级包\nabove: p\nversion: 1\nfrom: 2020-01-01\n' >"$law/p/low/pack.yaml"
cat >"$law/p/case.yaml" <<'END'
kind: case
name: 办件
fields: {pages: {name: 页数, type: int, max: 9, group: 内容, unit: 页}}
states: {draft: '拟办<b>&"引"\', held: 中止, done: {name: 办结, end: true}}
actions:
  open: {name: '登记&amp;<a>', by: head, may: pages}
  hold: {name: 中止, from: draft, to: held, by: head, next: 中止}
  resume: {name: 恢复, from: held, to: back, by: head, next: 恢复}
  finish: {name: 办结, from: any, to: done, by: head, next: 办结}
list: {columns: [pages], card: [pages, state, opened]}
END
printf 'overlay: case\nreplace: {fields.pages.max: {is: 20, because: T1}}\n' >"$law/p/low/x.yaml"

says 'check' 0 'p/low：0 处错误，0 处提醒，1 种事项' "$MINGFA" law check --law "$law"
says 'changes are listed' 0 'case.fields.pages.max  依据 T1' "$MINGFA" law check --law "$law" --pack p/low
says 'diff' 0 '+ case.fields.pages.max: 20' "$MINGFA" law diff p p/low --law "$law"
says 'diff of the same' 0 内容相同 "$MINGFA" law diff p p --law "$law"
says 'an unknown pack' 2 没有名为 "$MINGFA" law check --law "$law" --pack q
says 'an unknown folder' 1 不能读取 "$MINGFA" law check --law "$law/none"
says 'an unknown word' 2 用法 "$MINGFA" law cheek
says 'an unknown option' 2 --lax "$MINGFA" law check --lax
says 'an unknown kind' 2 没有事项类型 "$MINGFA" law flow none --law "$law" --pack p
says 'an unknown state' 2 没有状态 "$MINGFA" law flow case --law "$law" --pack p --state none

says 'a flow chart' 0 '拟办' "$MINGFA" law flow case --law "$law" --pack p --state draft
"$MINGFA" law flow case --law "$law" --pack p --state draft >"$tmp/flow.svg"
case $(head -c 4 "$tmp/flow.svg") in '<svg') ok ;; *) bad 'the drawing does not begin with <svg' ;; esac
if grep -q '<b>\|<a>' "$tmp/flow.svg"; then bad 'a name became markup'; else ok; fi
if grep -q '拟办&lt;b&gt;&amp;&quot;引&quot;' "$tmp/flow.svg"; then ok; else bad 'a name is not shown as written'; fi
if grep -q '登记&amp;amp;&lt;a&gt;' "$tmp/flow.svg"; then ok; else bad 'an entity in a name is not shown as written'; fi
[ "$(grep -c '当前' "$tmp/flow.svg")" -eq 1 ] && ok || bad 'the current state is not marked once'

cp -r "$law" "$tmp/now"
sed -i 's/type: int, max: 9, group: 内容, unit: 页/type: text(9), group: 内容/' "$tmp/now/p/case.yaml"
rm "$tmp/now/p/low/x.yaml"
says 'which program it is' 0 'mingfa ' "$MINGFA" version
says 'the same as before' 0 '0 处错误' "$MINGFA" law check --law "$law" --was "$law"
says 'a field keeps its type' 1 '“case”的字段“pages”原为整数，现为文字' "$MINGFA" law check --law "$tmp/now" --was "$law"
says 'a new pack has nothing before it' 0 '0 处错误' "$MINGFA" law check --law "$tmp/now"

sed -i 's/to: held/to: hold/' "$law/p/case.yaml"
says 'an error with its place' 1 'p/case.yaml:7:37: 错误：没有状态“hold”' "$MINGFA" law check --law "$law" --pack p
says 'no chart of a broken law' 1 没有状态 "$MINGFA" law flow case --law "$law" --pack p
finish
