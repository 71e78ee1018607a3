/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Derived indexes that a new version of a pack has brought are filled in batches, a turn each (decision 14). Until
 * one is complete, engine_filling says so, and lists and scans read the matters instead. */
#include "matter/inner.h"
#include "matter/store.h"
#include "matter/world.h"

static const struct stmt st_next = { "key_fill_next", "SELECT field, last FROM key_fill ORDER BY field LIMIT 1" };
static const struct stmt st_rows = { "key_fill_rows",
	"SELECT m.id, m.code, m.kind, m.def, m.organ, m.parent, m.opener, m.state, m.version, m.opened, m.ended, m.fields"
	" FROM matter m WHERE m.kind = $1 AND m.id > $2 ORDER BY m.id LIMIT $3" };
static const struct stmt st_last = { "key_fill_last", "UPDATE key_fill SET last = $2 WHERE field = $1" };
static const struct stmt st_done = { "key_fill_done", "DELETE FROM key_fill WHERE field = $1" };

struct filling {
	struct turn t;
	struct str path, kind, field;
	int64_t last;
	struct matter_row row;
	struct matter_row *v;
	size_t n, cap;
};

static bool take_row(void *ctx, struct err *err)
{
	struct filling *f = ctx;

	(void)err;
	PUSH(f->t.a, f->v, f->n, f->cap, f->row);
	return true;
}

/* An older version of the kind may not have the field: then there is nothing to find. */
static bool fill_row(struct filling *f, const struct matter_row *r, struct err *err)
{
	const struct field *field;
	struct snap *m;

	if (!matter_row_snap(&f->t, r, &m, err))
		return false;
	field = kind_field(m->kind, f->field);
	f->last = r->id;
	return !field || store_key(&f->t, m, field, err);
}

static bool fill_batch(struct filling *f, int most, struct err *err)
{
	const struct db_in in[] = { db_str(f->kind), db_i64(f->last), db_i64(most) };
	struct db_out out[MATTER_COLUMNS];

	matter_row_out(&f->row, out);
	if (!db_each(f->t.db, f->t.a, &st_rows, DB_IN(in), DB_OUT(out), take_row, f, err))
		return false;
	for (size_t i = 0; i < f->n; i++)
		if (!fill_row(f, &f->v[i], err))
			return false;

	const struct db_in last[] = { db_str(f->path), db_i64(f->last) };

	if (f->n == (size_t)most)
		return db_exec(f->t.db, &st_last, DB_IN(last), NULL, err);
	return db_exec(f->t.db, &st_done, last, 1, NULL, err);
}

bool matter_fill(struct engine *e, struct db *db, struct arena *a, int most, bool *ret_more, struct err *err)
{
	struct filling f = { .last = 0 };
	const struct db_out out[] = { db_to_str(&f.path), db_to_i64(&f.last) };
	size_t dot;
	bool found;

	turn_init(&f.t, e, db, a, engine_now(e));
	if (!engine_fill_read(e, db, a, err) || !db_maybe(db, a, &st_next, DB_NONE, DB_OUT(out), &found, err))
		return false;
	*ret_more = found;
	if (!found)
		return true;
	dot = str_chr(f.path, '.', 0);
	f.kind = str_sub(f.path, 0, dot);
	f.field = dot == SIZE_MAX ? (struct str){ 0 } : str_sub(f.path, dot + 1, f.path.n);
	return fill_batch(&f, most, err);
}
