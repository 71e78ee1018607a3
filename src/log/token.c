/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "log/token.h"

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>
#include <string.h>

#define SLOTS_MOST 64
#define POINT_MAX 64 /* 32 bytes, with or without the head of an OCTET STRING */
#define ED25519_PUB 32

struct token {
	P11KitUri *uri;
	CK_FUNCTION_LIST *module; /* NULL: not loaded */
	bool initialized;
	CK_SESSION_HANDLE session; /* 0: none */
	CK_OBJECT_HANDLE key;
	struct str label;
};

static void leave(void *p)
{
	struct token *t = p;

	if (t->session)
		(void)t->module->C_CloseSession(t->session);
	if (t->initialized)
		(void)p11_kit_module_finalize(t->module);
	if (t->module)
		p11_kit_module_release(t->module);
	p11_kit_uri_free(t->uri);
}

static bool failed(struct err *err, const char *what, CK_RV rv)
{
	if (rv == CKR_PIN_INCORRECT || rv == CKR_PIN_LEN_RANGE || rv == CKR_PIN_INVALID)
		return err_set(err, ERR_BAD_INPUT, "密码设备的口令（PIN）不对，连续输错会锁住设备");
	return err_set(err, ERR_BAD_INPUT, "密码设备%s：%s", what, p11_kit_strerror(rv));
}

static bool read_uri(struct arena *a, struct token *t, struct str uri, struct err *err)
{
	CK_ATTRIBUTE *label;

	t->uri = p11_kit_uri_new();
	if (!t->uri || uri.n > TOKEN_URI_MAX || p11_kit_uri_parse(str_cstr(a, uri), P11_KIT_URI_FOR_ANY, t->uri) != P11_KIT_URI_OK)
		return err_set(err, ERR_BAD_INPUT, "密码设备的写法应为 pkcs11:token=名称;object=密钥标签?module-path=模块文件");
	label = p11_kit_uri_get_attribute(t->uri, CKA_LABEL);
	if (!p11_kit_uri_get_module_path(t->uri) || !label)
		return err_set(err, ERR_BAD_INPUT, "密码设备的写法缺少密钥标签（object=）或者模块文件（module-path=）");
	t->label = str_dup(a, (struct str){ label->pValue, label->ulValueLen });
	return true;
}

static bool load(struct token *t, struct err *err)
{
	const char *path = p11_kit_uri_get_module_path(t->uri);
	CK_RV rv;

	t->module = p11_kit_module_load(path, 0);
	if (!t->module)
		return err_set(err, ERR_BAD_INPUT, "不能载入密码设备的模块 %s", path);
	rv = p11_kit_module_initialize(t->module);
	t->initialized = rv == CKR_OK;
	return t->initialized || failed(err, "的模块不能启动", rv);
}

/* A session with the token that the URI names. */
static bool enter(struct token *t, struct str pin, bool make, struct err *err)
{
	CK_SLOT_ID slot[SLOTS_MOST];
	CK_ULONG n = SLOTS_MOST;
	CK_TOKEN_INFO info;
	CK_RV rv = t->module->C_GetSlotList(CK_TRUE, slot, &n);

	if (rv != CKR_OK)
		return failed(err, "没有列出", rv);
	for (CK_ULONG i = 0; i < n; i++) {
		if (t->module->C_GetTokenInfo(slot[i], &info) != CKR_OK || !p11_kit_uri_match_token_info(t->uri, &info))
			continue;
		rv = t->module->C_OpenSession(slot[i], CKF_SERIAL_SESSION | (make ? CKF_RW_SESSION : 0), NULL, NULL, &t->session);
		if (rv != CKR_OK)
			return failed(err, "不能打开", rv);
		rv = t->module->C_Login(t->session, CKU_USER, (CK_UTF8CHAR *)pin.p, pin.n);
		return rv == CKR_OK || rv == CKR_USER_ALREADY_LOGGED_IN || failed(err, "不能登录", rv);
	}
	return err_set(err, ERR_BAD_INPUT, "没有找到密码设备，请检查是否插好、名称是否写对");
}

static bool find(struct token *t, CK_OBJECT_CLASS class, CK_OBJECT_HANDLE *ret, bool *ret_found, struct err *err)
{
	CK_KEY_TYPE type = CKK_EC_EDWARDS;
	CK_ATTRIBUTE want[] = { { CKA_CLASS, &class, sizeof(class) },
				{ CKA_KEY_TYPE, &type, sizeof(type) },
				{ CKA_LABEL, (void *)t->label.p, t->label.n } };
	CK_ULONG n = 0;
	CK_RV rv = t->module->C_FindObjectsInit(t->session, want, 3);

	if (rv == CKR_OK) {
		rv = t->module->C_FindObjects(t->session, ret, 1, &n);
		(void)t->module->C_FindObjectsFinal(t->session);
	}
	*ret_found = n == 1;
	return rv == CKR_OK || failed(err, "不能查找密钥", rv);
}

