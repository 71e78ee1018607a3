/* SPDX-License-Identifier: MulanPSL-2.0 */
/* lint - holds what a compiler cannot: who may include whom, which calls are banned, and that
 *neither SQL nor HTML is ever built from pieces of text. Runs in the build; any finding fails it.
 *
 *	lint src/…/file.c …
 *
 * A line with "lint-ok: REASON" in a comment is excused; the reason must be a phrase (10 characters
 *or more). */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LITERAL_MAX \
	65536 /* a statement of SQL is under 4 kB; a longer literal is cut, which is harmless */

struct file {
	const char *path;
	char *text;
	int line;
	int found;
	char layer[32]; /* "" for files outside src/LAYER/ */
};

/* Decision 1: a layer, and what it may include besides itself and libc. */
static const struct {
	const char *layer, *may;
} layers[] = {
	{ "base", "" },          { "db", "base" },
	{ "law", "base" },       { "log", "base db" },
	{ "paper", "base db" },  { "blob", "base db" },
	{ "search", "base db" }, { "matter", "base db law log draw" },
	{ "web", "base db" },    { "app", "base db law log draw paper blob search matter web" },
	{ "witness", "base db log web" }, { "media", "base blob" }, { "draw", "base log" },
};

/* A library's header, and the layers that may know it. */
static const struct {
	const char *prefix, *may;
} libraries[] = {
	{ "sqlite3.h", "db" },
	{ "libpq", "db" },
	{ "microhttpd", "web app" },
	{ "libfyaml", "law" },
	{ "jansson", "web app" },
	{ "cairo", "paper" },
	{ "pango", "paper" },
	{ "fontconfig", "paper" },
	{ "qpdf", "paper" },
	{ "harfbuzz", "paper" },
	{ "graphviz", "law paper app" },
	{ "gvc", "law paper app" },
	{ "qrencode", "paper app" },
	{ "xlsxwriter", "app" },
	{ "sodium", "db log blob matter web app" },
	{ "p11-kit", "log" },
	{ "libav", "media" },
	{ "seccomp", "media" },
	{ "openssl", "db law log draw paper blob matter web app" },
};

/* Each has a helper in src/base that says what it does with bad input, size or time zone. */
static const char *const banned[] = {
	"strcpy",    "strncpy",     "stpcpy",  "strcat",   "strncat", "sprintf", "vsprintf",
	"strtok",    "strtok_r",    "gets",    "atoi",     "atol",    "atoll",   "atof",
	"strtol",    "strtoll",     "strtoul", "strtoull", "strtod",  "gmtime",  "gmtime_r",
	"localtime", "localtime_r", "mktime",  "ctime",    "asctime", "system",  "popen",
	"rand",      "srand",       "alloca",  "tmpnam",   "mktemp",  "setjmp",  "longjmp",
};

static const char *const builders[] = { "str_fmt", "buf_str", "snprintf", "asprintf", "vasprintf" };
static const char *const db_calls[] = { "db_exec", "db_one",    "db_maybe", "db_each",
					"db_tx",   "db_script", "db_read" };

static bool word_in(const char *word, size_t n, const char *list)
{
	for (const char *p = list; (p = strstr(p, word[0] ? word : " ")) != NULL; p++) {
		if ((p == list || p[-1] == ' ') && (p[n] == ' ' || !p[n]))
			return true;
	}
	return false;
}

static bool one_of(const char *word, size_t n, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strlen(list[i]) == n && !strncmp(list[i], word, n))
			return true;
	}
	return false;
}
#define ONE_OF(word, n, list) one_of(word, n, list, sizeof(list) / sizeof((list)[0]))

static bool excused(const struct file *f, const char *at)
{
	const char *from = at;
	const char *to = strchr(at, '\n');
	const char *mark;

	while (from > f->text && from[-1] != '\n')
		from--;
	mark = strstr(from, "lint-ok: ");
	return mark && (!to || mark < to) && strcspn(mark + 9, "*\n") >= 10;
}

