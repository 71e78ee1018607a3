/* SPDX-License-Identifier: MulanPSL-2.0 */
/* find.c - the page of a search: what was typed, the tabs, the parts. */
#include "app/find.h"
#include "app/scan.h"

#include <string.h>

#include "app/api.h"
#include "app/listing.h"
#include "base/parse.h"
#include "pages.h"

#define FIRST_FEW 5 /* of each part on 全部 */
#define A_PAGE 20
#define PAGES_MOST 1000

/* The first of the words with 30 characters before it. */
static struct str excerpt(struct arena *a, struct str text, const struct str *word, size_t n)
{
	const struct str low = str_lower(a, text); /* of the same length: ASCII only */
	size_t at = SIZE_MAX, from;

	for (size_t i = 0; i < n; i++) {
		size_t x = str_find(low, str_lower(a, word[i]), 0);

		at = x < at ? x : at;
	}
	from = at == SIZE_MAX || at < 90 ? 0 : at - 90; /* bytes: three a Chinese character */
	while (from < text.n && ((unsigned char)text.p[from] & 0xc0) == 0x80)
		from++;
	return str_head(str_sub(text, from, text.n), 110);
}

static size_t words_of(struct str typed, struct str word[FIND_WORDS])
{
	struct str part;
	size_t n = 0;

	while (n < FIND_WORDS && str_cut(&typed, ' ', &part))
		if (part.n)
			word[n++] = part;
	return n;
}

struct safe_html listing_around(struct arena *a, struct str text, struct str typed)
{
	struct str word[FIND_WORDS];
	const size_t n = words_of(typed, word);

	return html_mark(a, excerpt(a, text, word, n), word, n);
}

void find_around(const struct find *f, struct str text, struct find_line *l)
{
	struct str word[FIND_WORDS];
	const size_t n = words_of(f->q, word);

	l->excerpt = excerpt(f->r->a, text, word, n);
	l->found = html_mark(f->r->a, l->excerpt, word, n);
}

static const struct source {
	struct str id, name;
	bool (*find)(struct find *f, struct find_part *p, struct err *err);
} sources[] = {
	{ { "matters", 7 }, { "办件", 6 }, find_matters },
	{ { "papers", 6 }, { "文书", 6 }, find_papers },
	{ { "parties", 7 }, { "当事人", 9 }, find_parties },
	{ { "articles", 8 }, { "条文", 6 }, find_articles },
	{ { "help", 4 }, { "帮助", 6 }, find_help },
};

bool find_within(const struct find *f, struct str text)
{
	return f->words.n && cut_matches(f->r->a, &f->words, text);
}

struct str find_next(const struct find *f, const char *name, int64_t value)
{
	static const char *const places[] = { "after", "page", NULL };

	return same_address(f->r, f->r->path, places, name, str_fmt(f->r->a, "%lld", (long long)value));
}

size_t find_page(struct find *f, struct find_part *p, size_t n)
{
	const size_t from = p->here ? (size_t)(f->page - 1) * p->most : 0;

	p->count = n;
	if (from >= n)
		return n;
	p->n = n - from < p->most ? n - from : p->most;
	if (p->here && from + p->n < n)
		p->next = find_next(f, "page", f->page + 1);
	return from;
}

/* ---- what was typed ---- */

/* One blank between two words, whatever kinds of blanks were typed. */
static struct str plain(struct arena *a, struct str typed, size_t *ret_words)
{
	struct buf b;
	size_t at = 0;
	bool gap = true;

	*ret_words = 0;
	buf_init(&b, a, typed.n + 1);
	while (at < typed.n) {
		const size_t from = at;
		const uint32_t c = cp_half_width(str_next(typed, &at));
		const bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';

		if (blank && !gap)
			buf_addc(&b, ' ');
		if (!blank) {
			*ret_words += gap;
			buf_add(&b, str_sub(typed, from, at));
		}
		gap = blank;
	}
	return str_trim(buf_str(&b));
}

/* Empty: it can be sought. */
static struct str refusal(struct find *f, struct str typed)
{
	struct arena *a = f->r->a;
	const size_t chars = str_chars(typed);
	size_t words;

	if (chars > FIND_TYPED)
		return str_fmt(a, "这次写了%zu个字，一次最多查%d个字。试试：只写案号、当事人，或者其中几个字。", chars, FIND_TYPED);
	f->q = plain(a, typed, &words);
	if (words > FIND_WORDS)
		return str_fmt(a, "这次写了%zu个词，一次最多查%d个词。试试：只留最要紧的两三个。", words, FIND_WORDS);
	cut_query(a, f->q, &f->words);
	if (f->q.n && !f->words.n)
		return str_fmt(a, "“%.*s”里只有标点，查不到东西。试试：写汉字、字母或者数字。", STR_FMT(f->q));
	return (struct str){ 0 };
}

/* ---- tabs and parts ---- */

static struct str tab_href(struct req *r, struct str id)
{
	static const char *const places[] = { "in", "after", "page", NULL };

	return id.n ? same_address(r, r->path, places, "in", id) : same_address(r, r->path, places, NULL, id);
}

static struct str count_says(struct arena *a, size_t count, bool over)
{
	return over ? str_fmt(a, "超过%zu", count) : str_fmt(a, "%zu", count);
}

