/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "web/tus.h"

#include <sodium.h>
#include <string.h>

#include "base/parse.h"

#define META_KEYS 20 /* we read four of them */

bool tus_id(struct str s)
{
	unsigned char bin[TUS_ID / 2];

	return s.n == TUS_ID && parse_hex(s, bin, sizeof(bin));
}

bool tus_sum(struct str text, struct tus_sum *ret, struct err *err)
{
	static const struct {
		const char *name;
		size_t n;
	} known[] = { { "sha1", 20 }, { "sha256", 32 }, { "sm3", 32 } };
	struct tus_sum sum = { .n = 0 };
	struct str rest = text, name;

	if (!str_cut(&rest, ' ', &name))
		return err_set(err, ERR_BAD_INPUT, "Upload-Checksum 应写作“算法 base64”");
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		if (!str_is(name, known[i].name))
			continue;
		(void)snprintf(sum.algorithm, sizeof(sum.algorithm), "%s", known[i].name);
		if (sodium_base642bin(sum.digest, sizeof(sum.digest), rest.p ? rest.p : "", rest.n, NULL, &sum.n, NULL,
				      sodium_base64_VARIANT_ORIGINAL) != 0 || sum.n != known[i].n)
			return err_set(err, ERR_BAD_INPUT, "Upload-Checksum 的校验值有误");
		*ret = sum;
		return true;
	}
	return err_set(err, ERR_BAD_INPUT, "不支持这种校验算法，可用 %s", TUS_CHECKSUMS);
}

static bool value_of(struct arena *a, struct str base64, struct str *ret)
{
	unsigned char *bin = arena_alloc(a, base64.n + 1);
	size_t n = 0;

	if (base64.n && sodium_base642bin(bin, base64.n, base64.p, base64.n, NULL, &n, NULL,
					  sodium_base64_VARIANT_ORIGINAL) != 0)
		return false;
	*ret = (struct str){ (const char *)bin, n };
	return str_utf8(*ret);
}

bool tus_metadata(struct arena *a, struct str text, struct form_data *ret, struct err *err)
{
	struct form_pair *v = arena_many(a, META_KEYS, struct form_pair);
	struct form_data d = { v, 0 };
	struct str rest = text, one;

	if (text.n > TUS_META)
		return err_set(err, ERR_BAD_INPUT, "Upload-Metadata 过长");
	while (rest.n && str_cut(&rest, ',', &one)) {
		struct str key, value = str_trim(one);

		if (!str_cut(&value, ' ', &key) || !key.n || d.n == META_KEYS || form_has(&d, str_cstr(a, key))
		    || !value_of(a, value, &v[d.n].value))
			return err_set(err, ERR_BAD_INPUT, "Upload-Metadata 应写作“名称 base64,名称 base64”，名称不重复");
		v[d.n++].name = key;
	}
	*ret = d;
	return true;
}

bool tus_concat(struct arena *a, struct str text, enum tus_concat *ret, const struct str **ret_part, size_t *ret_n,
		struct err *err)
{
	struct str *part = arena_many(a, TUS_PARTS, struct str), rest = text, one;
	size_t n = 0;

	*ret_n = 0;
	if (!text.n || str_is(text, "partial")) {
		*ret = text.n ? TUS_PARTIAL : TUS_ALONE;
		return true;
	}
	if (!str_starts(text, STR("final;")))
		return err_set(err, ERR_BAD_INPUT, "Upload-Concat 应是 partial 或者 final;地址 地址");
	rest = str_sub(text, strlen("final;"), text.n);
	while (str_cut(&rest, ' ', &one)) {
		size_t at = one.n;

		while (at && one.p[at - 1] != '/')
			at--;
		if (!one.n)
			continue;
		if (n == TUS_PARTS || !tus_id(str_sub(one, at, one.n)))
			return err_set(err, ERR_BAD_INPUT, "Upload-Concat 的地址有误，或者超过%d段", TUS_PARTS);
		part[n++] = str_sub(one, at, one.n);
	}
	if (!n)
		return err_set(err, ERR_BAD_INPUT, "Upload-Concat 没有给出各段的地址");
	*ret = TUS_FINAL;
	*ret_part = part;
	*ret_n = n;
	return true;
}

bool tus_version(const struct req *r, struct err *err)
{
	return str_is(req_asked(r, "Tus-Resumable"), TUS_VERSION)
	    || err_set(err, ERR_VERSION, "本系统只支持 tus %s，请求须带 Tus-Resumable: %s", TUS_VERSION, TUS_VERSION);
}

static bool number(const struct req *r, const char *name, int64_t *ret, struct err *err)
{
	struct str text = req_asked(r, name);

	*ret = -1;
	return !text.n || parse_i64(text, 0, INT64_MAX, ret) || err_set(err, ERR_BAD_INPUT, "%s 应是不小于0的整数", name);
}

static bool body_of(const struct req *r, struct tus_ask *ask, struct err *err)
{
	struct str sum = req_asked(r, "Upload-Checksum");

	if (!number(r, "Content-Length", &ask->coming, err))
		return false;
	if (ask->coming < 0 && !req_asked(r, "Transfer-Encoding").n)
		ask->coming = 0;
	if (ask->coming && !str_is(r->content_type, "application/offset+octet-stream"))
		return err_set(err, ERR_MEDIA, "文件内容的 Content-Type 须是 application/offset+octet-stream");
	return !sum.n || tus_sum(sum, &ask->sum, err);
}

static bool defer_of(const struct req *r, struct tus_ask *ask, struct err *err)
{
	struct str defer = req_asked(r, "Upload-Defer-Length");

	ask->defer = str_is(defer, "1");
	if ((defer.n && !ask->defer) || (ask->defer && ask->length >= 0))
		return err_set(err, ERR_BAD_INPUT, "Upload-Defer-Length 只能是 1，且不与 Upload-Length 并用");
	return true;
}

bool tus_create(const struct req *r, struct tus_ask *ret, struct err *err)
{
	struct tus_ask ask = { .offset = 0 };

	ask.metadata = req_asked(r, "Upload-Metadata");
	if (!tus_version(r, err) || !number(r, "Upload-Length", &ask.length, err) || !defer_of(r, &ask, err)
	    || !body_of(r, &ask, err) || !tus_metadata(r->a, ask.metadata, &ask.meta, err)
	    || !tus_concat(r->a, req_asked(r, "Upload-Concat"), &ask.concat, &ask.part, &ask.n_part, err))
		return false;
	if (ask.concat == TUS_FINAL && (ask.length >= 0 || ask.defer || ask.coming))
		return err_set(err, ERR_BAD_INPUT, "合并各段时不带长度和内容");
	if (ask.concat != TUS_FINAL && ask.length < 0 && !ask.defer)
		return err_set(err, ERR_BAD_INPUT, "须写明 Upload-Length 或者 Upload-Defer-Length: 1");
	*ret = ask;
	return true;
}

bool tus_patch(const struct req *r, struct tus_ask *ret, struct err *err)
{
	struct tus_ask ask = { .defer = false };

	if (!tus_version(r, err) || !number(r, "Upload-Offset", &ask.offset, err)
	    || !number(r, "Upload-Length", &ask.length, err) || !body_of(r, &ask, err))
		return false;
	if (ask.offset < 0)
		return err_set(err, ERR_BAD_INPUT, "续传须写明 Upload-Offset");
	if (!str_is(r->content_type, "application/offset+octet-stream"))
		return err_set(err, ERR_MEDIA, "续传内容的 Content-Type 须是 application/offset+octet-stream");
	*ret = ask;
	return true;
}
