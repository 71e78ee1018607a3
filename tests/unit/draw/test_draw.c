/* SPDX-License-Identifier: MulanPSL-2.0 */
/* draw/v1 against vectors made by another program, what a changed file is told, replacements, and that a weight is the
 * chance it says. */
#include <criterion/criterion.h>
#include <openssl/evp.h>
#include <string.h>

#include "base/parse.h"
#include "draw/record.h"
#include "lib/vectors.h"

#define FILES "draw/v1-small.json", "draw/v2-strata.json", "draw/v3-tight.json"

static struct str file_of(struct arena *a, const char *name)
{
	struct draw_result result;
	struct draw_list l;
	struct err err = { 0 };
	const struct json *j = vectors(a, name);
	unsigned char seed[LOG_HASH];
	struct buf b;

	cr_assert(draw_list_read(a, json_str(j, "list"), &l, &err), "%s", err.msg);
	struct str secret = vector_hex(a, j, "secret_hex");
	const struct json *c = vector(j, "commit");
	struct draw_made m = { .draw_id = vector_str(c, "draw_id"), .beacon = vector_str(c, "beacon"),
			       .value = vector_str(j, "beacon_value"), .panel_size = vector_i64(c, "panel_size"),
			       .secret = (const unsigned char *)secret.p, .list = &l, .result = &result };

	draw_seed(m.secret, m.draw_id, l.root, m.beacon, m.value, seed);
	cr_assert(draw_run(a, &l, seed, m.panel_size, &result, &err), "%s", err.msg);
	buf_init(&b, a, 1 << 20);
	draw_record_put(a, &b, &m, true);
	return buf_str(&b);
}

static struct draw_check checked(struct arena *a, struct str text)
{
	struct draw_record r;
	struct draw_check c;
	struct err err = { 0 };

	cr_assert(draw_record_read(a, text, &r, &err), "%s", err.msg);
	cr_assert(draw_record_check(a, &r, &c, &err), "%s", err.msg);
	return c;
}

static void same_json(const struct json *x, const struct json *y, const char *where)
{
	const struct json *m = NULL, *n;

	cr_assert(x && y, "%s", where);
	cr_assert_eq(x->type, y->type, "%s", where);
	cr_assert(str_eq(x->text, y->text), "%s: %.*s, %.*s", where, STR_FMT(x->text), STR_FMT(y->text));
	cr_assert_eq(x->n, y->n, "%s", where);
	if (x->type == JSON_ARRAY)
		for (m = json_first(x), n = json_first(y); m; m = json_next(x, m), n = json_next(y, n))
			same_json(m, n, where);
	if (x->type != JSON_OBJECT)
		return;
	json_each(m, x) {
		char key[200];

		cr_assert(m->key.n < sizeof(key));
		memcpy(key, m->key.p, m->key.n);
		key[m->key.n] = '\0';
		same_json(m, json_get(y, key), key);
	}
}

/* Everything that the vectors tell comes out the same: commitment, list, seed, order, keys, panels. */
Test(draw, vectors)
{
	static const char *const name[] = { FILES };
	struct arena *a = arena_new();
	struct err err = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(name); i++) {
		const struct json *want = vectors(a, name[i]), *have;

		cr_assert(json_read(a, file_of(a, name[i]), &have, &err));
		same_json(vector(want, "commit"), json_get(have, "commit"), "commit");
		same_json(vector(want, "result"), json_get(have, "result"), "result");
		same_json(vector(want, "list"), json_get(have, "list"), "list");
		cr_assert_eq(checked(a, file_of(a, name[i])).all, 0);
	}
	(void)arena_free(a);
}

/* The older method, for comparison only: reproduced here, so that the vector itself is known to be read rightly. */
Test(draw, rfc3797)
{
	struct arena *a = arena_new();
	const struct json *j = vectors(a, "draw/rfc3797.json"), *m = NULL;
	struct str key = vector_str(j, "key");
	int64_t pool[100], left = vector_i64(j, "pool_size"), index = 0;

	for (int64_t i = 0; i < left; i++)
		pool[i] = i + 1;
	json_each(m, vector(j, "steps")) {
		const unsigned char two[2] = { 0, (unsigned char)index++ };
		unsigned char md5[16];
		EVP_MD_CTX *c = EVP_MD_CTX_new();
		uint64_t rest = 0;

		cr_assert(EVP_DigestInit_ex(c, EVP_md5(), NULL) && EVP_DigestUpdate(c, two, 2)
			  && EVP_DigestUpdate(c, key.p, key.n) && EVP_DigestUpdate(c, two, 2) && EVP_DigestFinal_ex(c, md5, NULL));
		EVP_MD_CTX_free(c);
		for (size_t i = 0; i < sizeof(md5); i++)
			rest = (rest << 8 | md5[i]) % (uint64_t)left;
		cr_assert_eq((int64_t)rest, vector_i64(m, "remainder"));
		cr_assert_eq(pool[rest], vector_i64(m, "selected"));
		memmove(&pool[rest], &pool[rest + 1], (size_t)(--left - (int64_t)rest) * sizeof(pool[0]));
	}
	cr_assert_geq(index, vector_i64(j, "select"));
	(void)arena_free(a);
}

