/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "log/key.h"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <string.h>

#include "base/base64.h"
#include "base/parse.h"
#include "log/digest.h"

#define SM2_ID "1234567812345678"
#define SM2_POINT 65
#define ED25519_PUB 32
#define SM2_DER_MAX 80 /* a sequence of two integers of at most 33 bytes */

static const struct str type_bytes[] = {
	[KEY_ED25519] = { "\x01", 1 },
	[KEY_COSIGN] = { "\x04", 1 },
	[KEY_SM2] = { "\xff" "sm2-sm3-note/v1\n", 17 },
};

size_t key_pub_len(enum key_type type)
{
	return type == KEY_SM2 ? SM2_POINT : ED25519_PUB;
}

/* White space of Unicode: what Go's readers refuse in a name, we refuse too. */
static bool is_blank(uint32_t c)
{
	return c <= 0x20 || (c >= 0x7f && c <= 0xa0) || c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028
	       || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000;
}

bool key_name_ok(struct str name)
{
	uint32_t c;

	if (name.n == 0 || !str_utf8(name))
		return false;
	for (size_t at = 0; (c = str_next(name, &at)) != 0;)
		if (c == '+' || is_blank(c))
			return false;
	return true;
}

static uint32_t id_of(const struct key *k)
{
	const struct str piece[] = { k->name, STR("\n"), type_bytes[k->type], digest_bytes(k->pub, key_pub_len(k->type)) };
	unsigned char h[LOG_HASH];

	digest_sha256(piece, 4, h);
	return (uint32_t)h[0] << 24 | (uint32_t)h[1] << 16 | (uint32_t)h[2] << 8 | h[3];
}

bool key_make(enum key_type type, struct str name, const unsigned char *pub, struct key *ret, struct err *err)
{
	struct key k = { .name = name, .type = type };

	if (!key_name_ok(name) || name.n > KEY_NAME_MAX)
		return err_set(err, ERR_BAD_INPUT, "密钥的名称不能为空，不能有空格和加号，至多%d个字节", KEY_NAME_MAX);
	memcpy(k.pub, pub, key_pub_len(type));
	k.id = id_of(&k);
	*ret = k;
	return true;
}

void key_put(struct buf *b, const struct key *k)
{
	unsigned char bytes[KEY_PUB_MAX + 17];
	struct str type = type_bytes[k->type];

	memcpy(bytes, type.p, type.n);
	memcpy(bytes + type.n, k->pub, key_pub_len(k->type));
	buf_add(b, k->name);
	buf_addf(b, "+%08x+", k->id);
	base64_put(b, digest_bytes(bytes, type.n + key_pub_len(k->type)));
}

static bool key_bytes(struct str b64, enum key_type *ret_type, unsigned char *ret_pub)
{
	unsigned char bytes[KEY_PUB_MAX + 17];

	for (enum key_type t = KEY_ED25519; t <= KEY_SM2; t++) {
		struct str type = type_bytes[t];
		size_t n = type.n + key_pub_len(t);

		if (!base64_exact(b64, bytes, n) || memcmp(bytes, type.p, type.n) != 0)
			continue;
		memcpy(ret_pub, bytes + type.n, key_pub_len(t));
		*ret_type = t;
		return true;
	}
	return false;
}

bool key_read(struct str text, struct key *ret, struct err *err)
{
	size_t plus = str_chr(text, '+', 0);
	size_t second = plus == SIZE_MAX ? SIZE_MAX : str_chr(text, '+', plus + 1);
	unsigned char id[4], pub[KEY_PUB_MAX];
	enum key_type type;
	struct key k;

	if (second == SIZE_MAX || !parse_hex(str_sub(text, plus + 1, second), id, 4)
	    || !key_bytes(str_sub(text, second + 1, text.n), &type, pub))
		return err_set(err, ERR_BAD_INPUT, "公钥的写法应为“名称+8位十六进制+base64”，并且是认得的一种密钥");
	if (!key_make(type, str_sub(text, 0, plus), pub, &k, err))
		return false;
	if (k.id != ((uint32_t)id[0] << 24 | (uint32_t)id[1] << 16 | (uint32_t)id[2] << 8 | id[3]))
		return err_set(err, ERR_BAD_INPUT, "公钥的编号与名称、公钥不相符，可能抄错了");
	*ret = k;
	return true;
}

