/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/cut.h"

enum sort { SORT_BLANK, SORT_WORD, SORT_CHAR };

static enum sort sort_of(uint32_t cp)
{
	if ((cp >= '0' && cp <= '9') || (cp >= 'a' && cp <= 'z') || (cp >= 'A' && cp <= 'Z'))
		return SORT_WORD;
	if (cp < 0x2e80 || (cp >= 0x3000 && cp <= 0x303f) || (cp >= 0xff00 && cp <= 0xff0f)
	    || (cp >= 0xff1a && cp <= 0xff20) || (cp >= 0xff3b && cp <= 0xff40) || (cp >= 0xff5b && cp <= 0xff65)
	    || cp == 0xfffd)
		return cp >= 0xc0 && cp < 0x2000 ? SORT_CHAR : SORT_BLANK; /* letters beyond ASCII one by one */
	return SORT_CHAR;
}

/* Calls token(ctx, text, whole) for each token; whole: a word or a pair, not the lone last character. */
static void each_token(struct str s, void (*token)(void *ctx, struct str t, bool whole, bool lone), void *ctx)
{
	size_t pos = 0, word = SIZE_MAX, last = SIZE_MAX;
	bool paired = false;

	while (pos <= s.n) {
		size_t from = pos;
		uint32_t cp = str_next(s, &pos);
		enum sort sort = from < s.n ? sort_of(cp) : SORT_BLANK;

		if (word != SIZE_MAX && sort != SORT_WORD) {
			token(ctx, str_sub(s, word, from), true, false);
			word = SIZE_MAX;
		}
		if (last != SIZE_MAX && sort == SORT_CHAR) {
			token(ctx, str_sub(s, last, pos), true, false);
			paired = true;
		} else if (last != SIZE_MAX) {
			token(ctx, str_sub(s, last, from), false, !paired);
			paired = false;
		}
		last = sort == SORT_CHAR ? from : SIZE_MAX;
		if (sort == SORT_WORD && word == SIZE_MAX)
			word = from;
		if (from >= s.n)
			break;
	}
}

struct each {
	void (*token)(void *ctx, struct str t);
	void *ctx;
};

static void pass_token(void *ctx, struct str t, bool whole, bool lone)
{
	const struct each *e = ctx;

	if (whole || lone)
		e->token(e->ctx, t);
}

void cut_each(struct str s, void (*token)(void *ctx, struct str t), void *ctx)
{
	struct each e = { token, ctx };

	each_token(s, pass_token, &e);
}

static void put_token(void *ctx, struct str t, bool whole, bool lone)
{
	struct buf *b = ctx;

	(void)whole;
	(void)lone;
	if (b->n)
		buf_addc(b, ' ');
	buf_add(b, t);
}

void cut_text(struct buf *out, struct str s)
{
	each_token(str_lower(out->a, s), put_token, out);
}

static void ask_token(void *ctx, struct str t, bool whole, bool lone)
{
	struct cut_query *q = ctx;

	/* The lone last character of a longer run is in its pair already. */
	if ((!whole && !lone) || q->n == CUT_TOKENS)
		return;
	q->prefix[q->n] = !whole;
	q->token[q->n++] = t;
}

void cut_query(struct arena *a, struct str typed, struct cut_query *ret)
{
	struct str rest = str_lower(a, str_trim(typed)), part;

	*ret = (struct cut_query){ .n = 0 };
	each_token(rest, ask_token, ret);
	while (rest.n && str_cut(&rest, ' ', &part))
		if (!str_blank(part) && ret->n_phrase < CUT_TOKENS)
			ret->phrase[ret->n_phrase++] = str_trim(part);
}

bool cut_matches(struct arena *a, const struct cut_query *q, struct str text)
{
	struct str low = str_lower(a, text);

	for (size_t i = 0; i < q->n_phrase; i++)
		if (str_find(low, q->phrase[i], 0) == SIZE_MAX)
			return false;
	return true;
}
