/* SPDX-License-Identifier: MulanPSL-2.0 */
/* dossier_bind.c - one file of a dossier bound as PDF: cover, index with page numbers, papers and uploaded files in their
 * order, the list of evidence bags, notes (LY1.09-2a). What the law leaves to the hand (signatures) stays blank. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/dossier.h"
#include "app/job.h"
#include "app/package.h"
#include "blob/blob.h"
#include "paper/bind.h"
#include "paper/draw.h"
#include "paper/outside.h"

#define BLOCKS_MOST ((size_t)1 << 20)
#define UPLOADED_MOST ((int64_t)96 << 20) /* bound into one file: it is made in memory */

struct bound {
	struct job *j;
	const struct dossier *d;
	const struct dossier_part *part;
	struct str name;           /* 正卷, 副卷 */
	struct bind_part *out;     /* cover, index, papers, bags, notes */
	size_t n_out;
	int *pages;                /* aligned with part->line; 0: not bound */
	enum outside_why *why;     /* aligned too: why an uploaded file is not bound */
	int64_t bytes;             /* of uploaded files so far */
	int row;                   /* of the index */
	int n_pages, n_papers, n_files;
};

/* ---- pages of our own ---- */

struct sheet_out {
	struct buf b;
	struct json_out o;
};

static void sheet_begin(struct bound *x, struct sheet_out *s)
{
	buf_init(&s->b, x->j->a, BLOCKS_MOST);
	s->o = (struct json_out){ .b = &s->b };
	json_open(&s->o, NULL, '[');
}

static void block(struct sheet_out *s, const char *sort, struct str text)
{
	json_open(&s->o, NULL, '{');
	json_out_str(&s->o, "s", text);
	json_out_str(&s->o, "t", str_of(sort));
	json_close(&s->o, '}');
}

static void cells(struct sheet_out *s, const char *sort, const struct str *cell, size_t n)
{
	json_open(&s->o, NULL, '{');
	json_open(&s->o, "c", '[');
	for (size_t i = 0; i < n; i++)
		json_out_str(&s->o, NULL, cell[i]);
	json_close(&s->o, ']');
	json_out_str(&s->o, "t", str_of(sort));
	json_close(&s->o, '}');
}

#define CELLS(s, sort, ...) \
	cells(s, sort, (const struct str[]){ __VA_ARGS__ }, sizeof((const struct str[]){ __VA_ARGS__ }) / sizeof(struct str))

static bool sheet_end(struct bound *x, struct sheet_out *s, struct str title, struct err *err)
{
	struct draw_job job = { .title = title, .author = x->d->m->organ_name, .at = x->d->at, .bare = true };
	struct bind_part *p = &x->out[x->n_out++];

	json_close(&s->o, ']');
	if (!buf_ok(&s->b))
		return err_set(err, ERR_TOO_LARGE, "案卷的%.*s太长", STR_FMT(title));
	job.blocks = buf_str(&s->b);
	*p = (struct bind_part){ .title = title };
	return draw_pdf(x->j->a, &job, &p->pdf, err);
}

static bool cover(struct bound *x, struct err *err)
{
	struct sheet_out s;

	sheet_begin(x, &s);
	for (int i = 0; i < 3; i++)
		block(&s, "blank", STR(""));
	block(&s, "title", x->d->m->organ_name);
	block(&s, "title", STR("行政执法案卷"));
	block(&s, "centre", str_fmt(x->j->a, "（%.*s）", STR_FMT(x->name)));
	block(&s, "blank", STR(""));
	CELLS(&s, "widths", STR("34"), STR("66"));
	for (size_t i = 0; i < DOSSIER_FACTS; i++)
		CELLS(&s, "row", str_of(x->d->cover[i].name), x->d->cover[i].text);
	return sheet_end(x, &s, STR("封面"), err);
}

static struct str page_range(struct arena *a, int first, int n)
{
	return n > 1 ? str_fmt(a, "%d—%d", first, first + n - 1) : str_fmt(a, "%d", first);
}

/* The index says what was corrected, and by which paper, which stands in the same file. */
static struct str named(struct arena *a, const struct dossier_line *l)
{
	return l->correction.n ? str_fmt(a, "%.*s（已由%.*s更正）", STR_FMT(l->name), STR_FMT(l->correction)) : l->name;
}

static bool contents(struct bound *x, struct err *err)
{
	struct arena *a = x->j->a;
	struct sheet_out s;
	int next = 1, row = 0;

	sheet_begin(x, &s);
	block(&s, "title", STR("卷内目录"));
	CELLS(&s, "widths", STR("10"), STR("34"), STR("23"), STR("20"), STR("13"));
	CELLS(&s, "row", STR("序号"), STR("文书（材料）名称"), STR("文号"), STR("日期"), STR("页号"));
	for (size_t i = 0; i < x->part->n; i++) {
		const struct dossier_line *l = &x->part->line[i];

		if (l->of.n)
			CELLS(&s, "row", STR(""), l->of, STR(""), STR(""), STR(""));
		if (l->missing)
			continue; /* 缺的不占位 (LY1.09-9.1); the notes tell it */
		CELLS(&s, "row", str_fmt(a, "%d", ++row), named(a, l), l->number, str_sub(l->made, 0, 10),
		      x->pages[i] ? page_range(a, next, x->pages[i]) : outside_why(x->why[i]));
		next += x->pages[i];
	}
	return sheet_end(x, &s, STR("卷内目录"), err);
}

