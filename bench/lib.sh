# SPDX-License-Identifier: MulanPSL-2.0
# What bench/run.sh is made of: starting the program on any free port, signing in, asking wrk.

# serve DIR [ARG…]: sets SERVER (process), PORT, START_MS, RSS_MB
serve() {
	out=$WORK/serve.out
	: >"$out"
	begin=$(date +%s%N)
	"$MINGFA" serve "$@" --listen 127.0.0.1:0 --public 127.0.0.1:0 >"$out" 2>"$WORK/serve.err" &
	SERVER=$!
	for _ in $(seq 3000); do
		grep -q 'Ctrl+C' "$out" && break
		kill -0 $SERVER 2>/dev/null || { cat "$WORK/serve.err" >&2; return 1; }
		sleep 0.01
	done
	START_MS=$((($(date +%s%N) - begin) / 1000000))
	PORT=$(sed -n 's#.*http://127.0.0.1:\([0-9]*\)/.*#\1#p' "$out" | head -n 1)
	RSS_MB=$(rss)
}

rss() {
	awk '/^VmRSS/ { printf "%.0f", $2 / 1024 }' "/proc/$SERVER/status"
}

halt() {
	[ -z "${SERVER:-}" ] || { kill "$SERVER" 2>/dev/null; wait "$SERVER" 2>/dev/null; }
	SERVER=
}

# sign_in DIR LOGIN: exports COOKIE and CSRF of a session.
sign_in() {
	password=$(awk -F '\t' -v l="$2" '$1 == l { print $2 }' "$1/accounts.txt")
	COOKIE=$(curl -s -o /dev/null -D - --data-urlencode "login=$2" --data-urlencode "password=$password" \
		"http://127.0.0.1:$PORT/sign-in" | tr -d '\r' | sed -n 's/^[Ss]et-[Cc]ookie: \(mf=[^;]*\).*/\1/p')
	CSRF=$(curl -s -H "Cookie: $COOKIE" "http://127.0.0.1:$PORT/me" \
		| sed -n 's/.*name="csrf" value="\([0-9a-f]*\)".*/\1/p' | head -n 1)
	export COOKIE CSRF
}

# ask CLIENTS SECONDS ADDRESS [SCRIPT]: prints "answers-per-second p50-ms p99-ms wrong-answers"
ask() {
	wrk -t1 -c"$1" -d"$2" --latency ${4:+-s "$4"} "$3" >"$WORK/wrk.out" 2>&1
	awk '
		function ms(x) { return x ~ /us$/ ? x / 1000 : x ~ /ms$/ ? x + 0 : x * 1000 }
		/^ +50%/ { p50 = ms($2) } /^ +99%/ { p99 = ms($2) }
		/Non-2xx/ { wrong = $NF } /^Requests\/sec/ { rate = $2 } /Socket errors/ { gsub(",", ""); wrong += $4 + $6 + $8 + $10 }
		END { printf "%.0f %.1f %.1f %d\n", rate, p50, p99, wrong }' "$WORK/wrk.out"
}

# turn NAME ARG…: the value of one line of bench/turn's output
turn() {
	name=$1
	shift
	"$TURN" "$@" | awk -v n="$name" '$1 == n { print $2 }'
}

# The system gives up what it keeps of files; false where it may not be asked.
forget_files() {
	sync
	echo 3 2>/dev/null >/proc/sys/vm/drop_caches
}
