/* SPDX-License-Identifier: MulanPSL-2.0 */
/* mac.h - HMAC-SHA-256 with one key for very many short messages; of src/draw only. */
#ifndef MINGFA_DRAW_MAC_H
#define MINGFA_DRAW_MAC_H

#include "log/tree.h"

struct mac; /* the two key blocks, hashed once */
/* Freed with the arena. Ends the program when OpenSSL lacks SHA-256. */
struct mac *mac_new(struct arena *a, const unsigned char *key, size_t n);
void mac_of(struct mac *m, struct str text, unsigned char ret[LOG_HASH]);
/* mac(a,b,…) of the format: each part followed by LF. */
void mac_parts(struct mac *m, const struct str *part, size_t n, unsigned char ret[LOG_HASH]);

#endif
