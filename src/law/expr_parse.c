/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Recursive descent, one function a rule of the grammar in language.md 11. */
#include <stdarg.h>

#include "base/day.h"
#include "law/expr_ast.h"

struct parser {
	struct arena *a;
	struct lexer l;
	struct pos pos;
	struct diag *d;
	int nesting;
	bool failed;
};

#define QUOTED_CHARS 30
#define KIDS_MAX \
	200 /* of one list, call or chain of `and`: 2,000 characters hold no more sensible ones */

struct ast *ast_new(struct arena *a, enum ast_op op, size_t from, size_t to)
{
	struct ast *e = arena_one(a, struct ast);

	*e = (struct ast){ .op = op, .from = (uint32_t)from, .to = (uint32_t)to, .depth = 1 };
	return e;
}

struct pos expr_pos(struct str text, struct pos pos, size_t at)
{
	size_t i = 0;

	while (i < at && i < text.n) {
		if (str_next(text, &i) == '\n') {
			pos.line++;
			pos.col = 1;
		} else {
			pos.col++;
		}
	}
	return pos;
}

PRINTF(3, 4) static struct ast *complain(struct parser *p, const char *hint, const char *fmt, ...)
{
	struct buf b;
	va_list ap;

	if (p->failed)
		return NULL;
	p->failed = true;
	buf_init(&b, p->a, 400);
	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	diag_add(p->d, expr_pos(p->l.text, p->pos, p->l.from), false, "%.*s", STR_FMT(buf_str(&b)));
	if (hint)
		diag_hint(p->d, "%s", hint);
	return NULL;
}

/* The token as a finding quotes it; a text that was never closed may be long. */
static struct str quoted(const struct parser *p)
{
	return str_head(p->l.word, QUOTED_CHARS);
}

static void next(struct parser *p)
{
	lex_next(&p->l);
	if (p->l.tok == TOK_BAD)
		complain(p, p->l.hint, "“%.*s”：%s", STR_FMT(quoted(p)), p->l.problem);
}

static bool is(const struct parser *p, const char *word)
{
	return (p->l.tok == TOK_OP || p->l.tok == TOK_NAME) && str_is(p->l.word, word);
}

static bool take(struct parser *p, const char *word)
{
	if (p->failed || !is(p, word))
		return false;
	next(p);
	return true;
}

/* What stands where something else was expected. */
static struct ast *unexpected(struct parser *p, const char *expected, const char *hint)
{
	if (p->l.tok == TOK_END)
		return complain(p, hint, "表达式到此没有写完，还缺%s", expected);
	return complain(p, hint, "“%.*s”：这里应当是%s", STR_FMT(quoted(p)), expected);
}

static bool expect(struct parser *p, const char *word)
{
	if (take(p, word))
		return true;
	unexpected(p, word, NULL);
	return false;
}

static bool enter(struct parser *p)
{
	if (++p->nesting <= EXPR_DEPTH)
		return true;
	complain(p, "把其中一部分写成 terms", "表达式嵌套超过%d层", EXPR_DEPTH);
	return false;
}

static struct ast *with_kids(struct parser *p, struct ast *e, struct ast *const *kid, size_t n)
{
	e->kid = arena_many(p->a, n, struct ast *);
	e->n = (uint32_t)n;
	for (size_t i = 0; i < n; i++) {
		e->kid[i] = kid[i];
		if (kid[i]->depth >= e->depth)
			e->depth = kid[i]->depth + 1;
	}
	if (e->depth > EXPR_DEPTH)
		return complain(p, "把其中一部分写成 terms", "表达式嵌套超过%d层", EXPR_DEPTH);
	return e;
}

static struct ast *pair(struct parser *p, enum ast_op op, int sub, struct ast *x, struct ast *y)
{
	struct ast *e, *kid[2] = { x, y };

