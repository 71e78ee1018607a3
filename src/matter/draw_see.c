/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What a reader sees of a draw: the commitment everybody may, the result who sees its fields, the list whom the definition
 * names. */
#include <string.h>

#include "base/parse.h"
#include "matter/draw_view.h"
#include "matter/inner.h"
#include "matter/sight.h"

struct looking {
	struct turn *t;
	const struct actor *who;
	struct snap *m;
	struct eval ev;
	struct draw_view *v;
};

static bool full(struct looking *x, const struct field *f, bool *ret, struct err *err)
{
	enum sight s;

	if (!field_sight(x->t, f, &x->ev, x->who, &s, err))
		return false;
	*ret = *ret && s == SIGHT_FULL;
	return true;
}

static void commitment(struct draw_view *v, struct arena *a, const struct draw_frozen *f)
{
	char *hex = arena_alloc(a, 2 * LOG_HASH + 1);

	parse_put_hex(hex, f->list.root, LOG_HASH);
	v->frozen = f->found;
	v->event = f->event;
	v->frozen_at = f->frozen_at;
	v->at = f->at;
	v->draw_id = f->draw_id;
	v->beacon = f->beacon;
	v->root = str_of(hex);
	v->secret_hash = f->secret_hash;
	v->list_size = (int64_t)f->list.n;
	v->panel_size = f->panel_size;
	v->targets = f->list.n_target;
	v->inspectors = f->list.n_inspector;
	for (size_t i = 0; i < f->list.n_quota; i++)
		v->quota += f->list.quota[i].quota;
	for (size_t i = 0; i < f->list.n_target; i++)
		v->raised += f->list.target[i].weight > 1;
}

static bool result(struct looking *x, struct draw_frozen *f, const unsigned char secret[LOG_HASH], struct err *err)
{
	struct draw_view *v = x->v;
	struct draw_list *list = arena_one(x->t->a, struct draw_list);
	struct draw_result *r = arena_one(x->t->a, struct draw_result);
	unsigned char *kept = arena_alloc(x->t->a, LOG_HASH), seed[LOG_HASH];
	const struct val *value = &x->m->field[v->def->value->index];

	*list = f->list;
	memcpy(kept, secret, LOG_HASH);
	draw_seed(secret, f->draw_id, list->root, f->beacon, value->s, seed);
	if (!draw_run(x->t->a, list, seed, f->panel_size, r, err))
		return false;
	v->made = (struct draw_made){ .draw_id = f->draw_id, .beacon = f->beacon, .value = value->s, .panel_size = f->panel_size,
				      .secret = kept, .list = list, .result = r };
	return draw_spares_load(x->t, x->m->id, v->def, &v->made.spare, &v->made.n_spare, err);
}

/* Frozen and ended without a draw: list and secret are opened to whom the definition names and who sees both shares, so
 * that nobody can look at a result first and then say that there was none. */
static bool look_cancelled(struct looking *x, struct draw_frozen *f, const unsigned char secret[LOG_HASH], struct err *err)
{
	struct draw_view *v = x->v;
	struct draw_list *list = arena_one(x->t->a, struct draw_list);
	unsigned char *kept = arena_alloc(x->t->a, LOG_HASH);
	bool sees = true;
	const struct who *w;

	if (!full(x, v->def->share[0], &sees, err) || !full(x, v->def->share[1], &sees, err)
	    || !whos_let(x->t, &v->def->whole, &x->ev, x->who, &w, err))
		return false;
	v->whole = sees && w;
	if (!v->whole)
		return true;
	*list = f->list;
	memcpy(kept, secret, LOG_HASH);
	v->made = (struct draw_made){ .draw_id = f->draw_id, .beacon = f->beacon, .panel_size = f->panel_size, .secret = kept, .list = list };
	return true;
}

static bool look(struct looking *x, struct err *err)
{
	struct draw_view *v = x->v;
	const struct draw_def *d = v->def;
	const struct val *value = &x->m->field[d->value->index];
	unsigned char secret[LOG_HASH];
	struct draw_frozen f;
	const struct who *w;
	size_t which;

	for (size_t i = 0; i < 2; i++)
		v->sealed[i] = !val_is_null(x->m->field[d->share[i]->index]);
	if (!draw_frozen_load(x->t, x->m->id, d, &f, err))
		return false;
	if (!f.found)
		return true;
	commitment(v, x->t->a, &f);
	v->revealed = type_is_text(value->t) && !val_empty(x->m->field[d->into->index]);
	if (!v->revealed && x->m->state->end && draw_secret(d, x->m, secret, &which))
		return look_cancelled(x, &f, secret, err);
	v->open = v->revealed && draw_secret(d, x->m, secret, &which);
	if (!full(x, d->share[0], &v->open, err) || !full(x, d->share[1], &v->open, err) || !full(x, d->into, &v->open, err))
		return false;
	if (!v->open)
		return true;
	if (!whos_let(x->t, &d->whole, &x->ev, x->who, &w, err))
		return false;
	v->whole = w != NULL;
	return result(x, &f, secret, err);
}

bool matter_draw(struct engine *e, struct db *db, struct arena *a, const struct actor *who, int64_t matter, struct draw_view *ret,
		 bool *ret_found, struct err *err)
{
	struct looking x = { .t = turn_to_read(e, db, a), .who = who, .v = ret };

	*ret = (struct draw_view){ .frozen = false };
	*ret_found = false;
	if (!turn_load(x.t, matter, &x.m, err))
		return false;
	if (!x.m || !x.m->kind->n_draw)
		return true;
	*ret_found = true;
	ret->def = &x.m->kind->draw[0];
	ret->snap = x.m;
	x.ev = turn_eval(x.t, x.m, NULL, who);
	return look(&x, err);
}

static const struct stmt st_draws = { "draws_of_kind",
	"SELECT m.id FROM matter m WHERE m.kind = $1 AND EXISTS (SELECT 1 FROM event e WHERE e.matter = m.id AND e.action = $2)"
	" ORDER BY m.id DESC LIMIT 100" };

struct ids {
	struct arena *a;
	int64_t id, *v;
	size_t n, cap;
};

static bool take_id(void *ctx, struct err *err)
{
	struct ids *x = ctx;

	(void)err;
	PUSH(x->a, x->v, x->n, x->cap, x->id);
	return true;
}

bool matter_draws(struct db *db, struct arena *a, const struct kind *k, const int64_t **ret, size_t *ret_n, struct err *err)
{
	struct ids x = { .a = a };
	const struct db_in in[] = { db_str(k->id), db_str(k->draw[0].commit->id) };
	const struct db_out out[] = { db_to_i64(&x.id) };

	if (!db_each(db, a, &st_draws, DB_IN(in), DB_OUT(out), take_id, &x, err))
		return false;
	*ret = x.v;
	*ret_n = x.n;
	return true;
}
