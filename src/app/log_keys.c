/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/log_keys.h"

#include <inttypes.h>
#include <sodium.h>
#include <unistd.h>

#include "base/day.h"
#include "base/small.h"

#define PEM_MOST ((size_t)8 * 1024)
#define HOST_MOST 100

static const char *const file_name[2] = { "log-ed25519.pem", "log-sm2.pem" };
static const enum key_type type_of[2] = { KEY_ED25519, KEY_SM2 };

/* NULL in *ret: there is no such file. */
static bool signer_of_folder(struct arena *a, const char *dir, int i, struct str name, struct signer **ret, struct err *err)
{
	struct str pem;
	bool found;

	*ret = NULL;
	if (!small_get(a, str_cstr(a, str_fmt(a, "%s/keys/%s", dir, file_name[i])), PEM_MOST, &pem, &found, err))
		return false;
	return !found || signer_pem(a, type_of[i], name, pem, (struct str){ 0 }, ret, err);
}

/* The folder's keys under that name; those that are not there are made. */
static bool keys_of_folder(struct arena *a, const char *dir, struct str name, struct log_keys *k, struct err *err)
{
	for (int i = 0; i < 2; i++) {
		struct str pem;

		if (!signer_of_folder(a, dir, i, name, &k->signer[i], err))
			return false;
		if (!k->signer[i]
		    && (!signer_new_pem(a, type_of[i], (struct str){ 0 }, &pem, err)
			|| !small_put(a, str_cstr(a, str_fmt(a, "%s/keys/%s", dir, file_name[i])), pem, false, err)
			|| !signer_of_folder(a, dir, i, name, &k->signer[i], err)))
			return false;
		k->key[i] = *signer_key(k->signer[i]);
	}
	return true;
}

static struct str vkey(struct arena *a, const struct key *k)
{
	struct buf b;

	buf_init(&b, a, 1024);
	key_put(&b, k);
	return buf_str(&b);
}

static void publish(struct arena *a, struct str name, struct log_keys *k)
{
	k->o.origin = name;
	k->o.ed25519 = vkey(a, &k->key[0]);
	k->o.sm2 = vkey(a, &k->key[1]);
}

/* Host names are letters, digits, '-' and '.'; what else stands there becomes '-'. */
static struct str name_of_machine(struct arena *a)
{
	char host[HOST_MOST + 1] = "";
	struct buf b;

	if (gethostname(host, HOST_MOST) != 0 || !host[0])
		(void)snprintf(host, sizeof(host), "localhost");
	buf_init(&b, a, KEY_NAME_MAX);
	for (const char *p = host; *p; p++) {
		char c = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;

		buf_addc(&b, (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ? c : '-');
	}
	buf_addf(&b, "/mingfa/%08" PRIx32, randombytes_random());
	return buf_str(&b);
}

struct naming {
	struct arena *a;
	const char *dir, *name;
};

static bool make_in_tx(struct db *db, const void *ctx, struct err *err)
{
	const struct naming *n = ctx;
	struct log_keys k = { .o.log = 1 };
	struct str name = n->name ? str_of(n->name) : name_of_machine(n->a);
	struct log_origin has;
	bool found;

	if (!log_origin_load(db, n->a, 0, &has, &found, err))
		return false;
	if (found)
		return !n->name || str_eq(has.origin, name)
		       || err_set(err, ERR_USAGE, "日志已经有名称“%.*s”，不能改成别的", STR_FMT(has.origin));
	if (!key_name_ok(name) || str_chr(name, ':', 0) != SIZE_MAX || name.n > KEY_NAME_MAX / 2)
		return err_set(err, ERR_USAGE, "日志的名称像网址那样写，不带 http://，没有空格和加号，例如 zfjd.linyi.gov.cn/mingfa");
	if (!keys_of_folder(n->a, n->dir, name, &k, err))
		return false;
	publish(n->a, name, &k);
	return log_origin_add(db, &k.o, time_now(), err);
}

bool log_keys_make(struct db *db, struct arena *a, const char *dir, const char *name, struct err *err)
{
	const struct naming n = { a, dir, name };

	return db_tx(db, "log_keys_make", make_in_tx, &n, err);
}

bool log_keys_load(struct db *db, struct arena *a, const char *dir, struct log_keys *ret, struct err *err)
{
	bool found;

	*ret = (struct log_keys){ .signer = { NULL, NULL } };
	if (!log_origin_load(db, a, 0, &ret->o, &found, err))
		return false;
	if (!found)
		return err_set(err, ERR_NOT_FOUND, "这份日志还没有名称和密钥，运行一次 mingfa migrate 就有了");
	if (!log_origin_keys(&ret->o, ret->key, err))
		return false;
	for (int i = 0; i < 2; i++) {
		if (!signer_of_folder(a, dir, i, ret->o.origin, &ret->signer[i], err))
			return false;
		if (ret->signer[i] && signer_key(ret->signer[i])->id != ret->key[i].id)
			return err_set(err, ERR_BAD_INPUT, "%s/keys/%s 不是日志“%.*s”的私钥。请从备份的 keys 文件夹恢复它；"
				       "确实丢失的，移走这个文件，再运行 mingfa log renew %s", dir, file_name[i],
				       STR_FMT(ret->o.origin), dir);
	}
	if (!ret->signer[0] || !ret->signer[1])
		ret->signer[0] = ret->signer[1] = NULL;
	return true;
}

bool log_keys_next(struct arena *a, const char *dir, const struct log_origin *old, struct log_keys *ret, struct err *err)
{
	struct str stem = old->origin, tail = str_fmt(a, "/%" PRId64, old->log), name;

	if (old->log > 1 && str_ends(stem, tail))
		stem = str_sub(stem, 0, stem.n - tail.n);
	name = str_fmt(a, "%.*s/%" PRId64, STR_FMT(stem), old->log + 1);
	*ret = (struct log_keys){ .o.log = old->log + 1 };
	if (!keys_of_folder(a, dir, name, ret, err))
		return false;
	publish(a, name, ret);
	return true;
}
