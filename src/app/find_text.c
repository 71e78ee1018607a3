/* SPDX-License-Identifier: MulanPSL-2.0 */
/* find_text.c - what the full-text index finds: matters, papers, parties. The index may be two seconds behind and its rights are wide, so
 * each hit is asked for through the engine before it is shown, counted, or makes a page longer. */
#include "app/find.h"

#include "app/index.h"
#include "app/listing.h"
#include "app/party.h"

#define LEAST_ASKED 20   /* hits a question, when only one more is wanted */
#define LOOKED_MOST 1000 /* hits that the engine is asked about for one part: those that it hides are few */

/* ---- hits that the person may see ---- */

struct walk {
	struct find *f;
	enum search_side side;
	size_t want;              /* hits to collect */
	struct search_hit *hit;
	size_t n;
	bool (*sees)(struct find *f, const struct search_hit *hit, bool *ret, struct err *err);
};

static bool walk(struct walk *w, int64_t before, struct err *err)
{
	const struct actor who = actor_of(w->f->r);
	struct index_query q = { .side = w->side, .typed = w->f->q, .who = &who, .before = before };
	size_t looked = 0;
	bool more = true;

	w->n = 0;
	w->f->met = 0;
	w->hit = arena_many(w->f->r->a, w->want, struct search_hit);
	while (more && w->n < w->want && looked < LOOKED_MOST) {
		const struct search_hit *hit;
		size_t n;

		q.limit = (int)(w->want - w->n > LEAST_ASKED ? w->want - w->n : LEAST_ASKED);
		if (!index_find(w->f->r, &q, &hit, &n, &more, err))
			return false;
		for (size_t i = 0; i < n && w->n < w->want; i++) {
			bool seen;

			if (!w->sees(w->f, &hit[i], &seen, err))
				return false;
			if (seen)
				w->hit[w->n++] = hit[i];
			q.before = hit[i].subject;
		}
		looked += n;
	}
	return true;
}

/* From the newest for the count, and from where the page begins for its lines. */
static bool walk_part(struct walk *w, struct find_part *p, struct err *err)
{
	w->want = FIND_COUNTED + 1;
	if (!walk(w, 0, err))
		return false;
	p->over = w->n > FIND_COUNTED;
	p->count = p->over ? FIND_COUNTED : w->n;
	if (!p->here || !w->f->after)
		return true;
	w->want = p->most + 1;
	return walk(w, w->f->after, err);
}

/* ---- where the words stand ---- */

static size_t words_in(const struct find *f, struct str text)
{
	size_t n = 0;

	for (size_t i = 0; i < f->words.n_phrase; i++) {
		const struct cut_query one = { .phrase = { f->words.phrase[i] }, .n_phrase = 1 };

		n += cut_matches(f->r->a, &one, text);
	}
	return n;
}

/* The field or number that has most of the words, as far as the person reads it; a party is found by its code too. */
static void stands(struct find *f, struct shower *shower, const struct matter_view *m, struct find_line *l)
{
	struct str text = { 0 };
	size_t best = 0;

	for (size_t i = 0; i < m->snap->kind->n_number; i++)
		if (words_in(f, m->snap->number[i]) > best) {
			best = words_in(f, m->snap->number[i]);
			l->where = m->snap->kind->number[i].name;
			text = m->snap->number[i];
		}
	for (size_t i = 0; i < m->n_field; i++) {
		const struct field_view *x = &m->field[i];
		struct str s;

		if (x->hidden || x->masked || val_is_null(x->v))
			continue;
		s = shown_text(shower, x->v);
		if (x->v.t == T_PARTY && x->v.party->code.n)
			s = str_fmt(f->r->a, "%.*s %.*s", STR_FMT(s), STR_FMT(x->v.party->code));
		if (words_in(f, s) > best) {
			best = words_in(f, s);
			l->where = x->def->name;
			text = s;
		}
	}
	if (best)
		find_around(f, text, l);
}

/* ---- matters ---- */

static bool sees_matter(struct find *f, const struct search_hit *hit, bool *ret, struct err *err)
{
	const struct actor who = actor_of(f->r);

	return matter_sees(app_of(f->r)->engine, f->r->db, f->r->a, &who, hit->subject, ret, err);
}

