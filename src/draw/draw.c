/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Seed, targets, panels. */
#include "draw/draw.h"

#include <stdlib.h>
#include <string.h>

#include "base/parse.h"
#include "draw/mac.h"
#include "log/digest.h"

void draw_join(const unsigned char a[LOG_HASH], const unsigned char b[LOG_HASH], unsigned char ret[LOG_HASH])
{
	const struct str piece[] = { STR("draw/v1 join\n"), digest_bytes(a, LOG_HASH), digest_bytes(b, LOG_HASH) };

	digest_sha256(piece, ARRAY_LEN(piece), ret);
}

void draw_secret_hash(const unsigned char secret[LOG_HASH], unsigned char ret[LOG_HASH])
{
	const struct str piece[] = { STR("draw/v1 secret\n"), digest_bytes(secret, LOG_HASH) };

	digest_sha256(piece, ARRAY_LEN(piece), ret);
}

void draw_seed(const unsigned char secret[LOG_HASH], struct str draw_id, const unsigned char root[LOG_HASH],
	       struct str beacon, struct str value, unsigned char ret[LOG_HASH])
{
	struct arena *a = arena_new();
	char hex[2 * LOG_HASH + 1];

	parse_put_hex(hex, root, LOG_HASH);
	const struct str part[] = { STR(DRAW_ALG), draw_id, str_of(hex), beacon, value };

	mac_parts(mac_new(a, secret, LOG_HASH), part, ARRAY_LEN(part), ret);
	(void)arena_free(a);
}

void draw_salt(const unsigned char key[LOG_HASH], uint64_t n, unsigned char ret[DRAW_SALT])
{
	struct arena *a = arena_new();
	unsigned char out[LOG_HASH];

	mac_of(mac_new(a, key, LOG_HASH), str_fmt(a, "draw/v1 salt %llu\n", (unsigned long long)n), out);
	memcpy(ret, out, DRAW_SALT);
	(void)arena_free(a);
}

static struct str decimal(char out[20], uint32_t n)
{
	size_t at = 20;

	do {
		out[--at] = (char)('0' + n % 10);
		n /= 10;
	} while (n);
	return (struct str){ out + at, 20 - at };
}

static void key_of(struct mac *m, struct str stratum, struct str id, uint32_t weight, unsigned char ret[LOG_HASH])
{
	struct str part[] = { STR("target"), stratum, id, { NULL, 0 } };
	unsigned char ticket[LOG_HASH];
	char digits[20];

	for (uint32_t j = 1; j <= weight; j++) {
		part[3] = decimal(digits, j);
		mac_parts(m, part, ARRAY_LEN(part), j == 1 ? ret : ticket);
		if (j > 1 && memcmp(ticket, ret, LOG_HASH) < 0)
			memcpy(ret, ticket, LOG_HASH);
	}
}

void draw_key(const unsigned char seed[LOG_HASH], struct str stratum, struct str id, uint32_t weight,
	      unsigned char ret[LOG_HASH])
{
	struct arena *a = arena_new();

	key_of(mac_new(a, seed, LOG_HASH), stratum, id, weight, ret);
	(void)arena_free(a);
}

/* ---- targets ---- */

/* The key's first bytes beside the pointer: sorting a million then seldom looks further. */
struct place {
	uint64_t first;
	size_t stratum; /* index among the quotas */
	struct draw_t *t;
};

static int by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;
	int c;

	if (x->stratum != y->stratum)
		return x->stratum < y->stratum ? -1 : 1;
	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	c = memcmp(x->t->key, y->t->key, LOG_HASH);
	return c ? c : str_cmp(x->t->id, y->t->id);
}

static uint64_t first_bytes(const unsigned char key[LOG_HASH])
{
	uint64_t n = 0;

	for (size_t i = 0; i < sizeof(n); i++)
		n = n << 8 | key[i];
	return n;
}

static int quota_cmp(const void *stratum, const void *q)
{
	return str_cmp(*(const struct str *)stratum, ((const struct draw_q *)q)->stratum);
}

