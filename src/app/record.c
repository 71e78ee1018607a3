/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/record.h"

static const struct stmt st_add = { "reading_add",
	"INSERT INTO reading (at, person, organ, sort, kind, matter, what, n) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)" };

bool reading_add(struct db *db, const struct reading *x, int64_t now, struct err *err)
{
	const struct db_in in[] = { db_i64(now), db_i64(x->person), db_ref(x->organ), db_str(str_of(x->sort)), db_str(x->kind),
				    db_ref(x->matter), db_str(x->what), db_i64(x->n) };

	return db_exec(db, &st_add, DB_IN(in), NULL, err);
}

struct recording {
	struct reading reading;
	int64_t now;
	int status;
};

static bool run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct recording *x = ctx;

	(void)a;
	return reading_add(db, &x->reading, x->now, err);
}

static bool after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	const struct recording *x = ctx;

	if (!ok)
		return err_set(err, failed->code, "%s", failed->msg);
	r->status = x->status;
	return true;
}

bool reply_recorded(struct req *r, const struct reading *x)
{
	struct recording *c = arena_one(r->a, struct recording);

	*c = (struct recording){ *x, now_of(r), r->status };
	return req_write(r, run, c, after);
}
