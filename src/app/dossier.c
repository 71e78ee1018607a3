/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/dossier.h"

#include <stdlib.h>

#include "app/case.h"
#include "app/job.h"
#include "base/day.h"
#include "base/uuid.h"
#include "pages.h"
#include "paper/outside.h"

#define STOCK_MOST 2000 /* papers, and files: a dossier of more is several volumes */

/* ---- what there is ---- */

/* Papers and files of the matter and its children, and which papers had to be made. */
struct stock {
	struct shower *s;
	struct arena *a;
	const struct actor *who;
	const struct paper_view **paper;
	int64_t *paper_of;       /* the matter of each */
	size_t n_paper;
	struct str *due;         /* ids of papers that had to be made */
	size_t n_due;
	struct dossier_thing *thing;
	struct str *thing_field; /* id of the field */
	int64_t *thing_of;
	bool *placed;            /* things that have their place */
	size_t n_thing;
	size_t n_hidden;
	bool *used;              /* papers that the order names */
	int64_t *matter;
	size_t n_matter;
	int64_t top;             /* the matter whose dossier it is */
	/* the row being read */
	const struct matter_view *m;
	struct str field, name, digest, sm3, media;
	int64_t size;
};

static const struct stmt st_files = { "dossier_files",
	"SELECT e.field, e.name, b.digest, b.sm3, b.media, b.size FROM evidence e JOIN blob b ON b.digest = e.blob "
	"WHERE e.matter = $1 AND e.removed_event IS NULL ORDER BY e.id" };

static bool too_many(struct err *err)
{
	return err_set(err, ERR_TOO_LARGE, "本件的文书或者文件超过%d份，请分册立卷", STOCK_MOST);
}

static bool add_file(void *ctx, struct err *err)
{
	struct stock *k = ctx;
	const struct field *f = kind_field(k->m->snap->kind, k->field);
	const struct dossier_thing t = { .name = k->name, .field = f ? f->name : k->field, .digest = k->digest, .sm3 = k->sm3,
					 .media = k->media, .size_text = shown_size(k->a, k->size), .size = k->size,
					 .paged = outside_has_pages(k->media) };

	for (size_t i = 0; i < k->n_thing; i++)
		if (str_eq(k->thing[i].digest, k->digest))
			return true; /* 重份 (LY1.09-6) */
	if (k->n_thing >= STOCK_MOST)
		return too_many(err);
	k->thing_field[k->n_thing] = k->field;
	k->thing_of[k->n_thing] = k->m->snap->id;
	k->thing[k->n_thing++] = t;
	return true;
}

static bool is_due(const struct stock *k, struct str id)
{
	for (size_t i = 0; i < k->n_due; i++)
		if (str_eq(k->due[i], id))
			return true;
	return false;
}

static void put_due(struct stock *k, struct str id)
{
	if (k->n_due < STOCK_MOST && !is_due(k, id))
		k->due[k->n_due++] = id;
}

static bool take_matter(struct stock *k, const struct matter_view *m, struct err *err)
{
	const struct kind *kind = m->snap->kind;
	const struct db_in in[] = { db_i64(m->snap->id) };
	const struct db_out out[] = { db_to_str(&k->field), db_to_str(&k->name), db_to_str(&k->digest), db_to_str(&k->sm3),
				      db_to_str(&k->media), db_to_i64(&k->size) };

	if (k->n_paper + m->n_paper > STOCK_MOST || k->n_matter == STOCK_MOST)
		return too_many(err);
	k->matter[k->n_matter++] = m->snap->id;
	for (size_t i = 0; i < m->n_paper; i++) {
		k->paper_of[k->n_paper] = m->snap->id;
		k->paper[k->n_paper++] = &m->paper[i];
	}
	for (size_t i = 0; i < m->n_event; i++) {
		const struct action *ac = kind_action(kind, m->event[i].action);

		for (size_t j = 0; ac && j < ac->n_makes; j++)
			put_due(k, ac->makes[j]->id);
	}
	k->m = m;
	return db_each(k->s->r->db, k->a, &st_files, DB_IN(in), DB_OUT(out), add_file, k, err);
}

