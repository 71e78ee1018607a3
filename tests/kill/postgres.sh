# SPDX-License-Identifier: MulanPSL-2.0
# The same on PostgreSQL with fsync on: the program is killed, then the database goes away and comes back.
set -u
. tests/lib/pg.sh
unset MINGFA_TEST_PG
trap pg_stop EXIT
trap 'exit 130' INT TERM
if ! pg_start on; then
	echo 'skipped: no PostgreSQL could be started'
	echo '0 passed, 0 failed, 1 skipped'
	exit 0
fi
export pg_dir
node tests/kill/lib_postgres.js
