/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What bounds an act: time for its checks, depth of its effects, lapses that break. */
#include <stdio.h>
#include <unistd.h>

#include "base/day.h"
#include "county.h"
#include "db/fault.h"
#include "db/migrate.h"
#include "matter/duty.h"
#include "matter/inner.h"

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

/* ---- lapses that break ---- */

static const struct stmt st_parked = { "test_parked", "SELECT count(*) FROM clock WHERE lapse = 2 AND matter = $1" };
static const struct stmt st_alarms = { "test_alarms",
	"SELECT count(*) FROM message WHERE kind = 'lapse' AND done_at IS NULL AND person = $1" };

BOTH(a_broken_lapse_is_parked_and_tried_again)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m, admin;

	c.of = c.bureau;
	cr_assert(opens(&c, 0, "person", str_fmt(c.a, "{'name': '周管', 'posts': [{'organ': %lld, 'role': 'sysadmin',"
						 " 'from': '2020-01-01'}]}", (long long)c.bureau).p), "%s", why(&c));
	admin = c.r.matter;
	cr_assert(opens(&c, c.wang, "penal", "{'party': {'name': '甲', 'code': 'A'}, 'cause': '未如实记录', 'found_on': '2026-03-01'}"));
	m = c.r.matter;
	cr_assert(acts(&c, c.li, m, "file", str_fmt(c.a, "{'officers': [%lld, %lld]}", (long long)c.wang, (long long)c.zhao).p));
	cr_assert(acts(&c, c.wang, m, "report", "{}"));
	cr_assert(acts(&c, c.li, m, "decide", "{'fine': 1}"));
	at_time(&c, "2026-03-20 09:00");
	db_fault_arm(c.db, 9, DB_FAULT_REFUSED); /* BEGIN, probe, savepoint, then the lapse itself */
	cr_assert_eq(timers(&c), 1, "the broken one is out of the way");
	cr_assert_not(db_fault_armed(c.db));
	cr_assert(in_state(&c, m, "decided"), "nothing of it was done");
	cr_assert_eq(count_rows(&c, &st_parked, m), 1);
	cr_assert_eq(count_rows(&c, &st_alarms, admin), 1);
	cr_assert_eq(timers(&c), 0, "it holds nobody up");
	/* the next event of the matter has it tried again */
	c.reason = "已与当事人电话联系";
	cr_assert(acts(&c, c.wang, m, "note", NULL), "%s", why(&c));
	c.reason = NULL;
	cr_assert_eq(count_rows(&c, &st_parked, m), 0);
	cr_assert_eq(count_rows(&c, &st_alarms, admin), 0);
	cr_assert_eq(timers(&c), 1);
	cr_assert(in_state(&c, m, "closed"));
	county_free(&c);
}

/* ---- depth ---- */

static int64_t chain(struct county *c, int n)
{
	int64_t last = 0;

	for (int i = 0; i < n; i++) {
		cr_assert(opens(c, c->wang, "link", last ? str_fmt(c->a, "{'after': %lld}", (long long)last).p : "{}"), "%s", why(c));
		last = c->r.matter;
	}
	return last;
}

BOTH(effects_are_at_most_eight_deep)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t eight = chain(&c, DEPTH_MAX), nine = chain(&c, DEPTH_MAX + 1), events = count_rows(&c, &st_events, 0);

	cr_assert_not(acts(&c, c.wang, nine, "pull", "{}"));
	cr_assert(str_find(str_of(why(&c)), STR("连锁办理超过8层"), 0) != SIZE_MAX, "%s", why(&c));
	cr_assert_eq(count_rows(&c, &st_events, 0), events, "none of the nine was done");
	cr_assert(in_state(&c, nine, "new"));
	cr_assert(acts(&c, c.wang, eight, "pull", "{}"), "%s", why(&c));
	cr_assert_eq(count_rows(&c, &st_events, 0), events + DEPTH_MAX);
	county_free(&c);
}

/* ---- statements and round trips ---- */

/* On SQLite each statement costs its locks, on PostgreSQL each answer that is waited for a round trip (decision 6).
 * Whoever needs more says why here. */
