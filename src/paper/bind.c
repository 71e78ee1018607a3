/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "paper/bind.h"

#include <qpdf/qpdf-c.h>
#include <stdlib.h>

#include "base/buf.h"
#include "paper/draw.h"

#define BOX "[0 0 595.276 841.89]"

struct binding {
	struct arena *a;
	qpdf_data q;
	qpdf_data *source;     /* kept until all is written */
	size_t n_source;
	int *first;            /* of each part: index of its first page */
	struct draw_mark *mark;
	int *marked;           /* of each mark: index of its page */
	size_t n_mark, n_number;
	int pages;
};

static bool broken(qpdf_data q, struct err *err)
{
	(void)err_set(err, ERR_IO, "案卷中的文书读不出来");
	return err_wrap(err, "qpdf: %s", qpdf_has_error(q) ? qpdf_get_error_full_text(q, qpdf_get_error(q)) : "no error told");
}

static qpdf_data opened(struct str pdf, struct err *err)
{
	qpdf_data q = qpdf_init();

	qpdf_silence_errors(q);
	qpdf_set_suppress_warnings(q, QPDF_TRUE);
	if (qpdf_read_memory(q, "part", pdf.p, pdf.n, NULL) & QPDF_ERRORS) {
		(void)broken(q, err);
		qpdf_cleanup(&q);
		return NULL;
	}
	return q;
}

bool bind_pages(struct str pdf, int *ret, struct err *err)
{
	qpdf_data q = opened(pdf, err);
	int n;

	if (!q)
		return false;
	n = qpdf_get_num_pages(q);
	if (n < 0)
		(void)broken(q, err);
	else
		*ret = n;
	qpdf_cleanup(&q);
	return n >= 0;
}

static qpdf_oh stream(qpdf_data q, struct str data)
{
	qpdf_oh s = qpdf_oh_new_stream(q);

	qpdf_oh_replace_stream_data(q, s, (const unsigned char *)data.p, data.n, qpdf_oh_new_null(q), qpdf_oh_new_null(q));
	return s;
}

static bool add_blank(struct binding *b, struct err *err)
{
	qpdf_oh page = qpdf_oh_parse(b->q, "<< /Type /Page /MediaBox " BOX " /Resources << >> >>");

	qpdf_oh_replace_key(b->q, page, "/Contents", stream(b->q, STR(" ")));
	b->pages++;
	return !(qpdf_add_page(b->q, b->q, qpdf_make_indirect_object(b->q, page), QPDF_FALSE) & QPDF_ERRORS) || broken(b->q, err);
}

static void mark_page(struct binding *b, struct draw_mark m)
{
	b->marked[b->n_mark] = b->pages;
	b->mark[b->n_mark++] = m;
}

static bool add_part(struct binding *b, const struct bind_job *job, size_t i, struct err *err)
{
	struct str pdf = job->part[i].pdf;
	qpdf_data from;
	int n;

	if (b->pages % 2 && !add_blank(b, err))
		return false;
	if (!job->part[i].foreign && str_find(pdf, STR("GTS_PDFA1"), 0) == SIZE_MAX && !pdfa_make(b->a, pdf, &job->says, &pdf, err))
		return false;
	from = opened(pdf, err);
	if (!from)
		return false;
	b->source[b->n_source++] = from;
	b->first[i] = b->pages;
	n = qpdf_get_num_pages(from);
	if (b->pages + n > BIND_PAGES_MOST)
		return err_set(err, ERR_TOO_LARGE, "案卷超过%d页，请分册", BIND_PAGES_MOST);
	for (int p = 0; p < n; p++) {
		if (qpdf_add_page(b->q, from, qpdf_get_page_n(from, (size_t)p), QPDF_FALSE) & QPDF_ERRORS)
			return broken(b->q, err);
		if (job->part[i].numbered)
			mark_page(b, (struct draw_mark){ .text = str_fmt(b->a, "%zu", ++b->n_number), .left = b->pages % 2 != 0 });
		if (job->reader.n)
			mark_page(b, (struct draw_mark){ .text = job->reader, .across = true });
		b->pages++;
	}
	return true;
}

/* The mark as a form under a name that no other page has, and then the page's own contents between q and Q: so a page that
 * leaves its state unbalanced does not move the mark. Nothing of ours is painted where the mark stands. */
