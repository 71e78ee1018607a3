/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "paper/draw.h"

#include <cairo-pdf.h>
#include <harfbuzz/hb.h>
#include <pango/pangocairo.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "paper/ofd.h"
#include "paper/pdfa.h"
#include "paper/qr.h"

#define MM (72.0 / 25.4)
#define PAGE_W (210 * MM)
#define PAGE_H (297 * MM)
#define LEFT (28 * MM)
#define TOP (37 * MM)
#define AREA_W (156 * MM)
#define AREA_H (225 * MM)
#define LINE (AREA_H / 22)       /* 22 lines a page */
#define FOOT (7 * MM)            /* page number below the text area */
#define CELL_PAD 4.0
#define QR_SIDE (34 * MM)        /* with its quiet zone: read at arm's length */
#define CELL_LINE 0.6
#define PAGES_MOST 500
#define PDF_MOST ((size_t)64 * 1024 * 1024)
#define COLUMNS_MOST 20
#define COLUMN_LEAST 22.0        /* one character of a cell and its padding; 20 of them fit */

#define FAMILY "Noto Serif CJK SC"
#define BODY_FONT FAMILY " 16"
#define TITLE_FONT FAMILY " Bold 22"
#define HEAD_FONT FAMILY " Bold 16"
#define CELL_FONT FAMILY " 12"
#define FOOT_FONT FAMILY " 14"

struct pen {
	struct arena *a;
	cairo_t *c;
	double y;            /* top of the next line, from the top of the text area */
	int page;
	struct str stamp, mark;
	cairo_surface_t *surface;
	double width[COLUMNS_MOST];
	size_t n_width;
	bool too_long, bare;
	double grey;         /* 0 black */
	struct ofd *ofd;     /* not NULL: what is drawn is written there too */
};

/* No ligatures: a digest copied from the PDF must have its letters. 28 characters of 16 points are wider than the 156 mm
 * that the standard gives them: where tight, each moves closer by a fifth of a point. */
static void set_letters(PangoLayout *l, bool tight)
{
	PangoAttrList *all = pango_attr_list_new();

	pango_attr_list_insert(all, pango_attr_font_features_new("liga=0, clig=0"));
	if (tight)
		pango_attr_list_insert(all, pango_attr_letter_spacing_new((int)((AREA_W / 28 - 16.005) * PANGO_SCALE)));
	pango_layout_set_attributes(l, all);
	pango_attr_list_unref(all);
}

static PangoLayout *layout_of(struct pen *p, const char *font, struct str text, double width, PangoAlignment align)
{
	PangoLayout *l = pango_cairo_create_layout(p->c);
	PangoFontDescription *f = pango_font_description_from_string(font);
	PangoContext *context = pango_layout_get_context(l);

	pango_cairo_context_set_resolution(context, 72); /* a point of a font is one of the page */
	pango_context_set_round_glyph_positions(context, FALSE);
	pango_layout_context_changed(l);
	pango_layout_set_font_description(l, f);
	pango_font_description_free(f);
	pango_layout_set_width(l, (int)(width * PANGO_SCALE));
	pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
	pango_layout_set_alignment(l, align);
	pango_layout_set_text(l, text.p ? text.p : "", (int)text.n);
	set_letters(l, false);
	return l;
}

static void set_grey(struct pen *p, double grey)
{
	p->grey = grey;
	cairo_set_source_rgb(p->c, grey, grey, grey);
}

