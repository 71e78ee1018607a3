#!/bin/sh
# SPDX-License-Identifier: MulanPSL-2.0
# Runs every test and adds up. Called by `make test` with BUILD and ASAN_BUILD built.
#	sh tests/run.sh [STEP…]     only the steps whose name begins so: tools unit asan fuzz law scenario http kill browser
# Two steps run at a time (LANES=1: one), but for those that measure time or fill the machine themselves, which run alone.
# A step prints its seconds and counts; its output is in $BUILD/test-logs. What cannot run for want of a tool is
# counted as skipped and said aloud; what does not exist is nothing.
set -u
: "${BUILD:=build}" "${ASAN_BUILD:=$BUILD/asan}" "${CC:=gcc}" "${LANES:=2}"
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
case $ASAN_BUILD in /*) ;; *) ASAN_BUILD=$PWD/$ASAN_BUILD ;; esac
MINGFA=$BUILD/mingfa
CHROMIUM=$(command -v chromium || true)
export BUILD ASAN_BUILD CC MINGFA CHROMIUM
# A leak is printed by a test's own process and does not fail it: the log is searched (decision 39).
export ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 UBSAN_OPTIONS=print_stacktrace=1
unset MAKEFLAGS MFLAGS
logs=$BUILD/test-logs
rm -rf "$logs"
mkdir -p "$logs"
[ -n "$*" ] || rm -f "$BUILD/proved.txt" # some steps alone prove nothing anew and lose nothing
only=$* sources= running=

. tests/lib/pg.sh
trap pg_stop EXIT
trap 'kill $running 2>/dev/null; wait; exit 130' INT TERM

wanted() {
	[ -n "$only" ] || return 0
	for w in $only; do case $1 in "$w"*) return 0 ;; esac; done
	return 1
}

# What each step came to, "PASSED FAILED SKIPPED" a line; all are added up at the end.
results=$logs/results
: >"$results"

skip() {
	echo '0 0 1' >>"$results"
	echo "  SKIPPED  $1: $2"
}

# A lane is a line in a pipe: whoever takes it runs, and puts it back.
mkfifo "$logs/lanes" && exec 9<>"$logs/lanes" || exit 1
for i in $(seq "$LANES"); do echo lane >&9; done

# counts LOG: prints "PASSED FAILED SKIPPED" as the last closing line of the log says, of ours or Criterion's.
counts() {
	sed 's/\x1b\[[0-9;]*m//g' "$1" | awk '
		/^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$/ { p = $1; f = $3; s = NF > 4 ? $5 : 0; seen = 1 }
		/Synthesis: Tested: [0-9]+/ { split($0, a, /[:|]/); p = a[5] + 0; f = a[7] + a[9]; s = a[3] - p - f; seen = 1 }
		END { if (seen) print p, f, s }'
}

# The rules that the sources of a step name in a line "Proves: CF60 LY1.04-5a" are proved when it passes;
# `mingfa law coverage` reads them from $BUILD/proved.txt, RULE<TAB>TEST a line.
proved() {
	for source; do
		[ -f "$source" ] || continue
		sed -n 's/.*Proves: *\([A-Z][A-Za-z0-9. -]*\).*/\1/p' "$source" | tr ' ' '\n' |
			awk -v t="$source" 'NF { print $1 "\t" t }' >>"$BUILD/proved.txt"
	done
}

# run NAME COMMAND…: runs it, at most 20 minutes, and notes its counts. Without counts the exit code is one test.
run() {
	name=$1
	shift
	log=$logs/$(echo "$name" | tr '/ ' '__').log
	begin=$(date +%s.%N)
	timeout -k 10 1200 "$@" >"$log" 2>&1 </dev/null 9<&- &
	trap "kill $!" TERM
	wait $!
	code=$?
	set -- $(counts "$log")
	p=${1:-} f=${2:-0} s=${3:-0}
	note=
	if [ -z "$p" ]; then
		if [ $code -eq 0 ]; then p=1; else p=0 f=1 note=" (exit $code)"; fi
	elif [ $code -ne 0 ] && [ "$f" -eq 0 ]; then
		f=1 note=" (exit $code)"
	elif [ "$((p + f + s))" -eq 0 ]; then
		f=1 note=" (ran no test)"
	fi
	if grep -qE 'LeakSanitizer|AddressSanitizer|runtime error:' "$log"; then
		f=$((f + 1)) note="$note (sanitizer)"
	fi
	echo "$p $f $s" >>"$results"
	# shellcheck disable=SC2086
	[ "$f" -ne 0 ] || proved $sources
	said=$(said)
	echo "$said"
}

