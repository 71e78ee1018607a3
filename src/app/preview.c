/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/preview.h"

#include "base/day.h"
#include "base/json.h"
#include "law/calendar.h"
#include "law/sheet.h"
#include "law/template.h"

/* ---- blocks ---- */

struct splitting {
	struct req *r;
	const struct action *ac;
	struct str form;
	struct str from; /* field of the mark that is open; a text of several paragraphs carries it on */
	bool gap;
};

static bool asks(const struct action *ac, struct str field)
{
	for (size_t i = 0; ac && i < ac->n_form; i++)
		if (str_eq(ac->form[i].field->id, field))
			return true;
	return false;
}

static void add_run(struct splitting *x, struct paper_run *run, size_t *n, struct str text)
{
	if (!text.n)
		return;
	run[*n] = (struct paper_run){ .text = text, .gap = x->gap };
	if (asks(x->ac, x->from))
		run[*n].href = str_fmt(x->r->a, "%.*s#f.%.*s", STR_FMT(x->form), STR_FMT(x->from));
	(*n)++;
}

/* Text up to a mark; a mark that opens names its field, one that closes names nothing. */
static struct paper_text split(struct splitting *x, struct str s)
{
	size_t cap = 1, n = 0, at = 0;
	struct paper_run *run;

	for (size_t i = 0; i < s.n; i++)
		cap += s.p[i] == TEMPLATE_MARK;
	run = arena_many(x->r->a, cap, struct paper_run);
	while (at < s.n) {
		size_t mark = str_chr(s, TEMPLATE_MARK, at), said;

		add_run(x, run, &n, str_sub(s, at, mark == SIZE_MAX ? s.n : mark));
		if (mark == SIZE_MAX)
			break;
		at = mark + 1;
		if (x->from.p) {
			x->from = (struct str){ 0 };
			x->gap = false;
			continue;
		}
		said = str_chr(s, TEMPLATE_SAID, at);
		if (said == SIZE_MAX)
			break;
		x->from = str_sub(s, at, said);
		x->gap = str_starts(x->from, STR("!"));
		x->from = str_sub(x->from, x->gap, x->from.n);
		at = said + 1;
	}
	return (struct paper_text){ run, n };
}

/* 机关|2026年11月20日: two lines. */
static size_t seal_lines(struct splitting *x, struct str text, struct paper_block *b)
{
	struct str part;
	size_t n = 0;

	while (str_cut(&text, '|', &part))
		b[n++] = (struct paper_block){ .sort = STR("seal"), .text = split(x, part) };
	return n;
}

/* A preview has a few words in place of the code that is still to be made. */
static bool is_address(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x7f)
			return false;
	return s.n > 0;
}

static size_t one_block(struct splitting *x, const struct json *j, struct paper_block *b)
{
	const struct json *cells = json_get(j, "c"), *c;
	struct paper_text *cell;

	*b = (struct paper_block){ .sort = json_str(j, "t") };
	if (str_is(b->sort, "seal"))
		return seal_lines(x, json_str(j, "s"), b);
	if (str_is(b->sort, "qr") && is_address(json_str(j, "s")))
		b->qr = qr_of(x->r->a, json_str(j, "s"));
	if (!cells) {
		b->text = split(x, json_str(j, "s"));
		return 1;
	}
	cell = arena_many(x->r->a, cells->n, struct paper_text);
	json_each(c, cells)
		cell[b->n_cell++] = split(x, c->text);
	b->cell = cell;
	return 1;
}

const struct paper_block *paper_blocks(struct req *r, struct str content, const struct action *ac, struct str form,
					 size_t *ret_n)
{
	struct splitting x = { .r = r, .ac = ac, .form = form };
	struct err broken = { 0 };
	const struct json *doc, *j;
	struct paper_block *b;

	*ret_n = 0;
	if (!json_read(r->a, content, &doc, &broken) || doc->type != JSON_ARRAY)
		return NULL;
	b = arena_many(r->a, 4 * doc->n, struct paper_block);
	json_each(j, doc)
		*ret_n += one_block(&x, j, &b[*ret_n]);
	return b;
}

/* ---- what is wanting ---- */

struct wants {
	struct inputs *in;
	struct str at;
	struct wanting *v;
	size_t n, cap;
};

static void want(struct wants *w, struct str name, struct str href)
{
	for (size_t i = 0; i < w->n; i++)
		if (str_eq(w->v[i].href, href))
			return;
	if (w->n < w->cap)
		w->v[w->n++] = (struct wanting){ name, href };
}

static bool is_empty(struct val v)
{
	return val_is_null(v) || (type_is_list(v.t) && (!v.list || !v.list->n));
}

static const struct val *typed(const struct form *form, struct str field)
{
	for (size_t i = 0; i < form->n; i++)
		if (str_eq(form->v[i].field, field))
			return &form->v[i].v;
	return NULL;
}

/* A file that was chosen comes only with the form itself. */
static bool chosen(const struct inputs *in, struct str name)
{
	for (size_t i = 0; i < in->r->form.n; i++)
		if (str_is(in->r->form.v[i].name, "chosen") && str_eq(in->r->form.v[i].value, name))
			return true;
	return false;
}

