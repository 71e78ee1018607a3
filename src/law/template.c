/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "law/template.h"

#include <string.h>

#include "base/day.h"
#include "law/expr_ast.h"
#include "base/parse.h"

#define TEMPLATE_TEXT ((size_t)64 * 1024)
#define TEMPLATE_OUT ((size_t)1024 * 1024)
#define TEMPLATE_TURNS 2000
#define TEMPLATE_DEPTH 8
#define TEMPLATE_MISSING 50
#define TEMPLATE_COLUMNS 20 /* more cannot be drawn on A4: src/paper refuses them */

/* Control characters stand for what inserted text must not be able to say. They cannot come in from
 * outside: templates with control characters are refused, and values lose theirs. */
#define GUARD '\x1d'  /* before every inserted text: whatever stands there, no mark comes about with it */
#define BREAK '\x1e'  /* a line break inside an inserted text */
#define BAR '\x1f'    /* a | inside an inserted text */
#define MARK '\x1c'   /* a line that is a command: page, seal, sign */

enum part_sort { PART_TEXT, PART_EXPR, PART_IF, PART_FOR, PART_PAGE, PART_SEAL, PART_SIGN };

struct part {
	enum part_sort sort;
	struct str text;          /* PART_TEXT; PART_SIGN: who; PART_EXPR: as written */
	const struct expr *expr;
	bool figures;
	struct part_list {
		struct part *v;
		size_t n, cap;
	} body, otherwise;
};

struct template {
	struct part_list body;
};

struct parser {
	struct arena *a;
	struct scope scope;
	struct diag *d;
	const char *file;
	struct str text;
	size_t at;
	int line;
	int depth;
};

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

static struct pos here(const struct parser *p)
{
	return (struct pos){ p->file, p->line, 1 };
}

static struct part *push(struct arena *a, struct part_list *l, enum part_sort sort)
{
	if (l->n == l->cap) {
		size_t cap = l->cap ? l->cap * 2 : 2; /* most are the inside of an {% if %}: one or two */
		struct part *bigger = arena_many(a, cap, struct part);

		if (l->n)
			memcpy(bigger, l->v, l->n * sizeof(*bigger));
		l->v = bigger;
		l->cap = cap;
	}
	l->v[l->n] = (struct part){ .sort = sort };
	return &l->v[l->n++];
}

static void move_to(struct parser *p, size_t to)
{
	for (; p->at < to; p->at++)
		p->line += p->text.p[p->at] == '\n';
}

/* The inside of {{…}} or {%…%}; false when it is not closed. */
static bool inside(struct parser *p, struct str close, struct str *ret)
{
	size_t end = str_find(p->text, close, p->at + 2);

	if (end == SIZE_MAX) {
		diag_add(p->d, here(p), false, "模板中的“%.2s”没有结束", p->text.p + p->at);
		diag_hint(p->d, "补上“%.*s”", STR_FMT(close));
		return false;
	}
	*ret = str_trim(str_sub(p->text, p->at + 2, end));
	move_to(p, end + 2);
	return true;
}

static bool parse_body(struct parser *p, struct part_list *into, struct str *ret_ended);

static bool parse_insert(struct parser *p, struct part_list *into)
{
	struct str text;
	struct part *part;
	size_t bar;

	if (!inside(p, STR("}}"), &text))
		return false;
	part = push(p->a, into, PART_EXPR);
	bar = str_chr(text, '|', 0);
	if (bar != SIZE_MAX) {
		struct str filter = str_trim(str_sub(text, bar + 1, text.n));

		part->figures = str_is(filter, "figures");
		if (!part->figures) {
			diag_add(p->d, here(p), false, "模板不认识“%.*s”这种写法", STR_FMT(filter));
			diag_hint(p->d, "只有 figures（只写小写金额）");
		}
		text = str_trim(str_sub(text, 0, bar));
	}
	part->text = text;
	part->expr = expr_compile(p->a, &p->scope, text, here(p), p->d);
	return true;
}

