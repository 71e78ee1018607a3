/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "blob/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/parse.h"
#include "base/uuid.h"
#include "blob/s3.h"

static const struct stmt st_put = { "blob_put",
	"INSERT INTO blob (digest, sm3, size, media, place, data, created) VALUES ($1, $2, $3, $4, $5, $6, $7) "
	"ON CONFLICT (digest) DO UPDATE SET place = excluded.place, data = excluded.data "
	"WHERE blob.place IN ('leaving', 'unstoring', 'removed')" };
static const struct stmt st_find = { "blob_find", "SELECT sm3, size, media, place FROM blob WHERE digest = $1" };
static const struct stmt st_data = { "blob_data", "SELECT data FROM blob WHERE digest = $1" };

static struct str digest(struct arena *a, const EVP_MD *md, struct str s)
{
	unsigned char d[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	char *hex;

	(void)EVP_Digest(s.p ? s.p : "", s.n, d, &n, md, NULL);
	hex = arena_alloc(a, 2 * (size_t)n + 1);
	parse_put_hex(hex, d, n);
	return str_of(hex);
}

/* The sorts of files that cases are made of, told by their first bytes. */
static struct str media_of(struct str s)
{
	static const struct {
		const char *magic;
		size_t n, at;
		const char *media;
	} known[] = {
		{ "%PDF-", 5, 0, "application/pdf" },
		{ "\x89PNG\r\n\x1a\n", 8, 0, "image/png" },
		{ "\xff\xd8\xff", 3, 0, "image/jpeg" },
		{ "GIF8", 4, 0, "image/gif" },
		{ "WEBP", 4, 8, "image/webp" },
		{ "ftyp", 4, 4, "video/mp4" },
		{ "AVI LIST", 8, 8, "video/x-msvideo" },
		{ "RIFF", 4, 0, "audio/wav" },
		{ "ID3", 3, 0, "audio/mpeg" },
		{ "PK\x03\x04", 4, 0, "application/zip" },
		{ "\xd0\xcf\x11\xe0", 4, 0, "application/x-ole-storage" },
	};

	for (size_t i = 0; i < ARRAY_LEN(known); i++)
		if (s.n >= known[i].at + known[i].n && memcmp(s.p + known[i].at, known[i].magic, known[i].n) == 0)
			return str_of(known[i].media);
	return str_utf8(s) ? STR("text/plain; charset=utf-8") : STR("application/octet-stream");
}

/* DIR/blobs/ab/abcd… */
static char *path_of(struct arena *a, const char *dir, struct str sha256)
{
	return str_cstr(a, str_fmt(a, "%s/blobs/%.2s/%.*s", dir, sha256.p, STR_FMT(sha256)));
}

static void sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY);

	if (fd < 0)
		return;
	(void)fsync(fd); /* a file system without it keeps names by itself */
	(void)close(fd);
}

static bool write_file(struct arena *a, const char *dir, struct str sha256, struct str data, struct err *err)
{
	char *folder = str_cstr(a, str_fmt(a, "%s/blobs/%.2s", dir, sha256.p));
	char *path = path_of(a, dir, sha256);
	/* Two may store the same content at once: each under its own temporary name. */
	char *part = str_cstr(a, str_fmt(a, "%s.%.*s.part", path, STR_FMT(uuid_new(a, 0))));
	size_t done = 0;
	bool written;
	int fd;

	(void)mkdir(folder, 0700);
	if (access(path, R_OK) == 0)
		return true; /* the same content is there already */
	fd = open(part, O_WRONLY | O_CREAT | O_EXCL, 0600);
	while (fd >= 0 && done < data.n) {
		ssize_t n = write(fd, data.p + done, data.n - done);

		if (n <= 0)
			break;
		done += (size_t)n;
	}
	written = fd >= 0 && done == data.n && fsync(fd) == 0;
	if (fd >= 0 && close(fd) != 0)
		written = false;
	if (!written || rename(part, path) != 0) {
		(void)err_set(err, errno == ENOSPC ? ERR_DISK_FULL : ERR_IO, "文件未能写入磁盘");
		(void)err_wrap(err, "%s: %s", path, strerror(errno));
		(void)unlink(part);
		return false;
	}
	sync_folder(folder); /* else a power cut may lose the name of a file whose row is committed */
	return true;
}