static struct str swapped(struct arena *a, struct str text, const char *from, const char *to)
{
	size_t at = str_find(text, str_of(from), 0);

	cr_assert_neq(at, SIZE_MAX, "%s", from);
	return str_fmt(a, "%.*s%s%.*s", (int)at, text.p, to, (int)(text.n - at - strlen(from)), text.p + at + strlen(from));
}

static void told(struct arena *a, struct str text, const char *from, const char *to, const char *what)
{
	struct draw_check c = checked(a, swapped(a, text, from, to));

	for (size_t i = 0; i < c.n; i++)
		if (str_find(c.finding[i], str_of(what), 0) != SIZE_MAX)
			return;
	cr_assert(false, "%s: nothing tells %s, of %zu", from, what, c.all);
}

Test(draw, what_was_changed_is_named)
{
	struct arena *a = arena_new();
	struct str text = file_of(a, "draw/v1-small.json");

	told(a, text, "\\u0009A\\u00094\\u0009", "\\u0009A\\u00093\\u0009", "名单与承诺不符");
	told(a, text, "\"list_size\":11", "\"list_size\":12", "名单行数不符");
	told(a, text, "07b0378a", "07b0378b", "不是当初承诺的那一个");
	told(a, text, "9e60112b", "9e60112c", "种子不符");
	told(a, text, "3.1.6.6.2.5.", "3.1.6.6.2.6.", "种子不符");
	told(a, text, "\"A\":[\"91110000000000003C\",\"91110000000000001A\"", "\"A\":[\"91110000000000001A\",\"91110000000000003C\"",
	     "“A”层的次序第1个不符");
	told(a, text, "\"drawn\":[\"91110000000000003C\"", "\"drawn\":[\"91110000000000001A\"", "抽中的检查对象第1个不符");
	told(a, text, "\"drawn\":[\"91110000000000003C\",", "\"drawn\":[", "抽中的检查对象缺第2个");
	told(a, text, "051afbac", "051afbad", "签值不符");
	told(a, text, "[\"1101\",\"1103\"]", "[\"1101\",\"1102\"]", "检查组第2个不符");
	told(a, text, "\"cap\":1", "\"cap\":2", "每人最多检查数不符");
	told(a, text, "\"unstaffed\":[\"91110000000000005E\"]", "\"unstaffed\":[]", "配不足检查人员的对象缺第1个");
	(void)arena_free(a);
}

/* What the public gets: without a line of those that were not drawn, and each change is still found. */
Test(draw, the_public_file)
{
	struct arena *a = arena_new();
	const struct json *j = vectors(a, "draw/v2-strata.json"), *commit = vector(j, "commit");
	struct str secret = vector_hex(a, j, "secret_hex"), text;
	unsigned char seed[LOG_HASH];
	struct draw_result result;
	struct draw_record r;
	struct draw_list l;
	struct err err = { 0 };
	struct buf b;

	cr_assert(draw_list_read(a, vector_str(j, "list"), &l, &err));
	const struct draw_made m = { .draw_id = vector_str(commit, "draw_id"), .beacon = vector_str(commit, "beacon"),
				     .value = vector_str(j, "beacon_value"), .panel_size = 2, .list = &l, .result = &result,
				     .secret = (const unsigned char *)secret.p };

	draw_seed(m.secret, m.draw_id, l.root, m.beacon, m.value, seed);
	cr_assert(draw_run(a, &l, seed, 2, &result, &err));
	buf_init(&b, a, 1 << 20);
	draw_record_put(a, &b, &m, false);
	text = buf_str(&b);
	cr_assert_eq(str_find(text, STR("\\u000991110000000000050X"), 0), SIZE_MAX, "a reserve is shown");
	cr_assert(draw_record_read(a, text, &r, &err) && !r.whole);
	cr_assert_eq(checked(a, text).all, 0);
	cr_assert_eq(checked(a, text).drawn, 12);
	told(a, text, "T\\u000991110000000000026X", "T\\u000991110000000000027X", "不在承诺的名单里");
	told(a, text, "\"drawn\":[\"91110000000000026X\",\"91110000000000032X\"", "\"drawn\":[\"91110000000000032X\",\"91110000000000026X\"",
	     "次序不符");
	told(a, text, "04b56b54", "04b56b55", "签值不符");
	told(a, text, "\"91110000000000026X\":[\"insp-06\",\"insp-02\"]", "\"91110000000000026X\":[\"insp-06\"]", "检查组有1人");
	(void)arena_free(a);
}