static bool parse_if(struct parser *p, struct part_list *into, struct str cond)
{
	struct part *part = push(p->a, into, PART_IF);
	struct part_list body = { 0 }, otherwise = { 0 };
	const struct expr *e = expr_compile(p->a, &p->scope, cond, here(p), p->d);
	struct pos began = here(p);
	size_t me = (size_t)(part - into->v);
	struct str ended = { 0 };

	if (e && expr_type(e)->tag != T_BOOL) {
		diag_add(p->d, began, false, "{%% if %%} 之后应写条件，“%.*s”不是成立或者不成立的", STR_FMT(cond));
		diag_hint(p->d, "比较写 ==、>=、in 等，是否填写写 is not null");
	}
	if (!parse_body(p, &body, &ended))
		return false;
	if (str_is(ended, "else") && !parse_body(p, &otherwise, &ended))
		return false;
	if (!str_is(ended, "end")) {
		diag_add(p->d, began, false, "这里的 {%% if %%} 没有 {%% end %%}");
		return false;
	}
	part = &into->v[me];
	part->expr = e;
	part->body = body;
	part->otherwise = otherwise;
	return true;
}

/* `for x in LIST`: the variable is known in the body only. */
static bool parse_for(struct parser *p, struct part_list *into, struct str head)
{
	size_t in = str_find(head, STR(" in "), 0);
	struct part *part = push(p->a, into, PART_FOR);
	size_t me = (size_t)(part - into->v), n = p->scope.n_var;
	struct scope outer = p->scope;
	struct scope_var *var = arena_many(p->a, n + 1, struct scope_var);
	struct pos began = here(p);
	struct part_list body = { 0 };
	struct str ended = { 0 }, name = str_trim(str_sub(head, 0, in));
	const struct expr *list;

	if (in == SIZE_MAX || !parse_is_id(name)) {
		diag_add(p->d, began, false, "{%% for %%} 应写作 {%% for x in 列表 %%}");
		return false;
	}
	list = expr_compile(p->a, &outer, str_trim(str_sub(head, in + 4, head.n)), began, p->d);
	if (n)
		memcpy(var, outer.var, n * sizeof(*var));
	var[n].id = name;
	if (list)
		var[n].type = type_element(expr_type(list));
	if (list && var[n].type.tag == T_NONE) {
		diag_add(p->d, began, false, "{%% for %%} 只能用于列表，“%.*s”不是列表", STR_FMT(expr_text(list)));
		return false;
	}
	p->scope.var = var;
	p->scope.n_var = n + 1;
	if (!parse_body(p, &body, &ended))
		return false;
	p->scope = outer;
	if (!str_is(ended, "end")) {
		diag_add(p->d, began, false, "这里的 {%% for %%} 没有 {%% end %%}");
		return false;
	}
	part = &into->v[me];
	part->expr = list;
	part->body = body;
	return true;
}

/* One {% … %}. An `else` or `end` is given back to whoever opened the block. */
static bool parse_tag(struct parser *p, struct part_list *into, struct str *ret_ended)
{
	struct str tag;

	if (!inside(p, STR("%}"), &tag))
		return false;
	if (str_is(tag, "else") || str_is(tag, "end")) {
		*ret_ended = tag;
		return true;
	}
	if (str_starts(tag, STR("if ")))
		return parse_if(p, into, str_sub(tag, 3, tag.n));
	if (str_starts(tag, STR("for ")))
		return parse_for(p, into, str_sub(tag, 4, tag.n));
	if (str_is(tag, "page")) {
		(void)push(p->a, into, PART_PAGE);
	} else if (str_is(tag, "seal")) {
		(void)push(p->a, into, PART_SEAL);
	} else if (str_starts(tag, STR("sign "))) {
		push(p->a, into, PART_SIGN)->text = str_trim(str_sub(tag, 5, tag.n));
	} else {
		diag_add(p->d, here(p), false, "模板不认识“{%% %.*s %%}”", STR_FMT(tag));
		diag_hint(p->d, "可用的有 if、for、else、end、page、seal、sign");
		return false;
	}
	return true;
}

static bool parse_body(struct parser *p, struct part_list *into, struct str *ret_ended)
{
	*ret_ended = (struct str){ 0 };
	if (++p->depth > TEMPLATE_DEPTH) {
		diag_add(p->d, here(p), false, "模板嵌套超过%d层", TEMPLATE_DEPTH);
		return false;
	}
	while (p->at < p->text.n && !ret_ended->n) {
		size_t next = str_chr(p->text, '{', p->at);
		bool insert, tag;

		next = next == SIZE_MAX ? p->text.n : next;
		if (next > p->at)
			push(p->a, into, PART_TEXT)->text = str_sub(p->text, p->at, next);
		move_to(p, next);
		insert = str_starts(str_sub(p->text, next, p->text.n), STR("{{"));
		tag = str_starts(str_sub(p->text, next, p->text.n), STR("{%"));
		if (insert ? !parse_insert(p, into) : tag ? !parse_tag(p, into, ret_ended) : false)
			return false;
		if (!insert && !tag && next < p->text.n) {
			push(p->a, into, PART_TEXT)->text = str_sub(p->text, next, next + 1);
			move_to(p, next + 1);
		}
	}
	p->depth--;
	return true;
}