void blob_digest(struct arena *a, struct str content, struct blob *ret)
{
	*ret = (struct blob){ .sha256 = digest(a, EVP_sha256(), content), .sm3 = digest(a, EVP_sm3(), content),
			      .media = media_of(content), .size = (int64_t)content.n };
}

bool blob_prepare(struct arena *a, const char *dir, struct str content, struct blob *ret, struct err *err)
{
	struct blob b;

	blob_digest(a, content, &b);
	b.place = STR("row");
	b.data = content;
	if (content.n >= BLOB_ROW_MOST) {
		b.place = STR("file");
		b.data = (struct str){ 0 };
		b.path = path_of(a, dir, b.sha256);
		if (!write_file(a, dir, b.sha256, content, err))
			return false;
	}
	*ret = b;
	return true;
}

static bool read_file(struct arena *a, const char *path, int64_t size, struct str *ret, struct err *err)
{
	char *p = arena_alloc(a, (size_t)size + 1);
	size_t done = 0;
	int fd = open(path, O_RDONLY);

	while (fd >= 0 && done < (size_t)size) {
		ssize_t n = read(fd, p + done, (size_t)size - done);

		if (n <= 0)
			break;
		done += (size_t)n;
	}
	if (fd >= 0)
		(void)close(fd);
	if (done < (size_t)size) {
		(void)err_set(err, ERR_IO, "这份文件暂时读不到，请联系系统管理员");
		return err_wrap(err, "%s: %s", path, strerror(errno));
	}
	*ret = (struct str){ p, done };
	return true;
}

#define HEAD_BYTES ((size_t)64 * 1024) /* of a large file, to tell its type by */

/* A text that is cut may end inside a character. */
static struct str whole_characters(struct str s)
{
	while (s.n && ((unsigned char)s.p[s.n - 1] & 0xc0) == 0x80)
		s.n--;
	return s.n && (unsigned char)s.p[s.n - 1] >= 0xc0 ? str_sub(s, 0, s.n - 1) : s;
}

bool blob_adopt(struct arena *a, const char *dir, const char *path, struct blob *b, struct err *err)
{
	char *to = path_of(a, dir, b->sha256), *folder = str_cstr(a, str_fmt(a, "%s/blobs/%.2s", dir, b->sha256.p));
	bool small = b->size < (int64_t)BLOB_ROW_MOST, there = access(to, R_OK) == 0;
	size_t n = small || b->size < (int64_t)HEAD_BYTES ? (size_t)b->size : HEAD_BYTES;
	struct str head;

	b->place = small ? STR("row") : STR("file");
	if (!read_file(a, there ? to : path, (int64_t)n, &head, err))
		return false;
	b->media = media_of(small ? head : whole_characters(head));
	b->data = small ? head : (struct str){ 0 };
	if (small)
		return true; /* the row has it; the file goes when that stands */
	(void)mkdir(folder, 0700);
	if (!there && rename(path, to) != 0) {
		(void)err_set(err, ERR_IO, "文件未能放入存储");
		return err_wrap(err, "%s: %s", to, strerror(errno));
	}
	sync_folder(folder);
	b->path = to;
	return true;
}

bool blob_is_let_go(const struct blob *b)
{
	return str_is(b->place, "leaving") || str_is(b->place, "unstoring") || str_is(b->place, "removed");
}

/* The same content was let go, and its file deleted, after this one was found there. */
static bool still_there(struct db *db, const struct blob *b, struct err *err)
{
	struct arena *a;
	struct blob known;
	bool found, ok;

	if (!b->path || access(b->path, R_OK) == 0)
		return true;
	a = arena_new();
	ok = blob_find(db, a, b->sha256, &known, &found, err);
	if (ok && (!found || blob_is_let_go(&known)))
		ok = err_set(err, ERR_BUSY, "这份文件刚刚按销毁清册清除，请重新上传");
	(void)arena_free(a);
	return ok;
}

bool blob_put(struct db *db, const struct blob *b, int64_t now, struct err *err)
{
	const struct db_in in[] = { db_str(b->sha256), db_str(b->sm3), db_i64(b->size), db_str(b->media),
				    db_str(b->place), str_is(b->place, "row") ? db_bytes(b->data) : db_null(),
				    db_i64(now) };

	return still_there(db, b, err) && db_exec(db, &st_put, DB_IN(in), NULL, err);
}

