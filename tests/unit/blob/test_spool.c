/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blob/blob.h"
#include "blob/spool.h"
#include "lib/fresh.h"

#define NOW ((int64_t)1790000000000)
#define ME 7
/* "abc": FIPS 180-4 and GB/T 32905. */
#define ABC_SHA256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define ABC_SM3 "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"

static const atomic_bool never = false;
static struct arena *a;
static char *dir;
static struct spool *s;
static struct err err;

static void before(void)
{
	a = arena_new();
	dir = str_cstr(a, STR("/tmp/mingfa-spool-XXXXXX"));
	err = (struct err){ 0 };
	cr_assert(mkdtemp(dir));
	cr_assert_eq(mkdir(str_cstr(a, str_fmt(a, "%s/blobs", dir)), 0700), 0);
	OK(spool_open(dir, NOW, &s, &err));
}

static void after(void)
{
	spool_close(s);
	a = arena_free(a);
}

TestSuite(spool, .init = before, .fini = after);

static void again(int64_t now)
{
	spool_close(s);
	OK(spool_open(dir, now, &s, &err));
}

static struct spool_view made(int64_t length, enum spool_sort sort)
{
	struct spool_view v = { .person = ME, .matter = 3, .form = "photos", .name = "a.jpg", .length = length, .sort = sort };

	OK(spool_create(s, &v, true, NOW, &v, &err));
	return v;
}

static struct spool_view sent(struct spool_view v, const char *text)
{
	struct spool_chunk *c;

	OK(spool_begin(s, str_of(v.id), ME, v.offset, -1, NULL, &c, &err));
	OK(spool_add(c, str_of(text), &err));
	OK(spool_end(c, NOW, &v, &err));
	return v;
}

static struct spool_view reckoned(const char *id)
{
	struct spool_view v;

	cr_assert(spool_claim(s, str_of(id), false, &v));
	OK(spool_digest(s, str_of(id), &never, &v, &err));
	return v;
}

static bool waits(void)
{
	struct spool_view v;

	return spool_claim(s, (struct str){ 0 }, false, &v);
}

Test(spool, digests_come_with_the_bytes)
{
	struct spool_view v = sent(sent(made(3, SPOOL_ALONE), "a"), "bc"), w;

	cr_assert_eq(v.state, SPOOL_WHOLE);
	cr_assert(spool_claim(s, str_of(v.id), true, &w), "nothing is left to be reckoned");
	cr_expect(!spool_claim(s, str_of(v.id), true, &w), "one at a time");
	OK(spool_digest(s, str_of(v.id), &never, &w, &err));
	cr_expect_str_eq(w.sha256, ABC_SHA256);
	cr_expect_str_eq(w.sm3, ABC_SM3);
}

Test(spool, a_restart_keeps_what_came_and_reckons_afterwards)
{
	struct spool_view v = sent(made(3, SPOOL_ALONE), "a"), w;

	again(NOW);
	OK(spool_find(s, str_of(v.id), ME, &w, &err));
	cr_expect(w.offset == 1 && w.length == 3 && w.matter == 3 && w.expires == NOW + SPOOL_KEPT_MS);
	cr_expect_str_eq(w.name, "a.jpg");
	cr_expect_str_eq(w.form, "photos");
	v = sent(w, "bc");
	cr_expect(!spool_claim(s, str_of(v.id), true, &w), "its beginning is not reckoned");
	cr_expect_str_eq(reckoned(v.id).sha256, ABC_SHA256);
	again(NOW); /* between digest and sealing: claimed anew, with the digests of before */
	cr_expect_str_eq(reckoned(v.id).sm3, ABC_SM3);
	spool_sealed(s, str_of(v.id), NOW);
	again(NOW);
	OK(spool_find(s, str_of(v.id), ME, &w, &err));
	cr_expect(w.state == SPOOL_SEALED && w.offset == 3);
	cr_expect(!waits());
}

Test(spool, a_whole_is_joined_again_after_a_restart)
{
	struct spool_view one = sent(made(1, SPOOL_PART), "a"), two = sent(made(2, SPOOL_PART), "bc"), w;
	struct spool_view all = { .person = ME, .form = "photos", .name = "a", .length = -1, .sort = SPOOL_JOINED, .n_part = 2 };

	memcpy(all.part[0], one.id, sizeof(one.id));
	memcpy(all.part[1], two.id, sizeof(two.id));
	OK(spool_create(s, &all, true, NOW, &w, &err));
	OK(spool_create(s, &all, true, NOW, &all, &err));
	cr_expect_str_eq(all.id, w.id, "asked again, the same");
	FAILS(spool_drop(s, str_of(one.id), ME, &err), ERR_FORBIDDEN);
	again(NOW);
	FAILS(spool_drop(s, str_of(one.id), ME, &err), ERR_FORBIDDEN);
	cr_expect_str_eq(reckoned(w.id).sha256, ABC_SHA256);
	again(NOW);
	cr_expect_str_eq(reckoned(w.id).sha256, ABC_SHA256);
	spool_sealed(s, str_of(w.id), NOW);
	FAILS(spool_find(s, str_of(one.id), ME, &w, &err), ERR_NOT_FOUND);
}