static bool has_controls(struct parser *p)
{
	for (size_t i = 0; i < p->text.n; i++) {
		if (!is_control(p->text.p[i]) || strchr("\t\r\n", p->text.p[i]))
			continue;
		move_to(p, i);
		diag_add(p->d, here(p), false, "模板里有看不见的控制字符（%02X）", (unsigned)p->text.p[i]);
		return true;
	}
	return false;
}

struct template *template_compile(struct arena *a, const struct scope *s, struct str text, const char *file,
				  struct diag *d)
{
	struct parser p = { .a = a, .scope = *s, .d = d, .file = file, .text = text, .line = 1 };
	struct template *t = arena_one(a, struct template);
	size_t errors = d->errors;
	struct str ended;

	p.scope.no_matters = true;
	if (text.n > TEMPLATE_TEXT || !str_utf8(text)) {
		diag_add(d, here(&p), false, "模板超过64 KB，或者不是UTF-8文本");
		return NULL;
	}
	if (has_controls(&p))
		return NULL;
	if (parse_body(&p, &t->body, &ended) && ended.n)
		diag_add(d, here(&p), false, "多出一个 {%% %.*s %%}", STR_FMT(ended));
	return d->errors == errors ? t : NULL;
}

struct expansion {
	struct eval *ev;
	struct buf out;
	struct template_missing *missing;
	size_t n_missing;
	int turns;
	bool preview; /* gaps and origins are marked */
	struct val var[TEMPLATE_DEPTH + 1];
	size_t n_var;
};

static void put_inserted(struct buf *b, struct str s)
{
	buf_addc(b, GUARD);
	for (size_t i = 0; i < s.n; i++)
		buf_addc(b, s.p[i] == '\n' ? BREAK : s.p[i] == '|' ? BAR : is_control(s.p[i]) ? ' ' : s.p[i]);
}

static void first_read(void *ctx, const struct field *f)
{
	const struct field **first = ctx;

	*first = *first ? *first : f;
}

/* The field of this matter that an inserted text comes from, or the first of several. */
static const struct field *origin(const struct part *part)
{
	const struct field *f = expr_field(part->expr);

	if (!f)
		expr_reads(part->expr, first_read, &f);
	return f;
}

static void put_mark(struct expansion *x, const struct field *f, bool gap)
{
	buf_addc(&x->out, GUARD);
	buf_addc(&x->out, TEMPLATE_MARK);
	buf_adds(&x->out, gap ? "!" : "");
	if (f)
		buf_add(&x->out, f->id);
	buf_addc(&x->out, TEMPLATE_SAID);
}

static void put_gap(struct expansion *x, const struct part *part)
{
	const struct field *f = origin(part);

	put_mark(x, f, true);
	put_inserted(&x->out, f ? f->name : part->text);
	buf_addc(&x->out, TEMPLATE_MARK);
}

static void note_missing(struct expansion *x, const struct part *part)
{
	const struct field *f = expr_field(part->expr);
	struct str name = f ? f->name : part->text;

	if (x->preview)
		put_gap(x, part);

	for (size_t i = 0; i < x->n_missing; i++)
		if (str_eq(x->missing[i].name, name))
			return;
	if (x->n_missing < TEMPLATE_MISSING)
		x->missing[x->n_missing++] = (struct template_missing){ name, f };
}

static bool expand(struct expansion *x, const struct part_list *l, struct err *err);

static bool is_signature(const struct eval *ev, const struct expr *e)
{
	struct str text = e ? expr_text(e) : (struct str){ 0 };

	if (str_ends(text, STR(".name")))
		text = str_sub(text, 0, text.n - 5);
	for (size_t i = 0; i < ev->n_signed; i++)
		if (str_eq(ev->signed_as[i], text))
			return true;
	return false;
}