/* The key as OpenSSL holds it; NULL when the bytes are none (a point that is not on the curve). */
static EVP_PKEY *sm2_public(const unsigned char *pub)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "SM2", NULL);
	unsigned char point[SM2_POINT];
	OSSL_PARAM param[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char[]){ "SM2" }, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
		OSSL_PARAM_construct_end(),
	};
	EVP_PKEY *key = NULL;

	memcpy(point, pub, sizeof(point));
	if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1 || EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, param) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* A context with the key, and for SM2 with the user id. ret_pctx is freed after it. */
static EVP_MD_CTX *context(EVP_PKEY *key, enum key_type type, EVP_PKEY_CTX **ret_pctx)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();

	*ret_pctx = type == KEY_SM2 ? EVP_PKEY_CTX_new(key, NULL) : NULL;
	if (ctx && type == KEY_SM2) {
		if (!*ret_pctx || EVP_PKEY_CTX_set1_id(*ret_pctx, SM2_ID, sizeof(SM2_ID) - 1) <= 0) {
			EVP_MD_CTX_free(ctx);
			return NULL;
		}
		EVP_MD_CTX_set_pkey_ctx(ctx, *ret_pctx);
	}
	return ctx;
}

/* r and s to DER; 0 on failure. */
static size_t sm2_to_der(const unsigned char sig[KEY_SIG], unsigned char der[SM2_DER_MAX])
{
	ECDSA_SIG *x = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(sig, 32, NULL);
	BIGNUM *s = BN_bin2bn(sig + 32, 32, NULL);
	unsigned char *p = der;
	int n = 0;

	if (x && r && s && ECDSA_SIG_set0(x, r, s) == 1) {
		n = i2d_ECDSA_SIG(x, NULL) <= SM2_DER_MAX ? i2d_ECDSA_SIG(x, &p) : 0;
	} else {
		BN_free(r);
		BN_free(s);
	}
	ECDSA_SIG_free(x);
	return n > 0 ? (size_t)n : 0;
}

static bool sm2_from_der(const unsigned char *der, size_t n, unsigned char sig[KEY_SIG])
{
	ECDSA_SIG *x = d2i_ECDSA_SIG(NULL, &der, (long)n);
	bool ok = x && BN_bn2binpad(ECDSA_SIG_get0_r(x), sig, 32) == 32
		  && BN_bn2binpad(ECDSA_SIG_get0_s(x), sig + 32, 32) == 32;

	ECDSA_SIG_free(x);
	return ok;
}

bool key_verify(const struct key *k, struct str msg, const unsigned char sig[KEY_SIG])
{
	EVP_PKEY *key = k->type == KEY_SM2 ? sm2_public(k->pub)
					   : EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, k->pub, ED25519_PUB);
	unsigned char der[SM2_DER_MAX];
	const unsigned char *p = k->type == KEY_SM2 ? der : sig;
	size_t n = k->type == KEY_SM2 ? sm2_to_der(sig, der) : KEY_SIG;
	EVP_PKEY_CTX *pctx = NULL;
	EVP_MD_CTX *ctx = key ? context(key, k->type, &pctx) : NULL;
	bool ok = ctx && n && EVP_DigestVerifyInit(ctx, NULL, k->type == KEY_SM2 ? EVP_sm3() : NULL, NULL, key) == 1
		  && EVP_DigestVerify(ctx, p, n, (const unsigned char *)msg.p, msg.n) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_CTX_free(pctx);
	EVP_PKEY_free(key);
	return ok;
}

struct signer {
	struct key key;
	EVP_PKEY *pkey; /* NULL: held elsewhere */
	bool (*sign)(void *ctx, struct str msg, unsigned char ret[KEY_SIG], struct err *err);
	void *ctx;
};

static void forget(void *p)
{
	EVP_PKEY_free(p);
}

const struct key *signer_key(const struct signer *s)
{
	return &s->key;
}

/* Takes pkey. */
static bool signer_of(struct arena *a, enum key_type type, struct str name, EVP_PKEY *pkey, struct signer **ret,
		      struct err *err)
{
	struct signer *s = arena_one(a, struct signer);
	unsigned char pub[KEY_PUB_MAX];
	size_t n = sizeof(pub);
	bool is_sm2 = pkey && EVP_PKEY_is_a(pkey, "SM2");
	bool ok = pkey && is_sm2 == (type == KEY_SM2) && (is_sm2 || EVP_PKEY_is_a(pkey, "ED25519"));

