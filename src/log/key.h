/* SPDX-License-Identifier: MulanPSL-2.0 */
/* key.h - the keys of signed notes (C2SP signed-note): Ed25519 of a log (type 0x01), Ed25519 of a witness (cosignature,
 * type 0x04), and SM2 with SM3 beside the first (type 0xff "sm2-sm3-note/v1\n"; readers that do not know it pass over
 * it). SM2 always with the user id 1234567812345678: OpenSSL 3.0 would take an empty one, which nobody else takes.
 *
 * Private keys are PEM (PKCS #8), which `openssl pkey` reads too: of a log not encrypted, of an organ under a passphrase
 * (PBES2, AES-256). Those of a token never leave it (token.h). */
#ifndef MINGFA_LOG_KEY_H
#define MINGFA_LOG_KEY_H

#include "base/attr.h"
#include "base/buf.h"
#include "base/err.h"

enum key_type { KEY_ED25519, KEY_COSIGN, KEY_SM2 };

#define KEY_PUB_MAX 65 /* SM2: 0x04, X, Y; Ed25519: 32 */
#define KEY_SIG 64     /* Ed25519; SM2 as r, s */
#define KEY_SEED 32
#define KEY_NAME_MAX 200 /* an origin is like the name of a host and a path */

/* A public key with its name, which is borrowed. */
struct key {
	struct str name;
	enum key_type type;
	uint32_t id; /* first 4 bytes of SHA-256 of name, line end, type, public key */
	unsigned char pub[KEY_PUB_MAX];
};
size_t key_pub_len(enum key_type type);
/* Not empty, UTF-8 without blanks, control characters and '+'. */
bool key_name_ok(struct str name);
/* Reckons the id. ERR_BAD_INPUT for a name that is none or has more than KEY_NAME_MAX bytes. */
MUST_USE bool key_make(enum key_type type, struct str name, const unsigned char *pub, struct key *ret, struct err *err);
/* As published (vkey): name, '+', the id in hexadecimal, '+', base64 of type and public key. */
void key_put(struct buf *b, const struct key *k);
/* Reads one. The name is borrowed from text. ERR_BAD_INPUT: malformed, an unknown type, an id that does not fit. */
MUST_USE bool key_read(struct str text, struct key *ret, struct err *err);
/* Whether sig is the key's over msg. Of a cosigning key too: msg is then what the witness signs (note.h). */
bool key_verify(const struct key *k, struct str msg, const unsigned char sig[KEY_SIG]);

/* A private key; lives in its arena. */
struct signer;
const struct key *signer_key(const struct signer *s);
/* name must live as long as the signer. pass: of an encrypted key, else empty. ERR_BAD_INPUT: no such key, or the
 * passphrase is wrong. */
MUST_USE bool signer_pem(struct arena *a, enum key_type type, struct str name, struct str pem, struct str pass,
			 struct signer **ret, struct err *err);
/* Ed25519 only. */
MUST_USE bool signer_seed(struct arena *a, enum key_type type, struct str name, const unsigned char seed[KEY_SEED],
			  struct signer **ret, struct err *err);
/* A new private key as PEM, encrypted unless pass is empty. */
MUST_USE bool signer_new_pem(struct arena *a, enum key_type type, struct str pass, struct str *ret, struct err *err);
/* One whose private key is held elsewhere: sign does the work of signer_sign. ctx lives as long as the signer. */
struct signer *signer_elsewhere(struct arena *a, const struct key *k,
				bool (*sign)(void *ctx, struct str msg, unsigned char ret[KEY_SIG], struct err *err), void *ctx);
MUST_USE bool signer_sign(const struct signer *s, struct str msg, unsigned char ret[KEY_SIG], struct err *err);

#endif
