/* SPDX-License-Identifier: MulanPSL-2.0 */
/* draw N: a draw of N parties, and as many bare HMACs of the same messages by OpenSSL's own one-call function.
 * Prints: list_s (list read and its root), draw_s (seed to panels), bare_s, ratio (bare_s to draw_s). */
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/parse.h"
#include "draw/draw.h"

#define DRAWN 1000
#define INSPECTORS 40

static double now_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void check(bool ok, const struct err *err)
{
	if (ok)
		return;
	(void)fprintf(stderr, "draw: %s\n", err->msg);
	exit(1);
}

static struct str make(struct arena *a, int64_t n)
{
	static const unsigned char salt[DRAW_SALT] = { 1 };
	struct draw_lines l = { .a = a };
	const struct err err = { .msg = "a line is not of the format" };

	for (int64_t i = 0; i < n; i++)
		check(draw_target(&l, str_fmt(a, "9114082100%08lld", (long long)i), STR("x"), 1, STR(""), salt), &err);
	for (int i = 0; i < INSPECTORS; i++)
		check(draw_inspector(&l, str_fmt(a, "%04d", i), STR(""), salt), &err);
	check(draw_quota(&l, STR("x"), DRAWN, salt), &err);
	return draw_lines_text(&l);
}

static double bare(struct arena *a, const struct draw_list *l, const unsigned char seed[LOG_HASH])
{
	const struct str *message = NULL;
	unsigned char out[LOG_HASH];
	struct str *v = arena_many(a, l->n_target, struct str);
	double began;

	for (size_t i = 0; i < l->n_target; i++)
		v[i] = str_fmt(a, "target\nx\n%.*s\n1\n", STR_FMT(l->target[i].id));
	message = v;
	began = now_s();
	for (size_t i = 0; i < l->n_target; i++)
		(void)HMAC(EVP_sha256(), seed, LOG_HASH, (const unsigned char *)message[i].p, message[i].n, out, NULL);
	return now_s() - began;
}

int main(int argc, char **argv)
{
	const unsigned char seed[LOG_HASH] = { 1 };
	struct arena *a = arena_new();
	struct draw_result r;
	struct draw_list l;
	struct err err = { 0 };
	double began, list_s, draw_s, bare_s;
	struct str text;
	int64_t n;

	if (argc != 2 || !parse_i64(str_of(argv[1]), 1, DRAW_LINES_MAX - INSPECTORS - 1, &n))
		return 2;
	text = make(a, n);
	began = now_s();
	check(draw_list_read(a, text, &l, &err), &err);
	list_s = now_s() - began;
	began = now_s();
	check(draw_run(a, &l, seed, 2, &r, &err), &err);
	draw_s = now_s() - began;
	bare_s = bare(a, &l, seed);
	(void)printf("list_s %.2f\ndraw_s %.2f\nbare_s %.2f\nratio %.2f\n", list_s, draw_s, bare_s, bare_s / draw_s);
	(void)arena_free(a);
	return 0;
}
