/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "paper/outside.h"

#include <cairo.h>
#include <math.h>
#include <qpdf/qpdf-c.h>
#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "paper/draw.h"
#include "paper/jpeg.h"

#define PAGE_W 595.276
#define PAGE_H 841.89
#define SIDE 20.0         /* left, right and below */
#define HEAD 74.0         /* above: the page number, and a picture's name */
#define SIDE_MOST 14400.0 /* of a page, as ISO 32000-1 annex C has it */

struct box {
	double x0, y0, x1, y1;
};
struct matrix {
	double a, b, c, d, e, f;
};

bool outside_has_pages(struct str media)
{
	return str_is(media, "application/pdf") || str_is(media, "image/png")
	       || str_is(media, "image/jpeg");
}

struct str outside_why(enum outside_why why)
{
	static const char *const say[] = { [OUTSIDE_FINE] = "",
					   [OUTSIDE_DISC] = "附光盘",
					   [OUTSIDE_LOCKED] = "加密，原件另存",
					   [OUTSIDE_BROKEN] = "读不出，原件另存",
					   [OUTSIDE_LARGE] = "过大，原件另存" };

	return str_of(say[why]);
}

/* From a box, turned clockwise, into the room of an A4 page: made smaller where it must be, in the
 * middle, at the top. */
static struct matrix placed(struct box in, int turn)
{
	bool lies = turn == 90 || turn == 270;
	double w = in.x1 - in.x0, h = in.y1 - in.y0, up_w = lies ? h : w, up_h = lies ? w : h;
	double s = fmin(1, fmin((PAGE_W - 2 * SIDE) / up_w, (PAGE_H - HEAD - SIDE) / up_h));
	double x = (PAGE_W - s * up_w) / 2, y = PAGE_H - HEAD - s * up_h;

	switch (turn) {
	case 90:
		return (struct matrix){ 0, -s, s, 0, x - s * in.y0, y + s * in.x1 };
	case 180:
		return (struct matrix){ -s, 0, 0, -s, x + s * in.x1, y + s * in.y1 };
	case 270:
		return (struct matrix){ 0, s, -s, 0, x + s * in.y1, y - s * in.x0 };
	default:
		return (struct matrix){ s, 0, 0, s, x - s * in.x0, y - s * in.y0 };
	}
}

static void put_matrix(struct buf *b, struct matrix m)
{
	buf_addf(b, "%.5f %.5f %.5f %.5f %.5f %.5f cm\n", m.a, m.b, m.c, m.d, m.e, m.f);
}

/* ---- a document of qpdf's ---- */

static qpdf_data quiet(void)
{
	qpdf_data q = qpdf_init();

	qpdf_silence_errors(q);
	qpdf_set_suppress_warnings(q, QPDF_TRUE);
	return q;
}

static void done_with(qpdf_data *q)
{
	if (qpdf_has_error(*q)) /* whoever does not fetch it is told so on stderr */
		(void)qpdf_get_error(*q);
	qpdf_cleanup(q);
}

/* Asked of what has no keys, or is no number, qpdf would note an error. */
static qpdf_oh at(qpdf_data q, qpdf_oh dict, const char *key)
{
	return qpdf_oh_is_dictionary(q, dict) ? qpdf_oh_get_key(q, dict, key) : qpdf_oh_new_null(q);
}

static double num(qpdf_data q, qpdf_oh o)
{
	return qpdf_oh_is_number(q, o) ? qpdf_oh_get_numeric_value(q, o) : 0;
}

static int whole(qpdf_data q, qpdf_oh o)
{
	return qpdf_oh_is_integer(q, o) ? qpdf_oh_get_int_value_as_int(q, o) : 0;
}

static qpdf_oh stream(qpdf_data q, struct str data)
{
	qpdf_oh s = qpdf_oh_new_stream(q);

	qpdf_oh_replace_stream_data(q, s, (const unsigned char *)data.p, data.n,
				    qpdf_oh_new_null(q), qpdf_oh_new_null(q));
	return s;
}

