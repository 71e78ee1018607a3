/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "app/log_sign.h"
#include "app/whole.h"
#include "base/small.h"
#include "db/backup.h"

#define SPARE ((int64_t)256 << 20) /* the database's log grows while it is copied */
#define NAME_MOST 4096

struct copying {
	struct arena *a;
	const char *from, *to;
	bool (*go_on)(void *, int64_t, int64_t);
	void *ctx;
	int64_t all;
	struct backup_result *r;
};

static bool make_folder(const char *path, struct err *err)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return true;
	return err_set(err, ERR_IO, "不能建立文件夹 %s：%s", path, strerror(errno));
}

/* With the rights that it has there: what only the program may read stays so. */
static FILE *create_like(FILE *in, const char *path)
{
	struct stat st;
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	FILE *f;

	if (fd < 0)
		return NULL;
	f = fstat(fileno(in), &st) == 0 && fchmod(fd, st.st_mode & 0777) == 0 ? fdopen(fd, "wb") : NULL;
	if (!f)
		(void)close(fd);
	return f;
}

static bool copy_file(const char *from, const char *to, struct err *err)
{
	char part[NAME_MOST], chunk[65536];
	FILE *in = fopen(from, "rb"), *out;
	size_t n;
	bool ok = true;

	(void)snprintf(part, sizeof(part), "%s.part", to);
	out = in ? create_like(in, part) : NULL;
	while (out && ok && (n = fread(chunk, 1, sizeof(chunk), in)) > 0)
		ok = fwrite(chunk, 1, n, out) == n;
	ok = ok && out && !ferror(in) && fflush(out) == 0 && fsync(fileno(out)) == 0;
	if (in)
		(void)fclose(in);
	if (out && fclose(out) != 0)
		ok = false;
	if (ok && rename(part, to) == 0)
		return true;
	(void)err_set(err, errno == ENOSPC ? ERR_DISK_FULL : ERR_IO, "文件没有复制完：%s", from);
	(void)unlink(part);
	return false;
}

/* Small and few, and they may be changed: copied every time. An older backup has none. */
static bool copy_keys(struct copying *c, struct err *err)
{
	char *top = str_cstr(c->a, str_fmt(c->a, "%s/keys", c->from));
	DIR *d = opendir(top);
	struct dirent *e;
	struct stat st;
	bool ok = make_folder(str_cstr(c->a, str_fmt(c->a, "%s/keys", c->to)), err);

	while (d && ok && (e = readdir(d))) {
		char *from = str_cstr(c->a, str_fmt(c->a, "%s/%s", top, e->d_name));

		if (lstat(from, &st) != 0 || !S_ISREG(st.st_mode) || str_ends(str_of(e->d_name), STR(".part")))
			continue;
		ok = copy_file(from, str_cstr(c->a, str_fmt(c->a, "%s/keys/%s", c->to, e->d_name)), err);
		c->r->keys += ok;
	}
	if (d)
		(void)closedir(d);
	return ok;
}

/* What stands beside the blobs and is copied the same way back and forth. */
static bool copy_rest(struct copying *c, struct err *err)
{
	return copy_keys(c, err)
	    && copy_file(str_cstr(c->a, str_fmt(c->a, "%s/pack", c->from)), str_cstr(c->a, str_fmt(c->a, "%s/pack", c->to)), err);
}

/* Every blobs/ab/abcd…: count them, or copy those that are not there yet; a stored file never changes. */
static bool each_blob(struct copying *c, bool count, struct err *err)
{
	char *top = str_cstr(c->a, str_fmt(c->a, "%s/blobs", c->from));
	DIR *d = opendir(top), *sub;
	struct dirent *e, *f;
	bool ok = true;

	while (d && ok && (e = readdir(d))) {
		if (strlen(e->d_name) != 2 || e->d_name[0] == '.')
			continue;
		sub = opendir(str_cstr(c->a, str_fmt(c->a, "%s/%s", top, e->d_name)));
		if (!count)
			ok = make_folder(str_cstr(c->a, str_fmt(c->a, "%s/blobs/%s", c->to, e->d_name)), err);
		while (sub && ok && (f = readdir(sub))) {
			char from[NAME_MOST], to[NAME_MOST];
			struct stat st, there;

			(void)snprintf(from, sizeof(from), "%s/%s/%s", top, e->d_name, f->d_name);
			(void)snprintf(to, sizeof(to), "%s/blobs/%s/%s", c->to, e->d_name, f->d_name);
			if (strlen(f->d_name) != 64 || stat(from, &st) != 0)
				continue;
			c->r->files += !count;
			if (stat(to, &there) == 0 && there.st_size == st.st_size)
				continue;
			c->all += count;
			c->r->bytes += st.st_size;
			if (count)
				continue;
			ok = copy_file(from, to, err);
			c->r->copied++;
			if (ok && c->go_on && !c->go_on(c->ctx, c->r->copied, c->all))
				ok = err_set(err, ERR_TIMEOUT, "备份没有做完，可以再备份一次");
		}
		if (sub)
			(void)closedir(sub);
	}
	if (d)
		(void)closedir(d);
	return ok;
}

static const struct stmt st_elsewhere = { "backup_elsewhere", "SELECT COUNT(*) FROM blob WHERE place = 'store'" };

/* As the backup itself says when it is restored. */
static bool count_elsewhere(struct copying *c, const char *address, struct err *err)
{
	const struct db_out out[] = { db_to_i64(&c->r->elsewhere) };
	struct db *db;
	bool ok;

	if (!db_open(address, DB_READ, &db, err))
		return false;
	ok = db_one(db, c->a, &st_elsewhere, NULL, 0, DB_OUT(out), err);
	db_close(db);
	return ok;
}