static bool look(struct find *f, const struct source *s, struct str in, struct find_part *p, struct err *err)
{
	*p = (struct find_part){ .id = s->id, .name = s->name, .href = tab_href(f->r, s->id), .here = str_eq(in, s->id) };
	p->most = p->here ? A_PAGE : in.n ? 0 : FIRST_FEW;
	if (!s->find(f, p, err))
		return false;
	p->says = count_says(f->r->a, p->count, p->over);
	if (f->after || f->page > 1)
		p->first = p->href;
	return true;
}

static bool parts(struct find *f, struct str in, struct search_view *v, struct err *err)
{
	struct find_part *tab = arena_many(f->r->a, ARRAY_LEN(sources) + 1, struct find_part);
	struct find_part *shown = arena_many(f->r->a, ARRAY_LEN(sources), struct find_part);
	size_t count = 0;
	bool over = false;

	for (size_t i = 0; i < ARRAY_LEN(sources); i++) {
		struct find_part *p = &tab[i + 1];

		if (!look(f, &sources[i], in, p, err))
			return false;
		count += p->count;
		over = over || p->over;
		if (p->here || (!in.n && p->n))
			shown[v->n_part++] = *p;
	}
	tab[0] = (struct find_part){ .name = STR("全部"), .href = tab_href(f->r, (struct str){ 0 }), .here = !in.n,
				     .says = count_says(f->r->a, count, over), .count = count, .over = over };
	v->tab = tab;
	v->n_tab = ARRAY_LEN(sources) + 1;
	v->part = shown;
	return true;
}

static struct str part_asked(struct req *r)
{
	for (size_t i = 0; i < ARRAY_LEN(sources); i++)
		if (str_eq(req_query(r, "in"), sources[i].id))
			return sources[i].id;
	return (struct str){ 0 };
}

/* What a scanner reads from a printed 待办单 (qr.h): the address of a matter. */
static bool is_address(struct str q)
{
	struct str code = str_sub(q, STR("/m/").n, q.n);

	if (!str_starts(q, STR("/m/")) || code.n != 36)
		return false;
	for (size_t i = 0; i < code.n; i++)
		if (!strchr("0123456789abcdef-", code.p[i]))
			return false;
	return true;
}

static struct find asked(struct req *r)
{
	struct find f = { .r = r };

	if (!parse_i64(req_query(r, "after"), 1, INT64_MAX, &f.after))
		f.after = 0;
	if (!parse_i64(req_query(r, "page"), 1, PAGES_MOST, &f.page))
		f.page = 1;
	return f;
}

bool search_show(struct req *r, struct err *err)
{
	struct find f = asked(r);
	struct search_view v = { .q = str_trim(req_query(r, "q")) };
	struct str in = part_asked(r);
	struct html h;

	if (is_address(v.q) || scan_is_address(v.q))
		return reply_see_other(r, v.q);
	if (!frame_load(r, STR("搜索"), &v.frame, err))
		return false;
	frame_crumb(&v.frame, STR("搜索"), (struct str){ 0 });
	v.refused = refusal(&f, v.q);
	v.all = !in.n;
	if (!v.refused.n && f.q.n && !parts(&f, in, &v, err))
		return false;
	v.q = v.refused.n ? str_head(v.q, FIND_TYPED) : f.q;
	html_init(&h, r->a, HTML_MAX);
	page_search(&h, &v);
	return frame_reply(r, 200, &h, err);
}

/* ---- the same for programs ---- */

static void put_line(struct json_out *o, const struct find_line *l)
{
	json_open(o, NULL, '{');
	json_out_str(o, "sort", l->sort);
	json_out_str(o, "title", l->title);
	json_out_str(o, "path", l->href);
	json_out_str(o, "about", l->sub);
	json_out_str(o, "where", l->where);
	json_out_str(o, "excerpt", l->excerpt);
	json_out_str(o, "limit", l->chip);
	json_close(o, '}');
}

static void put_part(struct json_out *o, const struct find_part *p)
{
	json_open(o, NULL, '{');
	json_out_str(o, "in", p->id);
	json_out_str(o, "name", p->name);
	json_out_i64(o, "count", (int64_t)p->count);
	json_out_bool(o, "over", p->over);
	json_open(o, "lines", '[');
	for (size_t i = 0; i < p->n; i++)
		put_line(o, &p->line[i]);
	json_close(o, ']');
	if (p->next.n)
		json_out_str(o, "next", p->next);
	json_close(o, '}');
}

/* A token for some kinds only would find by its words what it may not open. */
bool api_search(struct req *r, struct err *err)
{
	struct find f = asked(r);
	struct search_view v = { .q = str_trim(req_query(r, "q")) };
	struct api_out out;

	if (r->session->kinds.n)
		return err_set(err, ERR_FORBIDDEN, "这个令牌只含一部分办件种类，不能搜索全部；请用 /api/v1/matters?kind=种类&q=");
	v.refused = refusal(&f, v.q);
	if (v.refused.n || !f.q.n)
		return err_set(err, ERR_BAD_INPUT, "%.*s", STR_FMT(v.refused.n ? v.refused : STR("请用 q 写要找的字")));
	if (!parts(&f, part_asked(r), &v, err))
		return false;
	api_out_init(r, &out);
	json_open(&out.o, NULL, '{');
	json_out_str(&out.o, "q", f.q);
	json_open(&out.o, "parts", '[');
	for (size_t i = 1; i < v.n_tab; i++)
		put_part(&out.o, &v.tab[i]);
	json_close(&out.o, ']');
	json_close(&out.o, '}');
	return api_reply(r, 200, &out, err);
}
