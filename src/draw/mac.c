/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "draw/mac.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 64

struct mac {
	EVP_MD *md;
	EVP_MD_CTX *inner, *outer, *work;
};

static void mac_free(void *p)
{
	struct mac *m = p;

	EVP_MD_CTX_free(m->inner);
	EVP_MD_CTX_free(m->outer);
	EVP_MD_CTX_free(m->work);
	EVP_MD_free(m->md);
}

static EVP_MD_CTX *keyed(struct mac *m, const unsigned char key[BLOCK], unsigned char pad)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();
	unsigned char block[BLOCK];

	for (size_t i = 0; i < BLOCK; i++)
		block[i] = key[i] ^ pad;
	if (!c || EVP_DigestInit_ex(c, m->md, NULL) != 1 || EVP_DigestUpdate(c, block, BLOCK) != 1)
		abort();
	return c;
}

struct mac *mac_new(struct arena *a, const unsigned char *key, size_t n)
{
	struct mac *m = arena_one(a, struct mac);
	unsigned char block[BLOCK] = { 0 };
	unsigned int len;

	arena_defer(a, mac_free, m);
	m->md = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (!m->md)
		abort();
	if (n <= BLOCK)
		memcpy(block, key, n);
	else if (EVP_Digest(key, n, block, &len, m->md, NULL) != 1)
		abort();
	m->inner = keyed(m, block, 0x36);
	m->outer = keyed(m, block, 0x5c);
	m->work = EVP_MD_CTX_new();
	if (!m->work)
		abort();
	return m;
}

static void finish(struct mac *m, unsigned char ret[LOG_HASH])
{
	if (EVP_DigestFinal_ex(m->work, ret, NULL) != 1 || EVP_MD_CTX_copy_ex(m->work, m->outer) != 1
	    || EVP_DigestUpdate(m->work, ret, LOG_HASH) != 1 || EVP_DigestFinal_ex(m->work, ret, NULL) != 1)
		abort();
}

void mac_of(struct mac *m, struct str text, unsigned char ret[LOG_HASH])
{
	if (EVP_MD_CTX_copy_ex(m->work, m->inner) != 1 || (text.n && EVP_DigestUpdate(m->work, text.p, text.n) != 1))
		abort();
	finish(m, ret);
}

void mac_parts(struct mac *m, const struct str *part, size_t n, unsigned char ret[LOG_HASH])
{
	char text[512];
	size_t at = 0;

	if (EVP_MD_CTX_copy_ex(m->work, m->inner) != 1)
		abort();
	for (size_t i = 0; i < n; i++) {
		if (part[i].n >= sizeof(text) - at) {
			if (EVP_DigestUpdate(m->work, text, at) != 1)
				abort();
			at = 0;
		}
		if (part[i].n >= sizeof(text)) {
			if (EVP_DigestUpdate(m->work, part[i].p, part[i].n) != 1)
				abort();
		} else if (part[i].n) {
			memcpy(text + at, part[i].p, part[i].n);
			at += part[i].n;
		}
		text[at++] = '\n';
	}
	if (EVP_DigestUpdate(m->work, text, at) != 1)
		abort();
	finish(m, ret);
}