static bool lay_over(struct binding *b, qpdf_data marks, size_t i, struct err *err)
{
	qpdf_oh page = qpdf_get_page_n(b->q, (size_t)b->marked[i]), over = qpdf_get_page_n(marks, i), form, all, old, forms;
	qpdf_oh resources = qpdf_oh_get_key(b->q, page, "/Resources");
	const char *name = str_fmt(b->a, "/Mf%zu", i + 1).p;
	unsigned char *data = NULL;
	size_t n = 0;

	if (qpdf_oh_get_page_content_data(marks, over, &data, &n) & QPDF_ERRORS)
		return broken(marks, err);
	form = stream(b->q, (struct str){ (const char *)data, n });
	free(data);
	qpdf_oh_replace_key(b->q, qpdf_oh_get_dict(b->q, form), "/Type", qpdf_oh_new_name(b->q, "/XObject"));
	qpdf_oh_replace_key(b->q, qpdf_oh_get_dict(b->q, form), "/Subtype", qpdf_oh_new_name(b->q, "/Form"));
	qpdf_oh_replace_key(b->q, qpdf_oh_get_dict(b->q, form), "/BBox", qpdf_oh_parse(b->q, BOX));
	qpdf_oh_replace_key(b->q, qpdf_oh_get_dict(b->q, form), "/Resources",
			    qpdf_oh_copy_foreign_object(b->q, marks, qpdf_make_indirect_object(marks, qpdf_oh_get_key(marks, over, "/Resources"))));
	forms = qpdf_oh_get_key(b->q, resources, "/XObject");
	if (!qpdf_oh_is_dictionary(b->q, forms)) {
		forms = qpdf_oh_new_dictionary(b->q);
		qpdf_oh_replace_key(b->q, resources, "/XObject", forms);
	}
	qpdf_oh_replace_key(b->q, forms, name, form);
	all = qpdf_oh_new_array(b->q);
	old = qpdf_oh_get_key(b->q, page, "/Contents");
	qpdf_oh_append_item(b->q, all, stream(b->q, str_fmt(b->a, "q %s Do Q\nq\n", name)));
	if (!qpdf_oh_is_array(b->q, old))
		qpdf_oh_append_item(b->q, all, old);
	for (int k = 0; qpdf_oh_is_array(b->q, old) && k < qpdf_oh_get_array_n_items(b->q, old); k++)
		qpdf_oh_append_item(b->q, all, qpdf_oh_get_array_item(b->q, old, k));
	qpdf_oh_append_item(b->q, all, stream(b->q, STR("\nQ\n")));
	qpdf_oh_replace_key(b->q, page, "/Contents", all);
	return !qpdf_has_error(b->q) || broken(b->q, err);
}

static bool number_pages(struct binding *b, struct err *err)
{
	const struct pdfa_says nobody = { .at = 0 };
	qpdf_data marks;
	struct str pdf;

	if (!b->n_mark)
		return true;
	if (!draw_marks(b->a, b->mark, b->n_mark, &pdf, err) || !pdfa_make(b->a, pdf, &nobody, &pdf, err))
		return false;
	marks = opened(pdf, err);
	if (!marks)
		return false;
	b->source[b->n_source++] = marks;
	for (size_t i = 0; i < b->n_mark; i++)
		if (!lay_over(b, marks, i, err))
			return false;
	return true;
}

static void bookmarks(struct binding *b, const struct bind_job *job)
{
	qpdf_oh *item = arena_many(b->a, job->n, qpdf_oh), root = qpdf_make_indirect_object(b->q, qpdf_oh_new_dictionary(b->q));

	for (size_t i = 0; i < job->n; i++)
		item[i] = qpdf_make_indirect_object(b->q, qpdf_oh_new_dictionary(b->q));
	for (size_t i = 0; i < job->n; i++) {
		qpdf_oh to = qpdf_oh_parse(b->q, "[null /XYZ null null null]");
		struct str title = job->part[i].title;

		qpdf_oh_set_array_item(b->q, to, 0, qpdf_get_page_n(b->q, (size_t)b->first[i]));
		qpdf_oh_replace_key(b->q, item[i], "/Title", qpdf_oh_new_binary_unicode_string(b->q, title.p ? title.p : "", title.n));
		qpdf_oh_replace_key(b->q, item[i], "/Parent", root);
		qpdf_oh_replace_key(b->q, item[i], "/Dest", to);
		if (i)
			qpdf_oh_replace_key(b->q, item[i], "/Prev", item[i - 1]);
		if (i + 1 < job->n)
			qpdf_oh_replace_key(b->q, item[i], "/Next", item[i + 1]);
	}
	qpdf_oh_replace_key(b->q, root, "/First", item[0]);
	qpdf_oh_replace_key(b->q, root, "/Last", item[job->n - 1]);
	qpdf_oh_replace_key(b->q, root, "/Count", qpdf_oh_new_integer(b->q, (long long)job->n));
	qpdf_oh_replace_key(b->q, qpdf_get_root(b->q), "/Outlines", root);
	qpdf_oh_replace_key(b->q, qpdf_get_root(b->q), "/PageMode", qpdf_oh_new_name(b->q, "/UseOutlines"));
}

bool bind_pdf(struct arena *a, const struct bind_job *job, struct str *ret, struct err *err)
{
	struct binding b = { .a = a, .q = qpdf_init() };
	struct pdfa_says says = job->says;
	bool ok = job->n > 0 || err_set(err, ERR_BAD_INPUT, "案卷中没有文书");

	qpdf_silence_errors(b.q);
	qpdf_set_suppress_warnings(b.q, QPDF_TRUE);
	b.source = arena_many(a, job->n + 1, qpdf_data);
	b.first = arena_many(a, job->n, int);
	b.mark = arena_many(a, (size_t)2 * BIND_PAGES_MOST, struct draw_mark);
	b.marked = arena_many(a, (size_t)2 * BIND_PAGES_MOST, int);
	ok = ok && (!(qpdf_empty_pdf(b.q) & QPDF_ERRORS) || broken(b.q, err));
	for (size_t i = 0; ok && i < job->n; i++) {
		says.plain = says.plain || job->part[i].foreign;
		ok = add_part(&b, job, i, err);
	}
	ok = ok && number_pages(&b, err);
	if (ok) {
		bookmarks(&b, job);
		ok = pdfa_finish(a, b.q, &says, ret, err);
	}
	qpdf_cleanup(&b.q);
	for (size_t i = 0; i < b.n_source; i++)
		qpdf_cleanup(&b.source[i]);
	return ok;
}