static void put_form(qpdf_data q, qpdf_oh page, const char *name, qpdf_oh form)
{
	qpdf_oh resources = at(q, page, "/Resources"), forms;

	if (!qpdf_oh_is_dictionary(q, resources)) {
		resources = qpdf_oh_new_dictionary(q);
		qpdf_oh_replace_key(q, page, "/Resources", resources);
	}
	forms = at(q, resources, "/XObject");
	if (!qpdf_oh_is_dictionary(q, forms)) {
		forms = qpdf_oh_new_dictionary(q);
		qpdf_oh_replace_key(q, resources, "/XObject", forms);
	}
	qpdf_oh_replace_key(q, forms, name, form);
}

/* Streams that came with a file stay as they are. */
static bool written(struct arena *a, qpdf_data q, bool preserve, struct str *ret)
{
	if (qpdf_has_error(q) || qpdf_init_write_memory(q) & QPDF_ERRORS)
		return false;
	if (preserve)
		qpdf_set_stream_data_mode(q, qpdf_s_preserve);
	qpdf_set_deterministic_ID(q, QPDF_TRUE);
	if (qpdf_write(q) & QPDF_ERRORS)
		return false;
	*ret = str_dup(a,
		       (struct str){ (const char *)qpdf_get_buffer(q), qpdf_get_buffer_length(q) });
	return true;
}

/* ---- pages of a PDF ---- */

static bool box_of(qpdf_data q, qpdf_oh dict, const char *key, struct box *ret)
{
	qpdf_oh v = at(q, dict, key);
	double n[4];

	if (!qpdf_oh_is_array(q, v) || qpdf_oh_get_array_n_items(q, v) != 4)
		return false;
	for (int i = 0; i < 4; i++)
		n[i] = num(q, qpdf_oh_get_array_item(q, v, i));
	*ret = (struct box){ fmin(n[0], n[2]), fmin(n[1], n[3]), fmax(n[0], n[2]),
			     fmax(n[1], n[3]) };
	return ret->x1 - ret->x0 >= 1 && ret->y1 - ret->y0 >= 1 && ret->x1 - ret->x0 <= SIDE_MOST
	       && ret->y1 - ret->y0 <= SIDE_MOST && fabs(ret->x0) <= 1e6 && fabs(ret->y0) <= 1e6;
}

static struct matrix matrix_of(qpdf_data q, qpdf_oh dict)
{
	qpdf_oh v = at(q, dict, "/Matrix");
	double n[6] = { 1, 0, 0, 1, 0, 0 };

	for (int i = 0; i < 6 && qpdf_oh_is_array(q, v) && qpdf_oh_get_array_n_items(q, v) == 6;
	     i++)
		n[i] = num(q, qpdf_oh_get_array_item(q, v, i));
	return (struct matrix){ n[0], n[1], n[2], n[3], n[4], n[5] };
}

/* The smallest upright box around a turned one. */
static struct box around(struct box b, struct matrix m)
{
	const double x[] = { b.x0, b.x1, b.x0, b.x1 }, y[] = { b.y0, b.y0, b.y1, b.y1 };
	struct box r = { INFINITY, INFINITY, -INFINITY, -INFINITY };

	for (int i = 0; i < 4; i++) {
		double u = m.a * x[i] + m.c * y[i] + m.e, v = m.b * x[i] + m.d * y[i] + m.f;

		r = (struct box){ fmin(r.x0, u), fmin(r.y0, v), fmax(r.x1, u), fmax(r.y1, v) };
	}
	return r;
}

/* What an annotation shows: its one appearance, or that of its state. */
static qpdf_oh appearance(qpdf_data q, qpdf_oh annotation)
{
	qpdf_oh n = at(q, at(q, annotation, "/AP"), "/N"), as = at(q, annotation, "/AS");

	return qpdf_oh_is_dictionary(q, n) && qpdf_oh_is_name(q, as)
		       ? at(q, n, qpdf_oh_get_name(q, as))
		       : n;
}