	if (!x || !y)
		return NULL;
	e = ast_new(p->a, op, x->from, y->to);
	e->sub = sub;
	return with_kids(p, e, kid, 2);
}

static struct ast *single(struct parser *p, enum ast_op op, size_t from, struct ast *x)
{
	return x ? with_kids(p, ast_new(p->a, op, from, x->to), &x, 1) : NULL;
}

static struct ast *parse_or(struct parser *p);
static struct ast *parse_neg(struct parser *p);

static bool reserved(struct str w)
{
	static const char *const words[] = { "or",   "and",  "not",  "in",   "is",
					     "else", "null", "true", "false" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (str_is(w, words[i]))
			return true;
	return false;
}

static const struct val *constant(struct parser *p, struct val v)
{
	struct val *kept = arena_one(p->a, struct val);

	*kept = v;
	return kept;
}

static struct ast *parse_number(struct parser *p)
{
	struct ast *e = ast_new(p->a, AST_CONST, p->l.from, p->l.to);
	enum unit unit;
	int64_t n;
	dec v;

	if (!dec_parse(p->l.word, DEC_PLACES, &v))
		return complain(p, "最多24位整数、6位小数", "“%.*s”不是能表示的数",
				STR_FMT(quoted(p)));
	e->literal = true;
	e->val = constant(p, val_num(dec_is_int(v) && str_chr(p->l.word, '.', 0) == SIZE_MAX ? T_INT : T_NUM, v));
	next(p);
	if (p->failed || p->l.tok != TOK_NAME || !unit_parse(p->l.word, &unit))
		return p->failed ? NULL : e;
	if (!dec_to_i64(v, &n) || n > 1000000)
		return complain(p, "时长是不超过1,000,000的整数", "时长的数有误");
	e->to = (uint32_t)p->l.to;
	e->literal = false;
	e->val = constant(p, (struct val){ .t = T_SPAN, .span = { n, unit } });
	next(p);
	return e;
}

static struct ast *parse_date(struct parser *p)
{
	struct ast *e = ast_new(p->a, AST_CONST, p->l.from, p->l.to);
	int64_t day;

	if (!day_parse(p->l.word, &day))
		return complain(p, "年份在1900至2199之间", "“%.*s”不是实际存在的日期",
				STR_FMT(p->l.word));
	e->val = constant(p, val_i64(T_DATE, day));
	next(p);
	return e;
}

static struct ast *parse_text(struct parser *p)
{
	struct ast *e = ast_new(p->a, AST_CONST, p->l.from, p->l.to);
	struct str raw = str_sub(p->l.word, 1, p->l.word.n - 1);
	struct buf b;

	buf_init(&b, p->a, raw.n);
	for (size_t i = 0; i < raw.n; i++) {
		buf_addc(&b, raw.p[i]);
		if (raw.p[i] == '\'')
			i++;
	}
	e->val = constant(p, val_text(T_TEXT, buf_str(&b)));
	next(p);
	return e;
}

/* The elements up to the closing bracket, which is eaten. */
static struct ast *parse_list(struct parser *p, struct ast *e, const char *close)
{
	struct ast *kid[KIDS_MAX];
	size_t n = 0;

	if (!is(p, close)) {
		do {
			if (n == KIDS_MAX)
				return complain(p, NULL, "超过%d个元素", KIDS_MAX);
			kid[n] = parse_or(p);
			if (!kid[n++])
				return NULL;
		} while (take(p, ","));
	}
	e->to = (uint32_t)p->l.to;
	if (!take(p, close))
		return unexpected(p, *close == ')' ? "逗号或者 )" : "逗号或者 ]", NULL);
	return with_kids(p, e, kid, n);
}

static struct ast *parse_call(struct parser *p, struct ast *e)
{
	struct lexer back = p->l;
	struct str word = p->l.word;

	e->op = AST_CALL;
	if (p->l.tok == TOK_NAME && !reserved(word)) {
		next(p);
		if (take(p, "in"))
			e->binder = word;
		else if (!p->failed)
			p->l = back;
	}
	return p->failed ? NULL : parse_list(p, e, ")");
}

static struct ast *parse_name(struct parser *p)
{
	struct ast *e = ast_new(p->a, AST_NAME, p->l.from, p->l.to);
	struct str w = p->l.word;

	if (str_is(w, "true") || str_is(w, "false") || str_is(w, "null")) {
		e->op = AST_CONST;
		e->val = constant(p, str_is(w, "null") ? VAL_NULL : val_bool(str_is(w, "true")));
		next(p);
		return e;
	}
	if (reserved(w))
		return unexpected(p, "一个值",
				  str_is(w, "not")
					  ? "比较的否定写成 not (a == b)，属于的否定写成 not in"
					  : NULL);
	if (w.n > 40)
		return complain(p, NULL, "名称超过40个字符");
	e->name = w;
	next(p);
	return take(p, "(") ? parse_call(p, e) : e;
}

static struct ast *parse_atom(struct parser *p)
{
	struct ast *e;
	size_t from = p->l.from;

	if (p->failed)
		return NULL;
	switch (p->l.tok) {
	case TOK_NUMBER:
		return parse_number(p);
	case TOK_DATE:
		return parse_date(p);
	case TOK_TEXT:
		return parse_text(p);
	case TOK_NAME:
		return parse_name(p);
	default:
		break;
	}
	if (take(p, "["))
		return parse_list(p, ast_new(p->a, AST_LIST, from, from), "]");
	if (!take(p, "("))
		return unexpected(p, "一个值", NULL);
	e = parse_or(p);
	if (!e)
		return NULL;
	e->from = (uint32_t)from;
	e->to = (uint32_t)p->l.to;
	return expect(p, ")") ? e : NULL;
}

static struct ast *parse_path(struct parser *p)
{
	struct ast *e = parse_atom(p), *m;

	while (e && take(p, ".")) {
		if (p->failed)
			return NULL;
		if (p->l.tok != TOK_NAME || reserved(p->l.word))
			return unexpected(p, "点后面的名称", NULL);
		m = ast_new(p->a, AST_MEMBER, e->from, p->l.to);
		m->name = p->l.word;
		next(p);
		if (is(p, "("))
			return complain(p, "函数写在前面：count(x.y)", "点后面不能是函数");
		e = with_kids(p, m, &e, 1);
	}
	return p->failed ? NULL : e;
}

static struct ast *parse_neg(struct parser *p)
{
	size_t from = p->l.from;

	return take(p, "-") ? single(p, AST_NEG, from, parse_path(p)) : parse_path(p);
}

static struct ast *parse_mul(struct parser *p)
{
	struct ast *e = parse_neg(p);

	while (e && (is(p, "*") || is(p, "/"))) {
		int op = p->l.word.p[0];

		next(p);
		e = pair(p, AST_ARITH, op, e, parse_neg(p));
	}
	return e;
}

static struct ast *parse_sum(struct parser *p)
{
	struct ast *e = parse_mul(p);

	while (e && (is(p, "+") || is(p, "-"))) {
		int op = p->l.word.p[0];

		next(p);
		e = pair(p, AST_ARITH, op, e, parse_mul(p));
	}
	return e;
}

static struct ast *parse_alt(struct parser *p)
{
	struct ast *e = parse_sum(p);

	if (!e || !take(p, "else"))
		return e;
	e = pair(p, AST_ELSE, 0, e, parse_sum(p));
	if (e && is(p, "else"))
		return complain(p, "写成 a else (b else c)", "else 不能连写");
	return e;
}

static bool is_comparison(const struct parser *p, enum cmp *ret)
{
	static const struct {
		const char *op;
		enum cmp cmp;
	} ops[] = { { "==", CMP_EQ }, { "!=", CMP_NE }, { "<", CMP_LT },
		    { "<=", CMP_LE }, { ">", CMP_GT },  { ">=", CMP_GE } };

	for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
		if (is(p, ops[i].op)) {
			*ret = ops[i].cmp;
			return true;
		}
	}
	return false;
}

