/* SPDX-License-Identifier: MulanPSL-2.0 */
/* signing.h - papers are signed by their organ's key after they are frozen (matter/organ_key.h). The private halves stand in
 * DIR/keys/sign-ID.pem and sign-ID-sm2.pem (PKCS #8 under a passphrase; ID: eight digits of the Ed25519 key), the first of
 * them in a token instead when the key's `place` says so; its PIN is the passphrase then.
 *
 * The passphrase is never an argument: the file of --key-pass, else the environment's MINGFA_KEY_PASS. A line ORGAN=PASSPHRASE
 * is for that organ, the first line for all others. A process without it serves and does not sign; papers wait. */
#ifndef MINGFA_APP_SIGNING_H
#define MINGFA_APP_SIGNING_H

#include "app/app.h"
#include "matter/organ_key.h"

#define KEY_PASS_MIN 6 /* what tokens ask of a PIN */

/* The text with the passphrases; empty: there is none. file may be NULL. ERR_USAGE: no such file. */
MUST_USE bool key_pass_load(struct arena *a, const char *file, struct str *ret, struct err *err);
struct str key_pass_of(struct arena *a, struct str text, struct str organ_name);
/* The private halves of a key; *ret_n of them, as many as it has. ERR_NOT_FOUND: not in this folder. */
MUST_USE bool signing_signers(struct arena *a, const char *dir, const struct organ_key *k, struct str pass, struct signer *ret[2],
			      struct err *err);
/* Makes both halves and keeps them; *ret has name, place, keys. uri: of a token, else empty. */
MUST_USE bool signing_make(struct arena *a, const char *dir, struct str name, struct str uri, struct str pass, struct organ_key *ret,
			   struct err *err);
/* Follower. */
void signing_work(struct app *app, struct follower *f);

#endif
