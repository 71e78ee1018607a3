#!/bin/sh
# SPDX-License-Identifier: MulanPSL-2.0
# A new version of the law over the demonstration county: `running:` moves the cases that run, while the program serves.
. tests/tools/lib.sh
: "${MINGFA:=$BUILD/mingfa}"

# says NAME CODE WORDS COMMAND…: exit code and words of its output.
says() {
	name=$1 code=$2 words=$3
	shift 3
	"$@" >"$tmp/out" 2>&1
	seen=$?
	if [ $seen -eq "$code" ] && grep -qF -- "$words" "$tmp/out"; then ok; else bad "$name: exit $seen, wanted $code and \"$words\""; cat "$tmp/out"; fi
}

"$MINGFA" init "$tmp/data" --demo >"$tmp/init" 2>&1 || { cat "$tmp/init"; bad 'no demonstration'; finish; exit 1; }
says 'no version asks for it' 0 '转入新定义：0件；留在原定义：0件' "$MINGFA" running "$tmp/data"

# From yesterday on, with another name for an act.
cp -r law "$tmp/law"
yesterday=$(TZ=Asia/Shanghai date -d yesterday +%F)
printf 'running: {kinds: [penalty, licence], from: %s, cite: CF54}\n' "$yesterday" >>"$tmp/law/national/pack.yaml"
sed -i 's/name: 批准立案/name: 同意立案/' "$tmp/law/national/penalty.yaml"
says 'the new version can be read' 0 '0 处错误' "$MINGFA" law check --law "$tmp/law" --pack national
says 'which go over' 0 '留在原定义：0件' "$MINGFA" running "$tmp/data" --law "$tmp/law"
if grep -q '转入新定义：0件' "$tmp/out"; then bad 'none of the demonstration goes over'; else ok; fi

"$MINGFA" serve "$tmp/data" --law "$tmp/law" --listen 127.0.0.1:0 --public 127.0.0.1:0 >"$tmp/serve" 2>&1 &
server=$!
i=0
while [ $i -lt 60 ] && ! "$MINGFA" running "$tmp/data" --law "$tmp/law" 2>/dev/null | grep -q '转入新定义：0件'; do
	kill -0 $server 2>/dev/null || break
	sleep 0.5
	i=$((i + 1))
done
says 'they went over while it served' 0 '转入新定义：0件；留在原定义：0件' "$MINGFA" running "$tmp/data" --law "$tmp/law"
kill -TERM $server
wait $server
says 'and the record holds' 0 '' "$MINGFA" verify "$tmp/data"
finish
