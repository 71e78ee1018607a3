/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Series of numbers: what the events say was given, against the last one of each series; no gap, no double. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "base/parse.h"
#include "matter/audit_inner.h"
#include "matter/removal.h"

struct one_series {
	struct str pattern;
	int64_t organ, year;
	int64_t *given;      /* the numbers, in order of events */
	int64_t *event;
	size_t n, cap;
	bool found;          /* its row was read */
	struct one_series *next;
};

#define SLOTS 4096

struct series {
	struct arena *a;
	bool gaps;           /* contents were removed: what stood in them is not known */
	struct one_series *slot[SLOTS];
};

static struct one_series *series_of(struct series *all, struct str pattern, int64_t organ, int64_t year)
{
	const size_t at = ((size_t)organ * 31 + (size_t)year + pattern.n * 7) % SLOTS;
	struct one_series *s = all->slot[at];

	while (s && !(s->organ == organ && s->year == year && str_eq(s->pattern, pattern)))
		s = s->next;
	if (s)
		return s;
	s = arena_one(all->a, struct one_series);
	*s = (struct one_series){ .pattern = str_dup(all->a, pattern), .organ = organ, .year = year, .next = all->slot[at] };
	all->slot[at] = s;
	return s;
}

/* The {seq} of a number: the last one in the pattern is looked for from the right, since before it stands what differs
 * between organs. False: it is no number of that pattern. */
static bool seq_of(struct str pattern, struct str number, int64_t *ret)
{
	const size_t at = str_find(pattern, STR("{seq}"), 0);
	struct str tail;
	size_t end, from;

	if (at == SIZE_MAX)
		return false;
	tail = str_sub(pattern, at + 5, pattern.n);
	if (str_chr(tail, '{', 0) != SIZE_MAX || !str_ends(number, tail))
		return false;
	end = number.n - tail.n;
	for (from = end; from > 0 && number.p[from - 1] >= '0' && number.p[from - 1] <= '9';)
		from--;
	return parse_i64(str_sub(number, from, end), 1, INT64_MAX, ret);
}

/* By the law of the act: a later one may number otherwise. */
static const struct number *number_of(const struct folded *f, const struct step_row *s, struct str id)
{
	const struct law *l;
	struct err why = { 0 };
	const struct kind *k = engine_law(f->m->e, f->m->x->db, f->a, s->def, &l, &why) ? law_kind(l, s->kind) : NULL;

	return k ? kind_number(k, id) : NULL;
}

static void take(struct series *all, const struct folded *f, const struct step_row *s, struct str id, struct str text)
{
	const struct number *n = number_of(f, s, id);
	struct one_series *x;
	int64_t seq;

	if (!n || !seq_of(n->pattern, text, &seq))
		return;
	x = series_of(all, n->pattern, f->row.organ, day_ymd(day_at(s->at)).year);
	if (x->n == x->cap) {
		const size_t cap = x->cap ? x->cap * 2 : 8;
		int64_t *given = arena_many(all->a, cap, int64_t), *event = arena_many(all->a, cap, int64_t);

		if (x->n) {
			memcpy(given, x->given, x->n * sizeof(*given));
			memcpy(event, x->event, x->n * sizeof(*event));
		}
		x->given = given;
		x->event = event;
		x->cap = cap;
	}
	x->given[x->n] = seq;
	x->event[x->n++] = s->id;
}

static void take_all(struct series *all, struct folded *f, const struct step_row *s, const struct json *numbers)
{
	const struct json *j;

	json_each(j, numbers) {
		take(all, f, s, j->key, j->text);
		f->m->numbers++;
	}
}

/* What was given by an act whose body has gone since. */
static void take_removed(struct series *all, struct folded *f, const struct json *removed)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->step[i].id == json_i64(removed, "event", 0) && !f->step[i].body)
			take_all(all, f, &f->step[i], json_get(removed, "numbers"));
}

