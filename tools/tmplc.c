/* SPDX-License-Identifier: MulanPSL-2.0 */
/* tmplc - compiles pages to C.
 *
 *	tmplc OUTDIR pages/a.html …      writes OUTDIR/pages/a.c … and OUTDIR/pages.h
 *
 *	{% include "app/view.h" %}                     declarations that the pages below need
 *	{% page show(const struct case_view *v) %}     begins void page_show(struct html *h, …);
 *ends at the next page
 *	{% for i < v->n %} … {% end %}                 i is a size_t from 0
 *	{% if expr %} … {% else if expr %} … {% else %} … {% end %}
 *	{% call row(&v->row[i]) %}                     writes another page in this place
 *	{{ expr }}                                     escaped by its C type (src/web/html.h)
 *
 * The compiler reads the HTML around each expression. In an element and in a quoted attribute it is
 *escaped; in an attribute that holds an address it is checked (whole address) or percent-encoded
 *(part of one). It refuses expressions in <script>, <style>, on… and style attributes, srcset,
 *srcdoc, unquoted values and tag names: there no escaping is safe. Both branches of an if, and a
 *loop's body, must leave the HTML as they found it. Comments <!-- --> are dropped. A line that
 *holds nothing but directives leaves no empty line. */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define NEST_MAX 64 /* directives inside one another; deeper is a missing end */
#define NAME_MAX_LEN 64
#define CHUNK \
	1500 /* bytes a literal: C17 promises 4095 characters a literal, an escape takes up to \
		four */

enum state { TEXT, TAG_NAME, TAG, ATTR_NAME, AFTER_NAME, AFTER_EQ, QUOTED, UNQUOTED, RAW };

/* Where in the HTML we are. Two places are alike when all of this is equal. */
struct place {
	enum state state;
	char quote;   /* of the attribute's value */
	bool start;   /* nothing of the value was written yet */
	bool closing; /* in </tag> */
	char tag[NAME_MAX_LEN];
	char attr[NAME_MAX_LEN];
};

struct block {
	char what; /* 'f' or 'i' */
	bool has_else;
	int line;
	struct place at;  /* when it began */
	struct place end; /* where the first branch ended */
};

struct comp {
	const char *path;
	const char *p; /* reading position */
	const char *text;
	int line;
	FILE *out;
	FILE *header;
	bool in_page;
	struct place at;
	struct block block[NEST_MAX];
	int depth;
	char lit[CHUNK + 8];
	size_t n_lit;
};

static void fail(const struct comp *c, const char *what, const char *detail)
{
	fprintf(stderr, "%s:%d: %s%s%s\n", c->path, c->line, what, *detail ? ": " : "", detail);
	exit(1);
}

/* ---- writing C ---- */

static void put_escaped(FILE *out, const char *p, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		switch (p[i]) {
		case '\n':
			fputs("\\n", out);
			break;
		case '\t':
			fputs("\\t", out);
			break;
		case '"':
		case '\\':
		case '?': /* else ??/ would be a trigraph */
			fputc('\\', out);
			fputc(p[i], out);
			break;
		default:
			fputc(p[i], out);
		}
	}
}

static void flush(struct comp *c)
{
	if (!c->n_lit)
		return;
	fputs("\thtml_lit(h, \"", c->out);
	put_escaped(c->out, c->lit, c->n_lit);
	fputs("\");\n", c->out);
	c->n_lit = 0;
}

static void literal(struct comp *c, char ch)
{
	/* Cut between characters: not before a continuation byte of UTF-8. */
	if (c->n_lit >= CHUNK && ((unsigned char)ch & 0xc0) != 0x80)
		flush(c);
	if (!c->in_page) {
		if (!isspace((unsigned char)ch))
			fail(c, "text before {% page … %}", "");
		return;
	}
	c->lit[c->n_lit++] = ch;
}

static void line_mark(struct comp *c)
{
	flush(c);
	fprintf(c->out, "#line %d \"%s\"\n", c->line, c->path);
}

/* ---- reading HTML ---- */

static bool attr_is(const struct place *at, const char *const *list)
{
	for (; *list; list++) {
		if (!strcasecmp(at->attr, *list))
			return true;
	}
	return false;
}

static bool address_attr(const struct place *at)
{
	static const char *const list[] = {
		"href",           "src",        "action",   "formaction", "cite",
		"poster",         "data",       "ping",     "xlink:href", "hx-get",
		"hx-post",        "hx-put",     "hx-patch", "hx-delete",  "hx-push-url",
		"hx-replace-url", "background", "manifest", NULL
	};

	return attr_is(at, list);
}