static size_t place_all(struct mac *m, struct draw_list *l, struct place *v)
{
	const struct draw_q *q;
	size_t n = 0;

	for (size_t i = 0; l->n_quota && i < l->n_target; i++) {
		struct draw_t *t = &l->target[i];

		q = bsearch(&t->stratum, l->quota, l->n_quota, sizeof(*q), quota_cmp);
		if (!q)
			continue;
		key_of(m, t->stratum, t->id, t->weight, t->key);
		v[n++] = (struct place){ first_bytes(t->key), (size_t)(q - l->quota), t };
	}
	if (n)
		qsort(v, n, sizeof(v[0]), by_place);
	return n;
}

static void strata(struct arena *a, const struct draw_list *l, const struct place *v, size_t n, struct draw_result *ret)
{
	struct draw_t **order = arena_many(a, n, struct draw_t *);
	size_t at = 0;

	ret->stratum = arena_many(a, l->n_quota, struct draw_stratum);
	ret->n_stratum = l->n_quota;
	for (size_t i = 0; i < n; i++)
		order[i] = v[i].t;
	for (size_t i = 0; i < l->n_quota; i++) {
		struct draw_stratum *s = &ret->stratum[i];

		*s = (struct draw_stratum){ .name = l->quota[i].stratum, .order = order + at };
		while (at + s->n < n && v[at + s->n].stratum == i)
			s->n++;
		s->drawn = (size_t)l->quota[i].quota < s->n ? (size_t)l->quota[i].quota : s->n;
		at += s->n;
		ret->n_panel += s->drawn;
	}
}

/* ---- panels ---- */

struct able {
	const struct draw_i *const *v;
	size_t n;
};
struct ranked {
	unsigned char key[LOG_HASH];
	const struct draw_i *i;
};

static int by_rank(const void *a, const void *b)
{
	const struct ranked *x = a, *y = b;
	int c = memcmp(x->key, y->key, LOG_HASH);

	return c ? c : str_cmp(x->i->id, y->i->id);
}

static bool has_skill(struct str skills, struct str what)
{
	struct str part;

	while (str_cut(&skills, ',', &part))
		if (str_eq(part, what))
			return true;
	return false;
}

static bool has_skills(struct str skills, struct str need)
{
	struct str part;

	while (need.n && str_cut(&need, ',', &part))
		if (!has_skill(skills, part))
			return false;
	return true;
}

static int recusal_cmp(const void *a, const void *b)
{
	const struct draw_r *x = a, *y = b;
	int c = str_cmp(x->inspector, y->inspector);

	return c ? c : str_cmp(x->target, y->target);
}

static bool is_able(const struct draw_list *l, const struct draw_i *i, const struct draw_t *t)
{
	const struct draw_r r = { i->id, t->id };

	return has_skills(i->skills, t->need)
	       && !(l->n_recusal && bsearch(&r, l->recusal, l->n_recusal, sizeof(r), recusal_cmp));
}

static struct able able_of(struct arena *a, struct mac *m, const struct draw_list *l, const struct draw_t *t)
{
	struct ranked *r = arena_many(a, l->n_inspector, struct ranked);
	const struct draw_i **v;
	size_t n = 0;

	for (size_t i = 0; i < l->n_inspector; i++) {
		const struct str part[] = { STR("panel"), t->id, l->inspector[i].id };

		if (!is_able(l, &l->inspector[i], t))
			continue;
		r[n].i = &l->inspector[i];
		mac_parts(m, part, ARRAY_LEN(part), r[n++].key);
	}
	if (n)
		qsort(r, n, sizeof(r[0]), by_rank);
	v = arena_many(a, n, const struct draw_i *);
	for (size_t i = 0; i < n; i++)
		v[i] = r[i].i;
	return (struct able){ v, n };
}

