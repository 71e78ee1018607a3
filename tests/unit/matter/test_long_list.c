/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Lists of few matters are gathered and sorted, long ones walk an index: both must give every matter once and in order. */
#include "county.h"

#define COPIES 2100 /* more than a list gathers */

static const struct stmt st_copies = { "test_copies",
	"INSERT INTO matter (code, kind, def, organ, state, version, number, title, opened, opener, updated, due, yellow, fields)"
	" WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 2100)"
	" SELECT 'copy-' || c.i, m.kind, m.def, m.organ, m.state, m.version, '', m.title, m.opened + c.i % 700, m.opener,"
	" m.updated + c.i % 900, CASE WHEN c.i % 3 = 0 THEN NULL ELSE m.updated + 100000 + c.i % 800 END, NULL, m.fields"
	" FROM c, matter m WHERE m.id = $1" };
static const struct stmt st_readers = { "test_copy_readers",
	"INSERT INTO matter_reader (matter, principal) SELECT m.id, r.principal FROM matter m, matter_reader r"
	" WHERE r.matter = $1 AND m.code LIKE 'copy-%'" };

struct copying {
	int64_t of;
};

static bool copy(struct db *db, const void *ctx, struct err *err)
{
	const struct copying *x = ctx;
	const struct db_in in[] = { db_i64(x->of) };

	return db_exec(db, &st_copies, DB_IN(in), NULL, err) && db_exec(db, &st_readers, DB_IN(in), NULL, err);
}

static int64_t key(enum list_order order, const struct list_row *r)
{
	return order == LIST_OPENED ? -r->snap->opened : -r->updated;
}

/* Reads a list page by page; the number of its matters, each later than the one before it. */
static size_t read_all(struct county *c, struct list_query q)
{
	const struct list_row *r;
	struct err err = { 0 };
	int64_t last = INT64_MIN, last_id = 0;
	size_t all = 0, n;

	do {
		OK(matter_list(c->e, c->db, c->a, &q, &r, &n, &err));
		for (size_t i = 0; i < n; i++) {
			const int64_t k = key(q.order, &r[i]);

			cr_assert(k > last || (k == last && r[i].snap->id < last_id), "row %zu", all + i);
			last = k;
			last_id = r[i].snap->id;
		}
		all += n;
		if (n)
			q.after_key = -last, q.after_id = last_id;
	} while (n == (size_t)q.limit && all < 10000);
	return all;
}

static void both_orders(struct county *c, size_t want)
{
	const struct list_filter by_state = { STR("state"), STR("lead") };
	const struct list_filter by_organ = { STR("organ"), str_fmt(c->a, "%lld", (long long)as(c, c->wang).organ) };
	struct list_query q = { .who = as(c, c->wang), .kind = STR("penal"), .limit = 200 };
	struct err err = { 0 };
	int64_t count;

	for (int i = 0; i < 3; i++) {
		q.filter = i == 1 ? &by_state : &by_organ;
		q.n_filter = i > 0;
		q.order = LIST_UPDATED;
		cr_expect_eq(read_all(c, q), want, "by the last change, filter %d", i);
		q.order = LIST_OPENED;
		cr_expect_eq(read_all(c, q), want, "by opening, filter %d", i);
		OK(matter_list_count(c->e, c->db, c->a, &q, &count, &err));
		cr_expect_eq(count, want > LIST_COUNT_MOST ? LIST_COUNT_MOST + 1 : (int64_t)want);
	}
}

/* With limits first, then those without one; the key of the next page is the last row's. */
static void by_due(struct county *c, size_t want)
{
	struct list_query q = { .who = as(c, c->wang), .kind = STR("penal"), .limit = 200, .order = LIST_DUE };
	const struct list_row *r;
	struct err err = { 0 };
	size_t n;

	OK(matter_list(c->e, c->db, c->a, &q, &r, &n, &err));
	cr_expect_eq(n, want < 200 ? want : 200);
	q.after_key = INT64_MAX;
	OK(matter_list(c->e, c->db, c->a, &q, &r, &n, &err));
	cr_expect(n > 0, "those without a limit follow");
}

BOTH(a_long_list_walks_and_a_short_one_is_gathered)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	struct err err = { 0 };
	struct copying x;

	for (int i = 0; i < 5; i++)
		cr_assert(opens(&c, c.wang, "penal", "{'party': '甲', 'cause': '未如实记录', 'found_on': '2026-03-01'}"));
	both_orders(&c, 5);
	x.of = c.r.matter;
	OK(db_tx(c.db, "copies", copy, &x, &err));
	both_orders(&c, 5 + COPIES);
	by_due(&c, 5 + COPIES);
	county_free(&c);
}
