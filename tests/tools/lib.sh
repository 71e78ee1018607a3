# SPDX-License-Identifier: MulanPSL-2.0
# For tests/tools/*.sh: ok NAME / bad NAME, and the closing line "N passed, N failed".
passed=0
failed=0
: "${BUILD:=build}" "${CC:=gcc}"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
ok() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "FAILED: $*"; }
# same NAME EXPECTED_FILE SEEN_FILE
same() { if diff -u "$2" "$3"; then ok; else bad "$1"; fi; }
# refused NAME WORDS COMMAND…: it must exit 1 and say the words.
refused() {
	name=$1 words=$2
	shift 2
	if "$@" >"$tmp/out" 2>&1; then
		bad "$name: accepted"
	elif grep -qF -- "$words" "$tmp/out"; then
		ok
	else
		bad "$name: refused, but without \"$words\":"
		cat "$tmp/out"
	fi
}
finish() {
	echo "$passed passed, $failed failed"
	[ "$failed" -eq 0 ]
}