/* A reader from whom something is hidden does not see every paper, so nothing could be called missing. */
static bool sees_all(const struct matter_view *m)
{
	for (size_t i = 0; i < m->n_field; i++)
		if (m->field[i].hidden || m->field[i].masked)
			return false;
	return true;
}

static bool take_children(struct stock *k, const struct matter_view *m, struct err *err)
{
	for (size_t i = 0; i < m->n_link; i++) {
		struct matter_view *child;
		struct err hidden = { 0 };

		if (!m->link[i].child)
			continue;
		child = arena_one(k->a, struct matter_view);
		if (!matter_see(app_of(k->s->r)->engine, k->s->r->db, k->a, k->who, m->link[i].matter, SEE_FIELDS | SEE_PAPERS | SEE_EVENTS,
				child, &hidden)) {
			if (hidden.code != ERR_NOT_FOUND)
				return err_set(err, hidden.code, "%s", hidden.msg);
			k->n_hidden++;
		} else if (!sees_all(child)) {
			k->n_hidden++;
		} else if (!take_matter(k, child, err)) {
			return false;
		}
	}
	return true;
}

/* ---- the order ---- */

static void put_paper(struct stock *k, struct dossier_line *l, size_t *n, size_t i)
{
	const struct paper_view *p = k->paper[i];

	k->used[i] = true;
	l[(*n)++] = (struct dossier_line){ .name = p->name, .number = p->number, .made = shown_time(k->a, p->made),
					   .href = str_fmt(k->a, "/doc/%.*s", STR_FMT(p->code)), .paper = p->paper, .code = p->code,
					   .digest = str_is(p->state, "frozen") || p->removed ? p->digest : (struct str){ 0 }, .at = p->made,
					   .correction = p->correction };
}

static int by_time(const void *x, const void *y)
{
	const struct dossier_line *a = x, *b = y;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return str_cmp(a->code, b->code);
}

static void put_thing(struct stock *k, struct dossier_line *l, size_t *n, size_t i)
{
	const struct dossier_thing *t = &k->thing[i];

	k->placed[i] = true;
	l[(*n)++] = (struct dossier_line){ .name = t->name, .digest = t->digest, .thing = t,
					   .href = str_fmt(k->a, "/file/%.*s", STR_FMT(t->digest)) };
}

/* What was uploaded to a child stands behind its papers: a signed receipt behind the receipt. */
static void put_child_things(struct stock *k, size_t paper, struct dossier_line *l, size_t *n)
{
	for (size_t i = 0; i < k->n_thing; i++)
		if (!k->placed[i] && k->thing_of[i] == k->paper_of[paper])
			put_thing(k, l, n, i);
}

/* What stands at one place of the order: all papers of the name by their time, or all files of the field. */
static void put_place(struct stock *k, struct str id, struct dossier_line *l, size_t *n)
{
	size_t before = *n;

	for (size_t i = 0; i < k->n_paper; i++)
		if (!k->used[i] && str_eq(k->paper[i]->paper, id))
			put_paper(k, l, n, i);
	qsort(l + before, *n - before, sizeof(*l), by_time);
	for (size_t i = 0; i < k->n_paper; i++)
		if (k->used[i] && k->paper_of[i] != k->top && str_eq(k->paper[i]->paper, id))
			put_child_things(k, i, l, n);
	for (size_t i = 0; i < k->n_thing; i++)
		if (k->thing_of[i] == k->top && str_eq(k->thing_field[i], id))
			put_thing(k, l, n, i);
}

static struct dossier_part part(struct stock *k, const struct kind *kind, const struct str *id, size_t n)
{
	struct dossier_line *l = arena_many(k->a, n + k->n_paper + k->n_thing, struct dossier_line);
	struct dossier_part p = { .line = l };

