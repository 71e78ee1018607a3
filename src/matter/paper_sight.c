/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Who sees a paper (文书): what a page hides, its paper hides too. One paper for a reader, and all of a matter for the
 * full-text index. */
#include "law/template.h"
#include "matter/sight.h"
#include "matter/world.h"

struct printed {
	struct arena *a;
	const struct field **v;
	size_t n, cap;
};

static void printed_field(void *ctx, const struct field *f)
{
	struct printed *p = ctx;

	for (size_t i = 0; i < p->n; i++)
		if (p->v[i] == f)
			return;
	PUSH(p->a, p->v, p->n, p->cap, f);
}

static struct printed printed_by(struct turn *t, const struct snap *m, struct str paper)
{
	struct printed fields = { .a = t->a };
	const struct paper *p = kind_paper(m->kind, paper);
	struct str digest;
	const struct template *text = p ? engine_template(t->e, m->kind->law, p, &digest) : NULL;

	if (text)
		template_reads(text, printed_field, &fields);
	return fields;
}

struct str paper_name_of(const struct kind *k, struct str paper)
{
	const struct paper *p = kind_paper(k, paper);

	return p ? p->name : paper;
}

bool paper_shown(struct turn *t, const struct snap *m, struct eval *ev, const struct actor *who, struct str paper,
		 bool *ret, struct err *err)
{
	const struct printed fields = printed_by(t, m, paper);
	enum sight sight = SIGHT_FULL;

	for (size_t i = 0; i < fields.n && sight == SIGHT_FULL; i++)
		if (!field_sight(t, fields.v[i], ev, who, &sight, err))
			return false;
	*ret = sight == SIGHT_FULL;
	return true;
}

/* ---- one, for a reader ---- */

static const struct stmt st_paper = { "paper_by_id",
	"SELECT matter, code, paper, number, CASE WHEN removed_event IS NULL THEN state ELSE 'removed' END, COALESCE(blob, ''), created, content FROM document WHERE id = $1" };

bool matter_paper(struct engine *e, struct db *db, struct arena *a, const struct actor *who, int64_t document,
		  struct paper_seen *ret, bool *ret_seen, struct err *err)
{
	struct turn *t = turn_to_read(e, db, a);
	struct paper_seen p = { .v.id = document };
	const struct db_in in[] = { db_i64(document) };
	int64_t matter;
	const struct db_out out[] = { db_to_i64(&matter), db_to_str(&p.v.code), db_to_str(&p.v.paper), db_to_str(&p.v.number),
				      db_to_str(&p.v.state), db_to_str(&p.v.digest), db_to_i64(&p.v.made),
				      db_to_str(&p.content) };
	struct snap *m = NULL;
	struct eval ev;
	bool seen;

	*ret_seen = false;
	if (!db_maybe(db, a, &st_paper, DB_IN(in), DB_OUT(out), &seen, err)
	    || (seen && (!turn_load(t, matter, &m, err) || (m && !may_see(t, m, who, &seen, err)))))
		return false;
	if (!m || !seen)
		return true;
	ev = turn_eval(t, m, NULL, who);
	if (!paper_shown(t, m, &ev, who, p.v.paper, ret_seen, err))
		return false;
	p.v.name = paper_name_of(m->kind, p.v.paper);
	p.matter = m;
	p.title = snap_title(a, m);
	*ret = p;
	return true;
}

/* ---- all of a matter, for the index ---- */

struct text_row {
	struct turn *t;
	struct paper_entry x, *v;
	struct str paper, *papers;
	size_t n, cap, cap_papers;
};

static bool text_row(void *ctx, struct err *err)
{
	struct text_row *r = ctx;
	size_t n = r->n;

	(void)err;
	PUSH(r->t->a, r->papers, n, r->cap_papers, r->paper);
	PUSH(r->t->a, r->v, r->n, r->cap, r->x);
	return true;
}

/* Whom a field with a sight of its own lets in, whatever its condition says today. */
static bool field_readers(struct turn *t, const struct field *f, struct eval *ev, struct principals *ret, struct err *err)
{
	*ret = (struct principals){ .a = t->a };
	return whos_principals(t, &f->see.who, ev, ret, err);
}

/* Who sees the paper stands among the readers of each field that it prints; the shortest list is kept. */
static bool paper_readers(struct turn *t, const struct snap *m, struct eval *ev, struct str paper, struct paper_entry *x,
			  struct err *err)
{
	static const struct actor anyone = { .sort = ACTOR_IMPORT }; /* holds no right to any field */
	const struct printed fields = printed_by(t, m, paper);

	for (size_t i = 0; i < fields.n; i++) {
		struct principals p;
		enum sight sight;

		if (!field_sight(t, fields.v[i], ev, &anyone, &sight, err))
			return false;
		if (sight == SIGHT_FULL)
			continue;
		if (!field_readers(t, fields.v[i], ev, &p, err))
			return false;
		if (!x->narrow || p.n < x->n_who) {
			x->who = p.v;
			x->n_who = p.n;
		}
		x->narrow = true;
	}
	return true;
}

static const struct stmt st_texts = { "paper_texts",
	"SELECT id, created, paper, number, content FROM document WHERE matter = $1 ORDER BY id" };

bool matter_papers(struct engine *e, struct db *db, struct arena *a, int64_t matter, const struct paper_entry **ret,
		   size_t *ret_n, struct err *err)
{
	static const struct actor nobody = { .sort = ACTOR_IMPORT };
	struct text_row r = { .t = turn_to_read(e, db, a) };
	const struct db_in in[] = { db_i64(matter) };
	const struct db_out out[] = { db_to_i64(&r.x.id), db_to_i64(&r.x.made), db_to_str(&r.paper), db_to_str(&r.x.number),
				      db_to_str(&r.x.content) };
	struct snap *m;
	struct eval ev;

	*ret_n = 0;
	if (!turn_load(r.t, matter, &m, err)
	    || (m && !db_each(db, a, &st_texts, DB_IN(in), DB_OUT(out), text_row, &r, err)))
		return false;
	if (!m)
		return true;
	ev = turn_eval(r.t, m, NULL, &nobody);
	for (size_t i = 0; i < r.n; i++) {
		r.v[i].name = paper_name_of(m->kind, r.papers[i]);
		if (!paper_readers(r.t, m, &ev, r.papers[i], &r.v[i], err))
			return false;
	}
	*ret = r.v;
	*ret_n = r.n;
	return true;
}

bool matter_principals(struct engine *e, struct db *db, struct arena *a, const struct actor *who, const struct str **ret,
		       size_t *ret_n, struct err *err)
{
	struct str *own = arena_many(a, PRINCIPAL_SLOTS, struct str);

	*ret_n = 0;
	if (!own_principals(turn_to_read(e, db, a), who, OWN_HERE, own, err))
		return false;
	while (*ret_n < PRINCIPAL_SLOTS && own[*ret_n].n)
		++*ret_n;
	*ret = own;
	return true;
}