/* A draw that was cancelled after it was frozen: list and secret are those that were committed to, or it is said. */
Test(draw, cancelled)
{
	struct arena *a = arena_new();
	const struct json *j = vectors(a, "draw/v1-small.json"), *commit = vector(j, "commit");
	struct str secret = vector_hex(a, j, "secret_hex"), text;
	struct draw_list l;
	struct err err = { 0 };
	struct buf b;

	cr_assert(draw_list_read(a, vector_str(j, "list"), &l, &err));
	const struct draw_made m = { .draw_id = vector_str(commit, "draw_id"), .beacon = vector_str(commit, "beacon"), .panel_size = 2,
				     .list = &l, .secret = (const unsigned char *)secret.p };

	buf_init(&b, a, 1 << 20);
	draw_record_put(a, &b, &m, true);
	text = buf_str(&b);
	cr_assert_eq(checked(a, text).all, 0);
	cr_assert_eq(checked(a, text).targets, 5);
	told(a, text, "\\u0009A\\u00094\\u0009", "\\u0009A\\u00093\\u0009", "名单与承诺不符");
	told(a, text, "07b0378a", "07b0378b", "不是当初承诺的那一个");
	(void)arena_free(a);
}

static bool reads(struct arena *a, const char *text, const char *why)
{
	struct draw_list l;
	struct err err = { 0 };
	bool ok = draw_list_read(a, str_of(text), &l, &err);

	cr_assert(ok || strstr(err.msg, why), "%s", err.msg);
	return ok;
}

#define SALT "\t00112233445566778899aabbccddeeff\n"

Test(draw, lists_that_are_refused)
{
	struct arena *a = arena_new();

	cr_assert(reads(a, "I\ta\tfood" SALT "Q\tx\t1" SALT "T\tt\tx\t1000\t" SALT, ""));
	cr_assert_not(reads(a, "T\tt\tx\t1001\t" SALT, "检查对象格式"));
	cr_assert_not(reads(a, "T\tt\tx\t0\t" SALT, "检查对象格式"));
	cr_assert_not(reads(a, "T\tt\tx\t01\t" SALT, "检查对象格式"));
	cr_assert_not(reads(a, "T\t\tx\t1\t" SALT, "检查对象格式"));
	cr_assert_not(reads(a, "T\tt,u\tx\t1\t" SALT, "检查对象格式"));
	cr_assert_not(reads(a, "T\tt\tx\t1\t" SALT "T\tt\ty\t1\t" SALT, "检查对象重复"));
	cr_assert_not(reads(a, "I\tb\t" SALT "I\ta\t" SALT, "没有按顺序"));
	cr_assert_not(reads(a, "I\ta\t" SALT "I\ta\tb" SALT, "检查人员重复"));
	cr_assert_not(reads(a, "Q\tx\t1" SALT "Q\tx\t2" SALT, "分层重复"));
	cr_assert_not(reads(a, "I\ta\t\t0011\n", "第1行"));
	cr_assert_not(reads(a, "I\ta\t\t00112233445566778899aabbccddeeff", "没有换行"));
	(void)arena_free(a);
}

static void list_of(struct arena *a, struct draw_list *ret)
{
	static const unsigned char key[LOG_HASH] = { 7 };
	static const int64_t weight[] = { 1, 2, 3, 4, 10 };
	struct draw_lines l = { .a = a };
	unsigned char salt[DRAW_SALT];
	struct err err = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(weight); i++) {
		draw_salt(key, i, salt);
		cr_assert(draw_target(&l, str_fmt(a, "t%zu", i), STR("x"), weight[i], STR(""), salt));
	}
	draw_salt(key, 5, salt);
	cr_assert(draw_quota(&l, STR("x"), 2, salt));
	for (size_t i = 0; i < 4; i++) {
		draw_salt(key, 6 + i, salt);
		cr_assert(draw_inspector(&l, str_fmt(a, "i%zu", i), STR(""), salt));
	}
	draw_salt(key, 10, salt);
	cr_assert(draw_recusal(&l, STR("i0"), STR("t4"), salt));
	cr_assert_not(draw_target(&l, STR("a,b"), STR("x"), 1, STR(""), salt));
	cr_assert_not(draw_target(&l, STR("a"), STR("x"), 1001, STR(""), salt));
	cr_assert(draw_list_read(a, draw_lines_text(&l), ret, &err), "%s", err.msg);
}

