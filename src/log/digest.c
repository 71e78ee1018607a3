/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "log/digest.h"

#include <openssl/evp.h>
#include <stdlib.h>

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
	digest(EVP_sha256(), piece, n, ret);
}

void digest_sm3(const struct str *piece, size_t n, unsigned char ret[LOG_HASH])
{
	digest(EVP_sm3(), piece, n, ret);
}