	for (size_t i = 0; i < n; i++) {
		const struct paper *def = kind_paper(kind, id[i]);
		size_t before = p.n;

		put_place(k, id[i], l, &p.n);
		if (p.n > before)
			continue;
		if (!def || !is_due(k, id[i])) {
			p.n_absent++;
			continue;
		}
		l[p.n++] = (struct dossier_line){ .name = def->name, .missing = true };
		p.n_missing++;
	}
	return p;
}

static void put_others(struct stock *k, struct dossier_part *p)
{
	struct dossier_line *l = arena_many(k->a, p->n + k->n_paper + k->n_thing, struct dossier_line);
	size_t begin;

	for (size_t i = 0; i < p->n; i++)
		l[i] = p->line[i];
	begin = p->n;
	for (size_t i = 0; i < k->n_paper; i++)
		if (!k->used[i])
			put_paper(k, l, &p->n, i);
	qsort(l + begin, p->n - begin, sizeof(*l), by_time);
	for (size_t i = 0; i < k->n_thing; i++)
		if (!k->placed[i] && k->thing[i].paged)
			put_thing(k, l, &p->n, i);
	p->line = l;
}

/* ---- the cover (LY1.09-16a) ---- */

static struct str day_text(struct arena *a, int64_t ms)
{
	struct buf b;

	buf_init(&b, a, 40);
	if (ms)
		day_put_cn(&b, day_at(ms));
	return buf_str(&b);
}

static struct str fact(struct shower *s, const struct matter_view *m, struct str id)
{
	const struct kind *k = m->snap->kind;

	if (str_is(id, "opened"))
		return day_text(s->r->a, m->snap->opened);
	if (str_is(id, "ended"))
		return day_text(s->r->a, m->snap->ended);
	for (size_t i = 0; i < k->n_number; i++)
		if (str_eq(k->number[i].id, id))
			return m->snap->number[i];
	for (size_t i = 0; i < m->n_term; i++)
		if (str_eq(m->term[i].def->id, id) && m->term[i].v.t != T_NONE)
			return shown_text(s, m->term[i].v);
	for (size_t i = 0; i < m->n_field; i++)
		if (str_eq(m->field[i].def->id, id) && !m->field[i].hidden && m->field[i].v.t != T_NONE)
			return shown_text(s, m->field[i].v);
	return (struct str){ 0 };
}

static struct str keep_text(struct arena *a, const struct dossier_def *d)
{
	return d->keep.n ? str_fmt(a, "%lld%s", (long long)d->keep.n, unit_name_cn(d->keep.unit)) : (struct str){ 0 };
}

static struct str or(struct str a, struct str b)
{
	return a.n ? a : b;
}

static const struct stmt st_volume = { "dossier_volume",
	"SELECT l.source FROM link l JOIN matter v ON v.id = l.source WHERE l.target = $1 AND v.kind = $2 ORDER BY l.source DESC LIMIT 1" };

/* The volume in which this matter is kept: it has the number of the file, the day it was filed and how long it is kept. v->snap
 * stays NULL where there is none, or none for this person. */
static bool volume_of(struct shower *s, const struct matter_view *m, const struct actor *who, struct matter_view *v, struct err *err)
{
	const struct law *l = m->snap->kind->law;
	struct err hidden = { 0 };
	bool found = false;

	*v = (struct matter_view){ .snap = NULL };
	for (size_t i = 0; i < l->n_kind && !found; i++) {
		const struct db_in in[] = { db_i64(m->snap->id), db_str(l->kind[i].id) };
		int64_t id = 0;
		const struct db_out out[] = { db_to_i64(&id) };

		if (!l->kind[i].dossier.n_gathers)
			continue;
		if (!db_maybe(s->r->db, s->r->a, &st_volume, DB_IN(in), DB_OUT(out), &found, err))
			return false;
		if (found && !matter_see(app_of(s->r)->engine, s->r->db, s->r->a, who, id, SEE_FIELDS | SEE_TERMS, v, &hidden))
			*v = (struct matter_view){ .snap = NULL };
	}
	return true;
}

