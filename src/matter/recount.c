/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Next year's calendar has come: clocks whose due day was provisional (暂定) are reckoned again, and each that
 * changes says so in the record (decision 35). */
#include "base/day.h"
#include "base/uuid.h"
#include "log/log.h"
#include "matter/inner.h"
#include "matter/store.h"

static const struct stmt st_next = { "provisional_next",
	"SELECT id, matter, clock, run FROM clock WHERE provisional = 1 AND id > $1 AND state = 'running' AND due <= $2"
	" ORDER BY id LIMIT 1" };
static const struct stmt st_event = { "recount_event",
	"INSERT INTO event (matter, seq, at, entered_at, role, action, request, def, kind)"
	" VALUES ($1, $2, $3, $4, 'program', 'clock.recounted', $5, $6, $7) RETURNING id" };
static const struct stmt st_body = { "recount_body", "INSERT INTO event_body (event, salt, body) VALUES ($1, $2, $3)" };
static const struct stmt st_version = { "recount_version",
	"UPDATE matter SET version = $2, updated = CASE WHEN updated > $3 THEN updated ELSE $3 END WHERE id = $1" };

struct row {
	int64_t id, matter, run;
	struct str clock;
};

static struct str body_of(struct arena *a, const struct run *r, int64_t before)
{
	struct buf b;
	struct json_out o = { .b = &b };

	buf_init(&b, a, 1000);
	json_open(&o, NULL, '{');
	json_out_str(&o, "clock", r->clock);
	json_out_i64(&o, "due", r->due);
	json_out_i64(&o, "run", r->run);
	json_out_i64(&o, "was", before);
	json_close(&o, '}');
	return buf_str(&b);
}

static bool record(struct turn *t, struct snap *m, const struct run *r, int64_t before, struct err *err)
{
	unsigned char salt[LOG_SALT];
	int64_t event = 0;
	const struct db_in in[] = {
		db_i64(m->id), db_i64(m->version + 1), db_i64(t->now), db_i64(t->entered),
		db_str(str_fmt(t->a, "recount:%lld:%.*s:%lld:%lld", (long long)m->id, STR_FMT(r->clock), (long long)r->run,
			       (long long)m->version)), db_i64(m->def), db_str(m->kind->id)
	};
	const struct db_out out[] = { db_to_i64(&event) };
	const struct db_in version[] = { db_i64(m->id), db_i64(m->version + 1), db_i64(t->now) };

	random_bytes(salt, sizeof(salt));
	if (!db_one(t->db, t->a, &st_event, DB_IN(in), DB_OUT(out), err)
	    || !db_exec(t->db, &st_version, DB_IN(version), NULL, err))
		return false;
	m->version++;
	const struct db_in body[] = { db_i64(event), db_bytes((struct str){ (const char *)salt, LOG_SALT }),
				      db_str(body_of(t->a, r, before)) };

	return db_exec(t->db, &st_body, DB_IN(body), NULL, err);
}

static bool recount_one(struct turn *t, const struct row *x, bool *ret_changed, struct err *err)
{
	struct snap *m;
	struct clocks c;
	struct run *r = NULL;
	int64_t due, yellow, before;

	*ret_changed = false;
	if (!turn_load(t, x->matter, &m, err) || !clocks_load(t, m, &c, err))
		return false;
	for (size_t i = 0; i < c.n; i++)
		if (str_eq(c.v[i].clock, x->clock) && c.v[i].run == x->run)
			r = &c.v[i];
	if (!r)
		return true;
	before = r->due;
	run_again(t->a, m->kind->law->calendar, r, t->now);
	if (r->provisional && r->due == before)
		return true;
	*ret_changed = true;
	clocks_nearest(&c, &due, &yellow);
	return clocks_save(t, &c, m->id, err) && store_due(t, m->id, due, yellow, err) && record(t, m, r, before, err);
}

bool matter_recount(struct engine *e, struct db *db, struct arena *a, int64_t *after, int most, int *ret_changed,
		    bool *ret_more, struct err *err)
{
	struct turn t;
	struct row x;
	const struct db_out out[] = { db_to_i64(&x.id), db_to_i64(&x.matter), db_to_str(&x.clock), db_to_i64(&x.run) };
	bool found = true, changed;
	const struct law *law;
	int64_t at = *after, known, def;
	int done = 0;

	turn_init(&t, e, db, a, engine_now(e));
	if (!engine_law_of_organ(e, db, a, 0, &law, &def, err))
		return false;
	known = day_start(calendar_last(law->calendar) + 1); /* what lies beyond stays provisional */
	for (int i = 0; found && i < most; i++) {
		const struct db_in in[] = { db_i64(at), db_i64(known) };

		if (!db_maybe(db, a, &st_next, DB_IN(in), DB_OUT(out), &found, err))
			return false;
		if (!found)
			break;
		if (!recount_one(&t, &x, &changed, err))
			return false;
		at = x.id;
		done += changed;
	}
	*after = at;
	*ret_changed = done;
	*ret_more = found;
	return true;
}
