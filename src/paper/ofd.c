/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "paper/ofd.h"

#include <harfbuzz/hb-subset.h>

#include "base/buf.h"
#include "base/day.h"
#include "base/zip.h"

#define XML "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define NS " xmlns:ofd=\"http://www.ofdspec.org/2016\""
#define BOX "0 0 210 297"
#define PAGES_MOST 500
#define FONTS_MOST 8
#define PAGE_MOST ((size_t)2 << 20)
#define PACKAGE_MOST ((size_t)64 << 20)

struct ofd_font {
	struct hb_face_t *face;
	struct str family;
	bool bold;
	hb_set_t *used;
};
struct ofd {
	struct arena *a;
	struct buf *page[PAGES_MOST];
	size_t n_page;
	struct ofd_font font[FONTS_MOST];
	size_t n_font;
	int64_t id;     /* the last one given; fonts have 1 .. FONTS_MOST */
	bool over;
};

struct ofd *ofd_new(struct arena *a)
{
	struct ofd *o = arena_one(a, struct ofd);

	o->a = a;
	o->id = FONTS_MOST;
	return o;
}

void ofd_page(struct ofd *o)
{
	struct buf *b;

	if (o->n_page >= PAGES_MOST) {
		o->over = true;
		return;
	}
	b = arena_one(o->a, struct buf);
	buf_init(b, o->a, PAGE_MOST);
	o->page[o->n_page++] = b;
}

static void drop_font(void *p)
{
	struct ofd_font *f = p;

	hb_face_destroy(f->face);
	hb_set_destroy(f->used);
}

static struct ofd_font *font_of(struct ofd *o, const struct ofd_text *t)
{
	struct ofd_font *f;

	for (size_t i = 0; i < o->n_font; i++)
		if (o->font[i].bold == t->bold && str_eq(o->font[i].family, t->family))
			return &o->font[i];
	if (o->n_font >= FONTS_MOST) {
		o->over = true;
		return &o->font[0];
	}
	f = &o->font[o->n_font++];
	*f = (struct ofd_font){ hb_face_reference(t->face), str_dup(o->a, t->family), t->bold, hb_set_create() };
	arena_defer(o->a, drop_font, f);
	return f;
}

static void put_num(struct buf *b, const char *before, int64_t n, const char *after)
{
	buf_adds(b, before);
	buf_addi(b, n);
	buf_adds(b, after);
}

/* Micrometres are finer than any printer. */
static void put_mm(struct buf *b, double v)
{
	int64_t um = (int64_t)(v * 1000 + (v < 0 ? -0.5 : 0.5));
	int digits = um % 10 ? 3 : um % 100 ? 2 : um % 1000 ? 1 : 0;

	buf_addf(b, "%.*f", digits, (double)um / 1000);
}

static void put_box(struct buf *b, double x, double y, double w, double h)
{
	put_mm(b, x);
	buf_addc(b, ' ');
	put_mm(b, y);
	buf_addc(b, ' ');
	put_mm(b, w);
	buf_addc(b, ' ');
	put_mm(b, h);
}

/* Advances to the next character: equal ones as g count value. */
static void put_advances(struct buf *b, const double *v, size_t n)
{
	for (size_t i = 0, k; i < n; i = k) {
		for (k = i + 1; k < n && v[k] - v[i] < 0.0005 && v[i] - v[k] < 0.0005; k++)
			;
		if (i)
			buf_addc(b, ' ');
		if (k - i > 1)
			buf_addf(b, "g %zu ", k - i);
		put_mm(b, v[i]);
	}
}

static struct buf *here(struct ofd *o)
{
	if (!o->n_page)
		ofd_page(o);
	return o->page[o->n_page - 1];
}