void series_take(struct folded *f)
{
	struct series *all = f->m->series;
	const struct json *j;

	all->gaps = all->gaps || f->gaps;
	for (size_t i = 0; i < f->n; i++) {
		const struct step_row *s = &f->step[i];

		if (str_is(s->role, "import") || str_is(s->role, "given"))
			continue; /* numbers of before this program */
		take_all(all, f, s, json_get(s->body, "numbers"));
		json_each(j, str_is(s->action, REMOVAL_ACTION) ? json_get(s->body, "removed") : NULL)
			take_removed(all, f, j);
	}
}

struct given_number {
	int64_t seq, event;
};

static int by_seq(const void *a, const void *b)
{
	const struct given_number *x = a, *y = b;

	return x->seq != y->seq ? (x->seq > y->seq) - (x->seq < y->seq) : (x->event > y->event) - (x->event < y->event);
}

static bool series_check(struct matter_audit *m, struct one_series *s, int64_t last, struct err *err)
{
	struct given_number *v = arena_many(m->x->a, s->n + 1, struct given_number);

	for (size_t i = 0; i < s->n; i++)
		v[i] = (struct given_number){ s->given[i], s->event[i] };
	if (s->n > 1)
		qsort(v, s->n, sizeof(v[0]), by_seq);
	for (size_t i = 0; i < s->n; i++) {
		if (i && v[i].seq == v[i - 1].seq)
			return audit_event(m->x, v[i].event, err, "的编号重复：“%.*s”%" PRId64 "年的第%" PRId64 "号已经给过一次",
					   STR_FMT(s->pattern), s->year, v[i].seq);
		if (!m->series->gaps && v[i].seq != (int64_t)i + 1)
			return audit_found(err, "编号“%.*s”%" PRId64 "年缺第%zu号：没有哪一步办理给过它", STR_FMT(s->pattern), s->year,
					   i + 1);
	}
	if (s->n && v[s->n - 1].seq > last)
		return audit_found(err, "编号“%.*s”%" PRId64 "年的登记（sequence）被改动：已给到第%" PRId64 "号，登记是%" PRId64,
				   STR_FMT(s->pattern), s->year, v[s->n - 1].seq, last);
	return m->series->gaps || (int64_t)s->n == last
	    || audit_found(err, "编号“%.*s”%" PRId64 "年的登记（sequence）被改动：办理时给了%zu号，登记是%" PRId64, STR_FMT(s->pattern),
			   s->year, s->n, last);
}

static const struct stmt st_series = { "audit_series", "SELECT series, organ, year, last FROM sequence ORDER BY series, organ, year" };

struct series_read {
	struct matter_audit *m;
	struct str pattern;
	int64_t organ, year, last;
};

static bool series_row(void *ctx, struct err *err)
{
	struct series_read *r = ctx;
	struct one_series *s = series_of(r->m->series, r->pattern, r->organ, r->year);

	s->found = true;
	return series_check(r->m, s, r->last, err);
}

bool audit_series(struct matter_audit *m, struct err *err)
{
	struct series_read r = { .m = m };
	const struct db_out out[] = { db_to_str(&r.pattern), db_to_i64(&r.organ), db_to_i64(&r.year), db_to_i64(&r.last) };

	if (!db_each(m->x->db, m->x->a, &st_series, DB_NONE, DB_OUT(out), series_row, &r, err))
		return false;
	for (size_t i = 0; i < SLOTS; i++)
		for (const struct one_series *s = m->series->slot[i]; s; s = s->next)
			if (!s->found)
				return audit_found(err, "编号“%.*s”%" PRId64 "年的登记（sequence）不见了：已给到第%zu号", STR_FMT(s->pattern),
						   s->year, s->n);
	return true;
}

struct series *series_new(struct arena *a)
{
	struct series *s = arena_one(a, struct series);

	s->a = a;
	return s;
}