/* No escaping makes a value safe here: it is code, or a list of addresses. */
static bool refused_attr(const struct place *at)
{
	static const char *const list[] = { "style",      "srcset",     "imagesrcset", "srcdoc",
					    "hx-vals",    "hx-vars",    "hx-headers",  "hx-trigger",
					    "hx-request", "http-equiv", NULL };

	return !strncasecmp(at->attr, "on", 2) || !strncasecmp(at->attr, "hx-on", 5)
	       || !strncasecmp(at->attr, "data-hx-", 8) || attr_is(at, list);
}

static void name_add(struct comp *c, char *name, char ch)
{
	const size_t n = strlen(name);

	if (n + 1 >= NAME_MAX_LEN)
		fail(c, "name too long", name);
	name[n] = (char)tolower((unsigned char)ch);
	name[n + 1] = '\0';
}

static void tag_closed(struct place *at)
{
	const bool raw = !at->closing && (!strcmp(at->tag, "script") || !strcmp(at->tag, "style"));

	at->state = raw ? RAW : TEXT;
	at->attr[0] = '\0';
	at->closing = false;
	if (!raw)
		at->tag[0] = '\0';
}

static void tag_char(struct comp *c, char ch)
{
	struct place *at = &c->at;

	if (ch == '>') {
		tag_closed(at);
	} else if (isspace((unsigned char)ch) || ch == '/') {
		at->state = at->state == ATTR_NAME || at->state == AFTER_NAME ? AFTER_NAME : TAG;
		if (ch == '/')
			at->state = TAG;
	} else if (ch == '=') {
		if (at->state != ATTR_NAME && at->state != AFTER_NAME)
			fail(c, "'=' without an attribute's name", "");
		at->state = AFTER_EQ;
	} else if (ch == '"' || ch == '\'' || ch == '<') {
		fail(c, "unexpected quote or '<' inside a tag", at->tag);
	} else if (at->state == TAG_NAME) {
		name_add(c, at->tag, ch);
	} else {
		if (at->state != ATTR_NAME)
			at->attr[0] = '\0';
		at->state = ATTR_NAME;
		name_add(c, at->attr, ch);
	}
}

static void value_char(struct comp *c, char ch)
{
	struct place *at = &c->at;

	if (at->state == AFTER_EQ) {
		if (isspace((unsigned char)ch))
			return;
		if (ch == '>')
			fail(c, "attribute without a value after '='", at->attr);
		at->quote = ch == '"' || ch == '\'' ? ch : '\0';
		at->state = at->quote ? QUOTED : UNQUOTED;
		at->start = true;
	} else if (at->state == QUOTED && ch == at->quote) {
		at->state = TAG;
		at->quote = '\0';
		at->start = false;
	} else if (at->state == UNQUOTED && ch == '>') {
		tag_closed(at);
	} else if (at->state == UNQUOTED && isspace((unsigned char)ch)) {
		at->state = TAG;
	} else {
		at->start = false;
	}
}

static void text_char(struct comp *c, char ch)
{
	struct place *at = &c->at;

	if (ch != '<')
		return;
	if (at->state == RAW) {
		const size_t n = strlen(at->tag);

		if (c->p[1] != '/' || strncasecmp(c->p + 2, at->tag, n)
		    || isalnum((unsigned char)c->p[2 + n]))
			return;
	}
	if (c->p[1] == '/' || c->p[1] == '!' || isalpha((unsigned char)c->p[1])) {
		at->closing = c->p[1] == '/';
		at->tag[0] = '\0';
		at->attr[0] = '\0';
		at->state = TAG_NAME;
	} else {
		fail(c, "write &lt; for a '<' in text", "");
	}
}

static void html_char(struct comp *c, char ch)
{
	switch (c->at.state) {
	case TEXT:
	case RAW:
		text_char(c, ch);
		break;
	case TAG_NAME:
		if (ch == '/' && !c->at.tag[0])
			break; /* the slash of </tag> */
		tag_char(c, ch);
		break;
	case TAG:
	case ATTR_NAME:
	case AFTER_NAME:
		tag_char(c, ch);
		break;
	default:
		value_char(c, ch);
	}
	literal(c, ch);
}

/* A directive or expression ends a name that was being read: <option{% if x %} selected{% end %}>.
 */