void ofd_text(struct ofd *o, const struct ofd_text *t)
{
	struct ofd_font *f = font_of(o, t);
	struct buf *b = here(o);
	double width = 0;
	size_t n = 0;

	for (size_t at = 0; at < t->text.n; n++) {
		hb_set_add(f->used, str_next(t->text, &at));
		width += t->advance[n];
	}
	if (!n)
		return;
	put_num(b, "<ofd:TextObject ID=\"", ++o->id, "\" Boundary=\"");
	put_box(b, t->x, t->baseline - t->ascent, width, t->ascent + t->descent);
	put_num(b, "\" Font=\"", f - o->font + 1, "\" Size=\"");
	put_mm(b, t->size);
	put_num(b, "\"><ofd:FillColor Value=\"", t->grey, " ");
	put_num(b, "", t->grey, " ");
	put_num(b, "", t->grey, "\"/><ofd:TextCode X=\"0\" Y=\"");
	put_mm(b, t->ascent);
	if (n > 1) {
		buf_adds(b, "\" DeltaX=\"");
		put_advances(b, t->advance, n - 1);
	}
	buf_adds(b, "\">");
	buf_add_xml(b, t->text);
	buf_adds(b, "</ofd:TextCode></ofd:TextObject>\n");
}

/* A closed rectangle; `look` says how its line and face are painted. */
static void put_rect(struct ofd *o, double x, double y, double w, double h, struct str look)
{
	struct buf *b = here(o);

	put_num(b, "<ofd:PathObject ID=\"", ++o->id, "\" Boundary=\"");
	put_box(b, x, y, w, h);
	buf_adds(b, "\" ");
	buf_add(b, look);
	buf_adds(b, "<ofd:AbbreviatedData>M 0 0 L ");
	put_mm(b, w);
	buf_adds(b, " 0 L ");
	put_mm(b, w);
	buf_addc(b, ' ');
	put_mm(b, h);
	buf_adds(b, " L 0 ");
	put_mm(b, h);
	buf_adds(b, " C</ofd:AbbreviatedData></ofd:PathObject>\n");
}

void ofd_box(struct ofd *o, double x, double y, double w, double h, double line)
{
	struct buf look;

	buf_init(&look, o->a, 64);
	buf_adds(&look, "LineWidth=\"");
	put_mm(&look, line);
	buf_adds(&look, "\"><ofd:StrokeColor Value=\"0 0 0\"/>");
	put_rect(o, x, y, w, h, buf_str(&look));
}

void ofd_dark(struct ofd *o, double x, double y, double w, double h)
{
	put_rect(o, x, y, w, h, STR("Stroke=\"false\" Fill=\"true\"><ofd:FillColor Value=\"0 0 0\"/>"));
}

/* ---- the package ---- */

struct writer {
	struct ofd *o;
	struct zip_entry *v;
	size_t n;
	bool ok;
};

static struct buf *part(struct writer *w, struct buf *b, size_t most)
{
	buf_init(b, w->o->a, most);
	buf_adds(b, XML);
	return b;
}

static void put(struct writer *w, struct str name, const struct buf *b)
{
	w->ok = w->ok && buf_ok(b);
	w->v[w->n++] = (struct zip_entry){ name, buf_str(b) };
}

static void put_root(struct writer *w, const struct pdfa_says *says, struct str name)
{
	struct buf x, *b = part(w, &x, PAGE_MOST), day;

	buf_init(&day, w->o->a, 20);
	day_put(&day, day_at(says->at));
	buf_adds(b, "<ofd:OFD" NS " Version=\"1.0\" DocType=\"OFD\"><ofd:DocBody><ofd:DocInfo><ofd:DocID>");
	buf_add(b, name);
	buf_adds(b, "</ofd:DocID><ofd:Title>");
	buf_add_xml(b, says->title);
	buf_adds(b, "</ofd:Title><ofd:Author>");
	buf_add_xml(b, says->author);
	buf_adds(b, "</ofd:Author><ofd:CreationDate>");
	buf_add(b, buf_str(&day));
	buf_adds(b, "</ofd:CreationDate><ofd:Creator>Mingfa</ofd:Creator></ofd:DocInfo>"
		    "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>\n");
	put(w, STR("OFD.xml"), b);
}

