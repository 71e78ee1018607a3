/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A limit that turns yellow or red tells those on whose desk it stands (language.md 6). No event: a colour changes
 * nothing in law. Whoever was told of a matter before has one open message of it, the newest; after a downtime the
 * missed ones of a matter are one (decision 36). */
#include "base/day.h"
#include "matter/inner.h"
#include "matter/store.h"

static const struct stmt st_yellow = { "warn_yellow",
	"SELECT matter FROM clock WHERE state = 'running' AND told < 2 AND yellow <= $1 ORDER BY yellow LIMIT 1" };
/* A day that is only the earliest possible one does not turn red. */
static const struct stmt st_red = { "warn_red",
	"SELECT matter FROM clock WHERE state = 'running' AND told < 3 AND provisional = 0 AND due <= $1"
	" ORDER BY due LIMIT 1" };
static const struct stmt st_told = { "warn_told",
	"UPDATE clock SET told = CASE WHEN provisional = 0 AND due <= $2 THEN 3 ELSE 2 END"
	" WHERE matter = $1 AND state = 'running' AND told < 3 AND (yellow <= $2 OR due <= $2)" };

/* For those outside who are told of overdue limits. */
static const struct stmt st_red_told = { "warn_outbox",
	"INSERT INTO outbox (kind, matter, at, tries) VALUES ('red', $1, $2, 0)" };

static int urgency(const struct run *r, int64_t now)
{
	if (r->state != CLOCK_RUNNING)
		return TOLD_NONE;
	if (r->due && r->due <= now && !r->provisional)
		return TOLD_RED;
	return (r->yellow && r->yellow <= now) || (r->due && r->due <= now) ? TOLD_YELLOW : TOLD_NONE;
}

static void add_who(struct principals *p, struct str who)
{
	struct str one;

	while (str_cut(&who, ' ', &one))
		if (one.n)
			principals_add(p, one);
}

/* 甲公司 未如实记录：“作出决定”期限将于3月30日届满 */
static struct str words(struct turn *t, const struct snap *m, const struct run *r, int urgent, int n)
{
	struct buf b;

	buf_init(&b, t->a, 2000);
	buf_addf(&b, "%.*s：“%.*s”期限%s", STR_FMT(snap_title(t->a, m)), STR_FMT(r->def->name),
		 urgent == TOLD_RED ? "已于" : "将于");
	run_put_end(t, m->kind, r, &b);
	buf_adds(&b, urgent == TOLD_RED ? "届满，尚未办结" : "届满");
	if (n > 1)
		buf_addf(&b, "；本件共有%d项期限临近或者逾期", n);
	return buf_str(&b);
}

static bool warn_one(struct turn *t, int64_t matter, struct err *err)
{
	const struct db_in in[] = { db_i64(matter), db_i64(t->now) };
	struct principals who = { .a = t->a };
	const struct run *first = NULL;
	struct val_list to;
	struct clocks c;
	struct snap *m;
	int urgent = TOLD_NONE, n = 0;

	if (!turn_load(t, matter, &m, err) || !clocks_load(t, m, &c, err) || !db_exec(t->db, &st_told, DB_IN(in), NULL, err))
		return false;
	for (size_t i = 0; i < c.n; i++) {
		const struct run *r = &c.v[i];
		const int x = urgency(r, t->now);

		if (x == TOLD_NONE)
			continue;
		n++;
		add_who(&who, r->who);
		if (x > urgent || r->due < first->due) {
			urgent = x > urgent ? x : urgent;
			first = r;
		}
	}
	if (!first)
		return true;
	if (urgent == TOLD_RED && !db_exec(t->db, &st_red_told, DB_IN(in), NULL, err))
		return false;
	return principals_persons(t, &who, &to, err) && messages_done(t, matter, "warn", err)
	       && message_send(t, matter, "warn", &to, words(t, m, first, urgent, n), err);
}

static bool probe(struct db *db, struct arena *a, const struct stmt *st, int64_t now, int64_t *ret, bool *ret_found,
		  struct err *err)
{
	const struct db_in in[] = { db_i64(now) };
	const struct db_out out[] = { db_to_i64(ret) };

	return db_maybe(db, a, st, DB_IN(in), DB_OUT(out), ret_found, err);
}

static bool next(struct db *db, struct arena *a, int64_t now, int64_t *ret_matter, bool *ret_found, struct err *err)
{
	if (!probe(db, a, &st_red, now, ret_matter, ret_found, err))
		return false;
	return *ret_found || probe(db, a, &st_yellow, now, ret_matter, ret_found, err);
}

bool matter_warn_waits(struct db *db, struct arena *a, int64_t now, bool *ret, struct err *err)
{
	int64_t matter;

	return next(db, a, now, &matter, ret, err);
}

bool matter_warn(struct engine *e, struct db *db, struct arena *a, int64_t now, int most, int *ret_done, struct err *err)
{
	struct turn t;
	int64_t matter;
	bool found;
	int done = 0;

	turn_init(&t, e, db, a, now);
	for (; done < most; done++) {
		if (!next(db, a, now, &matter, &found, err))
			return false;
		if (!found)
			break;
		if (!warn_one(&t, matter, err))
			return false;
	}
	*ret_done = done;
	return true;
}