#define UNSEEN 0x22 /* hidden, not to be viewed */

/* Stamps and filled fields are drawn where they lie (ISO 32000-1, 12.5.5, algorithm 8.1). */
static void draw_annotation(struct arena *a, qpdf_data q, qpdf_oh page, qpdf_oh annotation, int i,
			    struct buf *b)
{
	qpdf_oh form, dict;
	struct box rect, box;
	struct matrix m;
	const char *name = str_fmt(a, "/MfA%d", i).p;

	if (!qpdf_oh_is_dictionary(q, annotation) || whole(q, at(q, annotation, "/F")) & UNSEEN
	    || qpdf_oh_is_name_and_equals(q, at(q, annotation, "/Subtype"), "/Popup")
	    || !box_of(q, annotation, "/Rect", &rect))
		return;
	form = appearance(q, annotation);
	if (!qpdf_oh_is_stream(q, form))
		return;
	dict = qpdf_oh_get_dict(q, form);
	if (!box_of(q, dict, "/BBox", &box))
		return;
	box = around(box, matrix_of(q, dict));
	if (!(box.x1 - box.x0 > 1e-3 && box.y1 - box.y0 > 1e-3))
		return;
	m = (struct matrix){ .a = (rect.x1 - rect.x0) / (box.x1 - box.x0),
			     .d = (rect.y1 - rect.y0) / (box.y1 - box.y0) };
	m.e = rect.x0 - m.a * box.x0;
	m.f = rect.y0 - m.d * box.y0;
	qpdf_oh_replace_key(q, dict, "/Subtype", qpdf_oh_new_name(q, "/Form"));
	put_form(q, page, name, form);
	buf_adds(b, "q ");
	put_matrix(b, m);
	buf_addf(b, "%s Do Q\n", name);
}

static void keep_only(qpdf_data q, qpdf_oh page)
{
	static const char *const kept[] = { "/Type",     "/Parent",   "/Resources",
					    "/Contents", "/MediaBox", "/Group" };

	qpdf_oh_begin_dict_key_iter(q, page);
	while (qpdf_oh_dict_more_keys(q)) {
		const char *key = qpdf_oh_dict_next_key(q);
		bool stays = false;

		for (size_t i = 0; i < ARRAY_LEN(kept); i++)
			stays = stays || strcmp(key, kept[i]) == 0;
		if (!stays)
			qpdf_oh_remove_key(q, page, key);
	}
}

/* The resources are the page's own from here on: others may share them, and names are added. */
static void own_resources(qpdf_data q, qpdf_oh page)
{
	qpdf_oh from = at(q, page, "/Resources"), to = qpdf_oh_new_dictionary(q),
		forms = qpdf_oh_new_dictionary(q), old;

	if (qpdf_oh_is_dictionary(q, from)) {
		qpdf_oh_begin_dict_key_iter(q, from);
		while (qpdf_oh_dict_more_keys(q)) {
			const char *key = qpdf_oh_dict_next_key(q);

			qpdf_oh_replace_key(q, to, key, at(q, from, key));
		}
		old = at(q, from, "/XObject");
		if (qpdf_oh_is_dictionary(q, old)) {
			qpdf_oh_begin_dict_key_iter(q, old);
			while (qpdf_oh_dict_more_keys(q)) {
				const char *key = qpdf_oh_dict_next_key(q);

				qpdf_oh_replace_key(q, forms, key, at(q, old, key));
			}
		}
	}
	qpdf_oh_replace_key(q, to, "/XObject", forms);
	qpdf_oh_replace_key(q, page, "/Resources", to);
}

