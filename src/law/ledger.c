/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdlib.h>
#include <string.h>

#include "base/csv.h"
#include "base/parse.h"
#include "law/law.h"

/* A regulation (制度) by its code: LY1.04 is called 法制审核制度 in citations. */
struct system_name {
	struct str zhidu, full, name;
};

struct book {
	struct ledger pub; /* first: ledger_* get a pointer to it */
	struct rule *rule;
	size_t cap;
	const struct system_name *system;
	size_t n_system;
};

static bool in_ledger(const char *path, const char *end)
{
	return str_starts(str_of(path), STR("ledger/")) && str_ends(str_of(path), str_of(end));
}

static struct rule *add(struct book *b, struct arena *a)
{
	if (b->pub.n == b->cap) {
		size_t cap = b->cap ? b->cap * 2 : 1024;
		struct rule *more = arena_many(a, cap, struct rule);

		if (b->pub.n)
			memcpy(more, b->rule, b->pub.n * sizeof(*more));
		b->rule = more;
		b->cap = cap;
	}
	return &b->rule[b->pub.n++];
}

static bool columns(const struct csv *t, const char *path, const char *const *name, size_t n, size_t *at,
		    struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		at[i] = csv_column(t, name[i]);
		if (at[i] == SIZE_MAX)
			return err_set(err, ERR_LAW, "%s：缺少列 %s", path, name[i]);
	}
	return true;
}

static bool rules(struct book *b, struct arena *a, const char *path, const struct csv *t, struct err *err)
{
	static const char *const name[] = { "id", "zhidu", "article", "kind", "actor", "trigger", "requirement",
					    "limit", "unit", "from_event", "effect", "evidence" };
	size_t at[ARRAY_LEN(name)];

	if (!columns(t, path, name, ARRAY_LEN(name), at, err))
		return false;
	for (size_t i = 0; i < t->rows; i++) {
		struct rule *r = add(b, a);
		struct str *cell[] = { &r->id, &r->zhidu, &r->article, &r->kind, &r->actor, &r->trigger,
				       &r->requirement, &r->limit, &r->unit, &r->from_event, &r->effect, &r->evidence };

		for (size_t c = 0; c < ARRAY_LEN(name); c++)
			*cell[c] = csv_cell(t, i, at[c]);
	}
	return true;
}

/* statutes.tsv and articles.tsv share id, law and article; the words stand in different columns. */
static bool statutes(struct book *b, struct arena *a, const char *path, const struct csv *t, struct err *err)
{
	static const char *const name[] = { "id", "law", "article" };
	size_t at[ARRAY_LEN(name)];
	size_t text = csv_column(t, "text"), must = csv_column(t, "what_must_happen");

	if (!columns(t, path, name, ARRAY_LEN(name), at, err))
		return false;
	for (size_t i = 0; i < t->rows; i++) {
		struct rule *r = add(b, a);

		r->id = csv_cell(t, i, at[0]);
		r->zhidu = csv_cell(t, i, at[1]);
		r->article = csv_cell(t, i, at[2]);
		r->requirement = csv_cell(t, i, text != SIZE_MAX ? text : must);
		r->from_event = csv_cell(t, i, csv_column(t, "event_start"));
		r->limit = csv_cell(t, i, csv_column(t, "limit"));
		r->unit = csv_cell(t, i, csv_column(t, "unit"));
		r->statute = true;
	}
	return true;
}

static bool later(struct book *b, struct arena *a, const char *path, const struct csv *t, struct err *err)
{
	static const char *const name[] = { "id", "part", "why" };
	size_t at[ARRAY_LEN(name)];
	struct later *v = arena_many(a, t->rows, struct later);

	if (!columns(t, path, name, ARRAY_LEN(name), at, err))
		return false;
	for (size_t i = 0; i < t->rows; i++)
		v[i] = (struct later){ csv_cell(t, i, at[0]), csv_cell(t, i, at[1]), csv_cell(t, i, at[2]) };
	b->pub.later = v;
	b->pub.n_later = t->rows;
	return true;
}

static bool systems(struct book *b, struct arena *a, const char *path, const struct csv *t, struct err *err)
{
	static const char *const name[] = { "zhidu", "name", "short" };
	size_t at[ARRAY_LEN(name)];
	struct system_name *v = arena_many(a, t->rows, struct system_name);

	if (!columns(t, path, name, ARRAY_LEN(name), at, err))
		return false;
	for (size_t i = 0; i < t->rows; i++)
		v[i] = (struct system_name){ csv_cell(t, i, at[0]), csv_cell(t, i, at[1]), csv_cell(t, i, at[2]) };
	b->system = v;
	b->n_system = t->rows;
	return true;
}

