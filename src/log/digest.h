/* SPDX-License-Identifier: MulanPSL-2.0 */
/* digest.h - SHA-256 and SM3 of a few pieces; of the log only. */
#ifndef MINGFA_LOG_DIGEST_H
#define MINGFA_LOG_DIGEST_H

#include "log/tree.h"

/* Both give 32 bytes. They end the program when OpenSSL lacks the algorithm: nothing that follows could be right. */
void digest_sha256(const struct str *piece, size_t n, unsigned char ret[LOG_HASH]);
void digest_sm3(const struct str *piece, size_t n, unsigned char ret[LOG_HASH]);

static inline struct str digest_bytes(const unsigned char *p, size_t n)
{
	return (struct str){ (const char *)p, n };
}

#endif