static void set_contents(qpdf_data q, qpdf_oh page, struct str before, struct str behind)
{
	qpdf_oh old = at(q, page, "/Contents"), all = qpdf_oh_new_array(q);

	qpdf_oh_append_item(q, all, stream(q, before));
	if (qpdf_oh_is_stream(q, old))
		qpdf_oh_append_item(q, all, old);
	for (int i = 0; qpdf_oh_is_array(q, old) && i < qpdf_oh_get_array_n_items(q, old); i++)
		if (qpdf_oh_is_stream(q, qpdf_oh_get_array_item(q, old, i)))
			qpdf_oh_append_item(q, all, qpdf_oh_get_array_item(q, old, i));
	qpdf_oh_append_item(q, all, stream(q, behind));
	qpdf_oh_replace_key(q, page, "/Contents", all);
}

static void mend_page(struct arena *a, qpdf_data q, qpdf_oh page)
{
	int turn = whole(q, at(q, page, "/Rotate")) % 360;
	qpdf_oh notes = at(q, page, "/Annots");
	struct box box = { 0, 0, PAGE_W, PAGE_H };
	struct buf before, behind;

	buf_init(&before, a, 1000);
	buf_init(&behind, a, (size_t)1 << 20);
	if (!box_of(q, page, "/CropBox", &box) && !box_of(q, page, "/MediaBox", &box))
		box = (struct box){ 0, 0, PAGE_W, PAGE_H };
	own_resources(q, page);
	buf_adds(&before, "q\n");
	put_matrix(&before, placed(box, turn < 0 ? turn + 360 : turn));
	buf_addf(&before, "%.5f %.5f %.5f %.5f re W n\nq\n", box.x0, box.y0, box.x1 - box.x0,
		 box.y1 - box.y0);
	buf_adds(&behind, "\nQ\n");
	for (int i = 0;
	     qpdf_oh_is_array(q, notes) && i < qpdf_oh_get_array_n_items(q, notes) && i < 1000; i++)
		draw_annotation(a, q, page, qpdf_oh_get_array_item(q, notes, i), i, &behind);
	buf_adds(&behind, "Q\n");
	set_contents(q, page, buf_str(&before), buf_str(&behind));
	qpdf_oh_replace_key(q, page, "/MediaBox", qpdf_oh_parse(q, "[0 0 595.276 841.89]"));
	keep_only(q, page);
}

/* The pages alone go into a new document: scripts, forms and attachments hang on the old one's
 * root. */
static enum outside_why pages_of(struct arena *a, qpdf_data from, struct str *ret)
{
	int n = qpdf_get_num_pages(from);
	qpdf_data to;
	bool ok;

	if (n < 1 || qpdf_push_inherited_attributes_to_page(from) & QPDF_ERRORS)
		return OUTSIDE_BROKEN;
	if (n > OUTSIDE_PAGES_MOST)
		return OUTSIDE_LARGE;
	to = quiet();
	ok = !(qpdf_empty_pdf(to) & QPDF_ERRORS);
	for (int i = 0; ok && i < n; i++) {
		qpdf_oh page = qpdf_get_page_n(from, (size_t)i);

		mend_page(a, from, page);
		ok = !(qpdf_add_page(to, from, page, QPDF_FALSE) & QPDF_ERRORS);
	}
	ok = ok && !qpdf_has_error(from) && written(a, to, true, ret);
	done_with(&to);
	return ok ? OUTSIDE_FINE : OUTSIDE_BROKEN;
}

static enum outside_why from_pdf(struct arena *a, struct str content, struct str *ret)
{
	qpdf_data q = quiet();
	bool opened = !(qpdf_read_memory(q, "outside", content.p, content.n, NULL) & QPDF_ERRORS);
	enum outside_why why = OUTSIDE_BROKEN;

	if (opened)
		why = qpdf_is_encrypted(q) ? OUTSIDE_LOCKED : pages_of(a, q, ret);
	else if (qpdf_has_error(q) && qpdf_get_error_code(q, qpdf_get_error(q)) == qpdf_e_password)
		why = OUTSIDE_LOCKED;
	done_with(&q);
	return why;
}

