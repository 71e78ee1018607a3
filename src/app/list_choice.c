/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/list_choice.h"

#include "app/prefs.h"
#include "app/saved.h"
#include "app/sign.h"
#include "base/parse.h"

static struct str cols_key(struct arena *a, const struct kind *k)
{
	return str_fmt(a, "cols.%.*s", STR_FMT(k->id));
}

/* ---- what the page says ---- */

bool list_density(struct req *r, bool *ret_tight, struct err *err)
{
	struct str rows;

	if (!prefs_get(r->db, r->a, r->session->person, STR("rows"), &rows, err))
		return false;
	*ret_tight = !str_is(rows, "loose");
	return true;
}

bool list_saved(struct req *r, struct str kind, const struct saved_view **ret, size_t *ret_n, struct err *err)
{
	const struct saved *x;
	const struct law *law;
	struct saved_view *v;
	size_t n;

	if (!frame_law(r, &law, err) || !saved_all(r->db, r->a, r->session->person, &x, &n, err))
		return false;
	v = arena_many(r->a, n, struct saved_view);
	*ret_n = 0;
	for (size_t i = 0; i < n; i++) {
		const struct kind *k = law_kind(law, x[i].kind);

		if (k && (!kind.n || str_eq(kind, x[i].kind)))
			v[(*ret_n)++] = (struct saved_view){
				.id = str_fmt(r->a, "%lld", (long long)x[i].id), .name = x[i].name, .kind = k->name,
				.href = str_fmt(r->a, "/k/%.*s?%.*s", STR_FMT(x[i].kind), STR_FMT(x[i].query)) };
	}
	*ret = v;
	return true;
}

/* Which of the kept ones the list is now: compared as addresses. */
static bool put_saved(struct listing *l, struct list_view *v, struct err *err)
{
	struct str here = str_fmt(l->r->a, "/k/%.*s?%.*s", STR_FMT(l->kind->id), STR_FMT(listing_chosen(l)));
	const struct saved_view *x, *all;
	struct saved_view *mark;
	size_t n_all;

	if (!list_saved(l->r, l->kind->id, &x, &v->n_saved, err) || !list_saved(l->r, (struct str){ 0 }, &all, &n_all, err))
		return false;
	mark = arena_many(l->r->a, v->n_saved, struct saved_view);
	v->chosen = listing_chosen(l);
	for (size_t i = 0; i < v->n_saved; i++) {
		mark[i] = x[i];
		mark[i].here = str_eq(x[i].href, here);
		if (mark[i].here)
			v->chosen = (struct str){ 0 };
	}
	v->saved = mark;
	if (n_all >= SAVED_MOST)
		v->saved_full = str_fmt(l->r->a, "常用筛选最多存%d个，请先在“整理”里去掉一个不用的，再存新的。", SAVED_MOST);
	return true;
}

static bool put_said(struct listing *l, struct list_view *v, struct err *err)
{
	struct str done = req_query(l->r, "list-done");
	struct saved before;
	bool there;

	if (!done.n || !saved_before(l->r->db, l->r->a, l->r->session->person, &before, &there, err))
		return !done.n;
	v->choosing = str_is(done, "columns");
	if (str_is(done, "keep"))
		v->said = STR("已存为常用，工作台上也有这个链接。");
	else if (str_is(done, "back"))
		v->said = STR("已恢复。");
	v->undo = there && str_eq(before.kind, l->kind->id) && (str_is(done, "drop") || str_is(done, "rename"));
	if (v->undo)
		v->said = str_fmt(l->r->a, str_is(done, "drop") ? "已去掉“%.*s”。" : "已改名，原名“%.*s”。", STR_FMT(before.name));
	return true;
}

static void put_columns(struct listing *l, struct list_view *v)
{
	size_t n;
	const struct column *c = listing_all_columns(l, &n);
	struct column_view *add = arena_many(l->r->a, n, struct column_view);
	struct column_view *shown = arena_many(l->r->a, l->n_shown, struct column_view);

	for (size_t j = 0; j < l->n_shown; j++)
		shown[j] = (struct column_view){ .id = l->col[j].id, .name = l->col[j].name };
	for (size_t i = 0; i < n; i++) {
		bool there = false;

		for (size_t j = 0; j < l->n_shown && !there; j++)
			there = column_same(&l->col[j], &c[i]);
		if (!there)
			add[v->n_column++] = (struct column_view){ .id = c[i].id, .name = c[i].name };
	}
	v->shown = shown;
	v->n_shown = l->n_shown;
	v->column = add;
	v->cols = listing_columns(l);
	v->own_columns = l->own_columns;
}

bool list_choices(struct listing *l, struct list_view *v, struct err *err)
{
	struct str here = same_address(l->r, (struct str){ 0 }, NULL, NULL, (struct str){ 0 });

	v->query = here.n ? str_sub(here, 1, here.n) : here;
	put_columns(l, v);
	return put_saved(l, v, err) && put_said(l, v, err);
}

/* ---- what is chosen ---- */

struct choosing {
	struct req *r;
	struct listing l;
	struct str what, value, key; /* do; for preferences key and value */
	struct saved saved;
	const char *at; /* where on the list it goes on */
};