/* A run of one font, for OFD: its characters with their advances. */
static void note_run(struct pen *p, PangoLayoutLine *line, PangoGlyphItem *run, double x, double baseline)
{
	const PangoItem *item = run->item;
	const char *text = pango_layout_get_text(line->layout) + item->offset;
	PangoFontDescription *f = pango_font_describe(item->analysis.font);
	PangoFontMetrics *m = pango_font_get_metrics(item->analysis.font, NULL);
	int *width = arena_many(p->a, (size_t)item->num_chars, int);
	double *advance = arena_many(p->a, (size_t)item->num_chars, double);
	struct ofd_text t = { .text = { text, (size_t)item->length }, .advance = advance, .x = x / MM, .baseline = baseline / MM,
			      .ascent = pango_font_metrics_get_ascent(m) / PANGO_SCALE / MM,
			      .descent = pango_font_metrics_get_descent(m) / PANGO_SCALE / MM,
			      .size = pango_font_description_get_size(f) / (double)PANGO_SCALE / MM,
			      .grey = (int)(p->grey * 255 + 0.5),
			      .face = hb_font_get_face(pango_font_get_hb_font(item->analysis.font)),
			      .family = str_of(pango_font_description_get_family(f)),
			      .bold = pango_font_description_get_weight(f) >= PANGO_WEIGHT_BOLD };

	pango_glyph_item_get_logical_widths(run, pango_layout_get_text(line->layout), width);
	for (int i = 0; i < item->num_chars; i++)
		advance[i] = width[i] / (double)PANGO_SCALE / MM;
	ofd_text(p->ofd, &t);
	pango_font_metrics_unref(m);
	pango_font_description_free(f);
}

/* Every text goes through here. */
static void show_line(struct pen *p, PangoLayoutLine *line, double x, double baseline)
{
	cairo_move_to(p->c, x, baseline);
	pango_cairo_show_layout_line(p->c, line);
	for (GSList *i = p->ofd ? line->runs : NULL; i; i = i->next) {
		PangoGlyphItem *run = i->data;

		note_run(p, line, run, x, baseline);
		x += pango_glyph_string_get_width(run->glyphs) / (double)PANGO_SCALE;
	}
}

/* The lines of a layout as they are, from a point at its upper left. */
static void show_layout(struct pen *p, PangoLayout *l, double x, double y)
{
	PangoLayoutIter *i = pango_layout_get_iter(l);

	do {
		PangoRectangle box;

		pango_layout_iter_get_line_extents(i, NULL, &box);
		show_line(p, pango_layout_iter_get_line_readonly(i), x + (double)box.x / PANGO_SCALE,
			  y + (double)pango_layout_iter_get_baseline(i) / PANGO_SCALE);
	} while (pango_layout_iter_next_line(i));
	pango_layout_iter_free(i);
}

static void stamp_page(struct pen *p)
{
	PangoLayout *l;
	int w, h;

	if (!p->stamp.n)
		return;
	set_grey(p, 0.85);
	l = layout_of(p, FAMILY " Bold 72", p->stamp, PAGE_W, PANGO_ALIGN_CENTER);
	pango_layout_get_size(l, &w, &h);
	show_layout(p, l, 0, PAGE_H / 2 - (double)h / PANGO_SCALE / 2);
	g_object_unref(l);
}

static void mark_page(struct pen *p)
{
	PangoLayout *l;

	if (!p->mark.n)
		return;
	l = layout_of(p, CELL_FONT, p->mark, AREA_W, PANGO_ALIGN_CENTER);
	set_grey(p, 0.3);
	show_layout(p, l, LEFT, TOP / 2);
	g_object_unref(l);
}

/* — 3 —: odd pages at the right, even ones at the left, one character in. */
static void page_number(struct pen *p)
{
	struct str text = str_fmt(p->a, "— %d —", p->page);
	PangoLayout *l = layout_of(p, FOOT_FONT, text, AREA_W - 28, p->page % 2 ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);

	show_layout(p, l, LEFT + 14, TOP + AREA_H + FOOT);
	g_object_unref(l);
}

static void begin_page(struct pen *p)
{
	p->page++;
	p->y = 0;
	if (p->ofd)
		ofd_page(p->ofd);
	stamp_page(p);
	mark_page(p);
	set_grey(p, 0);
}

static void next_page(struct pen *p)
{
	if (!p->bare)
		page_number(p);
	cairo_show_page(p->c);
	if (p->page >= PAGES_MOST)
		p->too_long = true;
	begin_page(p);
}

static void need(struct pen *p, double height)
{
	if (p->y > 0 && p->y + height > AREA_H + 0.5)
		next_page(p);
}

