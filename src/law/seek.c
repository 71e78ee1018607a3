/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Rules by what people type. The ledger is in memory and small: each is looked at. */
#include <string.h>

#include "base/parse.h"
#include "law/law.h"

#define WORDS_MOST 20
#define ID_LEAST 2 /* letters of an id: CF finds the articles of the Penalties Act */

struct word {
	struct str text, lower;
	struct str law;   /* 处罚法 of 处罚法42 */
	int64_t article;  /* 42; 0: the word is no article */
};

/* ---- numbers ---- */

/* 四十二 is 42; false when there is anything else. */
static bool chinese_number(struct str s, int64_t *ret)
{
	static const struct { const char *sign; int64_t n; bool unit; } signs[] = {
		{ "一", 1, false }, { "二", 2, false }, { "三", 3, false }, { "四", 4, false }, { "五", 5, false },
		{ "六", 6, false }, { "七", 7, false }, { "八", 8, false }, { "九", 9, false }, { "零", 0, false },
		{ "十", 10, true }, { "百", 100, true }, { "千", 1000, true },
	};
	int64_t total = 0, digit = -1;

	while (s.n) {
		size_t i = 0;

		while (i < ARRAY_LEN(signs) && !str_starts(s, str_of(signs[i].sign)))
			i++;
		if (i == ARRAY_LEN(signs) || total > 9999)
			return false;
		if (signs[i].unit)
			total += (digit < 0 ? 1 : digit) * signs[i].n;
		digit = signs[i].unit ? -1 : signs[i].n;
		s = str_sub(s, strlen(signs[i].sign), s.n);
	}
	*ret = total + (digit < 0 ? 0 : digit);
	return *ret > 0;
}

static bool number(struct str s, int64_t *ret)
{
	return parse_i64(s, 1, 9999, ret) || chinese_number(s, ret);
}

/* Where the characters that chinese_number takes, or digits, begin at the end of s. */
static size_t number_at(struct str s)
{
	int64_t n;
	size_t at = s.n;

	for (size_t i = s.n; i-- > 0;) {
		if (((unsigned char)s.p[i] & 0xc0) == 0x80)
			continue; /* within a character */
		if (!number(str_sub(s, i, s.n), &n) && s.p[i] != '0' && !str_is(str_sub(s, i, s.n), "零"))
			break;
		at = i;
	}
	return at;
}

/* 处罚法第四十二条, 处罚法42, 第四十二条, 42; Chinese figures want 第 or 条 beside them. */
static void read_article(struct word *w)
{
	struct str s = w->text;
	const bool article = str_ends(s, STR("条"));
	size_t at;
	bool first;

	if (article)
		s = str_sub(s, 0, s.n - STR("条").n);
	at = number_at(s);
	first = str_ends(str_sub(s, 0, at), STR("第"));
	if (at == s.n || !number(str_sub(s, at, s.n), &w->article))
		w->article = 0;
	else if (!article && !first && !(s.p[at] >= '0' && s.p[at] <= '9'))
		w->article = 0;
	w->law = str_sub(s, 0, first ? at - STR("第").n : at);
}

static bool part_is(struct str part, int64_t n)
{
	size_t at = 0, end;
	int64_t from, to;
	struct str rest = part;

	while (at < part.n && part.p[at] >= '0' && part.p[at] <= '9')
		at++;
	if (parse_i64(str_sub(part, 0, at), 1, 9999, &from)) {
		rest = str_sub(part, at, part.n);
		return n == from || (str_starts(rest, STR("-")) && parse_i64(str_sub(rest, 1, rest.n), from, 9999, &to)
				     && n >= from && n <= to);
	}
	/* 第七条(四), 一、第四条, 二(三) */
	at = str_find(part, STR("第"), 0);
	at = at == SIZE_MAX ? 0 : at + STR("第").n;
	for (end = at; end < part.n && chinese_number(str_sub(part, at, end + 3), &to); end += 3)
		from = to;
	return end > at && from == n;
}

static bool has_article(const struct rule *r, int64_t n)
{
	struct str rest = r->article, part;

	while (str_cut(&rest, ',', &part))
		if (part_is(part, n))
			return true;
	return false;
}

/* ---- words ---- */

/* 《中华人民共和国行政处罚法》 is called 行政处罚法 in the ledger. */
static struct str without_marks(struct arena *a, struct str s)
{
	static const char *const marks[] = { "《", "》", "〔", "〕", "中华人民共和国" };
	struct buf b;

	buf_init(&b, a, s.n + 1);
	while (s.n) {
		size_t i = 0, n = 1;

		while (i < ARRAY_LEN(marks) && !str_starts(s, str_of(marks[i])))
			i++;
		if (i < ARRAY_LEN(marks))
			n = strlen(marks[i]);
		else
			buf_addc(&b, s.p[0]);
		s = str_sub(s, n, s.n);
	}
	return buf_str(&b);
}

static size_t words_of(struct arena *a, struct str typed, struct word w[WORDS_MOST])
{
	struct str rest = without_marks(a, typed), part;
	size_t n = 0;

	while (n < WORDS_MOST && str_cut(&rest, ' ', &part)) {
		part = str_trim(part);
		if (!part.n)
			continue;
		w[n] = (struct word){ .text = part, .lower = str_lower(a, part) };
		read_article(&w[n++]);
	}
	return n;
}

enum fit { FIT_ID, FIT_ARTICLE, FIT_WORDS, FIT_NOT };

static bool id_begins(struct str id, struct str word)
{
	if (word.n < ID_LEAST || word.n > id.n)
		return false;
	for (size_t i = 0; i < word.n; i++) {
		const char c = id.p[i];

		if ((c >= 'A' && c <= 'Z' ? (char)(c + 32) : c) != word.p[i])
			return false;
	}
	return true;
}

static bool within(struct str text, struct str word)
{
	return str_find(text, word, 0) != SIZE_MAX;
}

static enum fit fit_word(const struct ledger *l, const struct rule *r, const struct word *w)
{
	struct str full, name = ledger_name(l, r, &full);

	if (id_begins(r->id, w->lower))
		return FIT_ID;
	if (w->article && (within(name, w->law) || within(full, w->law)) && has_article(r, w->article))
		return FIT_ARTICLE;
	return within(name, w->text) || within(full, w->text) || within(r->article, w->text)
			|| within(r->requirement, w->text) || within(r->actor, w->text) || within(r->trigger, w->text)
		? FIT_WORDS : FIT_NOT;
}

/* The best of its words, when all of them fit. */
static enum fit fit_of(const struct ledger *l, const struct rule *r, const struct word *w, size_t n)
{
	enum fit best = n ? FIT_WORDS : FIT_NOT;

	for (size_t i = 0; i < n; i++) {
		enum fit x = fit_word(l, r, &w[i]);

		if (x == FIT_NOT)
			return x;
		best = x < best ? x : best;
	}
	return best;
}

const struct rule *const *ledger_seek(const struct ledger *l, struct arena *a, struct str typed, size_t *ret_n)
{
	const struct rule **v = arena_many(a, l->n, const struct rule *);
	enum fit *fit = arena_many(a, l->n, enum fit);
	struct word w[WORDS_MOST];
	size_t n_word = words_of(a, typed, w), n = 0;

	for (size_t i = 0; i < l->n; i++)
		fit[i] = fit_of(l, &l->v[i], w, n_word);
	for (int order = FIT_ID; order < FIT_NOT; order++)
		for (size_t i = 0; i < l->n; i++)
			if (fit[i] == (enum fit)order)
				v[n++] = &l->v[i];
	*ret_n = n;
	return v;
}