bool blob_find(struct db *db, struct arena *a, struct str sha256, struct blob *ret, bool *ret_found, struct err *err)
{
	struct blob b = { .sha256 = sha256 };
	const struct db_in in[] = { db_str(sha256) };
	const struct db_out out[] = { db_to_str(&b.sm3), db_to_i64(&b.size), db_to_str(&b.media), db_to_str(&b.place) };

	if (!db_maybe(db, a, &st_find, DB_IN(in), DB_OUT(out), ret_found, err))
		return false;
	if (*ret_found)
		*ret = b;
	return true;
}

bool blob_open(struct db *db, struct arena *a, const struct blobs *from, struct str sha256, struct blob *ret, int *ret_fd,
	       struct err *err)
{
	struct blob b;
	const struct db_in in[] = { db_str(sha256) };
	const struct db_out out[] = { db_to_bytes(&b.data) };
	char *path = path_of(a, from->dir, sha256);
	bool found;
	int fd = -1;

	if (!blob_find(db, a, sha256, &b, &found, err))
		return false;
	if (!found)
		return err_set(err, ERR_NOT_FOUND, "没有这份文件");
	if (blob_is_let_go(&b))
		return err_set(err, ERR_GONE, "这份文件已按销毁清册销毁，只留下摘要和销毁的记录");
	if (str_is(b.place, "row") && !db_one(db, a, &st_data, DB_IN(in), DB_OUT(out), err))
		return false;
	/* What is moved just now has left its folder, but is in the store. */
	if (str_is(b.place, "file") && (fd = open(path, O_RDONLY | O_CLOEXEC)) < 0 && errno == ENOENT && from->store)
		b.place = STR("store");
	if (fd < 0 && str_is(b.place, "file")) {
		(void)err_set(err, ERR_IO, "这份文件暂时读不到，请联系系统管理员");
		return err_wrap(err, "%s: %s", path, strerror(errno));
	}
	*ret = b;
	*ret_fd = fd;
	return true;
}

bool blob_read(const struct blobs *from, struct str sha256, int64_t at, size_t n, char *ret, struct err *err)
{
	if (!from->store)
		return err_set(err, ERR_IO, "这份文件在对象存储里，程序启动时没有用 --blobs 写明是哪一个，请联系系统管理员");
	return s3_read(from->store, sha256, at, n, ret, err);
}

static bool fetch_into(int fd, char *piece, const struct blobs *from, const struct blob *b, struct err *err)
{
	for (int64_t at = 0; at < b->size;) {
		size_t n = b->size - at < (int64_t)BLOB_PIECE ? (size_t)(b->size - at) : BLOB_PIECE;

		if (!blob_read(from, b->sha256, at, n, piece, err))
			return false;
		if (write(fd, piece, n) != (ssize_t)n)
			return err_set(err, errno == ENOSPC ? ERR_DISK_FULL : ERR_IO, "文件未能写入磁盘");
		at += (int64_t)n;
	}
	return true;
}

bool blob_fetch(struct arena *a, const struct blobs *from, const struct blob *b, int *ret_fd, struct err *err)
{
	int fd = open(str_cstr(a, str_fmt(a, "%s/spool", from->dir)), O_RDWR | O_TMPFILE | O_CLOEXEC, 0600), only = -1;
	bool ok = fd >= 0 || err_set(err, ERR_IO, "文件未能写入磁盘");

	ok = ok && fetch_into(fd, arena_raw(a, BLOB_PIECE), from, b, err);
	if (ok && (only = open(str_cstr(a, str_fmt(a, "/proc/self/fd/%d", fd)), O_RDONLY | O_CLOEXEC)) < 0)
		ok = err_set(err, ERR_IO, "文件未能打开");
	if (fd >= 0)
		(void)close(fd);
	if (ok)
		*ret_fd = only;
	return ok;
}

bool blob_get(struct db *db, struct arena *a, const struct blobs *from, struct str sha256, struct str *ret_media,
	      struct str *ret_content, struct err *err)
{
	struct blob b;
	struct str content;
	int fd = -1;

	if (!blob_open(db, a, from, sha256, &b, &fd, err))
		return false;
	content = b.data;
	if (fd >= 0) {
		(void)close(fd);
		if (!read_file(a, path_of(a, from->dir, sha256), b.size, &content, err))
			return false;
	} else if (str_is(b.place, "store")) {
		char *p = arena_raw(a, (size_t)b.size + 1);

		if (!blob_read(from, sha256, 0, (size_t)b.size, p, err))
			return false;
		content = (struct str){ p, (size_t)b.size };
	}
	*ret_media = b.media;
	*ret_content = content;
	return true;
}