static void report(struct file *f, const char *at, const char *what, const char *detail)
{
	if (excused(f, at))
		return;
	fprintf(stderr, "%s:%d: lint: %s%s\n", f->path, f->line, what, detail);
	f->found++;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static void check_include(struct file *f, const char *p)
{
	char name[256];
	char dir[32];
	const char *slash;

	if (sscanf(p, "#include %*[\"<]%255[^\">]", name) != 1 || !f->layer[0])
		return;
	for (size_t i = 0; p[9] == '<' && i < sizeof(libraries) / sizeof(libraries[0]); i++) {
		if (!strncmp(name, libraries[i].prefix, strlen(libraries[i].prefix))
		    && !word_in(f->layer, strlen(f->layer), libraries[i].may))
			report(f, p, "this layer may not use the library of ", name);
	}
	slash = strchr(name, '/');
	if (p[9] != '"')
		return;
	if (!slash) {
		if (!strcmp(name, "pages.h") && strcmp(f->layer, "app"))
			report(f, p, "pages are for app alone: ", name);
		return;
	}
	snprintf(dir, sizeof(dir), "%.*s", (int)(slash - name), name);
	if (!strcmp(dir, f->layer))
		return;
	for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++) {
		if (!strcmp(layers[i].layer, f->layer) && !word_in(dir, strlen(dir), layers[i].may))
			report(f, p, "a layer that may not be included here: ", name);
	}
}

/* Whether the text has a printf conversion; "%%" and the per cent sign of LIKE are none. */
static bool has_conversion(const char *s)
{
	for (; (s = strchr(s, '%')) != NULL; s++) {
		const char *p = s + 1;

		if (*p == '%') {
			s++;
			continue;
		}
		p += strspn(p, "-+ #0123456789.*");
		p += strspn(p, "hlzjt");
		if (*p && strchr("sdiuxXc", *p))
			return true;
	}
	return false;
}

static bool looks_like_sql(const char *s)
{
	static const char *const words[] = { "SELECT ",      "INSERT INTO", "DELETE FROM",
					     "UPDATE ",      " SET ",       "CREATE TABLE",
					     "CREATE INDEX", "ALTER TABLE", "DROP TABLE",
					     " FROM ",       " WHERE ",     "ORDER BY ",
					     " VALUES",      "PRAGMA ",     "ATTACH " };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strstr(s, words[i]))
			return true;
	}
	return false;
}

static bool looks_like_html(const char *s)
{
	for (; (s = strchr(s, '<')) != NULL; s++) {
		const char *p = s + 1 + (s[1] == '/');
		const size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyz123456");

		if (n && n < 12 && (p[n] == '>' || p[n] == ' ' || p[n] == '/')
		    && strcspn(p, ">%") < strlen(p))
			return true;
		if (n && s[1] == '/')
			return true;
	}
	return false;
}

/* Reads adjacent literals as one text; "%" PRId64 counts as a conversion. Returns the position
 * after. */
static const char *check_literal(struct file *f, const char *p)
{
	static char text[LITERAL_MAX];
	const char *first = p;
	const int line = f->line;
	size_t n = 0;
	int after;

	for (;;) {
		for (p++; *p && *p != '"'; p++) {
			if (*p == '\\' && p[1])
				p++;
			if (n < LITERAL_MAX - 2)
				text[n++] = *p;
		}
		p += *p == '"';
		for (;;) {
			if (*p == '\n')
				f->line++;
			if (isspace((unsigned char)*p)) {
				p++;
			} else if (!strncmp(p, "PRI", 3)) {
				p += strspn(p, "PRIdiuxX0123456789");
				text[n++] = 'd';
			} else {
				break;
			}
			if (n >= LITERAL_MAX - 2)
				n = LITERAL_MAX - 2;
		}
		if (*p != '"')
			break;
	}
	text[n] = '\0';
	after = f->line;
	f->line = line;
	if (has_conversion(text)) {
		if (looks_like_sql(text))
			report(f, first,
			       "SQL is constant text with $1 places, never a format: ", text);
		if (looks_like_html(text))
			report(f, first,
			       "HTML is written by pages or html.h, never by a format: ", text);
	}
	f->line = after;
	return p;
}

/* The arguments of a database call hold no text built on the spot. */
static void check_db_call(struct file *f, const char *name, const char *p)
{
	int depth = 0;

	for (; *p; p++) {
		if (*p == '(')
			depth++;
		else if (*p == ')' && --depth == 0)
			return;
		if (is_word(*p) && !is_word(p[-1])) {
			size_t n = 0;

			while (is_word(p[n]))
				n++;
			if (ONE_OF(p, n, builders))
				report(f, name,
				       "a database call takes a constant statement, not a built "
				       "one: ",
				       "bind the value");
			p += n - 1;
		}
	}
}

