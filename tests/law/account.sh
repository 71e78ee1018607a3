#!/bin/sh
# SPDX-License-Identifier: MulanPSL-2.0
# `mingfa account`: a new installation gets its first people, a forgotten password is replaced, and what is
# wrong is said without leaving anything half done.
set -u
: "${MINGFA:=build/mingfa}"
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0

# is NAME SEEN WANTED
is() {
	if [ "$2" = "$3" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "$1: saw '$2', wanted '$3'"
	fi
}
ask() { sqlite3 "$dir/d/mingfa.db" "$1"; }

"$MINGFA" init "$dir/d" --pack shanxi/linyi >/dev/null
"$MINGFA" account "$dir/d" guan --name 程远 --organ 临猗县司法局 --role sysadmin >"$dir/out"
is 'the first account: exit code' $? 0
is 'the first account says so' "$(head -n 1 "$dir/out")" '已开账号 guan'
is 'the password is shown once' "$(grep -c '^密码 .\{16\}（' "$dir/out")" 1
is 'no password stands in the database' "$(ask 'SELECT COUNT(*) FROM account WHERE hash LIKE '\''$argon2id$%'\''')" 1
is 'organ, person and account are entered by events' "$(ask 'SELECT COUNT(*) FROM event')" 3
is 'each event has its leaf' "$(ask 'SELECT size FROM log_head')" 3
first=$(ask "SELECT hash FROM account WHERE login = 'guan'")
"$MINGFA" account "$dir/d" guan >"$dir/out"
is 'a second time replaces the password' "$(head -n 1 "$dir/out")" '已重置账号 guan'
[ "$(ask "SELECT hash FROM account WHERE login = 'guan'")" != "$first" ]
is 'the hash is another' $? 0
is 'it must be changed at sign-in' "$(ask "SELECT must_change FROM account WHERE login = 'guan'")" 1
"$MINGFA" account "$dir/d" zhao --name 赵刚 --organ 临猗县司法局 --role boss >/dev/null 2>"$dir/err"
is 'an unknown role: exit code' $? 1
is 'an unknown role is named' "$(grep -c '没有这个角色：boss' "$dir/err")" 1
is 'an unknown role leaves nobody behind' "$(ask "SELECT COUNT(*) FROM person WHERE name = '赵刚'")" 0
"$MINGFA" account "$dir/d" zhao >/dev/null 2>&1
is 'an unknown login without a name: exit code' $? 1
"$MINGFA" account "$dir/d" Zhao --name 赵刚 --organ 临猗县司法局 --role officer >/dev/null 2>"$dir/err"
is 'capitals in a login: exit code' $? 1
is 'capitals in a login are told' "$(grep -c '登录名' "$dir/err")" 1
is 'capitals in a login leave nobody behind' "$(ask "SELECT COUNT(*) FROM person WHERE name = '赵刚'")" 0
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
