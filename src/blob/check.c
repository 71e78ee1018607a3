/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Reading what is stored anew, whatever its size. */
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "blob/blob.h"

#define CHUNK ((size_t)1 << 20)

static const struct stmt st_data = { "blob_check_data", "SELECT data FROM blob WHERE digest = $1" };

static void hex_of(EVP_MD_CTX *c, char ret[65])
{
	unsigned char d[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	(void)EVP_DigestFinal_ex(c, d, &n);
	parse_put_hex(ret, d, 32);
}

static bool same(const struct blob *b, const char *sha256, const char *sm3, int64_t size)
{
	return str_is(b->sha256, sha256) && str_is(b->sm3, sm3) && b->size == size;
}

/* In pieces: a video has some GB. */
static bool read_file(struct arena *a, const char *path, const struct blob *b, enum blob_state *ret, struct err *err)
{
	FILE *f = fopen(path, "rb");
	EVP_MD_CTX *sha256 = EVP_MD_CTX_new(), *sm3 = EVP_MD_CTX_new();
	unsigned char *chunk = arena_raw(a, CHUNK);
	char hex[2][65];
	int64_t size = 0;
	size_t n;
	bool broken;

	if (!f) {
		EVP_MD_CTX_free(sha256);
		EVP_MD_CTX_free(sm3);
		*ret = BLOB_MISSING;
		return errno == ENOENT || err_set(err, ERR_IO, "不能读取 %s：%s", path, strerror(errno));
	}
	(void)EVP_DigestInit_ex(sha256, EVP_sha256(), NULL);
	(void)EVP_DigestInit_ex(sm3, EVP_sm3(), NULL);
	while ((n = fread(chunk, 1, CHUNK, f)) > 0) {
		(void)EVP_DigestUpdate(sha256, chunk, n);
		(void)EVP_DigestUpdate(sm3, chunk, n);
		size += (int64_t)n;
	}
	broken = ferror(f) != 0;
	(void)fclose(f);
	hex_of(sha256, hex[0]);
	hex_of(sm3, hex[1]);
	EVP_MD_CTX_free(sha256);
	EVP_MD_CTX_free(sm3);
	*ret = same(b, hex[0], hex[1], size) ? BLOB_FINE : BLOB_ALTERED;
	return !broken || err_set(err, ERR_IO, "不能读完 %s", path);
}

static bool read_row(struct db *db, struct arena *a, const struct blob *b, enum blob_state *ret, struct err *err)
{
	struct str data = { 0 };
	struct blob now;
	const struct db_in in[] = { db_str(b->sha256) };
	const struct db_out out[] = { db_to_bytes(&data) };

	if (!db_one(db, a, &st_data, DB_IN(in), DB_OUT(out), err))
		return false;
	blob_digest(a, data, &now);
	*ret = str_eq(now.sha256, b->sha256) && str_eq(now.sm3, b->sm3) && now.size == b->size && str_eq(now.media, b->media)
		? BLOB_FINE : BLOB_ALTERED;
	return true;
}

bool blob_check(struct db *db, struct arena *a, const char *dir, const struct blob *b, enum blob_state *ret, struct err *err)
{
	if (str_is(b->place, "row"))
		return read_row(db, a, b, ret, err);
	if (!str_is(b->place, "file")) {
		*ret = BLOB_ELSEWHERE;
		return true;
	}
	return read_file(a, str_cstr(a, str_fmt(a, "%s/blobs/%.2s/%.*s", dir, b->sha256.n > 1 ? b->sha256.p : "00", STR_FMT(b->sha256))),
			 b, ret, err);
}