/* The lines of a layout, each on the grid of the page; breaks pages between lines. */
static void put_lines(struct pen *p, PangoLayout *l, double x, double line)
{
	PangoLayoutIter *i = pango_layout_get_iter(l);

	do {
		PangoLayoutLine *one = pango_layout_iter_get_line_readonly(i);
		PangoRectangle box;
		double baseline;

		pango_layout_iter_get_line_extents(i, NULL, &box);
		need(p, line);
		if (p->too_long)
			break;
		baseline = (line - (double)box.height / PANGO_SCALE) / 2
			 + (double)(pango_layout_iter_get_baseline(i) - box.y) / PANGO_SCALE;
		show_line(p, one, LEFT + x + (double)box.x / PANGO_SCALE, TOP + p->y + baseline);
		p->y += line;
	} while (pango_layout_iter_next_line(i));
	pango_layout_iter_free(i);
}

static void put_text(struct pen *p, const char *font, struct str text, PangoAlignment align, double indent, double line)
{
	PangoLayout *l = layout_of(p, font, text, AREA_W, align);

	pango_layout_set_indent(l, (int)(indent * PANGO_SCALE));
	set_letters(l, strcmp(font, BODY_FONT) == 0);
	put_lines(p, l, 0, line);
	g_object_unref(l);
}

/* organ BAR day: centred on each other at the right, with room for the seal above the day. */
static void put_seal(struct pen *p, struct str text)
{
	size_t bar = str_chr(text, '|', 0);
	struct str organ = bar == SIZE_MAX ? text : str_sub(text, 0, bar);
	struct str day = bar == SIZE_MAX ? (struct str){ 0 } : str_sub(text, bar + 1, text.n);
	double wide = 16.0 * (double)(str_chars(organ) > 12 ? str_chars(organ) : 12) + 8;
	PangoLayout *l;

	if (wide > AREA_W - 32)
		wide = AREA_W - 32; /* a long name takes two lines */
	need(p, 4 * LINE);
	p->y += LINE;
	set_grey(p, 0.6);
	l = layout_of(p, CELL_FONT, STR("（印章）"), wide, PANGO_ALIGN_CENTER);
	put_lines(p, l, AREA_W - wide - 32, LINE);
	g_object_unref(l);
	set_grey(p, 0);
	l = layout_of(p, BODY_FONT, organ, wide, PANGO_ALIGN_CENTER);
	put_lines(p, l, AREA_W - wide - 32, LINE);
	g_object_unref(l);
	l = layout_of(p, BODY_FONT, day, wide, PANGO_ALIGN_CENTER);
	put_lines(p, l, AREA_W - wide - 32, LINE);
	g_object_unref(l);
}

static void put_sign(struct pen *p, struct str who)
{
	struct str text = str_fmt(p->a, "%.*s（签名或者盖章）：＿＿＿＿＿＿＿", STR_FMT(who));

	need(p, 2 * LINE);
	p->y += LINE / 2;
	put_text(p, CELL_FONT, text, PANGO_ALIGN_LEFT, 0, LINE);
	if (str_chars(text) <= 26)
		p->y -= LINE; /* the day beside the name, unless the name is long */
	put_text(p, CELL_FONT, STR("年　　月　　日"), PANGO_ALIGN_RIGHT, 0, LINE);
}

/* Columns too narrow for a character take what they need from the widest. */
static void widen(struct pen *p)
{
	for (size_t i = 0; i < p->n_width; i++) {
		size_t widest = 0;

		if (p->width[i] >= COLUMN_LEAST)
			continue;
		for (size_t j = 1; j < p->n_width; j++)
			if (p->width[j] > p->width[widest])
				widest = j;
		p->width[widest] -= COLUMN_LEAST - p->width[i];
		p->width[i] = COLUMN_LEAST;
	}
}

static void set_widths(struct pen *p, const struct json *cells)
{
	const struct json *m;
	double total = 0, w[COLUMNS_MOST];
	size_t n = 0;

	json_each(m, cells) {
		double v = 0;

		for (size_t i = 0; i < m->text.n && v < 1000; i++)
			if (m->text.p[i] >= '0' && m->text.p[i] <= '9')
				v = v * 10 + (m->text.p[i] - '0');
		if (n < COLUMNS_MOST)
			w[n++] = v > 0 ? v : 1;
	}
	for (size_t i = 0; i < n; i++)
		total += w[i];
	for (size_t i = 0; i < n; i++)
		p->width[i] = AREA_W * w[i] / total;
	p->n_width = n;
	widen(p);
}