static void end_names(struct comp *c)
{
	struct place *at = &c->at;

	if (at->state == TAG_NAME && !at->tag[0])
		fail(c, "no directive inside a tag's name", "");
	if (at->state == TAG_NAME || at->state == ATTR_NAME || at->state == AFTER_NAME)
		at->state = TAG;
	if (at->state == TAG)
		at->attr[0] = '\0';
}

static bool alike(const struct place *a, const struct place *b)
{
	return a->state == b->state && a->quote == b->quote && a->start == b->start
	       && a->closing == b->closing && !strcmp(a->tag, b->tag) && !strcmp(a->attr, b->attr);
}

/* ---- directives ---- */

/* Reads up to the closing mark, over C strings and character literals; returns a copy without outer
 * blanks. */
static char *inside(struct comp *c, const char *close)
{
	const char *from = c->p + 2;
	const char *p = from;
	const int line = c->line;
	char *copy;
	size_t n;

	for (; *p && strncmp(p, close, 2); p++) {
		if (*p == '"' || *p == '\'') {
			const char quote = *p;

			for (p++; *p && *p != quote && *p != '\n'; p++)
				p += p[0] == '\\' && p[1];
			if (*p != quote)
				fail(c, "a literal is not closed", "");
		}
		c->line += *p == '\n';
	}
	if (!*p) {
		c->line = line;
		fail(c, "not closed, expected", close);
	}
	c->p = p + 2;
	while (from < p && isspace((unsigned char)*from))
		from++;
	while (p > from && isspace((unsigned char)p[-1]))
		p--;
	n = (size_t)(p - from);
	copy = strndup(from, n);
	if (!copy || !n)
		fail(c, "nothing inside", close);
	return copy;
}

static void put_expression(struct comp *c)
{
	const int line = c->line;
	const char *writer = "html_put";
	char *expr;

	if (!c->in_page)
		fail(c, "an expression before {% page … %}", "");
	switch (c->at.state) {
	case TEXT:
		break;
	case RAW:
		fail(c, "no expression inside an element of code", c->at.tag);
		break;
	case QUOTED:
		if (refused_attr(&c->at))
			fail(c, "no expression inside this attribute", c->at.attr);
		if (address_attr(&c->at))
			writer = c->at.start ? "html_put_url" : "html_put_part";
		c->at.start = false;
		break;
	case UNQUOTED:
	case AFTER_EQ:
		fail(c, "an attribute's value with an expression stands in quotes", c->at.attr);
		break;
	default:
		fail(c, "no expression inside a tag, only inside a quoted value", c->at.tag);
	}
	expr = inside(c, "}}");
	flush(c);
	fprintf(c->out, "#line %d \"%s\"\n\t%s(h, %s);\n", line, c->path, writer, expr);
	free(expr);
}

static struct block *push(struct comp *c, char what)
{
	struct block *b;

	if (!c->in_page)
		fail(c, "a directive before {% page … %}", "");
	if (c->depth == NEST_MAX)
		fail(c, "directives nested too deeply", "");
	b = &c->block[c->depth++];
	*b = (struct block){ .what = what, .line = c->line, .at = c->at };
	return b;
}

static void begin_for(struct comp *c, const char *s)
{
	char name[NAME_MAX_LEN];
	int n = 0;

	if (sscanf(s, "%63[a-zA-Z0-9_] < %n", name, &n) != 1 || !n
	    || isdigit((unsigned char)name[0]) || !s[n])
		fail(c, "expected {% for NAME < COUNT %}", s);
	push(c, 'f');
	line_mark(c);
	fprintf(c->out, "\tfor (size_t %s = 0; %s < (size_t)(%s); %s++) {\n", name, name, s + n,
		name);
}

static void begin_if(struct comp *c, const char *s)
{
	push(c, 'i');
	line_mark(c);
	fprintf(c->out, "\tif (%s) {\n", s);
}

static void begin_else(struct comp *c, const char *s)
{
	struct block *b = c->depth ? &c->block[c->depth - 1] : NULL;

	if (!b || b->what != 'i' || b->has_else)
		fail(c, "else without an open if", "");
	if (b->line > 0) {
		b->end = c->at;
		b->line = -b->line;
	} else if (!alike(&b->end, &c->at)) {
		fail(c, "the branches of an if leave the HTML in different places", "");
	}
	c->at = b->at;
	line_mark(c);
	if (!strncmp(s, "if ", 3)) {
		fprintf(c->out, "\t} else if (%s) {\n", s + 3);
	} else if (!*s) {
		b->has_else = true;
		fputs("\t} else {\n", c->out);
	} else {
		fail(c, "expected else or else if", s);
	}
}

