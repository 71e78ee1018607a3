/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What bounds an act: time for its checks, depth of its effects, lapses that break. */
#include "base/day.h"
#include "county.h"
#include "db/fault.h"

static const struct stmt st_crowd = { "test_limit_crowd",
	"INSERT INTO matter (code, kind, def, organ, state, version, number, title, opened, updated, fields)"
	" SELECT 'c' || n, 'penal', def, organ, 'lead', 1, '', 'x', opened, updated, '{}' FROM matter,"
	" (WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 2500) SELECT n FROM up) AS crowd"
	" WHERE id = $1" };

static bool crowd(struct db *db, const void *ctx, struct err *err)
{
	const int64_t *m = ctx;
	const struct db_in in[] = { db_i64(*m) };

	return db_exec(db, &st_crowd, DB_IN(in), NULL, err);
}

static const struct stmt st_events = { "test_limit_events", "SELECT count(*) FROM event WHERE id > $1" };

BOTH(a_check_that_takes_too_long_refuses)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	struct err err = { 0 };
	int64_t m, events, from;

	cr_assert(opens(&c, c.wang, "slow", "{'text': '核对'}"), "%s", why(&c));
	m = c.r.matter;
	OK(db_tx(c.db, "crowd", crowd, &m, &err));
	events = count_rows(&c, &st_events, 0);
	from = time_monotonic();
	cr_assert_not(acts(&c, c.wang, m, "end", "{}"));
	cr_assert_lt(time_monotonic() - from, 2000, "it is broken off");
	cr_assert_eq(c.r.refused[0].sort, REFUSED_CHECK);
	cr_assert(str_is(c.r.refused[0].say, "未能在时限内核对"), "%s", why(&c));
	cr_assert(str_is(c.r.refused[0].node->cite.id[0], "T99"));
	cr_assert(in_state(&c, m, "new"));
	cr_assert_eq(count_rows(&c, &st_events, 0), events);
	cr_assert(acts(&c, c.wang, m, "note", NULL) || c.r.n_refused, "the connection works on");
	county_free(&c);
}

/* The database breaks off one statement after the other: whichever it is, nothing is done; when it is a check's,
 * the actor is told so. */
BOTH(a_statement_that_takes_too_long_refuses)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m, events;
	int told = 0;

	cr_assert(opens(&c, c.wang, "penal", "{'party': {'name': '甲', 'code': 'A'}, 'cause': '未如实记录', 'found_on': '2026-03-01'}"));
	m = c.r.matter;
	cr_assert(acts(&c, c.li, m, "file", str_fmt(c.a, "{'officers': [%lld, %lld]}", (long long)c.wang, (long long)c.zhao).p));
	cr_assert(acts(&c, c.wang, m, "report", "{}"));
	events = count_rows(&c, &st_events, 0);
	for (int n = 1; n < 200; n++) {
		db_fault_arm(c.db, n, DB_FAULT_TIMEOUT);
		if (tries(&c, c.li, m, -1, "decide", "{'fine': 1}") == ERR_NONE && !c.r.n_refused)
			break;
		cr_assert_not(db_fault_armed(c.db));
		if (c.r.n_refused) {
			cr_assert(str_is(c.r.refused[0].say, "未能在时限内核对"), "%s", why(&c));
			cr_assert(str_is(c.r.refused[0].node->cite.id[0], "T51"));
			told++;
		}
		cr_assert(in_state(&c, m, "deciding"), "statement %d", n);
		cr_assert_eq(count_rows(&c, &st_events, 0), events);
	}
	db_fault_arm(c.db, 0, DB_FAULT_NONE);
	cr_assert(in_state(&c, m, "decided"));
	cr_assert_eq(told, 1, "reading the ceiling: %d", told);
	county_free(&c);
}
