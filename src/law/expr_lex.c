/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "law/expr_ast.h"

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool word_char(char c)
{
	return (c >= 'a' && c <= 'z') || digit(c) || c == '_';
}

static char at(const struct lexer *l, size_t i)
{
	return i < l->text.n ? l->text.p[i] : '\0';
}

static size_t digits(const struct lexer *l, size_t i)
{
	size_t from = i;

	while (digit(at(l, i)))
		i++;
	return i - from;
}

static void done(struct lexer *l, enum token tok, size_t to)
{
	l->tok = tok;
	l->to = l->at = to;
	l->word = str_sub(l->text, l->from, to);
}

static void bad(struct lexer *l, size_t to, const char *problem, const char *hint)
{
	done(l, TOK_BAD, to);
	l->problem = problem;
	l->hint = hint;
}

static void number(struct lexer *l)
{
	size_t i = l->from + digits(l, l->from);

	if (i - l->from == 4 && at(l, i) == '-' && digits(l, i + 1) == 2 && at(l, i + 3) == '-'
	    && digits(l, i + 4) == 2) {
		done(l, TOK_DATE, i + 6);
		return;
	}
	if (at(l, i) == '.' && digit(at(l, i + 1)))
		i += 1 + digits(l, i + 1);
	if (word_char(at(l, i)))
		bad(l, i + 1, "数字后面紧跟了字母", "数与单位之间要有空格，例如“3 workday”");
	else
		done(l, TOK_NUMBER, i);
}

static void text(struct lexer *l)
{
	size_t i = l->from + 1;

	for (; i < l->text.n; i++) {
		if (l->text.p[i] != '\'')
			continue;
		if (at(l, i + 1) != '\'') {
			done(l, TOK_TEXT, i + 1);
			return;
		}
		i++;
	}
	bad(l, l->text.n, "文字没有结尾的单引号", "文字写在单引号之间，文字内的单引号写两个");
}

/* What people type with a Chinese keyboard, and what they meant. */
static const struct {
	const char *typed, *problem;
} full_width[] = {
	{ "（", "全角括号应当写成 (" }, { "）", "全角括号应当写成 )" },
	{ "，", "全角逗号应当写成 ," }, { "‘", "中文引号应当写成 '" },
	{ "’", "中文引号应当写成 '" },  { "“", "中文引号应当写成 '" },
	{ "”", "中文引号应当写成 '" },  { "＝", "全角等号应当写成 ==" },
	{ "≥", "应当写成 >=" },         { "≤", "应当写成 <=" },
	{ "≠", "应当写成 !=" },         { "。", "表达式中没有句号" },
};

static void strange(struct lexer *l)
{
	struct str rest = str_sub(l->text, l->from, l->text.n);
	size_t next = l->from;

	for (size_t i = 0; i < ARRAY_LEN(full_width); i++) {
		if (str_starts(rest, str_of(full_width[i].typed))) {
			bad(l, l->from + str_of(full_width[i].typed).n, full_width[i].problem,
			    NULL);
			return;
		}
	}
	(void)str_next(l->text, &next);
	switch (rest.p[0]) {
	case '"':
		bad(l, next, "文字用单引号", "例如 '移送中'");
		return;
	case '=':
		bad(l, next, "单个 = 不是比较", "相等写 ==");
		return;
	case '&':
	case '|':
	case '!':
		bad(l, next, "这里没有这个符号", "并且写 and，或者写 or，否定写 not");
		return;
	case '?':
	case '%':
		bad(l, next, "这里没有这个符号", "没有值时的替代写 else，百分比写 percent(a, b)");
		return;
	default:
		break;
	}
	if (rest.p[0] >= 'A' && rest.p[0] <= 'Z')
		bad(l, next, "名称只用小写字母、数字和下划线", NULL);
	else
		bad(l, next, "认不出的字符",
		    "文字要写在单引号之间；名称只用小写字母、数字和下划线");
}

void lex_next(struct lexer *l)
{
	static const char *const ops[] = { "==", "!=", "<=", ">=", "<", ">", "+", "-",
					   "*",  "/",  "(",  ")",  "[", "]", ",", "." };
	struct str rest;
	size_t i;

	while (l->at < l->text.n
	       && (at(l, l->at) == ' ' || at(l, l->at) == '\n' || at(l, l->at) == '\t'
		   || at(l, l->at) == '\r'))
		l->at++;
	l->from = l->at;
	if (l->at >= l->text.n) {
		done(l, TOK_END, l->at);
		return;
	}
	if (digit(at(l, l->at))) {
		number(l);
		return;
	}
	if (at(l, l->at) == '\'') {
		text(l);
		return;
	}
	if (word_char(at(l, l->at)) && at(l, l->at) != '_') {
		for (i = l->at; word_char(at(l, i)); i++)
			;
		done(l, TOK_NAME, i);
		return;
	}
	rest = str_sub(l->text, l->at, l->text.n);
	for (i = 0; i < ARRAY_LEN(ops); i++) {
		if (str_starts(rest, str_of(ops[i]))) {
			done(l, TOK_OP, l->at + str_of(ops[i]).n);
			return;
		}
	}
	strange(l);
}