static void cover(struct shower *s, const struct matter_view *volume, struct dossier *d)
{
	const struct matter_view *m = d->m;
	const struct dossier_def *def = &m->snap->kind->dossier;
#define VOLUME(line) (volume->snap ? fact(s, volume, volume->snap->kind->dossier.cover[line]) : (struct str){ 0 })
#define TOLD(line) fact(s, m, def->cover[line])
	const struct dossier_fact all[DOSSIER_FACTS] = {
		{ "档号", or(TOLD(COVER_FILE_NO), VOLUME(COVER_FILE_NO)) }, { "案卷类别", or(TOLD(COVER_SORT), m->snap->kind->name) }, { "卷宗号", TOLD(COVER_VOLUME) },
		{ "案由（事项名称）", TOLD(COVER_CAUSE) }, { "当事人姓名或者名称", TOLD(COVER_PARTY) }, { "承办机关", m->organ_name },
		{ "承办人员", TOLD(COVER_OFFICERS) }, { "收案（受理）日期", TOLD(COVER_RECEIVED) },
		{ "结案（决定）日期", TOLD(COVER_CLOSED) }, { "归档日期", or(VOLUME(COVER_ARCHIVED), TOLD(COVER_ARCHIVED)) },
		{ "归档期限", or(or(TOLD(COVER_KEEP), VOLUME(COVER_KEEP)), keep_text(s->r->a, def)) },
	};
#undef TOLD
#undef VOLUME

	for (size_t i = 0; i < DOSSIER_FACTS; i++) {
		d->cover[i] = all[i];
		d->n_blank += !all[i].text.n;
	}
}

static bool bags(struct shower *s, struct dossier *d, struct err *err)
{
	const struct dossier_def *def = &d->m->snap->kind->dossier;
	struct dossier_bag *bag = arena_many(s->r->a, def->n_bag, struct dossier_bag);

	for (size_t i = 0; i < def->n_bag; i++)
		for (size_t k = 0; k < d->m->n_field; k++)
			if (d->m->field[k].def == def->bag[i]) {
				bag[i].name = def->bag[i]->name;
				if (!shown_of(s, &def->bag[i]->type, d->m->field[k].v, &bag[i].rows, err))
					return false;
			}
	d->bag = bag;
	d->n_bag = def->n_bag;
	return true;
}

bool dossier_of_kind(const struct kind *k)
{
	return k->dossier.n_main > 0 || k->dossier.n_gathers > 0;
}

bool dossier_is(const struct matter_view *m)
{
	return dossier_of_kind(m->snap->kind) && (m->n_paper > 0 || m->snap->kind->dossier.n_gathers > 0) && sees_all(m);
}

/* The dossier of one matter, by the order of its own kind. */
static bool load_own(struct shower *s, const struct matter_view *m, const struct actor *who, struct dossier *ret, struct err *err)
{
	const struct dossier_def *def = &m->snap->kind->dossier;
	struct arena *a = s->r->a;
	struct stock k = { .s = s, .a = a, .who = who, .paper = arena_many(a, STOCK_MOST, const struct paper_view *),
			   .due = arena_many(a, STOCK_MOST, struct str), .thing = arena_many(a, STOCK_MOST, struct dossier_thing),
			   .thing_field = arena_many(a, STOCK_MOST, struct str), .used = arena_many(a, STOCK_MOST, bool),
			   .paper_of = arena_many(a, STOCK_MOST, int64_t), .thing_of = arena_many(a, STOCK_MOST, int64_t),
			   .placed = arena_many(a, STOCK_MOST, bool), .matter = arena_many(a, STOCK_MOST, int64_t),
			   .top = m->snap->id };

	*ret = (struct dossier){ .m = m };
	if (!take_matter(&k, m, err) || !take_children(&k, m, err) || !bags(s, ret, err))
		return false;
	ret->main = part(&k, m->snap->kind, def->main, def->n_main);
	ret->secondary = part(&k, m->snap->kind, def->secondary, def->n_secondary);
	put_others(&k, &ret->secondary);
	ret->thing = k.thing;
	ret->n_thing = k.n_thing;
	ret->n_hidden = k.n_hidden;
	ret->matter = k.matter;
	ret->n_matter = k.n_matter;
	for (size_t i = 0; i < k.n_paper; i++) {
		ret->at = k.paper[i]->made > ret->at ? k.paper[i]->made : ret->at;
		ret->removed = k.paper[i]->removed ? k.paper[i]->removed : ret->removed;
	}
	return true;
}

