/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Reading what is stored anew, whatever its size. */
#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "blob/blob.h"
#include "blob/s3.h"

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
struct pieces {
	FILE *file;               /* or */
	const struct blobs *from; /* the store */
	const struct blob *b;
	char *piece;
	int64_t at;
};

static bool next_piece(struct pieces *p, size_t *ret_n, struct err *err)
{
	int64_t left = p->b->size - p->at;

	if (p->file) {
		*ret_n = fread(p->piece, 1, BLOB_PIECE, p->file);
		return !ferror(p->file) || err_set(err, ERR_IO, "文件不能读完");
	}
	*ret_n = left < (int64_t)BLOB_PIECE ? (size_t)left : BLOB_PIECE;
	return blob_read(p->from, p->b->sha256, p->at, *ret_n, p->piece, err);
}

static bool read_pieces(struct pieces *p, enum blob_state *ret, struct err *err)
{
	EVP_MD_CTX *sha256 = EVP_MD_CTX_new(), *sm3 = EVP_MD_CTX_new();
	char hex[2][65];
	size_t n = 0;
	bool ok;

	(void)EVP_DigestInit_ex(sha256, EVP_sha256(), NULL);
	(void)EVP_DigestInit_ex(sm3, EVP_sm3(), NULL);
	while ((ok = next_piece(p, &n, err)) && n) {
		(void)EVP_DigestUpdate(sha256, p->piece, n);
		(void)EVP_DigestUpdate(sm3, p->piece, n);
		p->at += (int64_t)n;
	}
	hex_of(sha256, hex[0]);
	hex_of(sm3, hex[1]);
	EVP_MD_CTX_free(sha256);
	EVP_MD_CTX_free(sm3);
	*ret = same(p->b, hex[0], hex[1], p->at) ? BLOB_FINE : BLOB_ALTERED;
	return ok;
}

static bool read_file(struct arena *a, const char *path, const struct blob *b, enum blob_state *ret, struct err *err)
{
	struct pieces p = { .file = fopen(path, "rb"), .b = b, .piece = arena_raw(a, BLOB_PIECE) };
	bool ok;

	*ret = BLOB_MISSING;
	if (!p.file)
		return errno == ENOENT || err_set(err, ERR_IO, "不能读取 %s：%s", path, strerror(errno));
	ok = read_pieces(&p, ret, err);
	(void)fclose(p.file);
	return ok;
}

static bool read_store(struct arena *a, const struct blobs *from, const struct blob *b, enum blob_state *ret, struct err *err)
{
	struct pieces p = { .from = from, .b = b, .piece = arena_raw(a, BLOB_PIECE) };
	int64_t there;

	if (!s3_size(from->store, b->sha256, &there, err))
		return false;
	*ret = there < 0 ? BLOB_MISSING : BLOB_ALTERED;
	return there != b->size || read_pieces(&p, ret, err);
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

bool blob_check(struct db *db, struct arena *a, const struct blobs *from, const struct blob *b, enum blob_state *ret,
		struct err *err)
{
	if (blob_is_let_go(b)) {
		*ret = BLOB_LET_GO;
		return true;
	}
	if (str_is(b->place, "row"))
		return read_row(db, a, b, ret, err);
	if (str_is(b->place, "store") && from->store)
		return read_store(a, from, b, ret, err);
	if (!str_is(b->place, "file")) {
		*ret = BLOB_ELSEWHERE;
		return true;
	}
	return read_file(a, str_cstr(a, str_fmt(a, "%s/blobs/%.2s/%.*s", from->dir, b->sha256.n > 1 ? b->sha256.p : "00", STR_FMT(b->sha256))),
			 b, ret, err);
}