static const char *skip_blank(const char *p)
{
	return p + strspn(p, " \t");
}

static void check_word(struct file *f, const char *p, size_t n)
{
	const char *next = skip_blank(p + n);
	const bool member =
		p > f->text && (p[-1] == '.' || (p - f->text > 1 && p[-1] == '>' && p[-2] == '-'));

	if (*next == '(' && !member && ONE_OF(p, n, banned)) {
		char name[32];

		snprintf(name, sizeof(name), "%.*s", (int)n, p);
		report(f, p, "banned, use what src/base offers instead of ", name);
	}
	if (*next == '(' && ONE_OF(p, n, db_calls) && strcmp(f->layer, "db"))
		check_db_call(f, p, next);
	if (n == 7 && !strncmp(p, "typedef", 7) && !strncmp(next, "struct", 6))
		report(f, p, "no typedef for structs", "");
	if (n == 6 && !strncmp(p, "struct", 6) && p > f->text && p[-1] == '(') {
		if (!strncmp(next, "safe_html)", 10) && *skip_blank(next + 10) == '{'
		    && !strstr(f->path, "web/html.c"))
			report(f, p, "only web/html.c makes struct safe_html", "");
		/* engine_stmt keeps what matter/tally.c writes: constant pieces and ids of definitions */
		if (!strncmp(next, "stmt)", 5) && *skip_blank(next + 5) == '{'
		    && strcmp(f->layer, "db") && !strstr(f->path, "matter/engine.c"))
			report(f, p, "a statement is `static const struct stmt` with constant text",
			       "");
	}
}

static void check_text(struct file *f)
{
	const char *p = f->text;

	if (strncmp(p, "/* SPDX-License-Identifier: MulanPSL-2.0 */", 43))
		report(f, p, "the first line names the licence: ",
		       "/* SPDX-License-Identifier: MulanPSL-2.0 */");
	while (*p) {
		if (*p == '\n') {
			f->line++;
			p++;
		} else if (p[0] == '/' && p[1] == '*') {
			for (p += 2; *p && !(p[0] == '*' && p[1] == '/'); p++)
				f->line += *p == '\n';
			p += *p ? 2 : 0;
		} else if (p[0] == '/' && p[1] == '/') {
			p += strcspn(p, "\n");
		} else if (*p == '\'') {
			for (p++; *p && *p != '\'' && *p != '\n'; p++)
				p += p[0] == '\\' && p[1];
			p += *p == '\'';
		} else if (*p == '"') {
			p = check_literal(f, p);
		} else if (*p == '#' && (p == f->text || p[-1] == '\n')) {
			if (!strncmp(p, "#include", 8)) {
				check_include(f, p);
				p += strcspn(p, "\n");
			} else if (!strncmp(p, "#pragma", 7)) {
				p += strcspn(p, "\n");
			} else {
				p++;
			}
		} else if (is_word(*p)) {
			size_t n = 0;

			while (is_word(p[n]))
				n++;
			check_word(f, p, n);
			p += n;
		} else {
			p++;
		}
	}
}

static char *slurp(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *text = NULL;
	long size;

	if (f && !fseek(f, 0, SEEK_END) && (size = ftell(f)) >= 0 && !fseek(f, 0, SEEK_SET)) {
		text = calloc(1, (size_t)size + 1);
		if (text && fread(text, 1, (size_t)size, f) != (size_t)size) {
			free(text);
			text = NULL;
		}
	}
	if (f)
		fclose(f);
	return text;
}

int main(int argc, char **argv)
{
	int found = 0;

	for (int i = 1; i < argc; i++) {
		struct file f = { .path = argv[i], .line = 1 };
		const char *src = strstr(argv[i], "src/");
		const char *slash = src ? strchr(src + 4, '/') : NULL;

		f.text = slurp(argv[i]);
		if (!f.text) {
			fprintf(stderr, "%s: lint: cannot be read\n", argv[i]);
			found++;
			continue;
		}
		if (slash)
			snprintf(f.layer, sizeof(f.layer), "%.*s", (int)(slash - src - 4), src + 4);
		check_text(&f);
		found += f.found;
		free(f.text);
	}
	return found ? 1 : 0;
}