bool draw_able(struct arena *a, const struct draw_list *l, const unsigned char seed[LOG_HASH], const struct draw_t *t,
	       const struct draw_i *const **ret, size_t *ret_n, struct err *err)
{
	struct able x;

	if (l->n_inspector > DRAW_ABLE_MAX)
		return err_set(err, ERR_TOO_LARGE, "检查人员过多");
	x = able_of(a, mac_new(a, seed, LOG_HASH), l, t);
	*ret = x.v;
	*ret_n = x.n;
	return true;
}

/* The first so many able ones who still have room below cap; false when there are not enough. */
static bool fill(const struct draw_list *l, const struct able *able, size_t size, int64_t cap, int64_t *load,
		 const struct draw_i **ret)
{
	size_t n = 0;

	for (size_t i = 0; i < able->n && n < size; i++)
		if (load[able->v[i] - l->inspector] < cap)
			ret[n++] = able->v[i];
	for (size_t i = 0; i < n; i++)
		load[ret[i] - l->inspector]++;
	return n == size;
}

struct staffing {
	struct arena *a;
	const struct draw_list *l;
	struct draw_result *r;
	struct able *able; /* by panel */
	const struct draw_i **member;
	int64_t *load;
	size_t size;
};

static bool fill_all(struct staffing *s)
{
	memset(s->load, 0, s->l->n_inspector * sizeof(s->load[0]));
	for (size_t i = 0; i < s->r->n_panel; i++)
		if (s->able[i].n >= s->size && !fill(s->l, &s->able[i], s->size, s->r->cap, s->load, s->member + i * s->size))
			return false;
	return true;
}

static void staff(struct staffing *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->r->n_panel; i++)
		n += s->able[i].n >= s->size;
	if (!n)
		return;
	s->r->cap = (int64_t)((s->size * n + s->l->n_inspector - 1) / s->l->n_inspector);
	while (!fill_all(s))
		s->r->cap++;
	for (size_t i = 0; i < s->r->n_panel; i++)
		if (s->able[i].n >= s->size)
			s->r->panel[i].member = s->member + i * s->size;
}

static bool panels(struct arena *a, struct mac *m, const struct draw_list *l, size_t size, struct draw_result *ret, struct err *err)
{
	struct staffing s = { a, l, ret, NULL, NULL, NULL, size };

	if (ret->n_panel > DRAW_PANELS_MAX || (ret->n_panel && l->n_inspector > DRAW_ABLE_MAX / ret->n_panel))
		return err_set(err, ERR_TOO_LARGE, "一次派组的检查对象或者检查人员过多");
	s.able = arena_many(a, ret->n_panel, struct able);
	s.member = arena_many(a, ret->n_panel * size, const struct draw_i *);
	s.load = arena_many(a, l->n_inspector, int64_t);
	for (size_t i = 0; i < ret->n_panel; i++)
		s.able[i] = able_of(a, m, l, ret->panel[i].target);
	staff(&s);
	return true;
}

bool draw_run(struct arena *a, struct draw_list *l, const unsigned char seed[LOG_HASH], int64_t panel_size,
	      struct draw_result *ret, struct err *err)
{
	struct mac *m = mac_new(a, seed, LOG_HASH);
	struct place *v = arena_many(a, l->n_target, struct place);
	size_t n = place_all(m, l, v), at = 0;

	*ret = (struct draw_result){ .n_panel = 0 };
	if (panel_size < 0 || panel_size == 1 || panel_size > 100)
		return err_set(err, ERR_BAD_INPUT, "每组检查人员不能少于2人，也不能超过100人");
	memcpy(ret->seed, seed, LOG_HASH);
	strata(a, l, v, n, ret);
	ret->panel = arena_many(a, ret->n_panel, struct draw_panel);
	for (size_t i = 0; i < ret->n_stratum; i++)
		for (size_t j = 0; j < ret->stratum[i].drawn; j++)
			ret->panel[at++].target = ret->stratum[i].order[j];
	return !panel_size || panels(a, m, l, (size_t)panel_size, ret, err);
}
