/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Names of organs, persons and matters for texts. */
#include "matter/inner.h"

struct name_ctx {
	struct turn t;
};

static struct str name_of(void *ctx, struct arena *a, enum type_tag tag, int64_t id)
{
	struct name_ctx *n = ctx;
	struct snap *s;
	struct err err;

	(void)tag;
	if (!turn_load(&n->t, id, &s, &err) || !s)
		return (struct str){ 0 };
	return s->kind->n_number && s->number[0].n ? s->number[0] : snap_title(a, s);
}

bool matter_names(struct engine *e, struct db *db, struct arena *a, struct val_names *ret, struct err *err)
{
	struct name_ctx *n = arena_one(a, struct name_ctx);

	(void)err;
	turn_init(&n->t, e, db, a, engine_now(e));
	*ret = (struct val_names){ name_of, n };
	return true;
}

static const struct stmt st_code = { "matter_of_code", "SELECT id FROM matter WHERE code = $1" };

bool matter_by_code(struct db *db, struct arena *a, struct str code, int64_t *ret, struct err *err)
{
	const struct db_in in[] = { db_str(code) };
	const struct db_out out[] = { db_to_i64(ret) };
	bool found;

	if (!db_maybe(db, a, &st_code, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	return found || err_set(err, ERR_NOT_FOUND, "没有找到这件办件");
}
