#!/bin/sh
# SPDX-License-Identifier: MulanPSL-2.0
# The runner's own arithmetic: a leak, a crash or a program without tests is never taken for success.
. tests/tools/lib.sh

# round NAME CODE LAST_LINE PROGRAM_TEXT: a build with one unit program; the runner's exit code and last line.
round() {
	rm -rf "$tmp/b"
	mkdir -p "$tmp/b/test"
	printf '#!/bin/sh\n%b\n' "$4" >"$tmp/b/test/m"
	chmod +x "$tmp/b/test/m"
	BUILD="$tmp/b" ASAN_BUILD="$tmp/b/asan" MINGFA_TEST_PG=none sh tests/run.sh unit >"$tmp/out" 2>&1
	code=$?
	last=$(tail -n 1 "$tmp/out")
	if [ "$code" -eq "$2" ] && [ "$last" = "$3" ] && [ "$(cat "$tmp/b/test.summary")" = "$3" ]; then
		ok
	else
		bad "$1: exit $code, \"$last\""
	fi
}
line='echo "[====] Synthesis: Tested: 5 | Passing: 5 | Failing: 0 | Crashing: 0 "'
round 'all well' 0 '5 passed, 0 failed' "$line"
round 'coloured' 0 '2 passed, 0 failed' 'printf "[\\033[0;34m====\\033[0m] \\033[0;1mSynthesis: Tested: \\033[0;34m2\\033[0m | Passing: \\033[0;32m2\\033[0m | Failing: \\033[0;31m0\\033[0m | Crashing: \\033[0;31m0\\033[0m\\n"'
round 'a leak is a failure' 1 '5 passed, 1 failed' "echo 'ERROR: LeakSanitizer: detected memory leaks' >&2; $line"
round 'undefined behaviour is a failure' 1 '5 passed, 1 failed' "echo 'a.c:1:2: runtime error: shift' >&2; $line"
round 'failing and crashing add up' 1 '2 passed, 3 failed' 'echo "[====] Synthesis: Tested: 5 | Passing: 2 | Failing: 1 | Crashing: 2 "; exit 1'
round 'an exit code without a failed test' 1 '5 passed, 1 failed' "$line; exit 3"
round 'no test' 1 '0 passed, 1 failed' 'echo "[====] Synthesis: Tested: 0 | Passing: 0 | Failing: 0 | Crashing: 0 "'
round 'a crash before any count' 1 '0 passed, 1 failed' 'kill -SEGV $$'
round 'our own line' 0 '7 passed, 0 failed, 2 skipped' 'echo "7 passed, 0 failed, 2 skipped"'
round 'only the exit code' 0 '1 passed, 0 failed' 'true'
# Two steps that wait for each other end only when they run at the same time, and both are counted.
rm -rf "$tmp/b" && mkdir -p "$tmp/b/test"
for one in a:b b:a; do
	{
		echo '#!/bin/sh'
		echo "touch $tmp/b/${one%:*}; for i in \$(seq 100); do [ -e $tmp/b/${one#*:} ] && break; sleep 0.1; done"
		echo "[ -e $tmp/b/${one#*:} ] && echo '3 passed, 0 failed' || echo '2 passed, 1 failed'"
	} >"$tmp/b/test/${one%:*}"
	chmod +x "$tmp/b/test/${one%:*}"
done
[ "$(BUILD="$tmp/b" ASAN_BUILD="$tmp/b/asan" MINGFA_TEST_PG=none sh tests/run.sh unit | tail -n 1)" = '6 passed, 0 failed' ] && ok || bad 'two steps did not run at a time'
BUILD="$tmp/none" ASAN_BUILD="$tmp/none" MINGFA_TEST_PG=none sh tests/run.sh unit >"$tmp/out" 2>&1 && bad 'nothing ran and that was fine' || ok
grep -qx 'no test ran' "$tmp/out" && ok || bad 'nothing ran and nobody said so'
finish