static void matter_line(struct find *f, struct shower *shower, const struct matter_view *m, struct find_line *l)
{
	struct arena *a = f->r->a;
	struct str number = { 0 };

	for (size_t i = 0; i < m->snap->kind->n_number && !number.n; i++)
		number = m->snap->number[i];
	*l = (struct find_line){ .sort = m->snap->kind->name, .light = "", .title = title_once(m->title),
				 .href = str_fmt(a, "/m/%.*s", STR_FMT(m->snap->code)),
				 .sub = str_fmt(a, "%.*s%s%.*s%s%.*s", STR_FMT(number), number.n ? " · " : "",
						STR_FMT(m->snap->state->name), m->organ_name.n ? " · " : "",
						STR_FMT(m->organ_name)) };
	for (size_t i = 0; i < m->n_clock; i++)
		if (m->clock[i].v.state == CLOCK_RUNNING && !l->chip.n) {
			l->chip = m->clock[i].chip;
			l->light = light_class(m->clock[i].light);
		}
	stands(f, shower, m, l);
}

bool find_matters(struct find *f, struct find_part *p, struct err *err)
{
	struct req *r = f->r;
	const struct actor who = actor_of(r);
	struct walk w = { .f = f, .sees = sees_matter };
	struct find_line *line = arena_many(r->a, p->most, struct find_line);
	struct shower shower;

	if (!walk_part(&w, p, err) || (p->most && !shower_init(r, &shower, err)))
		return false;
	for (size_t i = 0; i < w.n && i < p->most; i++) {
		struct matter_view m;

		if (!matter_see(app_of(r)->engine, r->db, r->a, &who, w.hit[i].subject, SEE_FIELDS | SEE_CLOCKS, &m, err))
			return false;
		matter_line(f, &shower, &m, &line[p->n++]);
	}
	p->line = line;
	if (p->here && w.n > p->n)
		p->next = find_next(f, "after", w.hit[p->n - 1].subject);
	return true;
}

/* ---- papers ---- */

static bool sees_paper(struct find *f, const struct search_hit *hit, bool *ret, struct err *err)
{
	const struct actor who = actor_of(f->r);
	const int64_t paper = hit->subject / INDEX_PIECES;
	struct paper_seen p;

	*ret = false;
	if (paper == f->met)
		return true;
	f->met = paper;
	return matter_paper(app_of(f->r)->engine, f->r->db, f->r->a, &who, paper, &p, ret, err);
}

/* The block that has most of the words; name and number stand above it anyway. */
static void paper_stands(struct find *f, const struct paper_seen *p, struct find_line *l)
{
	struct str rest = paper_plain(f->r->a, p->content), line, text = { 0 };
	size_t best = 0;

	while (str_cut(&rest, '\n', &line)) {
		const size_t n = words_in(f, line);

		if (n > best || !text.n) {
			best = n;
			text = line;
		}
	}
	find_around(f, str_trim(text), l);
}

static void paper_line(struct find *f, const struct paper_seen *p, struct find_line *l)
{
	struct arena *a = f->r->a;

	*l = (struct find_line){ .sort = p->matter->kind->name, .light = "",
				 .title = str_fmt(a, "%.*s%s%.*s", STR_FMT(p->v.name), p->v.number.n ? " " : "",
						  STR_FMT(p->v.number)),
				 .href = str_fmt(a, "/doc/%.*s", STR_FMT(p->v.code)),
				 .sub = str_fmt(a, "%.*s · %.*s制作", STR_FMT(title_once(p->title)),
						STR_FMT(str_head(shown_time(a, p->v.made), 10))) };
	paper_stands(f, p, l);
}