static bool has_rows(const struct bound *x)
{
	for (size_t i = 0; i < x->d->n_bag; i++)
		if (x->d->bag[i].rows.n_row)
			return true;
	return x->d->n_thing > 0;
}

static void bag_rows(struct bound *x, struct sheet_out *s)
{
	for (size_t i = 0; i < x->d->n_bag; i++) {
		const struct shown *t = &x->d->bag[i].rows;

		if (!t->n_row)
			continue;
		block(s, "head", x->d->bag[i].name);
		cells(s, "row", t->head, t->n_head);
		for (size_t k = 0; k < t->n_row; k++)
			cells(s, "row", t->cell + k * t->n_head, t->n_head);
	}
}

/* LY1.09-2a: the list may be empty, and then says so. */
static bool bags(struct bound *x, struct err *err)
{
	struct sheet_out s;

	sheet_begin(x, &s);
	block(&s, "title", STR("证物袋清单"));
	if (!has_rows(x))
		block(&s, "para", STR("本卷没有证物。"));
	bag_rows(x, &s);
	if (x->d->n_thing) {
		block(&s, "head", STR("电子文件"));
		CELLS(&s, "widths", STR("8"), STR("28"), STR("14"), STR("14"), STR("36"));
		CELLS(&s, "row", STR("序号"), STR("文件"), STR("所在"), STR("大小"), STR("SHA-256"));
	}
	for (size_t i = 0; i < x->d->n_thing; i++) {
		const struct dossier_thing *t = &x->d->thing[i];

		CELLS(&s, "row", str_fmt(x->j->a, "%zu", i + 1), t->name, t->field, t->size_text, t->digest);
	}
	return sheet_end(x, &s, STR("证物袋清单"), err);
}

static bool notes(struct bound *x, struct err *err)
{
	struct sheet_out s;

	sheet_begin(x, &s);
	block(&s, "title", STR("卷内备考表"));
	block(&s, "para", x->n_files ? str_fmt(x->j->a, "本卷共有文书%d件，上传的材料%d件，编页%d页。", x->n_papers, x->n_files, x->n_pages)
				     : str_fmt(x->j->a, "本卷共有文书%d件，编页%d页。", x->n_papers, x->n_pages));
	for (size_t i = 0; i < x->part->n; i++) {
		const struct dossier_line *l = &x->part->line[i];

		if (l->missing)
			block(&s, "para", str_fmt(x->j->a, "缺：%.*s。", STR_FMT(l->name)));
		else if (x->why[i] != OUTSIDE_FINE)
			block(&s, "para", str_fmt(x->j->a, "未编页：%.*s（%.*s）。", STR_FMT(l->name), STR_FMT(outside_why(x->why[i]))));
	}
	if (x->d->n_thing)
		block(&s, "para", str_fmt(x->j->a, "另有电子文件%zu份，名称和摘要见正卷证物袋清单。", x->d->n_thing));
	if (x->d->n_hidden)
		block(&s, "para", str_fmt(x->j->a, "另有%zu件子件的材料，制卷人无权查看，未入本卷。", x->d->n_hidden));
	block(&s, "para", STR("说明："));
	for (int i = 0; i < 5; i++)
		block(&s, "blank", STR(""));
	block(&s, "sign", STR("立卷人"));
	block(&s, "sign", STR("检查人"));
	return sheet_end(x, &s, STR("备考表"), err);
}

/* ---- the papers ---- */

/* What a file becomes when it is bound; its pages stay in the arena, the content does not. */
static bool uploaded(struct bound *x, const struct dossier_thing *t, struct outside *ret, struct err *err)
{
	struct str media, content;

	*ret = (struct outside){ .why = t->paged ? OUTSIDE_LARGE : OUTSIDE_DISC };
	if (!t->paged || t->size > OUTSIDE_BYTES_MOST || x->bytes + t->size > UPLOADED_MOST)
		return true;
	x->bytes += t->size;
	return blob_get(x->j->db, x->j->a, &x->j->app->blobs, t->digest, &media, &content, err)
	       && outside_pages(x->j->a, media, t->name, content, ret, err);
}

static bool content(struct bound *x, size_t i, struct bind_part *p, struct err *err)
{
	const struct dossier_line *l = &x->part->line[i];
	struct outside o;
	struct str media;

	if (!l->thing)
		return blob_get(x->j->db, x->j->a, &x->j->app->blobs, l->digest, &media, &p->pdf, err);
	if (!uploaded(x, l->thing, &o, err))
		return false;
	x->why[i] = o.why;
	p->pdf = o.pdf;
	p->foreign = !o.archival;
	return true;
}

