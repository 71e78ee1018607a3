/* SPDX-License-Identifier: MulanPSL-2.0 */
/* party.c - 画像: all matters and fines of one party. Matters are found by the keyed party field of each kind, through
 * matter_list, so that rights are part of the query; each is seen again for what the reader may read in it. */
#include "app/party.h"

#include "app/visits.h"
#include "base/day.h"
#include "pages.h"

#define LIST_MOST 200 /* of a kind */
#define LINES_MOST 500
#define NAMES_MOST 8
#define YEARS_MOST 40
#define CODE_MOST 40
#define NAME_MOST 200 /* characters */

struct picture {
	struct req *r;
	const struct law *law;
	struct shower shower;
	struct str name[NAMES_MOST]; /* as they were written, each once */
	size_t n_name;
	struct fined {
		int year;
		int64_t count;
		struct val sum;
	} year[YEARS_MOST];
	size_t n_year;
	struct lines {
		struct party_line *v;
		int64_t *id;
		size_t n;
	} sure, maybe;
	bool cut;
};

/* ---- names ---- */

/* （某）公司 and (某) 公司 are the same: without blanks, brackets narrow or wide. */
static struct str normalized(struct arena *a, struct str name, bool wide)
{
	struct buf b;
	size_t at = 0;

	buf_init(&b, a, name.n * 3 + 8);
	while (at < name.n) {
		size_t from = at;
		uint32_t c = cp_half_width(str_next(name, &at));

		if (c == ' ')
			continue;
		if (c == '(')
			buf_adds(&b, wide ? "（" : "(");
		else if (c == ')')
			buf_adds(&b, wide ? "）" : ")");
		else
			buf_add(&b, str_sub(name, from, at));
	}
	return buf_str(&b);
}

static void add_name(struct str *v, size_t *n, struct str name)
{
	for (size_t i = 0; i < *n; i++)
		if (str_eq(v[i], name))
			return;
	if (name.n && *n < NAMES_MOST)
		v[(*n)++] = name;
}

struct str party_href(struct req *r, const struct party *p)
{
	struct html h;

	html_init(&h, r->a, 4000);
	html_put_part(&h, p->code.n ? p->code : p->name);
	return str_fmt(r->a, p->code.n ? "/party/%.*s" : "/party?name=%.*s", STR_FMT(html_str(&h)));
}

/* ---- matters ---- */

static void lines_init(struct arena *a, struct lines *l)
{
	l->v = arena_many(a, LINES_MOST, struct party_line);
	l->id = arena_many(a, LINES_MOST, int64_t);
}

/* A field that not everybody who sees the matter may read is nothing to search by. */
bool party_leads(const struct field *f)
{
	return f->type.tag == T_PARTY && f->keyed && !f->see.set;
}

static const struct field_view *seen_field(const struct matter_view *m, const char *id)
{
	for (size_t i = 0; i < m->n_field; i++)
		if (str_is(m->field[i].def->id, id) && !m->field[i].hidden && !m->field[i].masked && !val_is_null(m->field[i].v))
			return &m->field[i];
	return NULL;
}

static void add_fine(struct picture *x, int year, struct val sum)
{
	size_t at = 0;

	while (at < x->n_year && x->year[at].year > year)
		at++;
	if (at == x->n_year || x->year[at].year != year) {
		if (x->n_year == YEARS_MOST)
			return;
		for (size_t i = x->n_year++; i > at; i--)
			x->year[i] = x->year[i - 1];
		x->year[at] = (struct fined){ .year = year, .sum = val_num(T_MONEY, 0) };
	}
	x->year[at].count++;
	x->year[at].sum.n += sum.n;
}

/* A fine counts in the year of its decision. */
static void fine_of(struct picture *x, const struct matter_view *m, bool counted, struct party_line *ret)
{
	const struct field_view *fine = seen_field(m, "fine"), *on = seen_field(m, "decided_on");

	if (!fine || fine->v.t != T_MONEY || fine->v.n <= 0 || !on || on->v.t != T_DATE)
		return;
	ret->fine = shown_text(&x->shower, fine->v);
	if (counted)
		add_fine(x, day_ymd(on->v.i).year, fine->v);
}

static bool known(const struct lines *l, int64_t id)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->id[i] == id)
			return true;
	return false;
}

static bool one(struct picture *x, const struct list_row *row, const struct field *f, struct lines *to, bool counted,
		struct err *err)
{
	struct req *r = x->r;
	const struct actor who = actor_of(r);
	const struct field_view *party;
	struct matter_view m;
	struct err hidden = { 0 };
	struct party_line l;

	if (known(&x->sure, row->snap->id) || known(&x->maybe, row->snap->id))
		return true;
	if (!matter_see(app_of(r)->engine, r->db, r->a, &who, row->snap->id, SEE_FIELDS, &m, &hidden))
		return hidden.code == ERR_NOT_FOUND || err_set(err, hidden.code, "%s", hidden.msg);
	party = seen_field(&m, str_cstr(r->a, f->id));
	x->cut = x->cut || to->n == LINES_MOST;
	if (!party || to->n == LINES_MOST)
		return true;
	l = (struct party_line){ .code = m.snap->code, .title = title_once(m.title), .kind = m.snap->kind->name,
				 .state = m.snap->state->name, .organ = m.organ_name,
				 .opened = str_head(shown_time(r->a, m.snap->opened), 10), .name = party->v.party->name };
	for (size_t i = 0; i < m.snap->kind->n_number; i++)
		if (m.snap->number[i].n)
			l.number = m.snap->number[i]; /* the latest one: that of the decision */
	fine_of(x, &m, counted, &l);
	add_name(x->name, &x->n_name, l.name);
	to->v[to->n] = l;
	to->id[to->n++] = row->snap->id;
	return true;
}