static bool expand_expr(struct expansion *x, const struct part *part, struct err *err)
{
	const struct field *from;
	struct val v;
	struct buf b;

	if (x->ev->n_signed && is_signature(x->ev, part->expr)) {
		put_inserted(&x->out, x->ev->signature);
		return true;
	}

	if (!expr_shown(part->expr, x->ev, &v, err))
		return false;
	if (val_is_null(v) || (type_is_list(v.t) && !v.list->n)) {
		note_missing(x, part);
		return true;
	}
	buf_init(&b, x->ev->a, TEMPLATE_OUT);
	if (part->figures)
		val_put_cn(&b, x->ev->a, v, &x->ev->names);
	else
		val_put_paper(&b, x->ev->a, v, &x->ev->names);
	from = x->preview ? origin(part) : NULL;
	if (from)
		put_mark(x, from, false);
	put_inserted(&x->out, buf_str(&b));
	if (from)
		buf_addc(&x->out, TEMPLATE_MARK);
	return true;
}

static bool expand_for(struct expansion *x, const struct part *part, struct err *err)
{
	const struct val *outer = x->ev->var;
	struct val list;

	if (!expr_eval(part->expr, x->ev, &list, err))
		return false;
	if (val_is_null(list))
		return true;
	for (size_t i = 0; i < list.list->n; i++) {
		bool ok;

		if (++x->turns > TEMPLATE_TURNS)
			return err_set(err, ERR_TOO_LARGE, "文书中的表格超过%d行", TEMPLATE_TURNS);
		x->var[x->n_var++] = list.list->v[i];
		x->ev->var = x->var;
		ok = expand(x, &part->body, err);
		x->n_var--;
		x->ev->var = outer;
		if (!ok)
			return false;
	}
	return true;
}

static void put_seal(struct expansion *x)
{
	struct str organ = x->ev->names.name
		? x->ev->names.name(x->ev->names.ctx, x->ev->a, T_ORGAN, x->ev->self->organ) : (struct str){ 0 };

	buf_addf(&x->out, "\n%cS", MARK);
	put_inserted(&x->out, organ);
	buf_addc(&x->out, BAR);
	day_put_cn(&x->out, day_at(x->ev->now));
	buf_addc(&x->out, '\n');
}

static bool expand(struct expansion *x, const struct part_list *l, struct err *err)
{
	enum truth truth;
	bool ok = true;

	for (size_t i = 0; ok && i < l->n; i++) {
		const struct part *part = &l->v[i];

		switch (part->sort) {
		case PART_TEXT:
			buf_add(&x->out, part->text);
			break;
		case PART_EXPR:
			ok = expand_expr(x, part, err);
			break;
		case PART_IF:
			ok = expr_truth(part->expr, x->ev, &truth, err)
			  && expand(x, truth == TRUTH_TRUE ? &part->body : &part->otherwise, err);
			break;
		case PART_FOR:
			ok = expand_for(x, part, err);
			break;
		case PART_PAGE:
			buf_addf(&x->out, "\n%cP\n", MARK);
			break;
		case PART_SEAL:
			put_seal(x);
			break;
		case PART_SIGN:
			buf_addf(&x->out, "\n%cN%.*s\n", MARK, STR_FMT(part->text));
			break;
		}
	}
	return ok;
}

/* Inserted text as it was, for the blocks. */
static struct str unguard(struct arena *a, struct str s)
{
	char *p = arena_alloc(a, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != GUARD)
			p[n++] = s.p[i] == BREAK ? '\n' : s.p[i] == BAR ? '|' : s.p[i];
	return str_trim((struct str){ p, n });
}

static void block(struct json_out *o, const char *sort, struct str text)
{
	json_open(o, NULL, '{');
	json_out_str(o, "s", text);
	json_out_str(o, "t", str_of(sort));
	json_close(o, '}');
}

/* | a | b |: the outer bars may be left out at the end. `|:` gives widths. False: too many columns. */
static bool row(struct arena *a, struct json_out *o, struct str line)
{
	size_t n = 0;

	bool widths = line.n > 1 && line.p[1] == ':';
	struct str rest = str_sub(line, widths ? 2 : 1, line.n), cell;

	if (rest.n && rest.p[rest.n - 1] == '|')
		rest.n--;
	json_open(o, NULL, '{');
	json_open(o, "c", '[');
	while (str_cut(&rest, '|', &cell)) {
		json_out_str(o, NULL, unguard(a, cell));
		n++;
	}
	json_close(o, ']');
	json_out_str(o, "t", widths ? STR("widths") : STR("row"));
	json_close(o, '}');
	return n <= TEMPLATE_COLUMNS;
}

