/* SPDX-License-Identifier: MulanPSL-2.0 */
/* A line each: id, kind, name, query, parted by tabs; the one to take back has its place before them. */
#include "app/saved.h"

#include "app/prefs.h"
#include "base/buf.h"
#include "base/parse.h"

#define KEY STR("filters")
#define KEY_BEFORE STR("filters.before")

struct all {
	struct saved v[SAVED_MOST + 1];
	size_t n;
};

static bool read_line(struct str line, struct saved *ret)
{
	struct str id;

	return str_cut(&line, '\t', &id) && parse_i64(id, 1, INT64_MAX, &ret->id) && str_cut(&line, '\t', &ret->kind)
	    && str_cut(&line, '\t', &ret->name) && (ret->query = line).n > 0;
}

static void put_line(struct buf *b, const struct saved *x)
{
	buf_addf(b, "%lld\t%.*s\t%.*s\t%.*s", (long long)x->id, STR_FMT(x->kind), STR_FMT(x->name), STR_FMT(x->query));
}

static bool load(struct db *db, struct arena *a, int64_t person, struct all *ret, struct err *err)
{
	struct str rest, line;

	ret->n = 0;
	if (!prefs_get(db, a, person, KEY, &rest, err))
		return false;
	while (ret->n < SAVED_MOST && str_cut(&rest, '\n', &line))
		ret->n += read_line(line, &ret->v[ret->n]);
	return true;
}

static bool store(struct db *db, struct arena *a, int64_t person, const struct all *x, struct err *err)
{
	struct buf b;

	buf_init(&b, a, PREF_VALUE_MOST);
	for (size_t i = 0; i < x->n; i++) {
		put_line(&b, &x->v[i]);
		buf_addc(&b, '\n');
	}
	return prefs_put(db, person, KEY, buf_str(&b), err);
}

static size_t place_of(const struct all *x, int64_t id)
{
	size_t i = 0;

	while (i < x->n && x->v[i].id != id)
		i++;
	return i;
}

static bool find(const struct all *x, int64_t id, size_t *ret, struct err *err)
{
	*ret = place_of(x, id);
	return *ret < x->n || err_set(err, ERR_NOT_FOUND, "没有这个常用筛选，可能已经去掉了");
}

static bool good_name(const struct all *x, struct str kind, struct str name, int64_t id, struct err *err)
{
	if (!name.n)
		return err_set(err, ERR_BAD_INPUT, "请给这个常用筛选起个名字");
	if (str_chars(name) > SAVED_NAME_CHARS)
		return err_set(err, ERR_BAD_INPUT, "常用筛选的名字请在%d个字以内", SAVED_NAME_CHARS);
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < ' ')
			return err_set(err, ERR_BAD_INPUT, "常用筛选的名字里不能有换行或者制表符");
	for (size_t i = 0; i < x->n; i++)
		if (x->v[i].id != id && str_eq(x->v[i].kind, kind) && str_eq(x->v[i].name, name))
			return err_set(err, ERR_BAD_INPUT, "已有名为“%.*s”的常用筛选，请换一个名字", STR_FMT(name));
	return true;
}

bool saved_all(struct db *db, struct arena *a, int64_t person, const struct saved **ret, size_t *ret_n, struct err *err)
{
	struct all *x = arena_one(a, struct all);

	if (!load(db, a, person, x, err))
		return false;
	*ret = x->v;
	*ret_n = x->n;
	return true;
}

static bool read_before(struct db *db, struct arena *a, int64_t person, struct saved *ret, int64_t *place, bool *there,
			struct err *err)
{
	struct str rest, head;

	if (!prefs_get(db, a, person, KEY_BEFORE, &rest, err))
		return false;
	*there = str_cut(&rest, '\t', &head) && parse_i64(head, 0, SAVED_MOST, place) && read_line(rest, ret);
	return true;
}

bool saved_before(struct db *db, struct arena *a, int64_t person, struct saved *ret, bool *ret_there, struct err *err)
{
	int64_t place;

	return read_before(db, a, person, ret, &place, ret_there, err);
}

static bool remember(struct db *db, struct arena *a, int64_t person, const struct all *x, size_t at, struct err *err)
{
	struct buf b;

	buf_init(&b, a, PREF_VALUE_MOST);
	buf_addf(&b, "%zu\t", at);
	put_line(&b, &x->v[at]);
	return prefs_put(db, person, KEY_BEFORE, buf_str(&b), err);
}

static void insert(struct all *x, size_t at, const struct saved *one)
{
	for (size_t i = x->n++; i > at; i--)
		x->v[i] = x->v[i - 1];
	x->v[at] = *one;
}

static bool room(const struct all *x, struct err *err)
{
	return x->n < SAVED_MOST
	    || err_set(err, ERR_BAD_INPUT, "常用筛选最多存%d个，请先在“整理”里去掉一个不用的", SAVED_MOST);
}

bool saved_add(struct db *db, struct arena *a, int64_t person, const struct saved *x, struct err *err)
{
	struct all all;
	struct saved fresh = *x, before;
	bool there;

	if (!load(db, a, person, &all, err) || !room(&all, err) || !good_name(&all, x->kind, x->name, 0, err)
	    || !saved_before(db, a, person, &before, &there, err))
		return false;
	if (!x->query.n || x->query.n > SAVED_QUERY_MOST)
		return err_set(err, ERR_BAD_INPUT, "%s", x->query.n ? "条件过长，请少选几项再存" : "还没有选条件，没有可以存的");
	fresh.id = there ? before.id + 1 : 1;
	for (size_t i = 0; i < all.n; i++)
		if (all.v[i].id >= fresh.id)
			fresh.id = all.v[i].id + 1;
	insert(&all, all.n, &fresh);
	return store(db, a, person, &all, err);
}

bool saved_rename(struct db *db, struct arena *a, int64_t person, int64_t id, struct str name, struct err *err)
{
	struct all all;
	size_t at;

	if (!load(db, a, person, &all, err) || !find(&all, id, &at, err) || !good_name(&all, all.v[at].kind, name, id, err)
	    || !remember(db, a, person, &all, at, err))
		return false;
	all.v[at].name = name;
	return store(db, a, person, &all, err);
}

bool saved_drop(struct db *db, struct arena *a, int64_t person, int64_t id, struct err *err)
{
	struct all all;
	size_t at;

	if (!load(db, a, person, &all, err) || !find(&all, id, &at, err) || !remember(db, a, person, &all, at, err))
		return false;
	for (all.n--; at < all.n; at++)
		all.v[at] = all.v[at + 1];
	return store(db, a, person, &all, err);
}

bool saved_undo(struct db *db, struct arena *a, int64_t person, struct err *err)
{
	struct all all;
	struct saved before;
	int64_t place;
	bool there;
	size_t at;

	if (!load(db, a, person, &all, err) || !read_before(db, a, person, &before, &place, &there, err))
		return false;
	if (!there)
		return err_set(err, ERR_NOT_FOUND, "没有可以撤销的更改");
	if (!good_name(&all, before.kind, before.name, before.id, err))
		return false;
	at = place_of(&all, before.id);
	if (at < all.n)
		all.v[at] = before;
	else if (!room(&all, err))
		return false;
	else
		insert(&all, (size_t)place < all.n ? (size_t)place : all.n, &before);
	return store(db, a, person, &all, err) && prefs_put(db, person, KEY_BEFORE, (struct str){ 0 }, err);
}