static bool file(struct book *b, struct arena *a, const struct law_file *f, struct err *err)
{
	struct csv t;

	if (!in_ledger(f->path, ".csv") && !in_ledger(f->path, ".tsv"))
		return true;
	if (!csv_read(a, f->text, in_ledger(f->path, ".csv") ? ',' : '\t', &t, err))
		return err_wrap(err, "%s", f->path);
	if (in_ledger(f->path, "/later.tsv"))
		return later(b, a, f->path, &t, err);
	if (in_ledger(f->path, "/systems.tsv"))
		return systems(b, a, f->path, &t, err);
	return in_ledger(f->path, ".csv") ? rules(b, a, f->path, &t, err) : statutes(b, a, f->path, &t, err);
}

static int by_id(const void *x, const void *y)
{
	return str_cmp(((const struct rule *)x)->id, ((const struct rule *)y)->id);
}

static bool no_doubles(const struct book *b, struct err *err)
{
	for (size_t i = 1; i < b->pub.n; i++)
		if (str_eq(b->rule[i].id, b->rule[i - 1].id))
			return err_set(err, ERR_LAW, "规则台账中编号“%.*s”重复", STR_FMT(b->rule[i].id));
	return true;
}

bool ledger_load(struct arena *a, const struct law_files *files, const struct ledger **ret, struct err *err)
{
	struct book *b = arena_one(a, struct book);

	for (size_t i = 0; i < files->n; i++)
		if (!file(b, a, &files->v[i], err))
			return false;
	if (b->pub.n > 1)
		qsort(b->rule, b->pub.n, sizeof(*b->rule), by_id);
	b->pub.v = b->rule;
	if (!no_doubles(b, err))
		return false;
	*ret = &b->pub;
	return true;
}

const struct rule *ledger_find(const struct ledger *l, struct str id)
{
	const struct rule key = { .id = id };

	return l->n ? bsearch(&key, l->v, l->n, sizeof(key), by_id) : NULL;
}

/* ---- citations as people write them ---- */

static void put_number(struct buf *out, int64_t n)
{
	static const char *const digit[] = { "", "一", "二", "三", "四", "五", "六", "七", "八", "九" };

	if (n >= 1000) {
		buf_adds(out, digit[n / 1000 % 10]);
		buf_adds(out, "千");
	}
	if (n >= 100) {
		buf_adds(out, n / 100 % 10 ? digit[n / 100 % 10] : "零");
		buf_adds(out, n / 100 % 10 ? "百" : "");
	}
	if (n % 100 >= 10) {
		if (n >= 20)
			buf_adds(out, digit[n / 10 % 10]);
		buf_adds(out, "十");
	} else if (n > 100 && n % 100 && n / 100 % 10) {
		buf_adds(out, "零");
	}
	buf_adds(out, digit[n % 10]);
}

/* 60 gives 第六十条, 72末款 gives 第七十二条末款; a range and words stay as they are. */
static void put_one(struct buf *out, struct str part)
{
	size_t digits = 0;
	int64_t n;

	while (digits < part.n && part.p[digits] >= '0' && part.p[digits] <= '9')
		digits++;
	if (!parse_i64(str_sub(part, 0, digits), 1, 9999, &n)) {
		size_t item = str_find(part, STR("条("), 0); /* people read the article; its items stand in its text */

		buf_add(out, item == SIZE_MAX ? part : str_sub(part, 0, item + STR("条").n));
		return;
	}
	buf_adds(out, "第");
	if (digits < part.n && part.p[digits] == '-') {
		buf_add(out, part);
		buf_adds(out, "条");
		return;
	}
	put_number(out, n);
	buf_adds(out, "条");
	buf_add(out, str_sub(part, digits, part.n));
}

/* 44,62 gives 第四十四条、第六十二条. */
static void put_article(struct buf *out, struct str article)
{
	struct str part;
	bool first = true;

	if (str_is(article, "-"))
		return;
	buf_addc(out, ' ');
	while (str_cut(&article, ',', &part)) {
		if (!first)
			buf_adds(out, "、");
		first = false;
		put_one(out, part);
	}
}

/* 行政处罚法2021 without the year. */
static struct str law_name(struct str law)
{
	while (law.n && law.p[law.n - 1] >= '0' && law.p[law.n - 1] <= '9')
		law.n--;
	return law;
}

struct str ledger_name(const struct ledger *l, const struct rule *r, struct str *ret_full)
{
	const struct book *b = (const struct book *)(const void *)l;

	*ret_full = (struct str){ 0 };
	if (r->statute)
		return law_name(r->zhidu);
	for (size_t i = 0; i < b->n_system; i++)
		if (str_eq(b->system[i].zhidu, r->zhidu)) {
			*ret_full = b->system[i].full;
			return b->system[i].name;
		}
	return r->zhidu;
}

void ledger_put_cite(const struct ledger *l, struct str id, struct buf *out)
{
	const struct rule *r = ledger_find(l, id);
	struct str full;

	if (!r) {
		buf_add(out, id);
		return;
	}
	buf_adds(out, "〔");
	buf_add(out, ledger_name(l, r, &full));
	put_article(out, r->article);
	buf_adds(out, "〕");
}
