/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Names of organs, persons and matters for texts. */
#include "matter/inner.h"
#include "matter/world.h"

struct name_row {
	int64_t id;
	struct str number, title;
};

static const struct stmt st_name = { "matter_name", "SELECT number, title FROM matter WHERE id = $1" };

static bool name_read(struct turn *t, int64_t id, struct name_row *ret, struct err *err)
{
	const struct db_in in[] = { db_i64(id) };
	const struct db_out out[] = { db_to_str(&ret->number), db_to_str(&ret->title) };
	bool found;

	*ret = (struct name_row){ .id = id };
	if (!db_maybe(t->db, t->a, &st_name, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	PUSH(t->a, t->names, t->n_names, t->cap_names, *ret);
	return true;
}

/* A matter that the turn holds is named as it stands there: it may be about to change. */
static bool name_row(struct turn *t, int64_t id, struct name_row *ret, struct err *err)
{
	const struct snap *s = turn_known(t, id);

	if (s) {
		*ret = (struct name_row){ id, s->kind->n_number ? s->number[0] : (struct str){ 0 }, snap_title(t->a, s) };
		return true;
	}
	for (size_t i = 0; i < t->n_names; i++)
		if (t->names[i].id == id) {
			*ret = t->names[i];
			return true;
		}
	return name_read(t, id, ret, err);
}

bool turn_name(struct turn *t, int64_t id, struct str *ret, struct err *err)
{
	struct name_row x;

	if (!name_row(t, id, &x, err))
		return false;
	*ret = x.title;
	return true;
}

bool turn_number_or_name(struct turn *t, int64_t id, struct str *ret, struct err *err)
{
	struct name_row x;

	if (!name_row(t, id, &x, err))
		return false;
	*ret = x.number.n ? x.number : x.title;
	return true;
}

struct name_ctx {
	struct turn *t;
	struct actor who;
};

static bool known_to_all(const struct snap *s)
{
	return str_is(s->kind->id, "organ") || str_is(s->kind->id, "person");
}

static struct str name_of(void *ctx, struct arena *a, enum type_tag tag, int64_t id)
{
	struct name_ctx *n = ctx;
	struct str name;
	bool sees = false;
	struct snap *s;
	struct err err;

	if (tag == T_USER || tag == T_ORGAN)
		return turn_number_or_name(n->t, id, &name, &err) ? name : (struct str){ 0 };
	if (!turn_load(n->t, id, &s, &err) || !s)
		return (struct str){ 0 };
	name = s->kind->n_number ? s->number[0] : (struct str){ 0 };
	if (known_to_all(s) || (may_see(n->t, s, &n->who, &sees, &err) && sees))
		return name.n ? name : snap_title(a, s);
	return str_fmt(a, "%.*s%.*s", STR_FMT(s->kind->name), STR_FMT(name.n ? name : STR("〔无权查看〕")));
}

bool matter_names(struct engine *e, struct db *db, struct arena *a, const struct actor *who, struct val_names *ret,
		  struct err *err)
{
	struct name_ctx *n = arena_one(a, struct name_ctx);

	(void)err;
	n->t = turn_to_read(e, db, a);
	n->who = *who;
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