/* Draws the lines from..to of a cell's layout inside its box. */
static void put_cell(struct pen *p, PangoLayout *l, double x, int from, int to, double line)
{
	for (int i = from; i < to && i < pango_layout_get_line_count(l); i++) {
		PangoLayoutLine *one = pango_layout_get_line_readonly(l, i);
		PangoRectangle box;

		pango_layout_line_get_extents(one, NULL, &box);
		show_line(p, one, LEFT + x + CELL_PAD,
			  TOP + p->y + CELL_PAD + (i - from) * line
				  + (line - (double)box.height / PANGO_SCALE) / 2 - (double)box.y / PANGO_SCALE);
	}
}

static void put_box(struct pen *p, double x, double y, double w, double h)
{
	cairo_set_line_width(p->c, CELL_LINE);
	cairo_rectangle(p->c, x, y, w, h);
	cairo_stroke(p->c);
	if (p->ofd)
		ofd_box(p->ofd, x / MM, y / MM, w / MM, h / MM, CELL_LINE / MM);
}

/* One row; a row longer than what is left of the page goes on on the next one, line by line. */
static void put_row(struct pen *p, const struct json *cells)
{
	PangoLayout *l[COLUMNS_MOST];
	double width[COLUMNS_MOST];
	const struct json *m;
	const double line = 18;
	int lines = 1, done = 0;
	size_t n = 0;

	json_each(m, cells) {
		width[n] = p->n_width == cells->n ? p->width[n] : AREA_W / (double)cells->n;
		l[n] = layout_of(p, CELL_FONT, m->text, width[n] - 2 * CELL_PAD, PANGO_ALIGN_LEFT);
		if (pango_layout_get_line_count(l[n]) > lines)
			lines = pango_layout_get_line_count(l[n]);
		n++;
	}
	while (done < lines && !p->too_long) {
		double x = 0, height;
		int fit;

		need(p, 2 * CELL_PAD + (lines - done < 3 ? lines - done : 3) * line);
		fit = (int)((AREA_H - p->y - 2 * CELL_PAD + 0.5) / line);
		fit = fit < 1 ? 1 : fit > lines - done ? lines - done : fit;
		height = fit * line + 2 * CELL_PAD;
		for (size_t i = 0; i < n; i++) {
			put_box(p, LEFT + x, TOP + p->y, width[i], height);
			put_cell(p, l[i], x, done, done + fit, line);
			x += width[i];
		}
		p->y += height;
		done += fit;
		if (done < lines)
			next_page(p);
	}
	for (size_t i = 0; i < n; i++)
		g_object_unref(l[i]);
}

/* What is dark of a QR code, on paper and in OFD. */
struct qr_pen {
	struct pen *p;
	double x, y, module;
};

static void put_dark(void *ctx, int x, int y, int width)
{
	const struct qr_pen *q = ctx;
	double left = q->x + x * q->module, top = q->y + y * q->module, w = width * q->module;

	cairo_rectangle(q->p->c, left, top, w, q->module);
	if (q->p->ofd)
		ofd_dark(q->p->ofd, left / MM, top / MM, w / MM, q->module / MM);
}

static void none_dark(void *ctx, int x, int y, int width)
{
	(void)ctx, (void)x, (void)y, (void)width;
}

/* In the middle, with the text beneath, for who types it. False when the text is too long for a code. */
static bool put_qr(struct pen *p, struct str text)
{
	int side = qr_runs(text, none_dark, NULL);
	struct qr_pen q = { .p = p };

	if (!side)
		return false;
	need(p, QR_SIDE + LINE);
	q.module = QR_SIDE / side;
	q.x = LEFT + (AREA_W - QR_SIDE) / 2;
	q.y = TOP + p->y;
	(void)qr_runs(text, put_dark, &q);
	cairo_fill(p->c);
	p->y += QR_SIDE;
	put_text(p, CELL_FONT, text, PANGO_ALIGN_CENTER, 0, LINE);
	return true;
}