/* The curve by its object identifier (RFC 8410). */
static bool make_pair(struct token *t, struct err *err)
{
	unsigned char curve[] = { 0x06, 0x03, 0x2b, 0x65, 0x70 };
	CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
	CK_MECHANISM how = { CKM_EC_EDWARDS_KEY_PAIR_GEN, NULL, 0 };
	CK_ATTRIBUTE open[] = { { CKA_TOKEN, &yes, 1 }, { CKA_VERIFY, &yes, 1 }, { CKA_EC_PARAMS, curve, sizeof(curve) },
				{ CKA_LABEL, (void *)t->label.p, t->label.n } };
	CK_ATTRIBUTE closed[] = { { CKA_TOKEN, &yes, 1 }, { CKA_PRIVATE, &yes, 1 }, { CKA_SENSITIVE, &yes, 1 },
				  { CKA_EXTRACTABLE, &no, 1 }, { CKA_SIGN, &yes, 1 },
				  { CKA_LABEL, (void *)t->label.p, t->label.n } };
	CK_OBJECT_HANDLE pub, key;
	CK_RV rv = t->module->C_GenerateKeyPair(t->session, &how, open, ARRAY_LEN(open), closed, ARRAY_LEN(closed), &pub, &key);

	return rv == CKR_OK || failed(err, "不能生成 Ed25519 密钥", rv);
}

static bool public_of(struct token *t, unsigned char pub[KEY_PUB_MAX], struct err *err)
{
	unsigned char point[POINT_MAX];
	CK_ATTRIBUTE is = { CKA_EC_POINT, point, sizeof(point) };
	CK_OBJECT_HANDLE h;
	bool found;
	CK_RV rv;

	if (!find(t, CKO_PUBLIC_KEY, &h, &found, err))
		return false;
	rv = found ? t->module->C_GetAttributeValue(t->session, h, &is, 1) : CKR_OBJECT_HANDLE_INVALID;
	if (rv != CKR_OK || is.ulValueLen < ED25519_PUB || is.ulValueLen > ED25519_PUB + 2)
		return failed(err, "里没有这把密钥的公钥", rv);
	memcpy(pub, point + is.ulValueLen - ED25519_PUB, ED25519_PUB);
	return true;
}

static bool sign(void *ctx, struct str msg, unsigned char ret[KEY_SIG], struct err *err)
{
	struct token *t = ctx;
	CK_MECHANISM how = { CKM_EDDSA, NULL, 0 };
	CK_ULONG n = KEY_SIG;
	CK_RV rv = t->module->C_SignInit(t->session, &how, t->key);

	if (rv == CKR_OK)
		rv = t->module->C_Sign(t->session, (CK_BYTE *)msg.p, msg.n, ret, &n);
	return (rv == CKR_OK && n == KEY_SIG) || failed(err, "不能签名", rv);
}

static bool key_of(struct token *t, bool make, struct err *err)
{
	bool found;

	if (!find(t, CKO_PRIVATE_KEY, &t->key, &found, err))
		return false;
	if (found)
		return !make || err_set(err, ERR_REFUSED, "密码设备里已经有标签为“%.*s”的密钥，请换一个标签", STR_FMT(t->label));
	if (!make)
		return err_set(err, ERR_BAD_INPUT, "密码设备里没有标签为“%.*s”的 Ed25519 密钥", STR_FMT(t->label));
	return make_pair(t, err) && find(t, CKO_PRIVATE_KEY, &t->key, &found, err)
	    && (found || failed(err, "没有留下生成的密钥", CKR_OBJECT_HANDLE_INVALID));
}

bool token_signer(struct arena *a, struct str uri, struct str name, struct str pin, bool make, struct signer **ret,
		  struct err *err)
{
	struct token *t = arena_one(a, struct token);
	unsigned char pub[KEY_PUB_MAX];
	struct key key;

	*t = (struct token){ .key = 0 };
	arena_defer(a, leave, t);
	if (!read_uri(a, t, uri, err) || !load(t, err) || !enter(t, pin, make, err) || !key_of(t, make, err)
	    || !public_of(t, pub, err) || !key_make(KEY_ED25519, name, pub, &key, err))
		return false;
	*ret = signer_elsewhere(a, &key, sign, t);
	return true;
}
