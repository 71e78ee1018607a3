/* SPDX-License-Identifier: MulanPSL-2.0 */
/* package_check.c - an archive package that was taken apart into a folder, against its lists and its proofs: what check.sh
 * does, and the SM2 and SM3 halves too. */
#include <dirent.h>
#include <string.h>
#include <sys/stat.h>

#include "app/app.h"
#include "app/package.h"
#include "app/whole.h"
#include "base/base64.h"
#include "blob/blob.h"
#include "log/log.h"
#include "log/proof.h"
#include "log/store.h"

#define READ_MOST ((size_t)256 << 20)

struct checking {
	struct arena *a;
	const char *dir;
	struct key key[2];
	struct package_checked *ret;
};

static bool altered(struct err *err, struct str what, const char *why)
{
	return err_set(err, ERR_ALTERED, "%s：%.*s", why, STR_FMT(what));
}

static const char *path_of(struct checking *x, struct str name)
{
	return str_fmt(x->a, "%s/%.*s", x->dir, STR_FMT(name)).p;
}

/* A name of the lists stays inside the folder. */
static bool content(struct checking *x, struct str name, struct str *ret, struct err *err)
{
	if (!name.n || name.p[0] == '/' || str_find(name, STR(".."), 0) != SIZE_MAX)
		return altered(err, name, "清单里的文件名不对");
	return file_read_whole(x->a, path_of(x, name), READ_MOST, ret, err) || altered(err, name, "包里没有这个文件");
}

static bool next_line(struct str *rest, struct str *ret)
{
	size_t end = str_find(*rest, STR("\n"), 0);

	if (!rest->n)
		return false;
	end = end == SIZE_MAX ? rest->n : end;
	*ret = str_sub(*rest, 0, end);
	*rest = str_sub(*rest, end + 1, rest->n);
	return true;
}

/* Every file of a list; both lists name the same ones. */
static bool lists(struct checking *x, struct err *err)
{
	struct str sha256, sm3, a, b, bytes;
	struct arena_mark mark;
	struct blob blob;

	if (!content(x, STR("sha256sum.txt"), &sha256, err) || !content(x, STR("sm3sum.txt"), &sm3, err))
		return false;
	while (next_line(&sha256, &a)) {
		mark = arena_mark(x->a);
		if (!next_line(&sm3, &b) || !str_eq(str_sub(a, 64, a.n), str_sub(b, 64, b.n)))
			return altered(err, a, "两份摘要清单不一致");
		if (!content(x, str_sub(a, 66, a.n), &bytes, err))
			return false;
		blob_digest(x->a, bytes, &blob);
		if (!str_eq(blob.sha256, str_sub(a, 0, 64)) || !str_eq(blob.sm3, str_sub(b, 0, 64)))
			return altered(err, str_sub(a, 66, a.n), "与摘要清单不符");
		x->ret->files++;
		arena_rewind(x->a, mark);
	}
	return !sm3.n || altered(err, sm3, "两份摘要清单不一致");
}

/* ---- the proofs ---- */

/* The entry's line for this content under this salt. */
static bool committed(struct str entry, struct str salt, struct str bytes, struct arena *a)
{
	struct log_digest d;
	struct buf b;

	if (salt.n != LOG_SALT)
		return false;
	buf_init(&b, a, 256);
	buf_addc(&b, '\n');
	log_digest_of(bytes, &d);
	log_entry_line(&b, (const unsigned char *)salt.p, &d);
	return str_find(entry, buf_str(&b), 0) != SIZE_MAX;
}