static bool put(struct bound *x, size_t i, struct err *err)
{
	const struct dossier_line *l = &x->part->line[i];
	struct bind_part *p = &x->out[x->n_out];

	if (l->missing)
		return true;
	if (!l->digest.n)
		return err_set(err, ERR_CONFLICT, "《%.*s》还在制作，请稍后再生成", STR_FMT(l->name));
	x->row++;
	*p = (struct bind_part){ .numbered = true };
	if (!content(x, i, p, err))
		return false;
	if (!p->pdf.n)
		return true;
	if (!bind_pages(p->pdf, &x->pages[i], err))
		return false;
	x->n_out++;
	x->n_papers += !l->thing;
	x->n_files += l->thing != NULL;
	p->title = str_fmt(x->j->a, "%d %.*s（%.*s页）", x->row, STR_FMT(l->name),
			   STR_FMT(page_range(x->j->a, x->n_pages + 1, x->pages[i])));
	x->n_pages += x->pages[i];
	return true;
}

static bool all_parts(struct bound *x, struct err *err)
{
	x->n_out = 2; /* cover and index stand first, and know the pages only at the end */
	for (size_t i = 0; i < x->part->n; i++)
		if (!put(x, i, err)
		    || (!job_go_on(x->j, (int64_t)i + 1, (int64_t)x->part->n + 1) && !err_set(err, ERR_BUSY, "程序正在停止")))
			return false;
	if (x->part == &x->d->main && !bags(x, err))
		return false;
	if (!notes(x, err))
		return false;
	{
		size_t n = x->n_out;
		bool ok;

		x->n_out = 0;
		ok = cover(x, err) && contents(x, err);
		x->n_out = n;
		return ok;
	}
}

bool dossier_pdf(struct job *j, const struct dossier *d, bool secondary, struct dossier_bound *ret, struct err *err)
{
	const struct dossier_part *part = secondary ? &d->secondary : &d->main;
	struct bound x = { .j = j, .d = d, .part = part, .name = secondary ? STR("副卷") : STR("正卷"),
			   .out = arena_many(j->a, part->n + 4, struct bind_part), .pages = arena_many(j->a, part->n, int),
			   .why = arena_many(j->a, part->n, enum outside_why) };
	struct bind_job job = { .part = x.out, .says = { .author = d->m->organ_name, .at = d->at } };

	if (!all_parts(&x, err))
		return false;
	job.n = x.n_out;
	job.says.title = str_fmt(j->a, "%.*s %.*s", STR_FMT(d->m->title), STR_FMT(x.name));
	ret->papers = x.n_papers;
	ret->files = x.n_files;
	ret->pages = x.n_pages;
	return bind_pdf(j->a, &job, &ret->pdf, err);
}

static bool write_out(struct job *j, const char *suffix, struct str content, struct err *err)
{
	char *path = job_file(j, suffix);
	FILE *f = fopen(path, "wb");
	bool ok = f && fwrite(content.p, 1, content.n, f) == content.n;

	if (f && fclose(f) != 0)
		ok = false;
	return ok || err_set(err, ERR_IO, "案卷写不下来：%s", strerror(errno));
}

static bool make_pdf(struct job *j, const struct dossier *d, bool secondary, struct err *err)
{
	struct dossier_bound b;

	if (!dossier_pdf(j, d, secondary, &b, err) || !write_out(j, ".pdf", b.pdf, err))
		return false;
	j->total = j->done = b.pages;
	j->say = b.files ? str_fmt(j->a, "文书%d件，上传的材料%d件，编页%d页", b.papers, b.files, b.pages)
			 : str_fmt(j->a, "文书%d件，编页%d页", b.papers, b.pages);
	return true;
}

static bool make_package(struct job *j, const struct dossier *d, struct err *err)
{
	struct package p;

	if (!package_make(j, d, &p, err) || !write_out(j, ".zip", p.zip, err))
		return false;
	j->total = j->done = (int64_t)p.files;
	j->say = str_fmt(j->a, "文件%zu个。清单 sha256sum.txt 的 SHA-256 为 %.*s，移交时与对方核对", p.files, STR_FMT(p.digest));
	return true;
}

bool dossier_make(struct job *j, struct err *err)
{
	const struct actor who = actor_of(&j->r);
	struct matter_view m;
	struct shower s;
	struct dossier d;
	struct str part;
	int64_t id;

	if (!form_urlencoded(j->a, j->input, &j->r.query, err) || !matter_by_code(j->db, j->a, req_query(&j->r, "m"), &id, err)
	    || !matter_see(j->app->engine, j->db, j->a, &who, id, SEE_ALL, &m, err))
		return false;
	if (!dossier_is(&m))
		return err_set(err, ERR_FORBIDDEN, "本件有您无权查看的内容，不能生成案卷");
	if (!shower_init(&j->r, &s, err) || !dossier_load(&s, &m, &who, &d, err))
		return false;
	if (d.removed)
		return err_set(err, ERR_GONE, "卷中有案件已按销毁清册销毁，不能再装订");
	part = req_query(&j->r, "part");
	return str_is(part, "package") ? make_package(j, &d, err) : make_pdf(j, &d, str_is(part, "secondary"), err);
}
