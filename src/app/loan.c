/* SPDX-License-Identifier: MulanPSL-2.0 */
/* loan.c - 阅卷: whoever reads an archived dossier by an approved loan sees the papers within its range, and nothing else of
 * the case (LY4.09-2.4a, 2.4b). The case itself is seen by the program; what goes out is one paper with the reader's name. */
#include "app/app.h"
#include "app/case.h"
#include "app/file_reading.h"
#include "app/shown.h"
#include "base/day.h"
#include "base/parse.h"
#include "blob/blob.h"
#include "pages.h"
#include "paper/bind.h"
#include "paper/outside.h"

struct loan {
	struct matter_view m, of; /* the loan; the case */
	struct loan_may may;
	struct shower s;
	struct dossier d;
};

static bool load(struct req *r, struct loan *ret, struct err *err)
{
	static const struct actor program = { .sort = ACTOR_SYSTEM };
	const struct actor who = actor_of(r);
	struct engine *e = app_of(r)->engine;

	return case_load(r, SEE_FIELDS, &ret->m, err) && matter_loan(e, r->db, r->a, &who, &ret->m, &ret->may, err)
	    && matter_see(e, r->db, r->a, &program, ret->may.of, SEE_ALL, &ret->of, err) && shower_init(r, &ret->s, err)
	    && dossier_load(&ret->s, &ret->of, &program, &ret->d, err);
}

/* 第几件, counted over what is there: the main file, then the secondary one. NULL: there are not so many. */
static const struct dossier_line *line_at(const struct loan *x, int64_t no)
{
	const struct dossier_part *part[] = { &x->d.main, &x->d.secondary };
	int64_t n = 0;

	for (size_t p = 0; p < (x->may.whole ? 2 : 1); p++)
		for (size_t i = 0; i < part[p]->n; i++)
			if (!part[p]->line[i].missing && ++n == no)
				return &part[p]->line[i];
	return NULL;
}

static struct str range_text(struct req *r, const struct loan *x)
{
	return str_fmt(r->a, "%s第%lld件至第%lld件", x->may.whole ? "正卷和副卷" : "正卷", (long long)x->may.from, (long long)x->may.to);
}

bool loan_show(struct req *r, struct err *err)
{
	struct loan_view v = { .n = 0 };
	const struct dossier_line *l;
	struct loan_line *line;
	struct loan x;
	struct html h;

	if (!load(r, &x, err) || !frame_load(r, STR("阅卷"), &v.frame, err))
		return false;
	v.title = x.m.title;
	v.title_href = case_href(r, x.m.snap);
	v.range = range_text(r, &x);
	v.copy = x.may.copy;
	line = arena_many(r->a, x.d.main.n + x.d.secondary.n, struct loan_line);
	for (int64_t no = 1; (l = line_at(&x, no)) != NULL; no++) {
		const bool allowed = no >= x.may.from && no <= x.may.to;

		if (allowed || !v.n || line[v.n - 1].allowed)
			line[v.n++] = (struct loan_line){ no, no, l->name, str_fmt(r->a, "%.*s/read/%lld", STR_FMT(v.title_href), (long long)no),
							  allowed };
		else
			line[v.n - 1].to = no;
	}
	v.line = line;
	frame_crumb(&v.frame, x.m.snap->kind->name, str_fmt(r->a, "/k/%.*s", STR_FMT(x.m.snap->kind->id)));
	frame_crumb(&v.frame, case_short(x.m.snap, x.m.title), v.title_href);
	frame_crumb(&v.frame, STR("阅卷"), (struct str){ 0 });
	html_init(&h, r->a, HTML_MAX);
	page_loan(&h, &v);
	return frame_reply(r, 200, &h, err);
}

static bool asked(struct req *r, struct loan *x, const struct dossier_line **ret, struct err *err)
{
	struct str range;
	int64_t no;

	if (!parse_i64(req_param(r, "n"), 1, INT64_MAX, &no))
		return err_set(err, ERR_NOT_FOUND, "没有这一件");
	if (!load(r, x, err))
		return false;
	range = range_text(r, x);
	if (no < x->may.from || no > x->may.to)
		return err_set(err, ERR_FORBIDDEN, "第%lld件不在批准范围。批准的是%.*s，范围外不可见〔日常工作制度（二）第四条〕。下一步：另外申请查阅单",
			       (long long)no, STR_FMT(range));
	if (str_is(req_query(r, "save"), "1") && !x->may.copy)
		return err_set(err, ERR_FORBIDDEN, "批准的申请没有摘抄、复制、带出〔日常工作制度（四）（1）第五条〕。下一步：另外申请，写明需要复制");
	*ret = line_at(x, no);
	if (!*ret || !(*ret)->digest.n)
		return err_set(err, ERR_NOT_FOUND, "没有这一件，或者还在制作");
	return true;
}

bool loan_record(struct req *r, struct err *err)
{
	const struct actor who = actor_of(r);
	const struct dossier_line *l;
	struct loan x;
	struct file_reading f = { .e = app_of(r)->engine };

	if (!asked(r, &x, &l, err))
		return false;
	f.x = (struct reading){ .matter = x.m.snap->id, .person = who.person, .organ = who.organ, .digest = l->digest,
				.field = x.m.snap->kind->loan.dossier->id, .name = l->name,
				.way = str_is(req_query(r, "save"), "1") ? READING_SAVE : READING_VIEW };
	return file_reading_put(r, &f, err);
}

/* Its pages under the reader's name; sound and moving pictures as they are. */
static bool pages_of(struct req *r, struct loan *x, const struct dossier_line *l, struct str *ret, struct err *err)
{
	const struct actor who = actor_of(r);
	struct bind_part part = { .title = l->name };
	struct bind_job job = { .part = &part, .n = 1, .says = { .title = l->name, .author = x->of.organ_name, .at = now_of(r) } };
	struct outside o = { .pdf = { 0 } };
	struct str media, content, name = shown_text(&x->s, val_i64(T_USER, who.person)), time = shown_time(r->a, now_of(r));

	if (!blob_get(r->db, r->a, &app_of(r)->blobs, l->digest, &media, &content, err))
		return false;
	if (l->thing && !outside_pages(r->a, media, l->name, content, &o, err))
		return false;
	part.pdf = l->thing ? o.pdf : content;
	part.foreign = l->thing && !o.archival;
	if (!part.pdf.n)
		return err_set(err, ERR_NOT_FOUND, "这一件是%.*s，请到档案室查阅", STR_FMT(outside_why(o.why)));
	job.reader = str_fmt(r->a, "%.*s %.*s 查阅", STR_FMT(name), STR_FMT(time));
	return bind_pdf(r->a, &job, ret, err);
}

bool loan_get(struct req *r, struct err *err)
{
	const struct dossier_line *l;
	struct loan x;
	struct str pdf;

	return asked(r, &x, &l, err) && pages_of(r, &x, l, &pdf, err)
	    && reply_file(r, "application/pdf", pdf, str_fmt(r->a, "%.*s.pdf", STR_FMT(l->name)), str_is(req_query(r, "save"), "1"));
}