/* ---- pictures ---- */

/* A picture as PDF's image: its bytes, and the keys that say how they are meant. */
struct image {
	struct str data, keys;
	int width, height, turn;
	bool mirrored, done; /* done: the data is compressed already, as /Filter says */
};

static enum outside_why from_jpeg(struct arena *a, struct str content, struct image *ret)
{
	struct jpeg j;

	if (!jpeg_read(content, &j) || j.colours == 4)
		return OUTSIDE_BROKEN;
	*ret = (struct image){ .data = content,
			       .width = j.width,
			       .height = j.height,
			       .turn = j.turn,
			       .mirrored = j.mirrored,
			       .done = true };
	ret->keys =
		str_fmt(a, "<< /ColorSpace %s >>", j.colours == 1 ? "/DeviceGray" : "/DeviceRGB");
	return OUTSIDE_FINE;
}

static cairo_status_t give(void *ctx, unsigned char *to, unsigned n)
{
	struct str *rest = ctx;

	if (n > rest->n)
		return CAIRO_STATUS_READ_ERROR;
	memcpy(to, rest->p, n);
	*rest = str_sub(*rest, n, rest->n);
	return CAIRO_STATUS_SUCCESS;
}

static int64_t png_side(struct str content, size_t at)
{
	int64_t n = 0;

	for (size_t i = at; i < at + 4; i++)
		n = n << 8 | (i < content.n ? (unsigned char)content.p[i] : 0);
	return n;
}

/* Laid on white: archival pages know nothing transparent. */
static struct str opaque(struct arena *a, cairo_surface_t *png, int w, int h)
{
	cairo_surface_t *flat = cairo_image_surface_create(CAIRO_FORMAT_RGB24, w, h);
	cairo_t *c = cairo_create(flat);
	char *rgb = arena_raw(a, (size_t)w * (size_t)h * 3), *to = rgb;
	const unsigned char *row;

	cairo_set_source_rgb(c, 1, 1, 1);
	cairo_paint(c);
	cairo_set_source_surface(c, png, 0, 0);
	cairo_paint(c);
	cairo_destroy(c);
	cairo_surface_flush(flat);
	for (int y = 0; cairo_surface_status(flat) == CAIRO_STATUS_SUCCESS && y < h; y++) {
		row = cairo_image_surface_get_data(flat)
		      + (ptrdiff_t)y * cairo_image_surface_get_stride(flat);
		for (int x = 0; x < w; x++) {
			uint32_t pixel;

			memcpy(&pixel, row + (ptrdiff_t)4 * x, sizeof(pixel));
			*to++ = (char)(pixel >> 16);
			*to++ = (char)(pixel >> 8);
			*to++ = (char)pixel;
		}
	}
	cairo_surface_destroy(flat);
	return (struct str){ rgb, (size_t)(to - rgb) };
}

static enum outside_why from_png(struct arena *a, struct str content, struct image *ret)
{
	int64_t w = png_side(content, 16), h = png_side(content, 20);
	struct str rest = content;
	cairo_surface_t *s;
	enum outside_why why = OUTSIDE_BROKEN;

	if (!str_starts(content, STR("\x89PNG\r\n\x1a\n")))
		return OUTSIDE_BROKEN;
	if (w > 0 && h > 0 && w > OUTSIDE_PIXELS_MOST / h)
		return OUTSIDE_LARGE;
	s = cairo_image_surface_create_from_png_stream(give, &rest);
	if (cairo_surface_status(s) == CAIRO_STATUS_SUCCESS && cairo_image_surface_get_width(s) == w
	    && cairo_image_surface_get_height(s) == h) {
		*ret = (struct image){ .width = (int)w,
				       .height = (int)h,
				       .keys = STR("<< /ColorSpace /DeviceRGB >>") };
		ret->data = opaque(a, s, (int)w, (int)h);
		why = ret->data.n == (size_t)(w * h * 3) ? OUTSIDE_FINE : OUTSIDE_BROKEN;
	}
	cairo_surface_destroy(s);
	return why;
}