static const struct stmt st_let_go = { "backup_let_go", "SELECT digest FROM blob WHERE place IN ('leaving', 'unstoring', 'removed')" };

struct dropping {
	const char *dir;
	struct str digest;
};

static bool drop_one(void *ctx, struct err *err)
{
	struct dropping *x = ctx;
	char path[NAME_MOST];

	(void)err;
	(void)snprintf(path, sizeof(path), "%s/blobs/%.2s/%.*s", x->dir, x->digest.p, STR_FMT(x->digest));
	(void)unlink(path); /* most of them are not there */
	return true;
}

/* What was let go by an approved list (matter/removal.h) stays in no copy that an earlier backup made. */
static bool drop_let_go(struct arena *a, const char *dir, const char *address, struct err *err)
{
	struct dropping x = { .dir = dir };
	const struct db_out out[] = { db_to_str(&x.digest) };
	struct db *db;
	bool ok;

	if (!db_open(address, DB_READ, &db, err))
		return false;
	ok = db_each(db, a, &st_let_go, DB_NONE, DB_OUT(out), drop_one, &x, err);
	db_close(db);
	return ok;
}

static bool room(const char *to, int64_t need, struct err *err)
{
	struct statvfs v;
	int64_t room;

	if (statvfs(to, &v) != 0)
		return err_set(err, ERR_IO, "看不到 %s 的剩余空间：%s", to, strerror(errno));
	room = (int64_t)v.f_bavail * (int64_t)v.f_frsize;
	if (room >= need)
		return true;
	return err_set(err, ERR_DISK_FULL, "备份要%lld MB，那里只剩%lld MB。请换一个地方，或者清理以后再备份",
		       (long long)(need >> 20), (long long)(room >> 20));
}

bool backup_folder(const char *dir, const char *address, const char *to, bool (*go_on)(void *ctx, int64_t done, int64_t all),
		   void *ctx, struct backup_result *ret, struct err *err)
{
	struct arena *a = arena_new();
	struct copying c = { .a = a, .from = dir, .to = to, .go_on = go_on, .ctx = ctx, .r = ret };
	char *db = str_cstr(a, str_fmt(a, "%s/%s", to, backup_name(address)));
	int64_t size = 0;
	bool ok;

	*ret = (struct backup_result){ 0 };
	ok = make_folder(to, err) && make_folder(str_cstr(a, str_fmt(a, "%s/blobs", to)), err)
	  && backup_size(address, &size, err) && each_blob(&c, true, err) && room(to, size + ret->bytes + SPARE, err)
	  && backup_write(address, db, err) && (!go_on || go_on(ctx, 0, c.all));
	ret->bytes = 0;
	ok = ok && each_blob(&c, false, err) && copy_rest(&c, err) && drop_let_go(a, to, address, err) && count_elsewhere(&c, address, err);
	ret->bytes += size;
	(void)arena_free(a);
	return ok;
}

/* ---- restoring ---- */

static bool empty_folder(const char *dir, struct err *err)
{
	DIR *d;
	struct dirent *e;
	int n = 0;

	if (!make_folder(dir, err))
		return false;
	d = opendir(dir);
	while (d && (e = readdir(d)))
		n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	if (d)
		(void)closedir(d);
	return n == 0 || err_set(err, ERR_USAGE, "文件夹 %s 不是空的：只恢复到空的文件夹", dir);
}

static const struct stmt st_blobs = { "restore_blobs", "SELECT digest, size FROM blob WHERE place = 'file'" };

struct checking {
	const char *dir;
	struct str digest;
	int64_t size, missing;
};

static bool check_blob(void *ctx, struct err *err)
{
	struct checking *x = ctx;
	char path[NAME_MOST];
	struct stat st;

	(void)err;
	(void)snprintf(path, sizeof(path), "%s/blobs/%.2s/%.*s", x->dir, x->digest.p, STR_FMT(x->digest));
	x->missing += stat(path, &st) != 0 || st.st_size != x->size;
	return true;
}

static bool check_files(struct arena *a, const char *dir, const char *address, int64_t *missing, struct err *err)
{
	struct checking x = { .dir = dir };
	const struct db_out out[] = { db_to_str(&x.digest), db_to_i64(&x.size) };
	struct db *db;
	bool ok;

	if (!db_open(address, DB_READ, &db, err))
		return false;
	ok = db_each(db, a, &st_blobs, DB_NONE, DB_OUT(out), check_blob, &x, err);
	db_close(db);
	*missing = x.missing;
	return ok;
}

bool restore_folder(const char *from, const char *dir, const char *address, struct backup_result *ret, struct err *err)
{
	static const char *const parts[] = { "blobs", "spool", "log", "keys" };
	struct arena *a = arena_new();
	struct copying c = { .a = a, .from = from, .to = dir, .r = ret };
	bool ok = empty_folder(dir, err);

	*ret = (struct backup_result){ 0 };
	for (size_t i = 0; ok && i < ARRAY_LEN(parts); i++)
		ok = make_folder(str_cstr(a, str_fmt(a, "%s/%s", dir, parts[i])), err);
	ok = ok && backup_read(str_cstr(a, str_fmt(a, "%s/%s", from, backup_name(address))), address, err)
	  && each_blob(&c, false, err) && copy_rest(&c, err) && drop_let_go(a, dir, address, err) && check_files(a, dir, address, &ret->missing, err)
	  && small_put(a, str_cstr(a, str_fmt(a, "%s/" LOG_RESTORED, dir)), str_of(from), true, err);
	(void)arena_free(a);
	return ok;
}