static bool proved_line(struct checking *x, struct str line, struct err *err)
{
	size_t first = str_find(line, STR(" "), 0), second = first == SIZE_MAX ? first : str_find(line, STR(" "), first + 1);
	struct str no, salt_text, name, salt, bytes, held;
	struct stat st;
	struct blob blob;

	if (second == SIZE_MAX)
		return altered(err, line, "存证清单的一行不对");
	no = str_sub(line, 0, first);
	salt_text = str_sub(line, first + 1, second);
	name = str_sub(line, second + 1, line.n);
	if (stat(path_of(x, name), &st) != 0)
		return true; /* handed over beside the package; one that is missing was told by the lists */
	if (!content(x, name, &bytes, err))
		return false;
	if (str_is(salt_text, "-")) {
		blob_digest(x->a, bytes, &blob);
		return content(x, str_fmt(x->a, "log/%.*s.act", STR_FMT(no)), &held, err)
		       && (str_find(held, blob.sha256, 0) != SIZE_MAX || altered(err, name, "与记录日志里的存证不符"));
	}
	return content(x, str_fmt(x->a, "log/%.*s.entry", STR_FMT(no)), &held, err)
	       && ((base64_read(x->a, salt_text, &salt) && committed(held, salt, bytes, x->a)) || altered(err, name, "与记录日志里的存证不符"));
}

static bool proofs(struct checking *x, struct err *err)
{
	struct str list, line;
	struct arena_mark mark;

	if (!content(x, STR("log/proved.txt"), &list, err))
		return false;
	while (next_line(&list, &line)) {
		mark = arena_mark(x->a);
		if (!proved_line(x, line, err))
			return false;
		arena_rewind(x->a, mark);
	}
	return true;
}

static bool in_log(struct checking *x, struct str name, struct err *err)
{
	struct str text, entry;
	struct tlog_proof p;
	struct err why = { 0 };

	if (!content(x, str_fmt(x->a, "log/%.*s.tlog-proof", STR_FMT(name)), &text, err)
	    || !content(x, str_fmt(x->a, "log/%.*s.entry", STR_FMT(name)), &entry, err))
		return false;
	if (!tlog_proof_read(x->a, text, &p, &why) || !tlog_proof_check(x->a, &p, entry, x->key, 2, NULL, &why))
		return err_set(err, ERR_ALTERED, "第%.*s步的存证不成立：%s", STR_FMT(name), why.msg);
	x->ret->acts++;
	return true;
}

static bool all_in_log(struct checking *x, struct err *err)
{
	DIR *d = opendir(path_of(x, STR("log")));
	const struct dirent *e;
	bool ok = d || err_set(err, ERR_ALTERED, "包里没有存证");

	while (ok && (e = readdir(d)) != NULL) {
		struct str name = str_of(e->d_name);
		struct arena_mark mark = arena_mark(x->a);

		if (name.n > 11 && str_is(str_sub(name, name.n - 11, name.n), ".tlog-proof"))
			ok = in_log(x, str_sub(name, 0, name.n - 11), err);
		arena_rewind(x->a, mark);
	}
	if (d)
		(void)closedir(d);
	return ok;
}

bool package_is(struct arena *a, const char *dir)
{
	struct stat st;

	return stat(str_fmt(a, "%s/log/proved.txt", dir).p, &st) == 0 && stat(str_fmt(a, "%s/metadata.json", dir).p, &st) == 0;
}

bool package_check(struct arena *a, const char *dir, const char *key, struct package_checked *ret, struct err *err)
{
	struct checking x = { .a = a, .dir = dir, .ret = ret };
	struct log_origin o = { .log = 0 };
	struct str keys;

	*ret = (struct package_checked){ .files = 0 };
	if (!content(&x, STR("log/key"), &keys, err))
		return false;
	if (!next_line(&keys, &o.ed25519) || !next_line(&keys, &o.sm2) || !log_origin_keys(&o, x.key, err))
		return altered(err, STR("log/key"), "日志的公钥读不出来");
	ret->key = o.ed25519;
	if (key && !str_is(o.ed25519, key))
		return altered(err, o.ed25519, "包里的公钥不是移交单位告知的那一个");
	return lists(&x, err) && proofs(&x, err) && all_in_log(&x, err);
}