static qpdf_oh image(struct arena *a, qpdf_data q, const struct image *m)
{
	qpdf_oh s = qpdf_oh_new_stream(q), dict = qpdf_oh_get_dict(q, s),
		keys = qpdf_oh_parse(q, str_cstr(a, m->keys));

	qpdf_oh_replace_stream_data(q, s, (const unsigned char *)m->data.p, m->data.n,
				    m->done ? qpdf_oh_new_name(q, "/DCTDecode")
					    : qpdf_oh_new_null(q),
				    qpdf_oh_new_null(q));
	qpdf_oh_replace_key(q, dict, "/Type", qpdf_oh_new_name(q, "/XObject"));
	qpdf_oh_replace_key(q, dict, "/Subtype", qpdf_oh_new_name(q, "/Image"));
	qpdf_oh_replace_key(q, dict, "/Width", qpdf_oh_new_integer(q, m->width));
	qpdf_oh_replace_key(q, dict, "/Height", qpdf_oh_new_integer(q, m->height));
	qpdf_oh_replace_key(q, dict, "/BitsPerComponent", qpdf_oh_new_integer(q, 8));
	qpdf_oh_replace_key(q, dict, "/ColorSpace", at(q, keys, "/ColorSpace"));
	return s;
}

/* A page of ours that has nothing but the name above. */
static bool named_page(struct arena *a, struct str name, struct str *ret, struct err *err)
{
	const struct draw_job job = { .blocks = STR("[{\"t\":\"blank\",\"s\":\"\"}]"),
				      .title = name,
				      .mark = name,
				      .bare = true };

	return draw_pdf(a, &job, ret, err);
}

static bool on_page(struct arena *a, const struct image *m, struct str name, struct str *ret,
		    struct err *err)
{
	qpdf_data q = quiet();
	struct str page_pdf;
	struct buf behind;
	qpdf_oh page;
	bool ok = named_page(a, name, &page_pdf, err);

	buf_init(&behind, a, 1000);
	if (ok
	    && (qpdf_read_memory(q, "page", page_pdf.p, page_pdf.n, NULL) & QPDF_ERRORS
		|| qpdf_get_num_pages(q) != 1))
		ok = err_set(err, ERR_IO, "图片未能排成一页");
	if (ok) {
		page = qpdf_get_page_n(q, 0);
		buf_adds(&behind, "\nQ\nq ");
		put_matrix(&behind, placed((struct box){ 0, 0, m->width, m->height }, m->turn));
		put_matrix(&behind,
			   m->mirrored ? (struct matrix){ -m->width, 0, 0, m->height, m->width, 0 }
				       : (struct matrix){ m->width, 0, 0, m->height, 0, 0 });
		buf_adds(&behind, "/MfI Do Q\n");
		put_form(q, page, "/MfI", image(a, q, m));
		set_contents(q, page, STR("q\n"), buf_str(&behind));
		ok = written(a, q, false, ret) || err_set(err, ERR_IO, "图片未能排成一页");
	}
	done_with(&q);
	return ok;
}

bool outside_pages(struct arena *a, struct str media, struct str name, struct str content,
		   struct outside *ret, struct err *err)
{
	struct image m = { .width = 0 };

	*ret = (struct outside){ .why = OUTSIDE_DISC };
	if (!outside_has_pages(media))
		return true;
	ret->archival = !str_is(media, "application/pdf");
	if ((int64_t)content.n > OUTSIDE_BYTES_MOST)
		ret->why = OUTSIDE_LARGE;
	else if (!ret->archival)
		ret->why = from_pdf(a, content, &ret->pdf);
	else
		ret->why = str_is(media, "image/png") ? from_png(a, content, &m)
						      : from_jpeg(a, content, &m);
	return !m.width || ret->why != OUTSIDE_FINE || on_page(a, &m, name, &ret->pdf, err);
}
