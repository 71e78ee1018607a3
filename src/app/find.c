/* SPDX-License-Identifier: MulanPSL-2.0 */
/* find.c - 搜索 over all kinds. */
#include "app/index.h"
#include "app/listing.h"
#include "base/parse.h"
#include "pages.h"

#define HITS_MOST 50

/* The first of the words with 30 characters before it, marked. */
struct safe_html listing_around(struct arena *a, struct str text, struct str typed)
{
	struct str word[8], rest = typed, part;
	size_t n = 0, at = SIZE_MAX, from;

	while (n < ARRAY_LEN(word) && str_cut(&rest, ' ', &part))
		if (part.n)
			word[n++] = part;
	for (size_t i = 0; i < n; i++) {
		size_t x = str_find(text, word[i], 0);

		at = x < at ? x : at;
	}
	from = at == SIZE_MAX || at < 90 ? 0 : at - 90; /* bytes: three a Chinese character */
	while (from < text.n && ((unsigned char)text.p[from] & 0xc0) == 0x80)
		from++;
	return html_mark(a, str_head(str_sub(text, from, text.n), 110), word, n);
}

static void row_of_hit(struct req *r, const struct matter_view *m, const struct search_hit *hit, struct str typed,
		       struct row_view *row)
{
	*row = (struct row_view){ .code = m->snap->code, .title = title_once(m->title), .kind = m->snap->kind->name,
				  .state = m->snap->state->name, .holder = m->holder, .organ = m->organ_name, .light = "",
				  .found = listing_around(r->a, hit->text, typed) };
	for (size_t i = 0; i < m->snap->kind->n_number && !row->number.n; i++)
		row->number = m->snap->number[i];
	for (size_t i = 0; i < m->n_clock; i++)
		if (m->clock[i].v.state == CLOCK_RUNNING && !row->chip.n) {
			row->chip = m->clock[i].chip;
			row->clock = m->clock[i].def->name;
			row->light = light_class(m->clock[i].light);
		}
	row->next_href = str_fmt(r->a, "/m/%.*s", STR_FMT(m->snap->code));
}

/* Hits, each seen again through the engine: the index may be two seconds behind. */
static bool by_text(struct req *r, struct str q, const struct row_view **ret, size_t *ret_n, struct str *ret_more,
		    struct err *err)
{
	static const char *const pages[] = { "after", NULL };
	const struct actor who = actor_of(r);
	struct index_query iq = { .typed = q, .who = &who, .limit = HITS_MOST };
	const struct search_hit *hit;
	struct row_view *row;
	size_t n, got = 0;
	bool more;

	if (!parse_i64(req_query(r, "after"), 1, INT64_MAX, &iq.before))
		iq.before = 0;
	if (!index_find(r, &iq, &hit, &n, &more, err))
		return false;
	row = arena_many(r->a, n, struct row_view);
	for (size_t i = 0; i < n; i++) {
		struct matter_view m;
		struct err hidden = { 0 };

		if (matter_see(app_of(r)->engine, r->db, r->a, &who, hit[i].matter, SEE_CLOCKS, &m, &hidden))
			row_of_hit(r, &m, &hit[i], q, &row[got++]);
		else if (hidden.code != ERR_NOT_FOUND)
			return err_set(err, hidden.code, "%s", hidden.msg);
	}
	*ret = row;
	*ret_n = got;
	if (more && n)
		*ret_more = same_address(r, r->path, pages, "after", str_fmt(r->a, "%lld", (long long)hit[n - 1].matter));
	return true;
}

bool search_show(struct req *r, struct err *err)
{
	struct search_view v = { .q = str_trim(req_query(r, "q")) };
	struct html h;

	if (!frame_load(r, STR("搜索"), &v.frame, err))
		return false;
	frame_crumb(&v.frame, STR("搜索"), (struct str){ 0 });
	if (v.q.n && !by_text(r, v.q, &v.row, &v.n_row, &v.more, err))
		return false;
	html_init(&h, r->a, HTML_MAX);
	page_search(&h, &v);
	return frame_reply(r, 200, &h, err);
}
