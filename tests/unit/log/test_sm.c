/* SPDX-License-Identifier: MulanPSL-2.0 */
/* SM2, SM3 and SM4 of the OpenSSL that this program runs with: the standards' own examples, and others that two more
 * programs agreed on. */
#include <criterion/criterion.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/x509.h>
#include <string.h>

#include "lib/vectors.h"
#include "log/key.h"
#include "log/log.h"

#define U(s) ((const unsigned char *)(s).p)

static bool same(const unsigned char *p, size_t n, struct str want)
{
	return n == want.n && memcmp(p, want.p, n) == 0;
}

Test(sm3, digests)
{
	struct arena *a = arena_new();
	const struct json *file = vectors(a, "sm/sm3.json"), *x;
	unsigned char out[EVP_MAX_MD_SIZE];
	struct log_digest d;
	unsigned int n;

	json_each(x, vector(file, "digest")) {
		log_digest_of(vector_hex(a, x, "msg_hex"), &d);
		cr_assert(same(d.sm3, LOG_HASH, vector_hex(a, x, "sm3")));
	}
	json_each(x, vector(file, "hmac")) {
		struct str key = vector_hex(a, x, "key_hex"), msg = vector_hex(a, x, "msg_hex");

		cr_assert(HMAC(EVP_sm3(), key.p, (int)key.n, U(msg), msg.n, out, &n));
		cr_assert(same(out, n, vector_hex(a, x, "hmac")));
	}
	arena_free(a);
}

/* A DER sequence of two integers as r and s of 32 bytes. */
static void raw_of(struct str der, unsigned char sig[KEY_SIG])
{
	const unsigned char *p = U(der);
	ECDSA_SIG *x = d2i_ECDSA_SIG(NULL, &p, (long)der.n);

	cr_assert(x && BN_bn2binpad(ECDSA_SIG_get0_r(x), sig, 32) == 32 && BN_bn2binpad(ECDSA_SIG_get0_s(x), sig + 32, 32) == 32);
	ECDSA_SIG_free(x);
}

/* Whether OpenSSL finds the signature right under this user id: what ours must not do with an empty one. */
static bool openssl_finds(struct arena *a, const struct json *file, struct str id, struct str msg, struct str der)
{
	struct str spki = vector_hex(a, file, "spki_der_hex");
	const unsigned char *p = U(spki);
	EVP_PKEY *key = d2i_PUBKEY(NULL, &p, (long)spki.n);
	EVP_PKEY_CTX *pctx = EVP_PKEY_CTX_new(key, NULL);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool ok;

	cr_assert(EVP_PKEY_CTX_set1_id(pctx, id.p ? id.p : "", (int)id.n) > 0);
	EVP_MD_CTX_set_pkey_ctx(ctx, pctx);
	ok = EVP_DigestVerifyInit(ctx, NULL, EVP_sm3(), NULL, key) == 1 && EVP_DigestVerify(ctx, U(der), der.n, U(msg), msg.n) == 1;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_CTX_free(pctx);
	EVP_PKEY_free(key);
	return ok;
}

Test(sm2, signatures)
{
	struct arena *a = arena_new();
	const struct json *file = vectors(a, "sm/sm2.json"), *x;
	unsigned char sig[KEY_SIG];
	struct key k;
	struct err err = { 0 };

	cr_assert(key_make(KEY_SM2, STR("a.example"), U(vector_hex(a, file, "public_hex")), &k, &err));
	json_each(x, vector(file, "valid")) {
		cr_assert(str_eq(vector_str(x, "id"), vector_str(file, "default_id")));
		raw_of(vector_hex(a, x, "der"), sig);
		cr_assert(key_verify(&k, vector_hex(a, x, "msg_hex"), sig));
		sig[63] ^= 1;
		cr_assert_not(key_verify(&k, vector_hex(a, x, "msg_hex"), sig));
	}
	raw_of(vector_hex(a, json_first(vector(file, "valid")), "der"), sig);
	cr_assert(same(sig, 32, vector_hex(a, file, "r")) && same(sig + 32, 32, vector_hex(a, file, "s")));
	json_each(x, vector(file, "invalid")) {
		struct str msg = vector_hex(a, x, "msg_hex"), id = vector_str(x, "id"), der = vector_hex(a, x, "der");

		cr_assert_not(openssl_finds(a, file, id, msg, der));
		raw_of(der, sig);
		/* Ours has one user id only: a case that differs in it alone is right by ours. */
		cr_assert_eq(key_verify(&k, msg, sig), id.n == 0, "%.*s", STR_FMT(vector_str(x, "why")));
	}
	arena_free(a);
}

Test(sm2, a_point_that_is_not_on_the_curve)
{
	struct arena *a = arena_new();
	const struct json *file = vectors(a, "sm/sm2.json"), *x = json_first(vector(file, "valid"));
	unsigned char sig[KEY_SIG], pub[KEY_PUB_MAX];
	struct key k;
	struct err err = { 0 };

	memcpy(pub, vector_hex(a, file, "public_hex").p, KEY_PUB_MAX);
	pub[64] ^= 1;
	cr_assert(key_make(KEY_SM2, STR("a.example"), pub, &k, &err));
	raw_of(vector_hex(a, x, "der"), sig);
	cr_assert_not(key_verify(&k, vector_hex(a, x, "msg_hex"), sig));
	arena_free(a);
}

static void encrypts(struct arena *a, const char *mode, const struct json *x, bool pad, const char *want)
{
	struct str key = vector_hex(a, x, "key"), iv = vector_hex(a, x, "iv"), text = vector_hex(a, x, "plaintext_hex");
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, mode, NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	unsigned char out[128];
	int n = 0, tail = 0;

	cr_assert(cipher && EVP_EncryptInit_ex2(ctx, cipher, U(key), U(iv), NULL) == 1);
	cr_assert(EVP_CIPHER_CTX_set_padding(ctx, pad) == 1);
	cr_assert(EVP_EncryptUpdate(ctx, out, &n, U(text), (int)text.n) == 1 && EVP_EncryptFinal_ex(ctx, out + n, &tail) == 1);
	cr_assert(same(out, (size_t)(n + tail), vector_hex(a, x, want)), "%s", mode);
	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(cipher);
}

Test(sm4, ciphers)
{
	struct arena *a = arena_new();
	const struct json *cases = vector(vectors(a, "sm/sm4.json"), "cases"), *x;
	size_t n = 0;

	json_each(x, cases) {
		bool pad = !str_is(vector_str(x, "padding"), "none");

		encrypts(a, "SM4-ECB", x, pad, "ecb");
		encrypts(a, "SM4-CBC", x, pad, "cbc");
		encrypts(a, "SM4-CTR", x, pad, "ctr");
		n++;
	}
	cr_assert_eq(n, 2);
	arena_free(a);
}