/* Rows and widths with as many cells as are drawn. */
static bool put_table(struct pen *p, struct str sort, const struct json *cells)
{
	if (!cells || cells->type != JSON_ARRAY || !cells->n || cells->n > COLUMNS_MOST)
		return false;
	if (str_is(sort, "widths"))
		set_widths(p, cells);
	else
		put_row(p, cells);
	return true;
}

/* Titles and headings lead to their place from the side of the reader's window. */
static void bookmark(struct pen *p, struct str text)
{
	struct str at = str_fmt(p->a, "page=%d pos=[%d %d]", p->page, (int)LEFT, (int)(TOP + p->y));

	(void)cairo_pdf_surface_add_outline(p->surface, CAIRO_PDF_OUTLINE_ROOT, str_cstr(p->a, text), at.p, 0);
}

/* False for what it does not know: a paper with something left out would lie. */
static bool put_block(struct pen *p, const struct json *b)
{
	struct str sort = json_str(b, "t"), text = json_str(b, "s");

	if (str_is(sort, "widths") || str_is(sort, "row"))
		return put_table(p, sort, json_get(b, "c"));
	if (!str_is(sort, "page"))
		p->n_width = 0; /* the table has ended, and its widths with it */
	if (str_is(sort, "title")) {
		need(p, LINE * 1.3);
		bookmark(p, text);
		put_text(p, TITLE_FONT, text, PANGO_ALIGN_CENTER, 0, LINE * 1.3);
		p->y += LINE / 2;
	} else if (str_is(sort, "head")) {
		need(p, LINE);
		bookmark(p, text);
		put_text(p, HEAD_FONT, text, PANGO_ALIGN_CENTER, 0, LINE);
	} else if (str_is(sort, "right")) {
		put_text(p, BODY_FONT, text, PANGO_ALIGN_RIGHT, 0, LINE);
	} else if (str_is(sort, "centre")) {
		put_text(p, BODY_FONT, text, PANGO_ALIGN_CENTER, 0, LINE);
	} else if (str_is(sort, "plain")) {
		put_text(p, BODY_FONT, text, PANGO_ALIGN_LEFT, 0, LINE);
	} else if (str_is(sort, "para")) {
		put_text(p, BODY_FONT, text, PANGO_ALIGN_LEFT, 32, LINE);
	} else if (str_is(sort, "blank")) {
		p->y += p->y + LINE <= AREA_H ? LINE : 0;
	} else if (str_is(sort, "page")) {
		next_page(p);
	} else if (str_is(sort, "seal")) {
		put_seal(p, text);
	} else if (str_is(sort, "sign")) {
		put_sign(p, text);
	} else if (str_is(sort, "qr")) {
		return put_qr(p, text);
	} else {
		return false;
	}
	return true;
}