# One text in one piece, since two steps speak at a time.
said() {
	printf '  %6.1f s  %s: %d passed, %d failed%s\n' \
		"$(echo "$(date +%s.%N) $begin" | awk '{ print $1 - $2 }')" "$name" "$p" "$f" "$note"
	[ "$s" -eq 0 ] || { echo "  SKIPPED  $name: $s"; grep -i skip "$log" | head -n 5; }
	[ "$f" -eq 0 ] || { echo "--- the end of $log"; tail -n 60 "$log"; echo "---"; }
}

# step NAME COMMAND…: on the next lane that is free. $sources, when set before, are what proves rules by it.
step() {
	if wanted "$1"; then
		read -r lane <&9
		{ run "$@"; echo lane >&9; } &
		running="$running $!"
	fi
	sources=
}

# alone NAME COMMAND…: when all others have ended.
alone() {
	wait
	step "$@"
	wait
}

# each FOLDER: every script of a folder, in order of name; lib* are theirs to share.
each() {
	for t in tests/"$1"/*.sh tests/"$1"/*.js; do
		base=${t##*/}
		case $base in lib* | '*'*) continue ;; esac
		how=step
		case $1/$base in kill/* | http/connections.*) how=alone ;; esac
		sources=$t
		case $t in
		*.sh) $how "$1/${base%.sh}" sh "$t" ;;
		*.js) if command -v node >/dev/null; then $how "$1/${base%.js}" node "$t"; else skip "$1/$base" 'no node'; fi ;;
		esac
	done
}

begin_all=$(date +%s)
if ! pg_start; then
	skip 'PostgreSQL' 'no server could be started; every test of storage runs on SQLite alone'
fi

each tools
for t in "$BUILD"/test/*; do
	sources="$(echo tests/unit/"${t##*/}"/*.c tests/unit/test_"${t##*/}"_*.c)"
	[ -x "$t" ] && step "unit/${t##*/}" "$t" --timeout 120
done
# Whole stacks of every allocation make a test twenty times slower; only leaks of drawing need them (tests/lib/leaks.c).
for t in "$ASAN_BUILD"/test/*; do
	stacks=fast_unwind_on_malloc=1
	[ "${t##*/}" != paper ] || stacks=fast_unwind_on_malloc=0
	[ -x "$t" ] && step "asan/${t##*/}" env -u MINGFA_TEST_PG ASAN_OPTIONS="$ASAN_OPTIONS:$stacks" "$t" --timeout 300
done
for t in "$ASAN_BUILD"/fuzz/*; do
	[ -x "$t" ] || continue
	name=${t##*/}
	if [ -d "tests/fuzz/corpus/$name" ]; then
		step "fuzz/$name" "$t" tests/fuzz/corpus/"$name"
	elif wanted "fuzz/$name"; then
		echo '0 1 0' >>"$results"
		echo "  fuzz target $name has no corpus"
	fi
done

if [ -x "$MINGFA" ]; then
	for pack in $(find law -name pack.yaml 2>/dev/null | sort | sed 's#^law/##; s#/pack.yaml$##'); do
		step "law/check $pack" "$MINGFA" law check --pack "$pack"
	done
	scenarios=$(find law -name '*.scenario.yaml' 2>/dev/null | sort)
	if [ -n "$scenarios" ]; then
		# shellcheck disable=SC2086
		step 'scenario/sqlite' "$MINGFA" scenario --without $scenarios
		# shellcheck disable=SC2086
		step 'scenario/asan' "$ASAN_BUILD/mingfa" scenario $scenarios
		if [ -n "${MINGFA_TEST_PG:-}" ]; then
			# shellcheck disable=SC2086
			step 'scenario/postgres' "$MINGFA" scenario --db "$MINGFA_TEST_PG" $scenarios
		fi
	fi
	each law
	each http
	each kill
	if [ -z "$CHROMIUM" ] && ls tests/browser/*.js >/dev/null 2>&1; then
		skip 'browser' 'no chromium'
	else
		each browser
	fi
fi

# What the whole run proves of the ledger; without scenarios or when only some steps ran there is nothing to say.
wait
if [ -x "$MINGFA" ] && [ -z "$only" ]; then
	alone 'law/coverage' "$MINGFA" law coverage --proved "$BUILD/proved.txt"
	rm -f "$BUILD/coverage.csv"
	"$MINGFA" law coverage --csv --proved "$BUILD/proved.txt" >"$BUILD/coverage.csv"
fi

wait
echo "all in $(($(date +%s) - begin_all)) s"
read -r passed failed skipped <<END
$(awk '{ p += $1; f += $2; s += $3 } END { print p + 0, f + 0, s + 0 }' "$results")
END
if [ $((passed + failed)) -eq 0 ]; then
	echo 'no test ran'
	failed=1
fi
tail=
[ "$skipped" -eq 0 ] || tail=", $skipped skipped"
echo "$passed passed, $failed failed$tail" | tee "$BUILD/test.summary"
[ "$failed" -eq 0 ]