static struct ast *parse_is_null(struct parser *p, struct ast *e)
{
	bool negated = take(p, "not");
	size_t to = p->l.to;

	if (!take(p, "null"))
		return unexpected(p, "null", "与其他值比较写 ==");
	e = single(p, AST_IS_NULL, e->from, e);
	if (e) {
		e->negated = negated;
		e->to = (uint32_t)to;
	}
	return e;
}

static struct ast *parse_cmp(struct parser *p)
{
	struct ast *e = parse_alt(p);
	enum cmp cmp;
	bool negated;

	if (!e)
		return NULL;
	if (is_comparison(p, &cmp)) {
		next(p);
		e = pair(p, AST_CMP, (int)cmp, e, parse_alt(p));
	} else if (is(p, "is")) {
		next(p);
		e = p->failed ? NULL : parse_is_null(p, e);
	} else if (is(p, "not") || is(p, "in")) {
		negated = take(p, "not");
		if (!expect(p, "in"))
			return NULL;
		e = pair(p, AST_IN, 0, e, parse_alt(p));
		if (e)
			e->negated = negated;
	} else {
		return e;
	}
	if (e && (is_comparison(p, &cmp) || is(p, "in") || is(p, "is")))
		return complain(p, "用 and 连接两次比较：a <= b and b <= c", "比较不能连写");
	return e;
}

