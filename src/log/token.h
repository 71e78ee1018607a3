/* SPDX-License-Identifier: MulanPSL-2.0 */
/* token.h - a signing key that never leaves its token: PKCS #11 (smart card, USB key, cryptographic machine; softhsm2 in
 * tests), Ed25519 by CKM_EDDSA. PKCS #11 has no mechanism of its own for SM2: such a key is kept in a file (key.h).
 *
 * A token and the key on it are named by a URI of RFC 7512 with the module that reaches it:
 *	pkcs11:token=NAME;object=LABEL?module-path=/usr/lib/softhsm/libsofthsm2.so */
#ifndef MINGFA_LOG_TOKEN_H
#define MINGFA_LOG_TOKEN_H

#include "log/key.h"

#define TOKEN_URI_MAX 500

/* The key as a signer by that name, which is borrowed. The session ends with the arena. make: a new pair is made on the
 * token, in which no key of that label may stand. ERR_BAD_INPUT: no such module, token or key, a wrong PIN;
 * ERR_REFUSED: make, and there is one already. */
MUST_USE bool token_signer(struct arena *a, struct str uri, struct str name, struct str pin, bool make, struct signer **ret,
			   struct err *err);

#endif