static void end_block(struct comp *c)
{
	struct block *b;

	if (!c->depth)
		fail(c, "end without an open for or if", "");
	b = &c->block[--c->depth];
	if (b->line < 0 && !alike(&b->end, &c->at))
		fail(c, "the branches of an if leave the HTML in different places", "");
	if (!b->has_else && !alike(&b->at, &c->at))
		fail(c, "what may be left out or repeated must leave the HTML as it found it", "");
	line_mark(c);
	fputs("\t}\n", c->out);
}

static void end_page(struct comp *c)
{
	if (!c->in_page)
		return;
	if (c->depth) {
		c->line = abs(c->block[c->depth - 1].line);
		fail(c, "no end for this directive", "");
	}
	if (c->at.state != TEXT)
		fail(c, "the page ends inside a tag or an element of code", c->at.tag);
	flush(c);
	fputs("}\n", c->out);
	c->in_page = false;
}

/* Splits NAME(ARGS); returns ARGS without the brackets. */
static char *signature(struct comp *c, char *s)
{
	char *open = strchr(s, '(');
	char *close = strrchr(s, ')');

	if (!open || !close || close < open || close[1])
		fail(c, "expected NAME(…)", s);
	*open = '\0';
	*close = '\0';
	for (const char *p = s; *p || p == s; p++) {
		if (!isalnum((unsigned char)*p) && *p != '_')
			fail(c, "a page's name is letters, digits and _", s);
	}
	return open + 1;
}

static void begin_page(struct comp *c, char *s)
{
	char *args;

	end_page(c);
	args = signature(c, s);
	if (!strcmp(args, "void"))
		*args = '\0';
	fprintf(c->header, "void page_%s(struct html *h%s%s);\n", s, *args ? ", " : "", args);
	fprintf(c->out, "\n#line %d \"%s\"\nvoid page_%s(struct html *h%s%s)\n{\n", c->line,
		c->path, s, *args ? ", " : "", args);
	c->in_page = true;
	c->at = (struct place){ 0 };
}

static void call_page(struct comp *c, char *s)
{
	char *args = signature(c, s);

	if (!c->in_page || c->at.state != TEXT)
		fail(c, "a page is called between elements", s);
	line_mark(c);
	fprintf(c->out, "\tpage_%s(h%s%s);\n", s, *args ? ", " : "", args);
}

static void include(struct comp *c, const char *s)
{
	if (s[0] != '"' || strlen(s) < 3 || strchr(s + 1, '"') != s + strlen(s) - 1)
		fail(c, "expected {% include \"file.h\" %}", s);
	fprintf(c->header, "#include %s\n", s);
}

/* The rest of s after the word, or NULL when s begins with another word. */
static char *after(char *s, const char *word)
{
	const size_t n = strlen(word);

	if (strncmp(s, word, n) || (s[n] && !isspace((unsigned char)s[n])))
		return NULL;
	return s + n + strspn(s + n, " \t\n");
}

static void directive(struct comp *c)
{
	char *s;
	char *rest;

	end_names(c);
	s = inside(c, "%}");
	if ((rest = after(s, "page")))
		begin_page(c, rest);
	else if ((rest = after(s, "for")))
		begin_for(c, rest);
	else if ((rest = after(s, "if")))
		begin_if(c, rest);
	else if ((rest = after(s, "else")))
		begin_else(c, rest);
	else if ((rest = after(s, "end")) && !*rest)
		end_block(c);
	else if ((rest = after(s, "call")))
		call_page(c, rest);
	else if ((rest = after(s, "include")))
		include(c, rest);
	else
		fail(c, "unknown directive", s);
	free(s);
}

/* At a directive that stands alone on its line: drops the indentation before it and the line's end
 * after it. */
static void trim_before(struct comp *c)
{
	const char *p = c->p;
	size_t n = c->n_lit;

	while (p > c->text && (p[-1] == ' ' || p[-1] == '\t'))
		p--;
	if (p > c->text && p[-1] != '\n')
		return;
	while (n && (c->lit[n - 1] == ' ' || c->lit[n - 1] == '\t'))
		n--;
	c->n_lit = n;
}

static bool alone_on_line(const struct comp *c)
{
	const char *p = c->p;
	const char *q;

	while (p > c->text && p[-1] != '\n')
		p--;
	for (; *p && *p != '\n'; p++) {
		if (*p == ' ' || *p == '\t')
			continue;
		q = strncmp(p, "{%", 2) ? NULL : strstr(p, "%}");
		if (!q || memchr(p, '\n', (size_t)(q - p)))
			return false;
		p = q + 1;
	}
	return true;
}