bool find_papers(struct find *f, struct find_part *p, struct err *err)
{
	struct req *r = f->r;
	const struct actor who = actor_of(r);
	struct walk w = { .f = f, .side = SEARCH_PAPERS, .sees = sees_paper };
	struct find_line *line = arena_many(r->a, p->most, struct find_line);

	if (!walk_part(&w, p, err))
		return false;
	for (size_t i = 0; i < w.n && i < p->most; i++) {
		struct paper_seen x;
		bool seen;

		if (!matter_paper(app_of(r)->engine, r->db, r->a, &who, w.hit[i].subject / INDEX_PIECES, &x, &seen, err))
			return false;
		if (seen)
			paper_line(f, &x, &line[p->n++]);
	}
	p->line = line;
	if (p->here && w.n > p->most)
		p->next = find_next(f, "after", INDEX_PIECE(w.hit[p->most - 1].subject / INDEX_PIECES, 0)); /* past all its pieces */
	return true;
}

/* ---- parties ---- */

#define PARTIES_A_ROUND 20

struct known {
	const struct party *party[FIND_COUNTED + 1];
	struct str matter[FIND_COUNTED + 1]; /* where it was met last */
	struct str token[FIND_COUNTED + 1];
	size_t n;
};

static struct str party_text(struct arena *a, const struct party *p)
{
	return str_fmt(a, "%.*s %.*s", STR_FMT(p->name), STR_FMT(p->code));
}

static bool is_known(const struct known *k, struct str token)
{
	for (size_t i = 0; i < k->n; i++)
		if (str_eq(k->token[i], token))
			return true;
	return false;
}

/* The n-th field that leads to a party, when the person sees that it has the words. */
static bool meet(struct find *f, struct known *k, int64_t subject, struct err *err)
{
	struct req *r = f->r;
	const struct actor who = actor_of(r);
	int64_t n = subject % INDEX_PARTIES;
	struct matter_view m;
	struct err hidden = { 0 };

	if (!matter_see(app_of(r)->engine, r->db, r->a, &who, subject / INDEX_PARTIES, SEE_FIELDS, &m, &hidden))
		return hidden.code == ERR_NOT_FOUND || err_set(err, hidden.code, "%s", hidden.msg);
	for (size_t i = 0; i < m.n_field; i++) {
		const struct field_view *x = &m.field[i];

		if (!party_leads(x->def) || n-- > 0)
			continue;
		if (!x->hidden && !x->masked && x->v.t == T_PARTY && find_within(f, party_text(r->a, x->v.party))
		    && !is_known(k, index_party_token(r->a, x->v.party))) {
			k->party[k->n] = x->v.party;
			k->matter[k->n] = title_once(m.title);
			k->token[k->n++] = index_party_token(r->a, x->v.party);
		}
		break;
	}
	return true;
}

/* Those met before are left out of the next question: a party with a thousand matters is met once. */
static bool meet_all(struct find *f, struct known *k, struct err *err)
{
	const struct actor who = actor_of(f->r);
	struct index_query q = { .side = SEARCH_PARTIES, .typed = f->q, .who = &who, .limit = PARTIES_A_ROUND };
	size_t looked = 0;
	bool more = true;

	while (more && k->n <= FIND_COUNTED && looked < LOOKED_MOST) {
		const struct search_hit *hit;
		size_t n;

		q.none = k->token;
		q.n_none = k->n;
		if (!index_find(f->r, &q, &hit, &n, &more, err))
			return false;
		for (size_t i = 0; i < n && k->n <= FIND_COUNTED; i++) {
			if (!meet(f, k, hit[i].subject, err))
				return false;
			q.before = hit[i].subject;
		}
		looked += n;
	}
	return true;
}

bool find_parties(struct find *f, struct find_part *p, struct err *err)
{
	struct arena *a = f->r->a;
	struct known *k = arena_one(a, struct known);
	struct find_line *line;
	size_t from;

	if (!meet_all(f, k, err))
		return false;
	from = find_page(f, p, k->n < FIND_COUNTED ? k->n : FIND_COUNTED);
	p->over = k->n > FIND_COUNTED;
	line = arena_many(a, p->n, struct find_line);
	for (size_t i = 0; i < p->n; i++) {
		const struct party *x = k->party[from + i];

		line[i] = (struct find_line){ .sort = STR("当事人画像"), .light = "", .title = x->name, .href = party_href(f->r, x),
					      .sub = str_fmt(a, "见于 %.*s", STR_FMT(k->matter[from + i])) };
		find_around(f, party_text(a, x), &line[i]);
	}
	p->line = line;
	return true;
}