static double chi_square(const double *had, const double *want, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (had[i] - want[i]) * (had[i] - want[i]) / want[i];
	return sum;
}

/* Limits that chance passes once in a thousand times, by degrees of freedom. */
#define CHI_3 16.27
#define CHI_4 18.47
#define CHI_5 20.52
#define CHI_99 148.23

/* Chi-square of who comes first and who second, of 40,000 draws with weights 1, 2, 3, 4, 10, against what the weights
 * promise. The seeds are fixed. */
Test(draw, a_weight_is_a_chance)
{
	static const double w[] = { 1, 2, 3, 4, 10 };
	struct arena *a = arena_new();
	double first[5] = { 0 }, second[5] = { 0 }, want1[5], want2[5] = { 0 };
	const int draws = 40000;
	struct draw_list l;
	struct err err = { 0 };

	list_of(a, &l);
	for (int n = 0; n < draws; n++) {
		struct arena_mark mark = arena_mark(a);
		unsigned char seed[LOG_HASH] = { (unsigned char)n, (unsigned char)(n >> 8) };
		struct draw_result r;

		cr_assert(draw_run(a, &l, seed, 0, &r, &err));
		first[r.panel[0].target->id.p[1] - '0']++;
		second[r.panel[1].target->id.p[1] - '0']++;
		arena_rewind(a, mark);
	}
	for (int i = 0; i < 5; i++) {
		want1[i] = draws * w[i] / 20;
		for (int j = 0; j < 5; j++)
			want2[i] += j == i ? 0 : draws * w[j] / 20 * w[i] / (20 - w[j]);
	}
	cr_assert_lt(chi_square(first, want1, 5), CHI_4, "first");
	cr_assert_lt(chi_square(second, want2, 5), CHI_4, "second");
	(void)arena_free(a);
}

/* Stratum a: 6 parties, 2 are drawn; b: 4 parties, 1 is drawn; 4 inspectors, 2 for each that is drawn. */
static void strata_of(struct arena *a, struct draw_list *ret)
{
	static const unsigned char key[LOG_HASH] = { 9 };
	struct draw_lines l = { .a = a };
	unsigned char salt[DRAW_SALT];
	struct err err = { 0 };

	for (size_t i = 0; i < 14; i++) {
		draw_salt(key, i, salt);
		cr_assert(i < 10 ? draw_target(&l, str_fmt(a, "t%zu", i), i < 6 ? STR("a") : STR("b"), 1, STR(""), salt)
				 : draw_inspector(&l, str_fmt(a, "i%zu", i - 10), STR(""), salt));
	}
	draw_salt(key, 14, salt);
	cr_assert(draw_quota(&l, STR("a"), 2, salt));
	draw_salt(key, 15, salt);
	cr_assert(draw_quota(&l, STR("b"), 1, salt));
	cr_assert(draw_list_read(a, draw_lines_text(&l), ret, &err), "%s", err.msg);
}

/* How far counts are from equal where k of n are taken at once: chi-square with n - 1 degrees of freedom. */
static double uneven(const double *had, size_t n, double k, double draws)
{
	double want[10];

	for (size_t i = 0; i < n; i++)
		want[i] = draws * k / (double)n;
	return chi_square(had, want, n) / (1 - k / (double)n) * (double)(n - 1) / (double)n;
}