static bool gather(struct picture *x, struct str key, struct lines *to, bool counted, struct err *err)
{
	for (size_t i = 0; i < x->law->n_kind; i++)
		for (size_t j = 0; j < x->law->kind[i].n_field; j++) {
			const struct field *f = &x->law->kind[i].field[j];
			const struct list_filter by = { f->id, key };
			const struct list_query q = { .who = actor_of(x->r), .kind = x->law->kind[i].id, .filter = &by,
						      .n_filter = 1, .order = LIST_OPENED, .limit = LIST_MOST };
			const struct list_row *row;
			size_t n;

			if (!party_leads(f))
				continue;
			if (!matter_list(app_of(x->r)->engine, x->r->db, x->r->a, &q, &row, &n, err))
				return false;
			x->cut = x->cut || n == LIST_MOST;
			for (size_t k = 0; k < n; k++)
				if (!one(x, &row[k], f, to, counted, err))
					return false;
		}
	return true;
}

/* Those that were entered without a code, under a name as it may have been written: their key is ~name. */
static bool gather_name(struct picture *x, struct str name, struct lines *to, bool counted, struct err *err)
{
	struct arena *a = x->r->a;
	struct str way[NAMES_MOST];
	size_t n = 0;

	add_name(way, &n, name);
	add_name(way, &n, normalized(a, name, true));
	add_name(way, &n, normalized(a, name, false));
	for (size_t i = 0; i < n; i++)
		if (!gather(x, str_fmt(a, "~%.*s", STR_FMT(way[i])), to, counted, err))
			return false;
	return true;
}

static bool by_code(struct picture *x, struct str code, struct err *err)
{
	size_t n;

	if (!gather(x, code, &x->sure, true, err))
		return false;
	n = x->n_name; /* grows while those without a code come in */
	for (size_t i = 0; i < n; i++)
		if (!gather_name(x, x->name[i], &x->maybe, false, err))
			return false;
	return true;
}

/* ---- the page ---- */

static void fines(struct picture *x, struct party_view *v)
{
	struct arena *a = x->r->a;
	struct party_fines *f = arena_many(a, x->n_year, struct party_fines);
	struct val sum = val_num(T_MONEY, 0);
	int64_t count = 0;

	for (size_t i = 0; i < x->n_year; i++) {
		f[i] = (struct party_fines){ .year = str_fmt(a, "%d年", x->year[i].year),
					     .count = str_fmt(a, "%lld", (long long)x->year[i].count),
					     .sum = shown_text(&x->shower, x->year[i].sum) };
		count += x->year[i].count;
		sum.n += x->year[i].sum.n;
	}
	v->fines = f;
	v->n_fines = x->n_year;
	v->total = count ? str_fmt(a, "罚款%lld次，共%.*s", (long long)count, STR_FMT(shown_text(&x->shower, sum)))
		: STR("没有罚款");
}

bool party_is_code(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= '0' && s.p[i] <= '9') || (s.p[i] >= 'A' && s.p[i] <= 'Z')))
			return false;
	return s.n > 0 && s.n <= CODE_MOST;
}

bool party_show(struct req *r, struct err *err)
{
	const bool named = str_is(r->path, "/party");
	struct str asked = named ? normalized(r->a, req_query(r, "name"), true) : req_param(r, "code");
	struct picture x = { .r = r };
	struct party_view v = { .n_line = 0 };
	struct html h;

	if (named ? !asked.n || str_chars(asked) > NAME_MOST : !party_is_code(asked))
		return err_set(err, ERR_NOT_FOUND, "没有这个当事人：地址里要有统一社会信用代码、证件号码或者名称");
	lines_init(r->a, &x.sure);
	lines_init(r->a, &x.maybe);
	if (!frame_load(r, STR("当事人画像"), &v.frame, err) || !frame_law(r, &x.law, err) || !shower_init(r, &x.shower, err)
	    || !(named ? gather_name(&x, asked, &x.sure, true, err) : by_code(&x, asked, err)))
		return false;
	v.code = named ? (struct str){ 0 } : asked;
	v.name = x.n_name ? x.name[0] : named ? asked : (struct str){ 0 };
	v.other = x.name + 1;
	v.n_other = x.n_name > 1 ? x.n_name - 1 : 0;
	v.line = x.sure.v;
	v.n_line = x.sure.n;
	v.maybe = x.maybe.v;
	v.n_maybe = x.maybe.n;
	v.cut = x.cut;
	if (v.code.n && visits_kind(x.law))
		v.year_href = str_fmt(r->a, "/party/%.*s/year/%d", STR_FMT(v.code), day_ymd(day_at(now_of(r))).year);
	fines(&x, &v);
	frame_crumb(&v.frame, STR("当事人画像"), (struct str){ 0 });
	html_init(&h, r->a, HTML_MAX);
	page_party(&h, &v);
	return frame_reply(r, 200, &h, err);
}