static void put_document(struct writer *w)
{
	struct ofd *o = w->o;
	struct buf x, *b = part(w, &x, PAGE_MOST);

	put_num(b, "<ofd:Document" NS "><ofd:CommonData><ofd:MaxUnitID>", o->id + 2 * (int64_t)o->n_page,
		"</ofd:MaxUnitID><ofd:PageArea><ofd:PhysicalBox>" BOX "</ofd:PhysicalBox></ofd:PageArea>"
		"<ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData>\n<ofd:Pages>");
	for (size_t i = 0; i < o->n_page; i++) {
		put_num(b, "<ofd:Page ID=\"", o->id + 2 * (int64_t)i + 1, "\" BaseLoc=\"Pages/Page_");
		put_num(b, "", (int64_t)i, "/Content.xml\"/>\n");
	}
	buf_adds(b, "</ofd:Pages></ofd:Document>\n");
	put(w, STR("Doc_0/Document.xml"), b);
}

static void put_resources(struct writer *w)
{
	struct ofd *o = w->o;
	struct buf x, *b = part(w, &x, PAGE_MOST);

	buf_adds(b, "<ofd:Res" NS " BaseLoc=\"Res\"><ofd:Fonts>");
	for (size_t i = 0; i < o->n_font; i++) {
		put_num(b, "<ofd:Font ID=\"", (int64_t)i + 1, "\" FontName=\"宋体\" FamilyName=\"");
		buf_add_xml(b, o->font[i].family);
		buf_adds(b, o->font[i].bold ? "\" Bold=\"true\"" : "\"");
		put_num(b, "><ofd:FontFile>font_", (int64_t)i + 1, ".otf</ofd:FontFile></ofd:Font>\n");
	}
	buf_adds(b, "</ofd:Fonts></ofd:Res>\n");
	put(w, STR("Doc_0/PublicRes.xml"), b);
}

static void put_pages(struct writer *w)
{
	struct ofd *o = w->o;

	for (size_t i = 0; i < o->n_page; i++) {
		struct buf x, *b = part(w, &x, PAGE_MOST + 4096);

		w->ok = w->ok && buf_ok(o->page[i]);
		put_num(b, "<ofd:Page" NS "><ofd:Area><ofd:PhysicalBox>" BOX "</ofd:PhysicalBox></ofd:Area><ofd:Content><ofd:Layer ID=\"",
			o->id + 2 * (int64_t)i + 2, "\" Type=\"Body\">\n");
		buf_add(b, buf_str(o->page[i]));
		buf_adds(b, "</ofd:Layer></ofd:Content></ofd:Page>\n");
		put(w, str_fmt(o->a, "Doc_0/Pages/Page_%zu/Content.xml", i), b);
	}
}

/* What is used of the font, under the same characters. */
static bool subset(struct arena *a, const struct ofd_font *f, struct str *ret)
{
	hb_subset_input_t *in = hb_subset_input_create_or_fail();
	hb_face_t *face = NULL;
	hb_blob_t *blob;
	unsigned n = 0;
	const char *p;

	if (!in)
		return false;
	hb_set_union(hb_subset_input_unicode_set(in), f->used);
	face = hb_subset_or_fail(f->face, in);
	hb_subset_input_destroy(in);
	if (!face)
		return false;
	blob = hb_face_reference_blob(face);
	p = hb_blob_get_data(blob, &n);
	*ret = (struct str){ arena_dup(a, p, n), n };
	hb_blob_destroy(blob);
	hb_face_destroy(face);
	return n > 0;
}

bool ofd_finish(struct ofd *o, const struct pdfa_says *says, struct str name, struct str *ret, struct err *err)
{
	struct writer w = { .o = o, .v = arena_many(o->a, o->n_page + FONTS_MOST + 4, struct zip_entry), .ok = !o->over };
	struct buf out;

	put_root(&w, says, name);
	put_document(&w);
	put_resources(&w);
	put_pages(&w);
	for (size_t i = 0; i < o->n_font; i++) {
		struct zip_entry *e = &w.v[w.n++];

		e->name = str_fmt(o->a, "Doc_0/Res/font_%zu.otf", i + 1);
		if (!subset(o->a, &o->font[i], &e->content))
			return err_set(err, ERR_IO, "字体不能嵌入，未能生成OFD");
	}
	if (!w.ok)
		return err_set(err, ERR_TOO_LARGE, "文书太长，未能生成OFD");
	buf_init(&out, o->a, PACKAGE_MOST);
	zip_put(&out, w.v, w.n);
	*ret = buf_str(&out);
	return buf_ok(&out) || err_set(err, ERR_TOO_LARGE, "文书太长，未能生成OFD");
}
