/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "log/log.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

/* Digest of up to three pieces. The algorithms are part of every OpenSSL 3 that this program accepts: when
 * one is missing nothing that follows can be right, so the program ends. */
static void digest(const EVP_MD *md, const struct str *piece, size_t n, unsigned char ret[LOG_HASH])
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned int len = 0;
	bool ok = ctx && md && EVP_DigestInit_ex(ctx, md, NULL) == 1;

	for (size_t i = 0; ok && i < n; i++)
		ok = piece[i].n == 0 || EVP_DigestUpdate(ctx, piece[i].p, piece[i].n) == 1;
	ok = ok && EVP_DigestFinal_ex(ctx, ret, &len) == 1 && len == LOG_HASH;
	EVP_MD_CTX_free(ctx);
	if (!ok)
		abort();
}

static struct str bytes(const unsigned char *p, size_t n)
{
	return (struct str){ (const char *)p, n };
}

void log_digest_of(struct str content, struct log_digest *ret)
{
	digest(EVP_sha256(), &content, 1, ret->sha256);
	digest(EVP_sm3(), &content, 1, ret->sm3);
}

void log_digest_act(struct str head, struct str body, struct log_digest *ret)
{
	const struct str piece[] = { head, { "\n", 1 }, body };

	digest(EVP_sha256(), piece, 3, ret->sha256);
	digest(EVP_sm3(), piece, 3, ret->sm3);
}

void log_entry_begin(struct buf *b)
{
	buf_adds(b, "mingfa/event/2\n");
}

static void put_salted(struct buf *b, const EVP_MD *md, const unsigned char *salt, const unsigned char *hash)
{
	const struct str piece[] = { bytes(salt, LOG_SALT), bytes(hash, LOG_HASH) };
	unsigned char out[LOG_HASH], text[48];

	digest(md, piece, 2, out);
	EVP_EncodeBlock(text, out, LOG_HASH);
	buf_add(b, bytes(text, 44));
}

void log_entry_line(struct buf *b, const unsigned char salt[LOG_SALT], const struct log_digest *d)
{
	put_salted(b, EVP_sha256(), salt, d->sha256);
	buf_addc(b, ' ');
	put_salted(b, EVP_sm3(), salt, d->sm3);
	buf_addc(b, '\n');
}

static void join(const unsigned char *left, const unsigned char *right, unsigned char *ret)
{
	const struct str piece[] = { { "\x01", 1 }, bytes(left, LOG_HASH), bytes(right, LOG_HASH) };

	digest(EVP_sha256(), piece, 3, ret);
}

void log_tree_add(struct log_tree *t, struct str entry)
{
	const struct str piece[] = { { "\0", 1 }, entry };

	digest(EVP_sha256(), piece, 2, t->edge[t->n++]);
	/* As many joins as the old size has trailing ones in binary: two subtrees of one size become one. */
	for (int64_t size = t->size; size & 1; size >>= 1, t->n--)
		join(t->edge[t->n - 2], t->edge[t->n - 1], t->edge[t->n - 2]);
	t->size++;
}

void log_tree_root(const struct log_tree *t, unsigned char ret[LOG_HASH])
{
	if (t->n == 0) {
		digest(EVP_sha256(), NULL, 0, ret);
		return;
	}
	memcpy(ret, t->edge[t->n - 1], LOG_HASH);
	for (size_t i = t->n - 1; i > 0; i--)
		join(t->edge[i - 1], ret, ret);
}