static void want_required(struct wants *w, const struct action *ac, const struct form *form)
{
	for (size_t i = 0; i < ac->n_form; i++) {
		const struct form_field *ff = &ac->form[i];
		struct str name = str_fmt(w->in->r->a, "f.%.*s", STR_FMT(ff->field->id));
		const struct val *v = typed(form, ff->field->id);
		bool stands = ff->append && w->in->snap && !is_empty(w->in->snap->field[ff->field->index]);

		if (ff->required && !ff->field->has_is && !stands && (!v || is_empty(*v)) && !chosen(w->in, name))
			want(w, ff->field->name, str_fmt(w->in->r->a, "%.*s#%.*s", STR_FMT(w->at), STR_FMT(name)));
	}
}

/* Items of a checklist that nobody has decided yet; parts that were left out do not count. given NULL: nothing is. */
static size_t undecided(const struct sheet *sheet, const struct sheet_val *given)
{
	size_t n = 0;

	for (size_t p = 0; p < sheet->n; p++)
		for (size_t i = 0; !(given && given->out[p]) && i < sheet->part[p].n; i++)
			n += !(given && given->mark[p][i].answered);
	return n;
}

static void want_marks(struct wants *w, const struct action *ac, const struct form *form)
{
	for (size_t i = 0; i < ac->n_form; i++) {
		const struct field *f = ac->form[i].field;
		const struct val *v = typed(form, f->id);
		size_t n = f->type.tag == T_SHEET ? undecided(f->type.sheet, v && v->t == T_SHEET ? v->sheet : NULL) : 0;

		if (n)
			want(w, str_fmt(w->in->r->a, "%.*s还差%zu项未下结论", STR_FMT(f->name), n),
			     str_fmt(w->in->r->a, "%.*s#f.%.*s", STR_FMT(w->at), STR_FMT(f->id)));
	}
}

static void want_gaps(struct wants *w, const struct paper_text *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->run[i].gap && t->run[i].href.n)
			want(w, t->run[i].text, t->run[i].href);
}

/* ---- echoes ---- */

static const char *const weekdays[] = { "", "一", "二", "三", "四", "五", "六", "日" };

struct str echo_of(struct inputs *in, const struct type *t, struct val v)
{
	struct buf b;

	if (val_is_null(v))
		return (struct str){ 0 };
	buf_init(&b, in->r->a, 300);
	if (t->tag == T_MONEY && v.n >= 0) {
		buf_adds(&b, "人民币");
		dec_put_capital(&b, v.n);
		buf_adds(&b, "（");
		val_put_cn(&b, in->r->a, v, NULL);
		buf_adds(&b, "）");
	} else if (t->tag == T_DATE) {
		day_put_cn(&b, v.i);
		buf_addf(&b, "（%s）", weekdays[day_weekday(v.i)]);
		if (!calendar_workday(in->kind->law->calendar, v.i))
			buf_adds(&b, " 不是工作日");
	}
	return buf_ok(&b) ? buf_str(&b) : (struct str){ 0 };
}

static void echoes(struct inputs *in, const struct action *ac, const struct form *form, struct preview_view *ret)
{
	struct echo *e = arena_many(in->r->a, ac->n_form, struct echo);

	for (size_t i = 0; i < ac->n_form; i++) {
		const struct field *f = ac->form[i].field;
		const struct val *v = typed(form, f->id);

		if (f->type.tag != T_MONEY && f->type.tag != T_DATE)
			continue;
		e[ret->n_echo++] = (struct echo){ str_fmt(in->r->a, "f.%.*s", STR_FMT(f->id)),
						  v ? echo_of(in, &f->type, *v) : (struct str){ 0 } };
	}
	ret->echo = e;
}

/* ---- the whole ---- */

void preview_fill(struct inputs *in, const struct action *ac, const struct form *form, const struct foreseen *f,
		  struct str at, struct preview_view *ret)
{
	struct wants w = { .in = in, .at = at, .cap = ac->n_form };
	struct preview_paper *p = arena_many(in->r->a, f->n_paper, struct preview_paper);

	*ret = (struct preview_view){ .paper = p, .n_paper = f->n_paper, .n_made = f->n_made };
	w.v = arena_many(in->r->a, w.cap, struct wanting);
	want_marks(&w, ac, form);
	want_required(&w, ac, form);
	for (size_t i = 0; i < f->n_paper; i++) {
		p[i] = (struct preview_paper){ .name = f->paper[i].def->name, .number = f->paper[i].number,
					       .hidden = f->paper[i].hidden, .none = !f->paper[i].blocks.n };
		p[i].block = paper_blocks(in->r, f->paper[i].blocks, ac, at, &p[i].n_block);
		for (size_t k = 0; k < p[i].n_block; k++) {
			want_gaps(&w, &p[i].block[k].text);
			for (size_t c = 0; c < p[i].block[k].n_cell; c++)
				want_gaps(&w, &p[i].block[k].cell[c]);
		}
	}
	ret->wanting = w.v;
	ret->n_wanting = w.n;
	echoes(in, ac, form, ret);
}