struct cost {
	struct county *c;
	int64_t before;
};

static struct cost cost_begin(struct county *c, int statements)
{
	if (db_dialect(c->db) == DB_SQLITE)
		db_fault_arm(c->db, statements + 1, DB_FAULT_REFUSED);
	return (struct cost){ c, db_trips(c->db) };
}

/* beside: what is not the act's: whose organ, BEGIN, the test's own questions, COMMIT. */
static void cost_end(const struct cost *x, int beside, int trips, const char *what)
{
	const int64_t took = db_trips(x->c->db) - x->before - beside;

	if (db_dialect(x->c->db) == DB_SQLITE)
		cr_expect(db_fault_armed(x->c->db), "%s", what);
	else
		cr_expect(took >= 2 && took <= trips, "%s: %d round trips", what, (int)took);
	db_fault_arm(x->c->db, 0, DB_FAULT_NONE);
}

BOTH(an_act_takes_few_statements_and_round_trips)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	struct err err = { 0 };
	struct cost cost;
	int64_t m;

	OK(duty_next_read(c.e, c.db, c.a, &err)); /* as after a start: acts before that day ask for no duty */
	cr_assert(opens(&c, c.wang, "penal", "{'party': {'name': '甲', 'code': 'A'}, 'cause': '未如实记录', 'found_on': '2026-03-01'}"));
	cost = cost_begin(&c, 39);
	cr_assert(opens(&c, c.wang, "penal", "{'party': {'name': '乙', 'code': 'B'}, 'cause': '未如实记录', 'found_on': '2026-03-01'}"));
	cost_end(&cost, 4, 2, "opening");
	m = c.r.matter;
	c.request = "once";
	cost = cost_begin(&c, 49);
	cr_assert(acts(&c, c.li, m, "file", str_fmt(c.a, "{'officers': [%lld, %lld]}", (long long)c.wang, (long long)c.zhao).p));
	cost_end(&cost, 5, 5, "a number, a clock, two persons");
	c.request = "";
	cost = cost_begin(&c, 23);
	cr_assert(acts(&c, c.wang, m, "report", "{}"));
	cost_end(&cost, 5, 3, "a plain step");
	cost = cost_begin(&c, 49);
	cr_assert(acts(&c, c.li, m, "decide", "{'fine': 1}"));
	cost_end(&cost, 5, 9, "a number, a clock, a child, four messages, a reaction's question");
	county_free(&c);
}

/* A role that was granted its rights before ids were taken beforehand has none on the sequences. */
static void plain_role(struct fresh *f)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	struct err err = { 0 };
	char role[32], sql[320];
	int64_t m;

	(void)snprintf(role, sizeof(role), "plain_%d", (int)getpid());
	(void)snprintf(sql, sizeof(sql), "CREATE ROLE %s", role);
	OK(db_script(c.db, sql, &err) && migrate_grant(c.db, c.a, str_of(role), &err));
	(void)snprintf(sql, sizeof(sql), "REVOKE USAGE ON SEQUENCE event_id_seq, matter_id_seq FROM %s; SET ROLE %s", role, role);
	OK(db_script(c.db, sql, &err));
	cr_assert(opens(&c, c.wang, "penal", "{'party': {'name': '甲', 'code': 'A'}, 'cause': '未如实记录', 'found_on': '2026-03-01'}"));
	m = c.r.matter;
	cr_assert(acts(&c, c.li, m, "file", str_fmt(c.a, "{'officers': [%lld, %lld]}", (long long)c.wang, (long long)c.zhao).p));
	cr_assert(acts(&c, c.wang, m, "report", "{}") && acts(&c, c.li, m, "decide", "{'fine': 1}"), "%s", why(&c));
	(void)snprintf(sql, sizeof(sql), "RESET ROLE; DROP OWNED BY %s; DROP ROLE %s", role, role);
	OK(db_script(c.db, sql, &err));
	county_free(&c);
}

Test(postgres, a_role_without_rights_on_the_sequences_acts_all_the_same)
{
	fresh_run(DB_POSTGRES, true, plain_role);
}
