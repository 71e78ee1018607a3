/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blob/blob.h"
#include "lib/fresh.h"

/* "abc": FIPS 180-4 and GB/T 32905. */
#define ABC_SHA256 "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define ABC_SM3 "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"

/* A data folder of its own for large contents. */
static const char *folder(struct arena *a)
{
	char *dir = str_cstr(a, STR("/tmp/mingfa-blob-XXXXXX"));

	cr_assert(mkdtemp(dir));
	cr_assert_eq(mkdir(str_cstr(a, str_fmt(a, "%s/blobs", dir)), 0700), 0);
	return dir;
}

static struct str large(struct arena *a, char c)
{
	char *p = arena_alloc(a, BLOB_ROW_MOST);

	memset(p, c, BLOB_ROW_MOST);
	return (struct str){ p, BLOB_ROW_MOST };
}

Test(blob, digests_and_media)
{
	static const struct {
		struct str content;
		const char *media;
	} list[] = { { { "%PDF-1.4", 8 }, "application/pdf" }, { { "\xff\xd8\xff\xe0", 4 }, "image/jpeg" },
		     { { "<html>", 6 }, "text/plain; charset=utf-8" }, { { "\x00\xff\xfe", 3 }, "application/octet-stream" } };
	struct arena *a = arena_new();
	struct err err = { 0 };
	struct blob b;

	OK(blob_prepare(a, "/nowhere", STR("abc"), &b, &err));
	cr_expect(str_is(b.sha256, ABC_SHA256));
	cr_expect(str_is(b.sm3, ABC_SM3));
	cr_expect_eq(b.size, 3);
	/* A page is never served as one: what the browser called it does not count. */
	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		OK(blob_prepare(a, "/nowhere", list[i].content, &b, &err));
		cr_expect(str_is(b.media, list[i].media), "%zu: %.*s", i, STR_FMT(b.media));
	}
	FAILS(blob_prepare(a, "/nowhere", large(a, 'x'), &b, &err), ERR_IO);
	(void)arena_free(a);
}

BOTH(rows_and_files)
{
	struct db *db = fresh_open(f, DB_WRITE);
	const char *dir = folder(f->a);
	const struct str content[] = { STR("small"), large(f->a, 'x'), STR("") };
	struct str media, got;
	struct err err = { 0 };
	struct blob b, known;
	bool found;

	for (size_t i = 0; i < ARRAY_LEN(content); i++) {
		OK(blob_prepare(f->a, dir, content[i], &b, &err));
		cr_expect(str_is(b.place, content[i].n < BLOB_ROW_MOST ? "row" : "file"));
		OK(blob_find(db, f->a, b.sha256, &known, &found, &err));
		cr_expect_not(found);
		OK(blob_put(db, &b, 1, &err));
		OK(blob_put(db, &b, 2, &err)); /* the same content once more is no harm */
		OK(blob_get(db, f->a, &(struct blobs){ .dir = dir }, b.sha256, &media, &got, &err));
		cr_expect(str_eq(got, content[i]));
	}
	/* A row whose file went away says so, and does not give something else. */
	OK(blob_prepare(f->a, dir, content[1], &b, &err));
	cr_assert_eq(unlink(str_cstr(f->a, str_fmt(f->a, "%s/blobs/%.2s/%.*s", dir, b.sha256.p, STR_FMT(b.sha256)))), 0);
	FAILS(blob_get(db, f->a, &(struct blobs){ .dir = dir }, b.sha256, &media, &got, &err), ERR_IO);
	FAILS(blob_get(db, f->a, &(struct blobs){ .dir = dir }, STR("../../etc/passwd"), &media, &got, &err), ERR_NOT_FOUND);
	(void)rmdir(str_cstr(f->a, str_fmt(f->a, "%s/blobs/%.2s", dir, b.sha256.p)));
	(void)rmdir(str_cstr(f->a, str_fmt(f->a, "%s/blobs", dir)));
	(void)rmdir(dir);
	db_close(db);
}