static void paragraphs(struct arena *a, struct json_out *o, const char *sort, struct str line)
{
	struct str rest = unguard(a, line), part;

	while (rest.n && str_cut(&rest, '\n', &part))
		if (!str_blank(part))
			block(o, sort, str_trim(part));
}

static bool put_line(struct arena *a, struct json_out *o, struct str line)
{
	static const struct {
		const char *mark, *sort;
	} marks[] = { { "## ", "head" }, { "# ", "title" }, { ">> ", "right" }, { ">< ", "centre" }, { "-- ", "plain" },
		    { "@@ ", "qr" } };

	if (line.p[0] == MARK && line.n > 1) {
		block(o, line.p[1] == 'P' ? "page" : line.p[1] == 'S' ? "seal" : "sign",
		      unguard(a, str_sub(line, 2, line.n)));
		return true;
	}
	if (line.p[0] == '|')
		return row(a, o, line);
	if (str_is(line, "~")) {
		block(o, "blank", (struct str){ 0 });
		return true;
	}
	for (size_t i = 0; i < ARRAY_LEN(marks); i++) {
		if (str_starts(line, str_of(marks[i].mark))) {
			paragraphs(a, o, marks[i].sort, str_sub(line, strlen(marks[i].mark), line.n));
			return true;
		}
	}
	paragraphs(a, o, "para", line);
	return true;
}

static bool expand_all(const struct template *t, struct eval *ev, bool preview, struct template_result *ret, struct err *err)
{
	struct expansion x = { .ev = ev, .preview = preview };
	struct json_out o = { 0 };
	struct buf blocks;
	struct str rest, line;

	x.missing = arena_many(ev->a, TEMPLATE_MISSING, struct template_missing);
	buf_init(&x.out, ev->a, TEMPLATE_OUT);
	buf_init(&blocks, ev->a, 2 * TEMPLATE_OUT);
	if (!expand(&x, &t->body, err))
		return false;
	o.b = &blocks;
	json_open(&o, NULL, '[');
	rest = buf_str(&x.out);
	while (str_cut(&rest, '\n', &line)) {
		line = str_trim(line);
		if (line.n && !put_line(ev->a, &o, line))
			return err_set(err, ERR_TOO_LARGE, "文书中的表格超过%d列", TEMPLATE_COLUMNS);
	}
	json_close(&o, ']');
	if (!buf_ok(&x.out) || !buf_ok(&blocks))
		return err_set(err, ERR_TOO_LARGE, "文书内容超过1 MB");
	*ret = (struct template_result){ buf_str(&blocks), x.missing, x.n_missing };
	return true;
}

bool template_expand(const struct template *t, struct eval *ev, struct template_result *ret, struct err *err)
{
	return expand_all(t, ev, false, ret, err);
}

bool template_preview(const struct template *t, struct eval *ev, struct template_result *ret, struct err *err)
{
	return expand_all(t, ev, true, ret, err);
}

static void reads(const struct part_list *l, void (*field)(void *, const struct field *), void *ctx)
{
	for (size_t i = 0; i < l->n; i++) {
		if ((l->v[i].sort == PART_EXPR || l->v[i].sort == PART_FOR) && l->v[i].expr)
			expr_reads(l->v[i].expr, field, ctx);
		reads(&l->v[i].body, field, ctx);
		reads(&l->v[i].otherwise, field, ctx);
	}
}

void template_reads(const struct template *t, void (*field)(void *ctx, const struct field *f), void *ctx)
{
	reads(&t->body, field, ctx);
}

static void needs(const struct part_list *l, void (*field)(void *, const struct field *), void *ctx)
{
	for (size_t i = 0; i < l->n; i++) {
		const struct part *p = &l->v[i];

		if (p->sort == PART_EXPR && p->expr && str_find(expr_text(p->expr), STR(" else "), 0) == SIZE_MAX)
			expr_reads(p->expr, field, ctx);
		if (p->sort == PART_FOR)
			needs(&p->body, field, ctx);
	}
}

void template_needs(const struct template *t, void (*field)(void *ctx, const struct field *f), void *ctx)
{
	needs(&t->body, field, ctx);
}
