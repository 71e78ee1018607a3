/* SPDX-License-Identifier: MulanPSL-2.0 */
/* doc.c - papers and files, for those who see their matter. */
#include "app/case.h"

#include "app/file_reading.h"
#include "app/papers.h"

#include <string.h>

#include "blob/blob.h"
#include "pages.h"

struct document {
	int64_t matter, created, frozen, removed;
	struct str number, content, state, blob, signature;
};

static const struct stmt st_document = { "doc_by_code",
	"SELECT matter, created, COALESCE(frozen, 0), number, content, state, COALESCE(blob, ''), COALESCE(signature, ''), removed_event FROM document WHERE code = $1" };
static const struct stmt st_evidence = { "doc_evidence",
	"SELECT matter, field, name, removed_event FROM evidence WHERE blob = $1 ORDER BY CASE WHEN removed_event IS NULL THEN 0 ELSE 1 END, id DESC "
	"LIMIT 100" };

static const struct paper_view *paper_of(const struct matter_view *m, struct str code)
{
	for (size_t i = 0; i < m->n_paper; i++)
		if (str_eq(m->paper[i].code, code))
			return &m->paper[i];
	return NULL;
}

/* A paper is seen by whom the engine shows it among its matter's papers. */
static bool load(struct req *r, struct document *d, struct matter_view *m, const struct paper_view **ret, struct err *err)
{
	const struct actor who = actor_of(r);
	const struct db_in in[] = { db_str(req_param(r, "code")) };
	const struct db_out out[] = { db_to_i64(&d->matter), db_to_i64(&d->created), db_to_i64(&d->frozen),
				      db_to_str(&d->number), db_to_str(&d->content), db_to_str(&d->state), db_to_str(&d->blob),
				      db_to_str(&d->signature), db_to_i64(&d->removed) };
	bool found;

	if (!db_maybe(r->db, r->a, &st_document, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	if (!found)
		return err_set(err, ERR_NOT_FOUND, "没有这份文书");
	if (!matter_see(app_of(r)->engine, r->db, r->a, &who, d->matter, SEE_PAPERS, m, err))
		return false;
	*ret = paper_of(m, in[0].s);
	return *ret || err_set(err, ERR_NOT_FOUND, "没有这份文书");
}

static struct str correction_href(struct req *r, const struct matter_view *m, int64_t by)
{
	for (size_t i = 0; by && i < m->n_paper; i++)
		if (m->paper[i].id == by)
			return str_fmt(r->a, "/doc/%.*s", STR_FMT(m->paper[i].code));
	return (struct str){ 0 };
}

bool doc_show(struct req *r, struct err *err)
{
	struct doc_view v = { .n_block = 0 };
	const struct paper_view *p;
	struct matter_view m;
	struct document d = { .matter = 0 };
	struct blob b;
	struct html h;
	bool found = false;

	if (!load(r, &d, &m, &p, err) || !frame_load(r, p->name, &v.frame, err)
	    || (d.blob.n && !blob_find(r->db, r->a, d.blob, &b, &found, err)))
		return false;
	v.name = p->name;
	v.number = d.number;
	v.signature = d.signature;
	v.correction = p->correction;
	v.correction_href = correction_href(r, &m, p->corrected_by);
	v.title = m.title;
	v.title_href = case_href(r, m.snap);
	v.href = str_fmt(r->a, "/doc/%.*s", STR_FMT(p->code));
	v.made = shown_time(r->a, d.created);
	v.failed = str_is(d.state, "failed");
	v.ready = str_is(d.state, "frozen") && !d.removed;
	if (d.removed && !shown_removal(r, d.removed, &v.removed, err))
		return false;
	v.frame.refresh = !v.ready && !v.failed && !d.removed;
	if (found) {
		v.frozen = shown_time(r->a, d.frozen);
		v.digest = b.sha256;
		v.sm3 = b.sm3;
		v.size = shown_size(r->a, b.size);
	}
	if (!d.removed)
		v.block = paper_blocks(r, d.content, NULL, (struct str){ 0 }, &v.n_block);
	frame_crumb(&v.frame, m.snap->kind->name, str_fmt(r->a, "/k/%.*s", STR_FMT(m.snap->kind->id)));
	frame_crumb(&v.frame, case_short(m.snap, m.title), v.title_href);
	frame_crumb(&v.frame, p->name, (struct str){ 0 });
	html_init(&h, r->a, HTML_MAX);
	page_doc(&h, &v);
	return frame_reply(r, 200, &h, err);
}

/* ERR_GONE with who approved it. */
static bool is_there(struct req *r, const struct document *d, struct err *err)
{
	struct str say;

	if (!d->removed)
		return true;
	return shown_removal(r, d->removed, &say, err) && err_set(err, ERR_GONE, "这份文书%.*s，只留下摘要", STR_FMT(say));
}

bool doc_pdf(struct req *r, struct err *err)
{
	const struct paper_view *p;
	struct matter_view m;
	struct document d = { .matter = 0 };
	struct str media, bytes;

	if (!load(r, &d, &m, &p, err) || !is_there(r, &d, err))
		return false;
	if (!d.blob.n)
		return reply_see_other(r, str_fmt(r->a, "/doc/%.*s", STR_FMT(p->code)));
	return blob_get(r->db, r->a, &app_of(r)->blobs, d.blob, &media, &bytes, err)
	    && reply_file(r, "application/pdf", bytes,
			  str_fmt(r->a, "%.*s%.*s.pdf", STR_FMT(p->name), STR_FMT(d.number)),
			  str_is(req_query(r, "save"), "1"));
}

bool doc_signature(struct req *r, struct err *err)
{
	const struct paper_view *p;
	struct matter_view m;
	struct document d = { .matter = 0 };

	if (!load(r, &d, &m, &p, err))
		return false;
	if (!d.signature.n)
		return err_set(err, ERR_NOT_FOUND, "这份文书没有电子签名");
	return reply_file(r, "text/plain; charset=utf-8", d.signature, str_fmt(r->a, "%.*s%.*s.sig", STR_FMT(p->name), STR_FMT(d.number)), true);
}

/* Drawn when it is asked for: the same blocks give the same bytes, so nothing is kept. */
bool doc_ofd(struct req *r, struct err *err)
{
	const struct paper_view *p;
	struct matter_view m;
	struct document d = { .matter = 0 };
	struct draw_job job;
	struct str bytes;

	if (!load(r, &d, &m, &p, err) || !is_there(r, &d, err))
		return false;
	if (!d.blob.n)
		return reply_see_other(r, str_fmt(r->a, "/doc/%.*s", STR_FMT(p->code)));
	job = papers_job(app_of(r), d.content, p->name, m.organ_name, d.created);
	return draw_ofd(r->a, &job, &bytes, err)
	    && reply_file(r, "application/ofd", bytes, str_fmt(r->a, "%.*s%.*s.ofd", STR_FMT(p->name), STR_FMT(d.number)), true);
}

struct finding {
	struct req *r;
	int64_t matter, removed;
	struct str field, name;
	struct reading found; /* the matter in which it is seen; matter 0: in none */
	struct str bound;     /* seen there, but not to be taken out by this person: why; empty: it may be */
	int64_t gone;         /* seen, but let go by this event (removal.h) */
};

static struct str why_bound(struct req *r, const struct law *l, const struct field *f)
{
	size_t n;
	const struct cite_link *c = cite_links_near(r, &f->node->cite, &n);
	struct buf b;

	buf_init(&b, r->a, 2000);
	buf_addf(&b, "“%.*s”可以在页面里看，不能带走", STR_FMT(f->name));
	for (size_t i = 0; i < n; i++)
		buf_addf(&b, "〔%.*s〕", STR_FMT(c[i].text));
	buf_adds(&b, "。下载、复制由");
	shown_whos(&b, l, &f->see.save);
	buf_adds(&b, "办理。下一步：申请使用，由他们提供");
	return buf_str(&b);
}

/* A file is seen by whoever sees, in one matter, the field that holds it. */
static bool try_matter(void *ctx, struct err *err)
{
	struct finding *x = ctx;
	const struct actor who = actor_of(x->r);
	struct matter_view m;
	struct err hidden = { 0 };

	if (!matter_see(app_of(x->r)->engine, x->r->db, x->r->a, &who, x->matter, SEE_FIELDS, &m, &hidden))
		return hidden.code == ERR_NOT_FOUND || err_set(err, hidden.code, "%s", hidden.msg);
	for (size_t i = 0; i < m.n_field; i++)
		if (str_eq(m.field[i].def->id, x->field) && !m.field[i].hidden) {
			if (m.field[i].no_copy && x->found.matter)
				return true;
			x->found = (struct reading){ .matter = x->matter, .person = who.person, .organ = who.organ,
						     .field = x->field, .name = x->name };
			x->gone = x->removed;
			x->bound = m.field[i].no_copy ? why_bound(x->r, m.snap->kind->law, m.field[i].def) : (struct str){ 0 };
			return x->bound.n > 0; /* another matter may let it go */
		}
	return true;
}

/* What a browser may show in the page's place; the rest is saved, so that no uploaded page ever runs here. */
static bool harmless(struct str media)
{
	return str_is(media, "application/pdf") || str_is(media, "image/png") || str_is(media, "image/jpeg")
	    || str_is(media, "image/gif") || str_is(media, "image/webp") || str_is(media, "video/mp4")
	    || str_is(media, "audio/wav") || str_is(media, "audio/mpeg");
}

/* A look, a play, a copy: each is on record as what it is. */
static enum reading_way way_of(struct req *r, struct str media)
{
	if (!harmless(media) || str_is(req_query(r, "save"), "1"))
		return READING_SAVE;
	return str_starts(media, STR("video/")) || str_starts(media, STR("audio/")) ? READING_PLAY : READING_VIEW;
}

static bool find_way(struct req *r, struct finding *x, struct err *err)
{
	struct blob b = { .size = 0 };
	bool found;

	if (!blob_find(r->db, r->a, x->found.digest, &b, &found, err))
		return false;
	x->found.way = way_of(r, b.media);
	return x->found.way != READING_SAVE || !x->bound.n || err_set(err, ERR_FORBIDDEN, "%.*s", STR_FMT(x->bound));
}

static bool find_file(struct req *r, struct reading *ret, struct err *err)
{
	struct finding x = { .r = r };
	const struct db_in in[] = { db_str(req_param(r, "digest")) };
	const struct db_out out[] = { db_to_i64(&x.matter), db_to_str(&x.field), db_to_str(&x.name), db_to_i64(&x.removed) };
	struct str say;

	if (!db_each(r->db, r->a, &st_evidence, DB_IN(in), DB_OUT(out), try_matter, &x, err))
		return false;
	if (!x.found.matter)
		return err_set(err, ERR_NOT_FOUND, "没有这份文件");
	if (x.gone)
		return shown_removal(r, x.gone, &say, err) && err_set(err, ERR_GONE, "这份文件%.*s，只留下摘要", STR_FMT(say));
	x.found.digest = in[0].s;
	if (!find_way(r, &x, err))
		return false;
	*ret = x.found;
	return true;
}

static bool record_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct file_reading *c = ctx;

	return reading_put(c->e, db, a, &c->x, err);
}

bool file_reading_put(struct req *r, struct file_reading *x, struct err *err)
{
	bool known;

	if (!reading_known(x->e, r->db, r->a, &x->x, &known, err))
		return false;
	return known || (gate_may_write(r, err) && writer_run(r->writer, "read", record_run, x, err));
}

bool file_record(struct req *r, struct err *err)
{
	struct file_reading c = { .e = app_of(r)->engine };

	if (strcmp(r->route->records, "loan") == 0)
		return loan_record(r, err);
	if (strcmp(r->route->records, "download") != 0)
		return true; /* exports belong to no one matter: reply_recorded answers them */
	return find_file(r, &c.x, err) && file_reading_put(r, &c, err);
}

struct in_store {
	const struct blobs *blobs;
	struct str digest;
};

static bool store_piece(void *ctx, int64_t from, size_t n, char *ret, struct err *err)
{
	const struct in_store *x = ctx;

	return blob_read(x->blobs, x->digest, from, n, ret, err);
}

static const struct remote *source_of(struct req *r, struct str digest)
{
	struct in_store *x = arena_one(r->a, struct in_store);
	struct remote *s = arena_one(r->a, struct remote);

	*x = (struct in_store){ &app_of(r)->blobs, digest };
	*s = (struct remote){ store_piece, x };
	return s;
}

bool file_get(struct req *r, struct err *err)
{
	struct reading x;
	struct blob b;
	struct stored s = { .fd = -1 };

	if (!find_file(r, &x, err) || !blob_open(r->db, r->a, &app_of(r)->blobs, x.digest, &b, &s.fd, err))
		return false;
	s.type = str_cstr(r->a, b.media);
	s.name = x.name;
	s.tag = x.digest;
	s.bytes = b.data;
	s.size = b.size;
	s.attachment = x.way == READING_SAVE;
	s.source = str_is(b.place, "store") ? source_of(r, x.digest) : NULL;
	return reply_stored(r, &s, err);
}
