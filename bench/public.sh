# SPDX-License-Identifier: MulanPSL-2.0
# The public side over many published decisions of one year, copies of one of the demonstration (bench/public.sql): the search at 64
# clients and the statistics. A part of bench/run.sh, which has what this uses.

# seconds COMMAND…: how long it took
seconds() {
	begin=$(date +%s%N)
	"$@" >/dev/null || return
	awk -v t=$(($(date +%s%N) - begin)) 'BEGIN { printf "%.3f", t / 1e9 }'
}
fill_public() { # N FOLDER
	[ -e "$2.filled" ] && return
	echo "filling $1 decisions…"
	fresh "$2"
	sed "s/\\\$n/$1/g; s/\\\$year/$YEAR/g" bench/public.sql | sqlite3 -bail "$2/mingfa.db" >/dev/null || exit 1
	"$BUILD/bench/log" seal "$2/mingfa.db" || exit 1
	"$MINGFA" search rebuild "$2" >/dev/null || exit 1
	touch "$2.filled"
}
# The same as the program's yearly_penalties for one column, and nothing around it.
bare_sql() { # FOLDER
	sqlite3 "$1/mingfa.db" "SELECT organ, COUNT(*) FROM matter WHERE kind = 'disclosure' AND json_extract(fields, '\$.decided_on')
		BETWEEN '$YEAR-01-01' AND '$YEAR-12-31' AND json_extract(fields, '\$.source') IN ('case_decision', 'other_case')
		AND json_extract(fields, '\$.fine') > 0 GROUP BY organ"
}
until_counted() {
	for _ in $(seq 600); do
		[ "$(curl -s -o /dev/null -w '%{http_code}' "http://127.0.0.1:$PUBLIC/statistics.json?year=$YEAR")" = 200 ] && return
		sleep 0.5
	done
	return 1
}
report_seconds() {
	curl -s -o /dev/null -w '%{time_total}' -H "Cookie: $COOKIE" "http://127.0.0.1:$PORT/duties/reports?r=disclosure.yearly_penalties"
}
ticks() { # of the server so far: hundredths of a second of processor
	awk '{ print $14 + $15 }' "/proc/$SERVER/stat"
}
search_row() { # WORDS MODE: a line of the table
	export MODE=$2
	before=$(ticks)
	set -- "$1" $(ask 64 "$S" "http://127.0.0.1:$PUBLIC" bench/public.lua)
	cpu=$(awk -v t=$(($(ticks) - before)) -v n=$(($2 * S)) 'BEGIN { if (n) printf "%.2f", t * 10 / n; else print "?" }')
	wrong=$((wrong + $5))
	note "| $n | $1 | $2 | $3, $4 | $cpu | $(ratio $((100 * $2)) "$plain" %.1f)% | $(verdict "$4" '<' 100) |"
}
public_side() { # N FOLDER
	n=$1 wrong=0
	YEAR=$(date +%Y) N=$n
	export YEAR N
	fill_public "$n" "$2"
	"$MINGFA" migrate "$2" >/dev/null && sqlite3 "$2/mingfa.db" 'DELETE FROM tally' || exit 1
	ORGAN=$(sqlite3 "$2/mingfa.db" "SELECT code FROM matter WHERE id = 2")
	export ORGAN
	cat "$2"/*.db >/dev/null
	serve "$2" --proxy 127.0.0.1 || exit 1
	PUBLIC=$(sed -n 's#.*http://127.0.0.1:\([0-9]*\)/.*#\1#p' "$WORK/serve.out" | sed -n 2p)
	plain=$(ask 64 "$S" "http://127.0.0.1:$PORT/readyz" | cut -d ' ' -f 1)
	begin=$(date +%s%N)
	until_counted &
	COUNTING=$!
	sleep 1
	kill -0 $COUNTING 2>/dev/null && search_row "two characters of a name, while a year is first counted" name
	wait $COUNTING || { echo 'bench: the year was not counted' >&2; exit 1; }
	first="$(awk -v t=$(($(date +%s%N) - begin)) 'BEGIN { printf "%.1f", t / 1e9 }') ($(ticks | awk '{ printf "%.1f", $1 / 100 }'))"
	search_row "two characters of a name" name
	search_row "the same and a year" year
	search_row "the number of a decision" number
	search_row "a name and words of the facts" facts
	search_row "an organ" organ
	search_row "type and year" type
	search_row "two frequent words, rarely together" pair
	search_row "words that no decision has" none
	set -- "$2" $(MODE=statistics ask 64 "$S" "http://127.0.0.1:$PUBLIC" bench/public.lua)
	wrong=$((wrong + $5)) page="$2 ($4)"
	sign_in "$1" zhangmin
	kept=$(report_seconds)
	sign_in "$1" wangming
	ask 1 1 "http://127.0.0.1:$PORT" bench/open.lua >/dev/null
	sign_in "$1" zhangmin
	after=$(report_seconds)
	halt
	bare=$(seconds bare_sql "$1")
	counts="$counts
| $n | $bare | $first | $kept ($(ratio "$kept" "$bare" %.3f)) | $after ($(ratio "$after" "$bare" %.3f)) | $page | $wrong |"
}

note "## The public side"
note ""
note "Published decisions of one year (bench/public.sql); 64 clients, each question another one and from another address, ${S} s each."
note "\"Plainest\" is \`/readyz\` in the same run; the limit of p99 is 100 ms. Load before it: $(cut -d ' ' -f 1 /proc/loadavg)."
note ""
note "| decisions | asked for | /s | p50, p99 ms | the server's processor, ms each | of the plainest | |"
note "|---|---|---|---|---|---|---|"
counts=
for size in $BENCH_SIZES; do
	public_side "$size" "$DATA/p$size"
done
note ""
note "The statistics of that year (six tables, all organs, 32 figures). \"Bare\" is one SQL aggregate for one of the figures over the same"
note "rows; \"first\" the count of this year when nothing was kept, until the page answers (the server's processor since its start, searches included); \"kept\" one of the six tables as the"
note "supervisor asks for it, which reads what is kept by block of 2,048 matters, and \"after acts\" the same when a second of new"
note "cases has gone into the last blocks (× of bare: limit 0.1). The public's page is what the follower counted last."
note ""
note "| decisions | bare, s | first, s | kept, s | after acts, s | page, 64 clients: /s (p99 ms) | wrong answers |"
note "|---|---|---|---|---|---|---|$counts"
note ""