/* ---- moving ---- */

static const struct stmt st_here = { "blob_here",
	"SELECT digest, size FROM blob WHERE place = 'file' ORDER BY created LIMIT $1" };
static const struct stmt st_moved = { "blob_moved", "UPDATE blob SET place = 'store' WHERE digest = $1 AND place = 'file'" };

struct waiting {
	struct blob *v, row;
	size_t n;
};

static bool add_waiting(void *ctx, struct err *err)
{
	struct waiting *w = ctx;

	(void)err;
	w->v[w->n++] = w->row;
	return true;
}

bool blob_waiting(struct db *db, struct arena *a, int64_t most, const struct blob **ret, size_t *ret_n, struct err *err)
{
	struct waiting w = { .v = arena_many(a, (size_t)most, struct blob) };
	const struct db_in in[] = { db_i64(most) };
	const struct db_out out[] = { db_to_str(&w.row.sha256), db_to_i64(&w.row.size) };

	if (!db_each(db, a, &st_here, DB_IN(in), DB_OUT(out), add_waiting, &w, err))
		return false;
	*ret = w.v;
	*ret_n = w.n;
	return true;
}

bool blob_move(struct arena *a, const struct blobs *to, const struct blob *b, bool *ret_put, struct err *err)
{
	char *path = path_of(a, to->dir, b->sha256);

	*ret_put = access(path, R_OK) == 0;
	return !*ret_put || s3_put(to->store, b->sha256, path, b->size, err);
}

bool blob_moved(struct db *db, struct str sha256, struct err *err)
{
	const struct db_in in[] = { db_str(sha256) };

	return db_exec(db, &st_moved, DB_IN(in), NULL, err);
}

void blob_leave(struct arena *a, const struct blobs *from, struct str sha256)
{
	(void)unlink(path_of(a, from->dir, sha256)); /* one that stays is no harm */
}

/* ---- letting go ---- */

static const struct stmt st_leaving = { "blob_leaving", "SELECT digest FROM blob WHERE place = 'leaving' LIMIT $1" };
static const struct stmt st_unstoring = { "blob_unstoring", "SELECT digest FROM blob WHERE place = 'unstoring' LIMIT 1" };
static const struct stmt st_removed = { "blob_removed", "UPDATE blob SET place = 'removed' WHERE digest = $1 AND place = $2" };

bool blob_let_go(struct db *db, struct arena *a, const struct blobs *from, int64_t most, int64_t *ret_n, struct err *err)
{
	struct waiting w = { .v = arena_many(a, (size_t)most, struct blob) };
	const struct db_in in[] = { db_i64(most) };
	const struct db_out out[] = { db_to_str(&w.row.sha256) };

	if (!db_each(db, a, &st_leaving, DB_IN(in), DB_OUT(out), add_waiting, &w, err))
		return false;
	for (size_t i = 0; i < w.n; i++) {
		const struct db_in gone[] = { db_str(w.v[i].sha256), db_str(STR("leaving")) };
		char *path = path_of(a, from->dir, w.v[i].sha256);

		if (unlink(path) != 0 && errno != ENOENT) {
			(void)err_set(err, ERR_IO, "文件未能从磁盘清除");
			return err_wrap(err, "%s: %s", path, strerror(errno));
		}
		if (!db_exec(db, &st_removed, DB_IN(gone), NULL, err))
			return false;
	}
	*ret_n = (int64_t)w.n;
	return true;
}

bool blob_unstoring(struct db *db, struct arena *a, struct str *ret_sha256, bool *ret_found, struct err *err)
{
	const struct db_out out[] = { db_to_str(ret_sha256) };

	return db_maybe(db, a, &st_unstoring, DB_NONE, DB_OUT(out), ret_found, err);
}

bool blob_unstore(const struct blobs *from, struct str sha256, struct err *err)
{
	return s3_delete(from->store, sha256, err);
}

bool blob_unstored(struct db *db, struct str sha256, struct err *err)
{
	const struct db_in in[] = { db_str(sha256), db_str(STR("unstoring")) };

	return db_exec(db, &st_removed, DB_IN(in), NULL, err);
}