/* A comment is not passed on; when nothing else stands on its lines, no empty line is left. */
static void drop_comment(struct comp *c)
{
	const char *end = strstr(c->p, "-->");
	const char *from = c->p;
	bool alone;

	if (!end)
		fail(c, "comment not closed", "");
	while (from > c->text && (from[-1] == ' ' || from[-1] == '\t'))
		from--;
	end += 3;
	alone = (from == c->text || from[-1] == '\n') && end[strspn(end, " \t")] == '\n';
	if (alone) {
		trim_before(c);
		end += strspn(end, " \t") + 1;
	}
	for (; c->p < end; c->p++)
		c->line += *c->p == '\n';
}

static void compile(struct comp *c)
{
	c->p = c->text;
	while (*c->p) {
		if (!strncmp(c->p, "<!--", 4) && c->at.state == TEXT) {
			drop_comment(c);
		} else if (!strncmp(c->p, "{%", 2)) {
			const bool alone = alone_on_line(c);

			if (alone)
				trim_before(c);
			directive(c);
			if (alone && c->p[strspn(c->p, " \t")] == '\n') {
				c->p += strspn(c->p, " \t") + 1;
				c->line++;
			}
		} else if (!strncmp(c->p, "{{", 2)) {
			put_expression(c);
		} else {
			html_char(c, *c->p);
			c->line += *c->p == '\n';
			c->p++;
		}
	}
	end_page(c);
}

/* ---- files ---- */

static char *slurp(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *text = NULL;
	size_t n = 0;

	if (f) {
		text = calloc(1, (size_t)1 << 20); /* a page is some 10 kB */
		n = text ? fread(text, 1, ((size_t)1 << 20) - 1, f) : 0;
		fclose(f);
	}
	if (!text || memchr(text, 0, n)) {
		fprintf(stderr, "%s: cannot be read or holds a NUL byte\n", path);
		exit(1);
	}
	return text;
}

static FILE *open_out(const char *dir, const char *name, size_t n, const char *end)
{
	char path[1024];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%.*s%s", dir, (int)n, name, end);
	f = fopen(path, "w");
	if (!f) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(1);
	}
	return f;
}

/* Moves NAME.new over NAME if they differ, so that an unchanged header rebuilds nothing. */
static void settle(const char *dir, const char *name, size_t n, const char *end)
{
	char path[1024];
	char new[1100];
	FILE *f;
	bool same = false;

	snprintf(path, sizeof(path), "%s/%.*s%s", dir, (int)n, name, end);
	snprintf(new, sizeof(new), "%s.new", path);
	f = fopen(path, "rb");
	if (f) {
		FILE *g = fopen(new, "rb");
		int a;

		do {
			a = fgetc(f);
			same = g && a == fgetc(g);
		} while (same && a != EOF);
		fclose(f);
		if (g)
			fclose(g);
	}
	if (same ? remove(new) : rename(new, path)) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		exit(1);
	}
}

int main(int argc, char **argv)
{
	FILE *header;

	if (argc < 2) {
		fprintf(stderr, "usage: tmplc OUTDIR PAGE…\n");
		return 2;
	}
	header = open_out(argv[1], "pages.h", 7, ".new");
	fputs("/* Made by tools/tmplc. */\n#ifndef MINGFA_PAGES_H\n#define MINGFA_PAGES_H\n\n"
	      "#include \"web/html.h\"\n",
	      header);
	for (int i = 2; i < argc; i++) {
		const char *base = strrchr(argv[i], '/');
		struct comp *c = calloc(1, sizeof(*c));
		char *text = slurp(argv[i]);
		char dir[1000];
		size_t n;

		base = base ? base + 1 : argv[i];
		n = strcspn(base, ".");
		snprintf(dir, sizeof(dir), "%s/pages", argv[1]);
		if (!c)
			return 1;
		*c = (struct comp){ .path = argv[i], .text = text, .line = 1, .header = header };
		c->out = open_out(dir, base, n, ".c.new");
		fprintf(c->out, "/* Made by tools/tmplc. */\n#include \"pages.h\"\n");
		fprintf(header, "\n");
		compile(c);
		if (fclose(c->out))
			return 1;
		settle(dir, base, n, ".c");
		free(text);
		free(c);
	}
	fputs("\n#endif\n", header);
	if (fclose(header))
		return 1;
	settle(argv[1], "pages.h", 7, "");
	return 0;
}