Test(spool, whoever_comes_later_takes_over)
{
	struct spool_view v = made(3, SPOOL_ALONE), w;
	struct spool_chunk *old, *c;

	OK(spool_begin(s, str_of(v.id), ME, 0, -1, NULL, &old, &err));
	OK(spool_add(old, STR("a"), &err));
	OK(spool_begin(s, str_of(v.id), ME, 1, -1, NULL, &c, &err));
	FAILS(spool_add(old, STR("x"), &err), ERR_CONFLICT);
	spool_break(old);
	OK(spool_add(c, STR("b"), &err));
	OK(spool_settle(s, str_of(v.id), ME, &w, &err)); /* who asks how far it is wants to go on */
	cr_expect_eq(w.offset, 2);
	FAILS(spool_add(c, STR("x"), &err), ERR_CONFLICT);
	FAILS(spool_end(c, NOW, &w, &err), ERR_CONFLICT);
	v.offset = 2;
	(void)sent(v, "c");
	cr_expect_str_eq(reckoned(v.id).sha256, ABC_SHA256);
}

Test(spool, a_doubtful_piece_is_none_after_a_crash)
{
	struct spool_view v = sent(made(3, SPOOL_ALONE), "a"), w;
	const struct spool_sum sum = { "sha1", (const unsigned char *)"01234567890123456789", 20 };
	struct spool_chunk *c;
	struct spool *after_crash;

	OK(spool_begin(s, str_of(v.id), ME, 1, -1, &sum, &c, &err));
	OK(spool_add(c, STR("xx"), &err));
	/* What a start finds when the piece was neither ended nor broken off. */
	OK(spool_open(dir, NOW, &after_crash, &err));
	OK(spool_find(after_crash, str_of(v.id), ME, &w, &err));
	cr_expect_eq(w.offset, 1);
	spool_close(after_crash);
	spool_break(c);
	again(NOW);
	(void)sent(w, "bc");
	cr_expect_str_eq(reckoned(v.id).sha256, ABC_SHA256);
}

Test(spool, what_rests_too_long_ends)
{
	struct spool_view v = sent(made(3, SPOOL_ALONE), "a"), w;
	char *data = str_cstr(a, spool_path(s, a, str_of(v.id)));

	spool_sweep(s, NOW + SPOOL_KEPT_MS - 1);
	OK(spool_find(s, str_of(v.id), ME, &w, &err));
	spool_sweep(s, NOW + SPOOL_KEPT_MS);
	FAILS(spool_find(s, str_of(v.id), ME, &w, &err), ERR_GONE);
	cr_expect(access(data, F_OK) != 0, "its file is gone");
	again(NOW + SPOOL_KEPT_MS + 1);
	FAILS(spool_find(s, str_of(v.id), ME, &w, &err), ERR_GONE);
	spool_sweep(s, NOW + SPOOL_KEPT_MS + 2 * SPOOL_TOLD_MS);
	FAILS(spool_find(s, str_of(v.id), ME, &w, &err), ERR_NOT_FOUND);
}

Test(spool, limits_of_one_person_and_of_the_disk)
{
	struct spool_view v = { .person = ME, .form = "photos", .length = SPOOL_FILE_MOST + 1 };

	FAILS(spool_create(s, &v, true, NOW, &v, &err), ERR_TOO_LARGE);
	for (int i = 0; i < SPOOL_PERSON; i++)
		(void)made(1, SPOOL_ALONE);
	v.length = 1;
	FAILS(spool_create(s, &v, true, NOW, &v, &err), ERR_TOO_MANY);
	v.person++;
	OK(spool_create(s, &v, true, NOW, &v, &err));
	cr_expect(spool_fits(SPOOL_SPARE + 30, 10, 20));
	cr_expect(!spool_fits(SPOOL_SPARE + 30, 10, 21));
}

Test(spool, more_uploads_than_contexts_are_reckoned_afterwards)
{
	struct spool_view first = { .person = 1 }, v, w;

	for (int i = 0; i <= SPOOL_CONTEXTS; i++) {
		struct spool_chunk *c;

		v = (struct spool_view){ .person = 1 + i / SPOOL_PERSON, .form = "photos", .length = 3 };
		OK(spool_create(s, &v, false, NOW, &v, &err));
		OK(spool_begin(s, str_of(v.id), v.person, 0, -1, NULL, &c, &err));
		OK(spool_add(c, STR("abc"), &err));
		OK(spool_end(c, NOW, &v, &err));
		first = i ? first : v;
	}
	cr_expect(!spool_claim(s, str_of(first.id), true, &w), "the one that rested longest gave way");
	cr_expect_str_eq(reckoned(first.id).sha256, ABC_SHA256);
	cr_expect(spool_claim(s, str_of(v.id), true, &w), "the last one did not");
}

Test(spool, a_file_becomes_a_blob_once)
{
	struct blob b = { .size = 3 };
	struct spool_view v = sent(made(3, SPOOL_ALONE), "abc");
	char *path = str_cstr(a, spool_path(s, a, str_of(v.id)));

	v = reckoned(v.id);
	b.sha256 = str_of(v.sha256);
	b.sm3 = str_of(v.sm3);
	OK(blob_adopt(a, dir, path, &b, &err));
	cr_expect(str_is(b.place, "row") && str_is(b.data, "abc") && str_is(b.media, "text/plain; charset=utf-8"));
	spool_sealed(s, str_of(v.id), NOW);
	cr_expect(access(path, F_OK) != 0, "the row has it");
	cr_expect(!waits());
}