static cairo_status_t collect(void *ctx, const unsigned char *data, unsigned int n)
{
	buf_add(ctx, (struct str){ (const char *)data, n });
	return buf_ok(ctx) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static void begin(struct pen *p, struct buf *out)
{
	p->surface = cairo_pdf_surface_create_for_stream(collect, out, PAGE_W, PAGE_H);
	cairo_pdf_surface_restrict_to_version(p->surface, CAIRO_PDF_VERSION_1_4); /* what PDF/A-1b builds on */
	p->c = cairo_create(p->surface);
}

static cairo_status_t finish(struct pen *p)
{
	cairo_status_t status;

	cairo_show_page(p->c);
	cairo_destroy(p->c);
	cairo_surface_finish(p->surface);
	status = cairo_surface_status(p->surface);
	cairo_surface_destroy(p->surface);
	return status;
}

static bool undrawn(cairo_status_t status, struct err *err)
{
	(void)err_set(err, ERR_IO, "文书未能生成");
	return err_wrap(err, "cairo: %s", cairo_status_to_string(status));
}

/* In the outer corner, 15 mm from the edges. */
static void put_corner(struct pen *p, const struct draw_mark *m)
{
	PangoLayout *l = layout_of(p, CELL_FONT, m->text, PAGE_W - 30 * MM, m->left ? PANGO_ALIGN_LEFT : PANGO_ALIGN_RIGHT);

	set_grey(p, 0);
	show_layout(p, l, 15 * MM, 15 * MM);
	g_object_unref(l);
}

/* Below the text, where nothing hides it, and across the page. */
static void put_reader(struct pen *p, struct str text)
{
	PangoLayout *l = layout_of(p, CELL_FONT, text, PAGE_W - 30 * MM, PANGO_ALIGN_CENTER);

	set_grey(p, 0.4);
	show_layout(p, l, 15 * MM, PAGE_H - 13 * MM);
	g_object_unref(l);
	l = layout_of(p, FAMILY " Bold 36", text, PAGE_W, PANGO_ALIGN_CENTER);
	cairo_save(p->c);
	cairo_translate(p->c, PAGE_W / 2, PAGE_H / 2);
	cairo_rotate(p->c, -0.6);
	set_grey(p, 0.88);
	show_layout(p, l, -PAGE_W / 2, -40);
	cairo_restore(p->c);
	g_object_unref(l);
}

bool draw_marks(struct arena *a, const struct draw_mark *mark, size_t n, struct str *ret_pdf, struct err *err)
{
	struct pen p = { .a = a };
	cairo_status_t status;
	struct buf out;

	buf_init(&out, a, PDF_MOST);
	begin(&p, &out);
	for (size_t i = 0; i < n; i++) {
		if (i)
			cairo_show_page(p.c);
		if (mark[i].across)
			put_reader(&p, mark[i].text);
		else
			put_corner(&p, &mark[i]);
	}
	status = finish(&p);
	if (status != CAIRO_STATUS_SUCCESS || !buf_ok(&out))
		return undrawn(status, err);
	*ret_pdf = buf_str(&out);
	return true;
}

/* The blocks laid out: cairo's file in *out, and o (may be NULL) filled beside it. */
static bool lay_out(struct arena *a, const struct draw_job *job, struct ofd *o, struct buf *out, struct err *err)
{
	const struct json *doc, *m;
	struct pen p = { .a = a, .stamp = job->stamp, .mark = job->mark, .bare = job->bare, .ofd = o };
	cairo_status_t status;
	bool known = true;

	if (!json_read(a, job->blocks, &doc, err))
		return false;
	if (doc->type != JSON_ARRAY || !doc->n)
		return err_set(err, ERR_BAD_INPUT, "文书没有内容");
	buf_init(out, a, PDF_MOST);
	begin(&p, out);
	begin_page(&p);
	json_each(m, doc) {
		known = put_block(&p, m);
		if (!known || p.too_long)
			break;
	}
	if (!p.bare)
		page_number(&p);
	status = finish(&p);
	if (!known)
		return err_set(err, ERR_BAD_INPUT, "文书中有不认识的内容，未能生成");
	if (p.too_long || !buf_ok(out))
		return err_set(err, ERR_TOO_LARGE, "文书超过%d页", PAGES_MOST);
	return status == CAIRO_STATUS_SUCCESS || undrawn(status, err);
}

bool draw_pdf(struct arena *a, const struct draw_job *job, struct str *ret_pdf, struct err *err)
{
	const struct pdfa_says says = { .title = job->title, .author = job->author, .at = job->at };
	struct buf out;

	return lay_out(a, job, NULL, &out, err) && pdfa_make(a, buf_str(&out), &says, ret_pdf, err);
}

bool draw_ofd(struct arena *a, const struct draw_job *job, struct str *ret_ofd, struct err *err)
{
	const struct pdfa_says says = { .title = job->title, .author = job->author, .at = job->at };
	struct ofd *o = ofd_new(a);
	struct buf out;

	return lay_out(a, job, o, &out, err)
	    && ofd_finish(o, &says, str_fmt(a, "%016llx%016llx", (unsigned long long)str_hash(job->blocks),
					    (unsigned long long)str_hash(job->title) ^ (unsigned long long)job->at), ret_ofd, err);
}