/* The list as the form's page showed it. */
static bool read_list(struct req *r, struct choosing **ret, struct err *err)
{
	struct choosing *c = *ret = arena_one(r->a, struct choosing);

	c->r = r;
	c->what = req_form(r, "do");
	c->at = "";
	return form_urlencoded(r->a, req_form(r, "query"), &r->query, err) && listing_read(r, req_param(r, "kind"), &c->l, err);
}

/* Back to the list, with what was done. */
static bool back(struct req *r, struct choosing *c, struct str done)
{
	static const char *const drop[] = { "after", "page", "trail", "list-cols", "list-done", NULL };
	struct str path = str_fmt(r->a, "/k/%.*s", STR_FMT(c->l.kind->id));

	return reply_see_other(r, str_fmt(r->a, "%.*s%s", STR_FMT(same_address(r, path, drop, "list-done", done)), c->at));
}

static bool after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	struct choosing *c = ctx;

	if (!ok)
		return err_set(err, failed->code, "%s", failed->msg);
	return back(r, c, c->key.n ? STR("columns") : c->what);
}

static bool saved_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct choosing *c = ctx;
	const int64_t person = c->r->session->person;

	if (str_is(c->what, "keep"))
		return saved_add(db, a, person, &c->saved, err);
	if (str_is(c->what, "rename"))
		return saved_rename(db, a, person, c->saved.id, c->saved.name, err);
	if (str_is(c->what, "drop"))
		return saved_drop(db, a, person, c->saved.id, err);
	if (str_is(c->what, "back"))
		return saved_undo(db, a, person, err);
	return err_set(err, ERR_BAD_INPUT, "没有说明要做什么");
}

bool saved_post(struct req *r, struct err *err)
{
	struct choosing *c;

	if (!read_list(r, &c, err))
		return false;
	c->saved = (struct saved){ .kind = c->l.kind->id, .name = str_trim(req_form(r, "name")), .query = listing_chosen(&c->l) };
	if (!parse_i64(req_form(r, "id"), 1, INT64_MAX, &c->saved.id))
		c->saved.id = 0;
	return req_write(r, saved_run, c, after);
}

static bool columns_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct choosing *c = ctx;

	(void)a;
	return prefs_put(db, c->r->session->person, c->key, c->value, err);
}

/* The column that "up.ID" names among those shown; n_shown: none. */
static size_t named(const struct listing *l, struct str what, const char *verb)
{
	size_t i = 0;

	if (!str_starts(what, str_of(verb)))
		return l->n_shown;
	while (i < l->n_shown && !str_eq(l->col[i].id, str_sub(what, str_of(verb).n, what.n)))
		i++;
	return i;
}

static void swap(struct listing *l, size_t i, size_t j)
{
	struct column c = l->col[i];

	l->col[i] = l->col[j];
	l->col[j] = c;
}

static bool add_column(struct listing *l, struct str id, struct err *err)
{
	size_t n;
	const struct column *all = listing_all_columns(l, &n);

	if (l->n_shown == LISTED_COLUMNS)
		return err_set(err, ERR_BAD_INPUT, "最多%d列，请先去掉一列", LISTED_COLUMNS);
	for (size_t i = 0; i < n; i++)
		if (str_eq(all[i].id, id)) {
			listing_use_columns(l, str_fmt(l->r->a, "%.*s,%.*s", STR_FMT(listing_columns(l)), STR_FMT(id)));
			return true;
		}
	return err_set(err, ERR_BAD_INPUT, "请选择要加的列");
}

bool columns_post(struct req *r, struct err *err)
{
	struct choosing *c;
	struct listing *l;
	size_t up, down, drop;

	if (!read_list(r, &c, err))
		return false;
	l = &c->l;
	listing_use_columns(l, req_form(r, "cols"));
	up = named(l, c->what, "up.");
	down = named(l, c->what, "down.");
	drop = named(l, c->what, "drop.");
	if (up > 0 && up < l->n_shown)
		swap(l, up, up - 1);
	if (down + 1 < l->n_shown)
		swap(l, down, down + 1);
	if (drop < l->n_shown && l->n_shown > 1) {
		for (; drop + 1 < l->n_shown; drop++)
			swap(l, drop, drop + 1);
		l->n_shown--;
	}
	if (str_is(c->what, "add") && !add_column(l, req_form(r, "add"), err))
		return false;
	c->key = cols_key(r->a, l->kind);
	c->value = str_is(c->what, "reset") ? (struct str){ 0 } : listing_columns(l);
	c->at = "#columns";
	return req_write(r, columns_run, c, after);
}

/* ---- the height of rows ---- */

static bool density_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct req *r = ctx;

	(void)a;
	return prefs_put(db, r->session->person, STR("rows"), str_is(req_form(r, "rows"), "loose") ? STR("loose") : (struct str){ 0 },
			 err);
}

static bool density_after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	(void)ctx;
	if (!ok)
		return err_set(err, failed->code, "%s", failed->msg);
	return reply_see_other(r, safe_next(req_form(r, "to")));
}

bool density_post(struct req *r, struct err *err)
{
	(void)err;
	return req_write(r, density_run, r, density_after);
}