/* Within a stratum everybody of the same weight has the same chance, and so has every inspector for a target. */
Test(draw, strata_and_panels_are_even)
{
	struct arena *a = arena_new();
	double party[10] = { 0 }, inspector[4] = { 0 };
	const int draws = 20000;
	struct draw_list l;
	struct err err = { 0 };

	strata_of(a, &l);
	for (int n = 0; n < draws; n++) {
		struct arena_mark mark = arena_mark(a);
		unsigned char seed[LOG_HASH] = { (unsigned char)n, (unsigned char)(n >> 8), 5 };
		struct draw_result r;

		cr_assert(draw_run(a, &l, seed, 2, &r, &err));
		cr_assert_eq(r.n_panel, 3);
		for (size_t i = 0; i < r.n_panel; i++)
			party[r.panel[i].target->id.p[1] - '0']++;
		for (size_t i = 0; i < 2; i++) /* of the first target: for the others the loads are made even */
			inspector[r.panel[0].member[i]->id.p[1] - '0']++;
		arena_rewind(a, mark);
	}
	cr_assert_lt(uneven(party, 6, 2, draws), CHI_5, "a: %f", uneven(party, 6, 2, draws));
	cr_assert_lt(uneven(party + 6, 4, 1, draws), CHI_3, "b: %f", uneven(party + 6, 4, 1, draws));
	cr_assert_lt(uneven(inspector, 4, 2, draws), CHI_3, "inspectors: %f", uneven(inspector, 4, 2, draws));
	(void)arena_free(a);
}

/* The test sees what it is for: two mistakes that draws are made with, over as many seeds, pass the limits by far. */
Test(draw, a_biased_draw_is_noticed)
{
	static const double w[] = { 1, 2, 3, 4, 10 };
	double weightless[5] = { 0 }, want[5], remainder[100] = { 0 }, even[100];
	const int draws = 40000;

	for (int n = 0; n < draws; n++) {
		unsigned char seed[LOG_HASH] = { (unsigned char)n, (unsigned char)(n >> 8) }, key[5][LOG_HASH];
		int first = 0;

		for (int i = 0; i < 5; i++) { /* one ticket for everybody, whatever the weight */
			const char id[2] = { 't', (char)('0' + i) };

			draw_key(seed, STR("x"), (struct str){ id, 2 }, 1, key[i]);
			first = memcmp(key[i], key[first], LOG_HASH) < 0 ? i : first;
		}
		weightless[first]++;
		remainder[key[0][0] % 100]++; /* a byte's remainder by a hundred */
	}
	for (int i = 0; i < 5; i++)
		want[i] = draws * w[i] / 20;
	for (int i = 0; i < 100; i++)
		even[i] = draws / 100.0;
	cr_assert_gt(chi_square(weightless, want, 5), 100 * CHI_4);
	cr_assert_gt(chi_square(remainder, even, 100), 5 * CHI_99);
}

/* Reserves follow the order, members the order of the able; nobody twice, and at the end there is none. */
Test(draw, replacements)
{
	const unsigned char seed[LOG_HASH] = { 1 };
	struct arena *a = arena_new();
	const struct draw_i *const *able, *next;
	struct draw_result r;
	struct draw_list l;
	struct draw_now now;
	struct draw_team *t;
	struct err err = { 0 };
	size_t n;

	list_of(a, &l);
	cr_assert(draw_run(a, &l, seed, 2, &r, &err));
	draw_now_begin(a, &l, &r, 2, &now);
	cr_assert(draw_next_target(&now, r.stratum[0].order[0]->id, &t, &err) && t && t->target == r.stratum[0].order[2]);
	cr_assert(draw_able(a, &l, seed, t->target, &able, &n, &err) && t->member[0] == able[0] && t->member[1] == able[1]);
	cr_assert_null(draw_team_of(&now, r.stratum[0].order[0]->id));
	cr_assert_not(draw_next_target(&now, r.stratum[0].order[0]->id, &t, &err), "it is gone already");
	for (size_t i = 2; i < n; i++)
		cr_assert(draw_next_member(&now, r.stratum[0].order[2]->id, able[i - 2]->id, &next, &err) && next == able[i]);
	cr_assert(draw_next_member(&now, r.stratum[0].order[2]->id, able[n - 1]->id, &next, &err) && !next);
	cr_assert(draw_next_target(&now, r.stratum[0].order[1]->id, &t, &err) && t->target == r.stratum[0].order[3]);
	cr_assert(draw_next_target(&now, r.stratum[0].order[3]->id, &t, &err) && t->target == r.stratum[0].order[4]);
	cr_assert(draw_next_target(&now, r.stratum[0].order[4]->id, &t, &err) && !t, "no reserve is left");
	cr_assert_not_null(draw_team_of(&now, r.stratum[0].order[4]->id));
	(void)arena_free(a);
}

Test(draw, two_shares)
{
	unsigned char x[LOG_HASH] = { 1 }, y[LOG_HASH] = { 2 }, xy[LOG_HASH], yx[LOG_HASH];

	draw_join(x, y, xy);
	draw_join(y, x, yx);
	cr_assert_neq(memcmp(xy, yx, LOG_HASH), 0);
}
