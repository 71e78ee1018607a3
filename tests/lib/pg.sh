# SPDX-License-Identifier: MulanPSL-2.0
# An own PostgreSQL for tests: a temporary folder, a socket and no port, gone at the end (decision 38).
#	. tests/lib/pg.sh
#	pg_start [on]          fsync on for tests that kill; sets and exports MINGFA_TEST_PG
#	pg_stop                give it to trap … EXIT
# initdb refuses root, so root becomes the user postgres. An address that is already set is used as it is.

pg_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)

pg_as() {
	if [ "$(id -u)" -eq 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi
}

pg_start() {
	pg_dir=
	[ -z "${MINGFA_TEST_PG:-}" ] || return 0
	[ -n "$pg_bin" ] && [ -x "$pg_bin/initdb" ] || return 1
	pg_dir=$(mktemp -d /tmp/mingfa-pg.XXXXXX) # short: a socket's path has at most 107 bytes
	[ "$(id -u)" -ne 0 ] || chown postgres "$pg_dir"
	pg_as "$pg_bin/initdb" -D "$pg_dir/data" -A trust -U postgres -E UTF8 --locale=C --no-sync \
		>"$pg_dir/initdb.log" 2>&1 || { cat "$pg_dir/initdb.log" >&2; return 1; }
	pg_as "$pg_bin/pg_ctl" -D "$pg_dir/data" -l "$pg_dir/data/log" -w -t 20 -o \
		"-k $pg_dir -c listen_addresses='' -c fsync=${1:-off} -c full_page_writes=${1:-off} -c max_connections=200" \
		start >"$pg_dir/start.log" 2>&1 || { cat "$pg_dir/start.log" "$pg_dir/data/log" >&2; return 1; }
	MINGFA_TEST_PG="postgresql://postgres@/postgres?host=$pg_dir"
	export MINGFA_TEST_PG
}

pg_stop() {
	[ -n "${pg_dir:-}" ] || return 0
	pg_as "$pg_bin/pg_ctl" -D "$pg_dir/data" -m immediate stop >/dev/null 2>&1
	rm -rf "$pg_dir"
	pg_dir=
	unset MINGFA_TEST_PG
}