static struct ast *parse_not(struct parser *p)
{
	size_t from = p->l.from;
	struct ast *e;

	if (!take(p, "not"))
		return parse_cmp(p);
	e = enter(p) ? single(p, AST_NOT, from, parse_not(p)) : NULL;
	p->nesting--;
	return e;
}

/* Chains of `and` or `or` become one flat node. */
static struct ast *parse_chain(struct parser *p, const char *word, enum ast_op op,
			       struct ast *(*part)(struct parser *))
{
	struct ast *kid[KIDS_MAX];
	size_t n = 1;

	kid[0] = part(p);
	if (!kid[0] || !is(p, word))
		return kid[0];
	while (take(p, word)) {
		if (n == KIDS_MAX)
			return complain(p, NULL, "%s 连接超过%d项", word, KIDS_MAX);
		kid[n] = part(p);
		if (!kid[n++])
			return NULL;
	}
	if (p->failed)
		return NULL;
	return with_kids(p, ast_new(p->a, op, kid[0]->from, kid[n - 1]->to), kid, n);
}

static struct ast *parse_and(struct parser *p)
{
	return parse_chain(p, "and", AST_AND, parse_not);
}

static struct ast *parse_or(struct parser *p)
{
	struct ast *e = enter(p) ? parse_chain(p, "or", AST_OR, parse_and) : NULL;

	p->nesting--;
	return e;
}

struct ast *expr_parse(struct arena *a, struct str text, struct pos pos, struct diag *d)
{
	struct parser p = { .a = a, .l = { .text = text }, .pos = pos, .d = d };
	struct ast *e;

	if (!str_utf8(text))
		return complain(&p, NULL, "表达式不是有效的UTF-8文字");
	if (str_chars(text) > EXPR_CHARS)
		return complain(&p, "把其中一部分写成 terms", "表达式超过%d个字符", EXPR_CHARS);
	next(&p);
	if (p.l.tok == TOK_END)
		return complain(&p, NULL, "这里应当有表达式");
	e = parse_or(&p);
	if (!e || p.failed)
		return NULL;
	if (p.l.tok != TOK_END)
		return unexpected(&p, "表达式的结尾",
				  p.l.tok == TOK_NAME ? "两部分之间少了 and、or 或者运算符" : NULL);
	return e;
}
