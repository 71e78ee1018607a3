/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "log/digest.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>

/* Fetched once for the whole program: OpenSSL would else look for the algorithm anew for each node of a tree. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static EVP_MD *sha256, *sm3;

static void fetch(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	sm3 = EVP_MD_fetch(NULL, "SM3", NULL);
}

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

void digest_sha256(const struct str *piece, size_t n, unsigned char ret[LOG_HASH])
{
	(void)pthread_once(&once, fetch);
	digest(sha256, piece, n, ret);
}

void digest_sm3(const struct str *piece, size_t n, unsigned char ret[LOG_HASH])
{
	(void)pthread_once(&once, fetch);
	digest(sm3, piece, n, ret);
}