/* ---- a volume of several (LY1.09-4b) ---- */

static void part_append(struct arena *a, struct dossier_part *to, const struct dossier_part *p, struct str of)
{
	struct dossier_line *l = arena_many(a, to->n + p->n, struct dossier_line);

	for (size_t i = 0; i < to->n; i++)
		l[i] = to->line[i];
	for (size_t i = 0; i < p->n; i++)
		l[to->n + i] = p->line[i];
	if (p->n)
		l[to->n].of = of;
	to->line = l;
	to->n += p->n;
	to->n_missing += p->n_missing;
	to->n_absent += p->n_absent;
}

#define APPEND(a, to, from, what, type) do { \
	type *all_ = arena_many(a, (to)->n_##what + (from)->n_##what, type); \
	for (size_t i_ = 0; i_ < (to)->n_##what; i_++) \
		all_[i_] = (to)->what[i_]; \
	for (size_t i_ = 0; i_ < (from)->n_##what; i_++) \
		all_[(to)->n_##what + i_] = (from)->what[i_]; \
	(to)->what = all_; \
	(to)->n_##what += (from)->n_##what; \
} while (0)

static void append(struct arena *a, struct dossier *to, const struct dossier *d, struct str of)
{
	part_append(a, &to->main, &d->main, of);
	part_append(a, &to->secondary, &d->secondary, of);
	APPEND(a, to, d, bag, struct dossier_bag);
	APPEND(a, to, d, thing, struct dossier_thing);
	APPEND(a, to, d, matter, int64_t);
	to->n_hidden += d->n_hidden;
	to->at = d->at > to->at ? d->at : to->at;
	to->removed = d->removed ? d->removed : to->removed;
}

static bool gather_one(struct shower *s, int64_t id, bool many, const struct actor *who, struct dossier *to, struct err *err)
{
	struct arena *a = s->r->a;
	struct matter_view *m = arena_one(a, struct matter_view);
	struct err hidden = { 0 };
	struct dossier d;
	struct str no, of;

	if (!matter_see(app_of(s->r)->engine, s->r->db, a, who, id, SEE_ALL, m, &hidden)) {
		to->n_hidden++;
		return hidden.code == ERR_NOT_FOUND || err_set(err, hidden.code, "%s", hidden.msg);
	}
	if (!sees_all(m)) {
		to->n_hidden++;
		return true;
	}
	if (!load_own(s, m, who, &d, err))
		return false;
	no = fact(s, m, m->snap->kind->dossier.cover[COVER_VOLUME]);
	of = no.n ? str_fmt(a, "%.*s（%.*s）", STR_FMT(m->title), STR_FMT(no)) : m->title;
	append(a, to, &d, many ? of : (struct str){ 0 });
	return to->main.n + to->secondary.n <= STOCK_MOST || too_many(err);
}

static size_t gathered(const struct matter_view *m, int64_t *ret)
{
	const struct dossier_def *def = &m->snap->kind->dossier;
	size_t n = 0;

	for (size_t i = 0; i < def->n_gathers; i++) {
		const struct val v = m->snap->field[def->gathers[i]->index];

		if (v.t == T_REF)
			ret[n++] = v.i;
		for (size_t k = 0; v.t == T_REFS && k < v.list->n && n < STOCK_MOST; k++)
			ret[n++] = v.list->v[k].i;
	}
	return n;
}

bool dossier_load(struct shower *s, const struct matter_view *m, const struct actor *who, struct dossier *ret, struct err *err)
{
	int64_t *id = arena_many(s->r->a, STOCK_MOST, int64_t);
	const size_t n = gathered(m, id);
	struct dossier own, all = { .m = m };
	struct matter_view volume;

	if (!load_own(s, m, who, &own, err) || !volume_of(s, m, who, &volume, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!gather_one(s, id[i], n > 1, who, &all, err))
			return false;
	append(s->r->a, &all, &own, n > 1 && own.main.n + own.secondary.n ? STR("本卷") : (struct str){ 0 });
	*ret = all;
	cover(s, &volume, ret);
	return true;
}

/* ---- the page ---- */

static size_t waiting(const struct dossier_part *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += !p->line[i].missing && !p->line[i].digest.n;
	return n;
}

static bool load(struct req *r, struct matter_view *m, struct shower *s, struct err *err)
{
	if (!case_load(r, SEE_ALL, m, err) || !shower_init(r, s, err))
		return false;
	if (!dossier_of_kind(m->snap->kind))
		return err_set(err, ERR_NOT_FOUND, "这类办件不立案卷");
	if (!m->n_paper && !m->snap->kind->dossier.n_gathers)
		return err_set(err, ERR_NOT_FOUND, "还没有入卷的文书");
	return dossier_is(m) || err_set(err, ERR_FORBIDDEN, "本件有您无权查看的内容，不能看案卷。下一步：向承办人员或者档案管理人员申请查阅");
}

bool dossier_show(struct req *r, struct err *err)
{
	struct dossier_view v = { .n_wait = 0 };
	const struct actor who = actor_of(r);
	struct matter_view m;
	struct shower s;
	struct html h;

	if (!load(r, &m, &s, err) || !frame_load(r, STR("案卷"), &v.frame, err) || !dossier_load(&s, &m, &who, &v.d, err))
		return false;
	if (v.d.removed && !shown_removal(r, v.d.removed, &v.removed, err))
		return false;
	v.code = m.snap->code;
	v.title = m.title;
	v.title_href = case_href(r, m.snap);
	v.keep = keep_text(r->a, &m.snap->kind->dossier);
	v.n_wait = waiting(&v.d.main) + waiting(&v.d.secondary);
	frame_crumb(&v.frame, m.snap->kind->name, str_fmt(r->a, "/k/%.*s", STR_FMT(m.snap->kind->id)));
	frame_crumb(&v.frame, case_short(m.snap, m.title), v.title_href);
	frame_crumb(&v.frame, STR("案卷"), (struct str){ 0 });
	html_init(&h, r->a, HTML_MAX);
	page_dossier(&h, &v);
	return frame_reply(r, 200, &h, err);
}

bool dossier_post(struct req *r, struct err *err)
{
	static const struct { const char *part, *name, *suffix; } wishes[] = {
		{ "main", "正卷", ".pdf" }, { "secondary", "副卷", ".pdf" }, { "package", "归档包", ".zip" } };
	struct job_new job = { .sort = "dossier" };
	struct str say;
	struct matter_view m;
	struct shower s;

	if (!load(r, &m, &s, err))
		return false;
	for (size_t i = 0; i < m.n_paper; i++)
		if (m.paper[i].removed)
			return shown_removal(r, m.paper[i].removed, &say, err) && err_set(err, ERR_GONE, "这一卷%.*s，不能再装订", STR_FMT(say));
	for (size_t i = 0; i < ARRAY_LEN(wishes); i++) {
		if (!str_is(req_form(r, "part"), wishes[i].part))
			continue;
		job.title = str_fmt(r->a, "生成%s：%.*s", wishes[i].name, STR_FMT(m.title));
		job.input = str_fmt(r->a, "m=%.*s&part=%s", STR_FMT(m.snap->code), wishes[i].part);
		job.file_name = str_fmt(r->a, "%s %.*s%s", wishes[i].name, STR_FMT(case_short(m.snap, m.title)), wishes[i].suffix);
		return job_ask(r, &job, err);
	}
	return err_set(err, ERR_BAD_INPUT, "没有说明生成正卷、副卷还是归档包");
}