	if (pkey)
		arena_defer(a, forget, pkey);
	if (ok && type == KEY_SM2)
		ok = EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY, pub, sizeof(pub), &n) == 1;
	else if (ok)
		ok = EVP_PKEY_get_raw_public_key(pkey, pub, &n) == 1;
	if (!ok || n != key_pub_len(type))
		return err_set(err, ERR_BAD_INPUT, "私钥文件的内容不对：要%s私钥", type == KEY_SM2 ? "SM2" : "Ed25519");
	s->pkey = pkey;
	*ret = s;
	return key_make(type, name, pub, &s->key, err);
}

bool signer_pem(struct arena *a, enum key_type type, struct str name, struct str pem, struct str pass, struct signer **ret,
		struct err *err)
{
	const bool locked = str_find(pem, STR("ENCRYPTED"), 0) != SIZE_MAX;
	BIO *bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	/* Never NULL: else OpenSSL would ask the terminal for one when the key is encrypted. */
	EVP_PKEY *pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, str_cstr(a, pass)) : NULL;

	BIO_free(bio);
	if (!pkey && locked)
		return err_set(err, ERR_BAD_INPUT, "私钥有口令保护，口令%s", pass.n ? "不对" : "没有给出");
	return signer_of(a, type, name, pkey, ret, err);
}

struct signer *signer_elsewhere(struct arena *a, const struct key *k,
				bool (*sign)(void *ctx, struct str msg, unsigned char ret[KEY_SIG], struct err *err), void *ctx)
{
	struct signer *s = arena_one(a, struct signer);

	*s = (struct signer){ .key = *k, .sign = sign, .ctx = ctx };
	return s;
}

bool signer_seed(struct arena *a, enum key_type type, struct str name, const unsigned char seed[KEY_SEED],
		 struct signer **ret, struct err *err)
{
	return signer_of(a, type, name, EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, KEY_SEED), ret, err);
}

bool signer_new_pem(struct arena *a, enum key_type type, struct str pass, struct str *ret, struct err *err)
{
	const EVP_CIPHER *cipher = pass.n ? EVP_aes_256_cbc() : NULL;
	EVP_PKEY *pkey = type == KEY_SM2 ? EVP_PKEY_Q_keygen(NULL, NULL, "SM2") : EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	BIO *bio = BIO_new(BIO_s_mem());
	char *p = NULL;
	long n = 0;

	if (pkey && bio && PEM_write_bio_PKCS8PrivateKey(bio, pkey, cipher, pass.n ? pass.p : NULL, (int)pass.n, NULL, NULL) == 1)
		n = BIO_get_mem_data(bio, &p);
	if (n > 0)
		*ret = str_dup(a, (struct str){ p, (size_t)n });
	BIO_free(bio);
	EVP_PKEY_free(pkey);
	return n > 0 || err_set(err, ERR_BUG, "OpenSSL 没有%s，不能生成密钥", type == KEY_SM2 ? "SM2" : "Ed25519");
}

bool signer_sign(const struct signer *s, struct str msg, unsigned char ret[KEY_SIG], struct err *err)
{
	bool sm2 = s->key.type == KEY_SM2;
	unsigned char out[SM2_DER_MAX];
	size_t n = sizeof(out);
	EVP_PKEY_CTX *pctx = NULL;
	EVP_MD_CTX *ctx;
	bool ok;

	if (!s->pkey)
		return s->sign(s->ctx, msg, ret, err);
	ctx = context(s->pkey, s->key.type, &pctx);
	ok = ctx && EVP_DigestSignInit(ctx, NULL, sm2 ? EVP_sm3() : NULL, NULL, s->pkey) == 1
		  && EVP_DigestSign(ctx, out, &n, (const unsigned char *)msg.p, msg.n) == 1;

	EVP_MD_CTX_free(ctx);
	EVP_PKEY_CTX_free(pctx);
	if (ok && sm2)
		ok = sm2_from_der(out, n, ret);
	else if (ok && (ok = n == KEY_SIG))
		memcpy(ret, out, KEY_SIG);
	return ok || err_set(err, ERR_BUG, "签名失败（%s）", sm2 ? "SM2" : "Ed25519");
}
