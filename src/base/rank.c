/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/rank.h"

#include <math.h>
#include <stdlib.h>

#include "base/cut.h"

#define SLOTS 4096 /* twice RANK_TOKENS at least, a power of two */
#define WEIGHT_MOST 100
#define K1 1.2
#define B 0.75

struct token {
	struct str text;
	int64_t texts; /* in how many it stands */
	int64_t here;  /* in the text that is being read: its weighted count */
};
struct hit {
	size_t token;
	int64_t count;
};
struct text {
	int64_t key, length; /* weighted */
	struct hit *hit;
	size_t n;
};
struct rank {
	struct arena *a;
	struct token token[RANK_TOKENS];
	size_t n_token;
	size_t slot[SLOTS]; /* index + 1; 0: empty */
	struct text text[RANK_TEXTS];
	size_t n;
	int64_t length;     /* of all texts */
	/* the text that is being read */
	size_t touched[RANK_TOKENS], n_touched;
	int64_t so_far;
	int weight;
};

/* The token's slot, or the empty one where it belongs. */
static size_t *slot_of(struct rank *r, struct str t)
{
	size_t at = (size_t)str_hash(t) & (SLOTS - 1);

	while (r->slot[at] && !str_eq(r->token[r->slot[at] - 1].text, t))
		at = (at + 1) & (SLOTS - 1);
	return &r->slot[at];
}

static void ask(void *ctx, struct str t)
{
	struct rank *r = ctx;
	size_t *slot = slot_of(r, t);

	if (*slot || r->n_token == RANK_TOKENS)
		return;
	r->token[r->n_token++] = (struct token){ .text = t };
	*slot = r->n_token;
}

static void find(void *ctx, struct str t)
{
	struct rank *r = ctx;
	const size_t found = *slot_of(r, t);

	r->so_far += r->weight;
	if (!found)
		return;
	if (!r->token[found - 1].here)
		r->touched[r->n_touched++] = found - 1;
	r->token[found - 1].here += r->weight;
}

static void read_parts(struct rank *r, const struct rank_part *part, size_t n, void (*token)(void *ctx, struct str t))
{
	for (size_t i = 0; i < n; i++) {
		r->weight = part[i].weight < 1 ? 1 : part[i].weight > WEIGHT_MOST ? WEIGHT_MOST : part[i].weight;
		if (!part[i].whole)
			cut_each(str_lower(r->a, str_head(part[i].text, RANK_CHARS)), token, r);
		else if (part[i].text.n)
			token(r, part[i].text);
	}
}

struct rank *rank_new(struct arena *a, const struct rank_part *query, size_t n)
{
	struct rank *r = arena_one(a, struct rank);

	r->a = a;
	read_parts(r, query, n, ask);
	return r;
}

bool rank_add(struct rank *r, int64_t key, const struct rank_part *part, size_t n)
{
	struct arena_mark mark = arena_mark(r->a);
	struct text *t = &r->text[r->n];

	if (r->n == RANK_TEXTS)
		return false;
	r->so_far = 0;
	r->n_touched = 0;
	read_parts(r, part, n, find);
	arena_rewind(r->a, mark); /* what was found are the query's own tokens */
	*t = (struct text){ .key = key, .length = r->so_far, .n = r->n_touched,
			    .hit = arena_many(r->a, r->n_touched, struct hit) };
	for (size_t i = 0; i < t->n; i++) {
		struct token *x = &r->token[r->touched[i]];

		t->hit[i] = (struct hit){ r->touched[i], x->here };
		x->here = 0;
		x->texts++;
	}
	r->length += t->length;
	r->n++;
	return true;
}

static int by_token(const void *x, const void *y)
{
	const struct hit *a = x, *b = y;

	return (a->token > b->token) - (a->token < b->token);
}

/* Added up in the order of the query's tokens: sums of doubles depend on it. */
static int64_t score(const struct rank *r, const struct text *t)
{
	const double all = (double)r->n, mean = (double)r->length / all;
	double sum = 0;

	qsort(t->hit, t->n, sizeof(t->hit[0]), by_token);
	for (size_t i = 0; i < t->n; i++) {
		const double n = (double)r->token[t->hit[i].token].texts, tf = (double)t->hit[i].count;
		const double idf = log(1 + (all - n + 0.5) / (n + 0.5));

		sum += idf * tf * (K1 + 1) / (tf + K1 * (1 - B + B * (double)t->length / mean));
	}
	return llround(sum * 1000000);
}

static int by_score(const void *x, const void *y)
{
	const struct ranked *a = x, *b = y;

	if (a->score != b->score)
		return a->score > b->score ? -1 : 1;
	return (a->key < b->key) - (a->key > b->key);
}

size_t rank_best(const struct rank *r, struct ranked *ret, size_t most)
{
	struct ranked *v = arena_many(r->a, r->n, struct ranked);
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++)
		if (r->text[i].n)
			v[n++] = (struct ranked){ r->text[i].key, score(r, &r->text[i]) };
	if (n > 1)
		qsort(v, n, sizeof(v[0]), by_score);
	n = n < most ? n : most;
	for (size_t i = 0; i < n; i++)
		ret[i] = v[i];
	return n;
}
