/* SPDX-License-Identifier: MulanPSL-2.0 */
/* spool.c - two locks: the spool's own for all that views tell (held for moments), and each upload's for its file (held
 * while the disk works; taken first when both are). Who sends is told by a number that grows: whoever comes later takes
 * the upload over, and the earlier one finds another number than its own. */
#include "blob/spool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/json.h"
#include "base/log.h"
#include "base/parse.h"
#include "base/uuid.h"

#define NOTE_MOST ((size_t)16 * 1024)
#define READ_AT_ONCE ((size_t)1 << 20)

struct digests {
	EVP_MD_CTX *sha256, *sm3;
};

struct upload {
	struct spool_view v;
	pthread_mutex_t io;
	struct digests d;      /* of the first `hashed` bytes; NULL: not reckoned in passing */
	int64_t hashed;
	int64_t used;          /* when the contexts were, for which to give up first */
	uint64_t sender;       /* who may write now */
	int64_t doubtful;      /* a piece that has a sum to fit began here; -1: none */
	bool durable, sealing;
};

struct spool {
	char *dir; /* DIR/spool */
	pthread_mutex_t lock;
	struct upload *v[SPOOL_UPLOADS]; /* made when needed, used again, given back at the end */
	uint64_t senders;
	int64_t uses;
	int n_contexts;
};

struct spool_chunk {
	struct spool *s;
	struct upload *u;
	uint64_t sender;
	int fd;
	int64_t from;
	bool summed;
	EVP_MD_CTX *sum;
	struct digests before; /* to fall back to */
	unsigned char expected[EVP_MAX_MD_SIZE];
	size_t n_expected;
};

bool spool_fits(int64_t free_bytes, int64_t promised, int64_t length)
{
	return free_bytes - promised - SPOOL_SPARE >= length;
}

/* ---- digests ---- */

static struct digests digests_new(void)
{
	struct digests d = { EVP_MD_CTX_new(), EVP_MD_CTX_new() };

	if (!d.sha256 || !d.sm3 || EVP_DigestInit_ex(d.sha256, EVP_sha256(), NULL) != 1
	    || EVP_DigestInit_ex(d.sm3, EVP_sm3(), NULL) != 1)
		abort(); /* memory is out, or OpenSSL is not the one that was built with */
	return d;
}

static struct digests digests_copy(const struct digests *d)
{
	struct digests c = digests_new();

	(void)EVP_MD_CTX_copy_ex(c.sha256, d->sha256);
	(void)EVP_MD_CTX_copy_ex(c.sm3, d->sm3);
	return c;
}

static void digests_done(struct digests *d)
{
	EVP_MD_CTX_free(d->sha256);
	EVP_MD_CTX_free(d->sm3);
	*d = (struct digests){ NULL, NULL };
}

static void digests_add(struct digests *d, const void *p, size_t n)
{
	(void)EVP_DigestUpdate(d->sha256, p, n);
	(void)EVP_DigestUpdate(d->sm3, p, n);
}

static void put_digest(EVP_MD_CTX *ctx, char *ret)
{
	unsigned char bin[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	(void)EVP_DigestFinal_ex(ctx, bin, &n);
	parse_put_hex(ret, bin, n);
}

/* With the lock. The one that rested longest gives way. */
static void drop_contexts(struct spool *s, struct upload *u)
{
	if (!u->d.sha256)
		return;
	digests_done(&u->d);
	s->n_contexts--;
}

static void make_room(struct spool *s)
{
	struct upload *oldest = NULL;

	for (int i = 0; i < SPOOL_UPLOADS && s->v[i]; i++)
		if (s->v[i]->d.sha256 && !s->v[i]->sender && (!oldest || s->v[i]->used < oldest->used))
			oldest = s->v[i];
	if (oldest)
		drop_contexts(s, oldest);
}

static void want_contexts(struct spool *s, struct upload *u)
{
	if (!u->d.sha256 && u->v.offset == 0 && u->v.sort == SPOOL_ALONE) {
		if (s->n_contexts >= SPOOL_CONTEXTS)
			make_room(s);
		if (s->n_contexts < SPOOL_CONTEXTS) {
			u->d = digests_new();
			u->hashed = 0;
			s->n_contexts++;
		}
	}
	u->used = ++s->uses;
}

static bool reckoned(const struct upload *u)
{
	return u->v.sha256[0] || (u->d.sha256 && u->hashed == u->v.length);
}

/* ---- files ---- */

static void data_path(const struct spool *s, const char *id, char *ret, size_t n)
{
	(void)snprintf(ret, n, "%s/up-%s", s->dir, id);
}

static bool io_failed(struct err *err, const char *what)
{
	int why = errno;
	bool full = why == ENOSPC || why == EFBIG || why == EDQUOT;

	(void)err_set(err, full ? ERR_DISK_FULL : ERR_IO,
		      full ? "服务器的磁盘空间不足，已传的部分还在，请联系系统管理员后继续" : "上传的文件未能写入磁盘，请稍后继续");
	return err_wrap(err, "%s: %s", what, strerror(why));
}

static bool sync_folder(const struct spool *s)
{
	int fd = open(s->dir, O_RDONLY | O_DIRECTORY);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		(void)close(fd);
	return ok;
}

static struct str note_of(struct arena *a, const struct upload *u)
{
	const struct spool_view *v = &u->v;
	struct json_out o = { 0 };
	struct buf b;

	buf_init(&b, a, NOTE_MOST);
	o.b = &b;
	json_open(&o, NULL, '{');
	json_out_i64(&o, "person", v->person);
	json_out_i64(&o, "matter", v->matter);
	json_out_str(&o, "form", str_of(v->form));
	json_out_str(&o, "name", str_of(v->name));
	json_out_str(&o, "meta", str_of(v->meta));
	json_out_i64(&o, "length", v->length);
	json_out_i64(&o, "expires", v->expires);
	json_out_i64(&o, "sort", v->sort);
	json_open(&o, "parts", '[');
	for (int i = 0; i < v->n_part; i++)
		json_out_str(&o, NULL, str_of(v->part[i]));
	json_close(&o, ']');
	json_out_i64(&o, "doubtful", u->doubtful);
	json_out_str(&o, "sha256", str_of(v->sha256));
	json_out_str(&o, "sm3", str_of(v->sm3));
	json_out_bool(&o, "sealed", v->state == SPOOL_SEALED);
	json_close(&o, '}');
	return buf_str(&b);
}

/* With the upload's own lock: the note is replaced as a whole. */
static bool write_note(struct spool *s, struct upload *u, struct err *err)
{
	struct arena *a = arena_new();
	char path[4096], fresh[4200];
	struct str text;
	bool ok;
	int fd;

	(void)pthread_mutex_lock(&s->lock);
	text = note_of(a, u);
	data_path(s, u->v.id, path, sizeof(path) - 6);
	(void)pthread_mutex_unlock(&s->lock);
	(void)snprintf(path + strlen(path), 6, ".json");
	(void)snprintf(fresh, sizeof(fresh), "%s.new", path);
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ok = fd >= 0 && write(fd, text.p, text.n) == (ssize_t)text.n && fsync(fd) == 0;
	if (fd >= 0 && close(fd) != 0)
		ok = false;
	ok = (ok && rename(fresh, path) == 0 && sync_folder(s)) || io_failed(err, path);
	if (ok)
		u->durable = true;
	(void)arena_free(a);
	return ok;
}

static void remove_files(const struct spool *s, const char *id, bool note)
{
	char path[4096];

	data_path(s, id, path, sizeof(path) - 6);
	(void)unlink(path);
	(void)snprintf(path + strlen(path), 6, ".json");
	if (note)
		(void)unlink(path);
}

/* ---- finding ---- */

static struct upload *at(struct spool *s, struct str id)
{
	for (int i = 0; i < SPOOL_UPLOADS && s->v[i]; i++)
		if (s->v[i]->v.state != SPOOL_NONE && str_is(id, s->v[i]->v.id))
			return s->v[i];
	return NULL;
}

static struct upload *free_place(struct spool *s)
{
	for (int i = 0; i < SPOOL_UPLOADS; i++) {
		if (s->v[i] && s->v[i]->v.state == SPOOL_NONE)
			return s->v[i];
		if (!s->v[i]) {
			s->v[i] = calloc(1, sizeof(*s->v[i]));
			if (s->v[i])
				(void)pthread_mutex_init(&s->v[i]->io, NULL);
			return s->v[i];
		}
	}
	return NULL;
}

/* With the lock. */
static struct upload *owned(struct spool *s, struct str id, int64_t person, struct err *err)
{
	struct upload *u = at(s, id);

	if (!u || u->v.person != person)
		(void)err_set(err, ERR_NOT_FOUND, "没有这次上传，请重新选择文件");
	else if (u->v.state == SPOOL_EXPIRED)
		(void)err_set(err, ERR_GONE, "这次上传搁置太久，已经过期，请重新选择文件");
	else
		return u;
	return NULL;
}

bool spool_find(struct spool *s, struct str id, int64_t person, struct spool_view *ret, struct err *err)
{
	struct upload *u;

	(void)pthread_mutex_lock(&s->lock);
	u = owned(s, id, person, err);
	if (u)
		*ret = u->v;
	(void)pthread_mutex_unlock(&s->lock);
	return u != NULL;
}

size_t spool_list(struct spool *s, int64_t person, int64_t matter, struct spool_view *ret, size_t most)
{
	size_t n = 0;

	(void)pthread_mutex_lock(&s->lock);
	for (int i = 0; i < SPOOL_UPLOADS && s->v[i] && n < most; i++) {
		const struct spool_view *v = &s->v[i]->v;

		if (v->person == person && v->matter == matter && v->sort != SPOOL_PART
		    && (v->state == SPOOL_GROWING || v->state == SPOOL_WHOLE))
			ret[n++] = *v;
	}
	(void)pthread_mutex_unlock(&s->lock);
	return n;
}

/* ---- beginning ---- */

static int64_t free_bytes(const struct spool *s)
{
	struct statvfs st;

	if (statvfs(s->dir, &st) != 0)
		return INT64_MAX; /* a file system that tells nothing: writing will tell */
	return (int64_t)(st.f_bavail * st.f_frsize);
}

/* With the lock: what others were promised, and what this person has under way. */
static bool within_limits(struct spool *s, const struct spool_view *want, struct err *err)
{
	int64_t promised = 0, own = 0, length = want->length > 0 ? want->length : 0;
	int n_own = 0;

	for (int i = 0; i < SPOOL_UPLOADS && s->v[i]; i++) {
		const struct spool_view *v = &s->v[i]->v;

		if (v->state != SPOOL_GROWING && v->state != SPOOL_WHOLE)
			continue;
		if (v->length > v->offset || v->sort == SPOOL_JOINED)
			promised += v->sort == SPOOL_JOINED ? v->length : v->length - v->offset;
		if (v->person == want->person) {
			n_own++;
			own += v->sort == SPOOL_JOINED ? 0 : v->length > v->offset ? v->length : v->offset;
		}
	}
	if (n_own >= SPOOL_PERSON || (want->sort != SPOOL_JOINED && own + length > SPOOL_PERSON_BYTES))
		return err_set(err, ERR_TOO_MANY, "您没有传完的文件太多，请先传完或者取消几个");
	return spool_fits(free_bytes(s), promised, length)
	    || err_set(err, ERR_DISK_FULL, "服务器的磁盘空间不够放这个文件，请联系系统管理员");
}

/* With the lock: the parts of a whole are the same person's, have come to their end, and stand only once. */
static bool join_length(struct spool *s, struct spool_view *v, struct err *err)
{
	v->length = 0;
	for (int i = 0; i < v->n_part; i++) {
		struct upload *p = owned(s, str_of(v->part[i]), v->person, err);

		if (!p)
			return err_set(err, ERR_BAD_INPUT, "要合并的各段中有一段找不到了，请重新上传");
		if (p->v.sort != SPOOL_PART || p->v.state != SPOOL_WHOLE)
			return err_set(err, ERR_BAD_INPUT, "要合并的各段还没有都传完");
		for (int k = 0; k < i; k++)
			if (strcmp(v->part[k], v->part[i]) == 0)
				return err_set(err, ERR_BAD_INPUT, "同一段不能合并两次");
		v->length += p->v.length;
	}
	v->offset = v->length;
	return v->length <= SPOOL_FILE_MOST || err_set(err, ERR_TOO_LARGE, "单个文件不能超过8 GB");
}

/* With the lock. The parts of a whole stay until it is sealed. */
static void hold_parts(struct spool *s, const struct spool_view *v)
{
	for (int i = 0; i < v->n_part; i++) {
		struct upload *p = at(s, str_of(v->part[i]));

		if (p)
			p->sealing = true;
	}
}

/* With the lock. Who asks again because the answer was lost gets the same whole. */
static struct upload *joined_before(struct spool *s, const struct spool_view *v)
{
	for (int i = 0; i < SPOOL_UPLOADS && s->v[i] && v->sort == SPOOL_JOINED; i++) {
		const struct spool_view *x = &s->v[i]->v;

		if (x->state != SPOOL_NONE && x->sort == SPOOL_JOINED && x->person == v->person && x->n_part == v->n_part
		    && memcmp(x->part, v->part, sizeof(v->part)) == 0)
			return s->v[i];
	}
	return NULL;
}

static void new_id(char *ret)
{
	unsigned char bin[SPOOL_ID / 2];

	random_bytes(bin, sizeof(bin));
	parse_put_hex(ret, bin, sizeof(bin));
}

static bool take_place(struct spool *s, struct spool_view *v, struct upload **ret, struct err *err)
{
	struct upload *u;

	if ((v->sort == SPOOL_JOINED && !join_length(s, v, err)) || !within_limits(s, v, err))
		return false;
	u = free_place(s);
	if (!u)
		return err_set(err, ERR_BUSY, "现在上传的人较多，请稍后再试");
	v->state = v->length == v->offset ? SPOOL_WHOLE : SPOOL_GROWING;
	u->v = *v;
	u->doubtful = -1;
	u->durable = false;
	u->sealing = true; /* not before it is on the disk */
	want_contexts(s, u);
	hold_parts(s, v);
	*ret = u;
	return true;
}

static void forget(struct spool *s, struct upload *u)
{
	(void)pthread_mutex_lock(&s->lock);
	drop_contexts(s, u);
	u->sender = 0;
	u->sealing = false;
	u->v = (struct spool_view){ .state = SPOOL_NONE };
	(void)pthread_mutex_unlock(&s->lock);
}

bool spool_create(struct spool *s, const struct spool_view *want, bool durable, int64_t now, struct spool_view *ret,
		  struct err *err)
{
	struct spool_view v = *want;
	char path[4096];
	struct upload *u = NULL, *before;
	bool ok;
	int fd;

	if (v.length > SPOOL_FILE_MOST)
		return err_set(err, ERR_TOO_LARGE, "单个文件不能超过8 GB");
	new_id(v.id);
	v.offset = 0;
	v.expires = now + SPOOL_KEPT_MS;
	data_path(s, v.id, path, sizeof(path));
	(void)pthread_mutex_lock(&s->lock);
	before = joined_before(s, want);
	if (before)
		*ret = before->v;
	ok = before || take_place(s, &v, &u, err);
	(void)pthread_mutex_unlock(&s->lock);
	if (!ok || before)
		return ok;
	(void)pthread_mutex_lock(&u->io);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	ok = (fd >= 0 && close(fd) == 0) || io_failed(err, path);
	ok = ok && (!durable || write_note(s, u, err));
	(void)pthread_mutex_unlock(&u->io);
	if (!ok) {
		remove_files(s, v.id, true);
		forget(s, u);
		return false;
	}
	(void)pthread_mutex_lock(&s->lock);
	u->sealing = false;
	(void)pthread_mutex_unlock(&s->lock);
	*ret = v;
	return true;
}

/* ---- a piece ---- */

/* With the lock. */
static bool may_begin(struct upload *u, int64_t offset, int64_t length, struct err *err)
{
	if (u->v.sort == SPOOL_JOINED)
		return err_set(err, ERR_FORBIDDEN, "合并而成的文件不能再续传");
	if (u->v.state != SPOOL_GROWING)
		return err_set(err, ERR_FORBIDDEN, "这个文件已经传完封存，不能再改动");
	if (offset != u->v.offset)
		return err_set(err, ERR_CONFLICT, "续传的位置与已收到的不符，请从第%lld字节继续", (long long)u->v.offset);
	if (length >= 0 && u->v.length >= 0 && length != u->v.length)
		return err_set(err, ERR_BAD_INPUT, "文件的长度已经说定，不能再改");
	if (length > SPOOL_FILE_MOST)
		return err_set(err, ERR_TOO_LARGE, "单个文件不能超过8 GB");
	return length < 0 || length >= offset || err_set(err, ERR_BAD_INPUT, "文件的长度比已经传来的还短");
}

static const EVP_MD *algorithm(const char *name)
{
	return strcmp(name, "sha1") == 0 ? EVP_sha1() : strcmp(name, "sha256") == 0 ? EVP_sha256() : EVP_sm3();
}

static void chunk_free(struct spool_chunk *c)
{
	(void)pthread_mutex_lock(&c->s->lock);
	if (c->u->sender == c->sender)
		c->u->sender = 0;
	(void)pthread_mutex_unlock(&c->s->lock);
	if (c->fd >= 0)
		(void)close(c->fd);
	digests_done(&c->before);
	EVP_MD_CTX_free(c->sum);
	free(c);
}

/* With the upload's own lock. What must fit a sum is marked first, so that a crash does not leave it as good. */
static bool open_chunk(struct spool_chunk *c, int64_t length, const struct spool_sum *sum, struct err *err)
{
	struct upload *u = c->u;
	char path[4096];

	data_path(c->s, u->v.id, path, sizeof(path));
	c->fd = open(path, O_WRONLY | O_CLOEXEC);
	if (c->fd < 0)
		return io_failed(err, path);
	if (length >= 0 && u->v.length < 0) {
		(void)pthread_mutex_lock(&c->s->lock);
		u->v.length = length;
		(void)pthread_mutex_unlock(&c->s->lock);
		u->durable = false;
	}
	if (!sum)
		return true;
	c->summed = true;
	c->sum = EVP_MD_CTX_new();
	memcpy(c->expected, sum->digest, sum->n);
	c->n_expected = sum->n;
	if (!c->sum || EVP_DigestInit_ex(c->sum, algorithm(sum->algorithm), NULL) != 1)
		abort();
	if (u->d.sha256)
		c->before = digests_copy(&u->d);
	u->doubtful = c->from;
	return write_note(c->s, u, err);
}

bool spool_begin(struct spool *s, struct str id, int64_t person, int64_t offset, int64_t length, const struct spool_sum *sum,
		 struct spool_chunk **ret, struct err *err)
{
	struct spool_chunk *c;
	struct upload *u;
	bool ok;

	(void)pthread_mutex_lock(&s->lock);
	u = owned(s, id, person, err);
	(void)pthread_mutex_unlock(&s->lock);
	if (!u)
		return false;
	if (pthread_mutex_trylock(&u->io) != 0)
		return err_set(err, ERR_LOCKED, "上一段还在写入磁盘，请稍后继续");
	c = calloc(1, sizeof(*c));
	if (!c)
		abort();
	*c = (struct spool_chunk){ .s = s, .u = u, .fd = -1, .from = offset };
	(void)pthread_mutex_lock(&s->lock);
	ok = owned(s, id, person, err) == u && may_begin(u, offset, length, err);
	if (ok) {
		c->sender = u->sender = ++s->senders;
		want_contexts(s, u);
	}
	(void)pthread_mutex_unlock(&s->lock);
	ok = ok && open_chunk(c, length, sum, err);
	(void)pthread_mutex_unlock(&u->io);
	if (!ok) {
		chunk_free(c);
		return false;
	}
	*ret = c;
	return true;
}

/* With the upload's own lock. */
static bool still_sends(struct spool_chunk *c)
{
	bool same;

	(void)pthread_mutex_lock(&c->s->lock);
	same = c->u->sender == c->sender;
	(void)pthread_mutex_unlock(&c->s->lock);
	return same;
}

static bool fits_length(const struct upload *u, size_t n)
{
	int64_t most = u->v.length >= 0 ? u->v.length : SPOOL_FILE_MOST;

	return (int64_t)n <= most - u->v.offset;
}

/* Part of it may be on the disk when it fails: that part counts. */
static size_t write_all(int fd, struct str data, int64_t offset)
{
	size_t done = 0;

	while (done < data.n) {
		ssize_t n = pwrite(fd, data.p + done, data.n - done, (off_t)(offset + (int64_t)done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	return done;
}

static bool add(struct spool_chunk *c, struct str data, struct err *err)
{
	struct upload *u = c->u;
	size_t n;

	if (!still_sends(c))
		return err_set(err, ERR_CONFLICT, "这个文件已在另一处继续上传");
	if (!fits_length(u, data.n))
		return err_set(err, ERR_TOO_LARGE, "传来的内容比说定的长度多");
	n = write_all(c->fd, data, u->v.offset);
	if (u->d.sha256) {
		digests_add(&u->d, data.p, n);
		u->hashed += (int64_t)n;
	}
	if (c->sum)
		(void)EVP_DigestUpdate(c->sum, data.p, n);
	(void)pthread_mutex_lock(&c->s->lock);
	u->v.offset += (int64_t)n;
	(void)pthread_mutex_unlock(&c->s->lock);
	return n == data.n || io_failed(err, u->v.id);
}

bool spool_add(struct spool_chunk *c, struct str data, struct err *err)
{
	bool ok;

	(void)pthread_mutex_lock(&c->u->io);
	ok = add(c, data, err);
	(void)pthread_mutex_unlock(&c->u->io);
	return ok;
}

/* With the upload's own lock: as if the piece had never come. */
static void take_back(struct spool_chunk *c)
{
	struct upload *u = c->u;
	struct err err = { 0 };

	if (ftruncate(c->fd, (off_t)c->from) != 0)
		log_line(LOG_ERROR, "upload %s: %s", u->v.id, strerror(errno));
	(void)pthread_mutex_lock(&c->s->lock);
	u->v.offset = c->from;
	if (u->d.sha256) {
		struct digests spoilt = u->d;

		u->d = c->before;
		c->before = spoilt;
		u->hashed = c->from;
	}
	u->doubtful = -1;
	(void)pthread_mutex_unlock(&c->s->lock);
	if (fsync(c->fd) != 0 || !write_note(c->s, u, &err))
		log_line(LOG_ERROR, "upload %s: %s", u->v.id, err.detail);
}

static bool sum_fits(struct spool_chunk *c, struct err *err)
{
	unsigned char bin[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	(void)EVP_DigestFinal_ex(c->sum, bin, &n);
	return (n == c->n_expected && memcmp(bin, c->expected, n) == 0)
	    || err_set(err, ERR_CHECKSUM, "这一段传来的内容与校验值不符，没有采用，请重传这一段");
}

static bool end(struct spool_chunk *c, int64_t now, struct err *err)
{
	struct upload *u = c->u;

	if (!still_sends(c))
		return err_set(err, ERR_CONFLICT, "这个文件已在另一处继续上传");
	if (c->summed && !sum_fits(c, err)) {
		take_back(c);
		return false;
	}
	if (fsync(c->fd) != 0)
		return io_failed(err, u->v.id);
	(void)pthread_mutex_lock(&c->s->lock);
	u->v.expires = now + SPOOL_KEPT_MS;
	if (u->v.offset == u->v.length)
		u->v.state = SPOOL_WHOLE;
	u->doubtful = -1;
	(void)pthread_mutex_unlock(&c->s->lock);
	return (u->durable && !c->summed) || write_note(c->s, u, err);
}

bool spool_end(struct spool_chunk *c, int64_t now, struct spool_view *ret, struct err *err)
{
	struct upload *u = c->u;
	bool ok;

	(void)pthread_mutex_lock(&u->io);
	ok = end(c, now, err);
	if (ok)
		*ret = u->v;
	(void)pthread_mutex_unlock(&u->io);
	chunk_free(c);
	return ok;
}

void spool_break(struct spool_chunk *c)
{
	(void)pthread_mutex_lock(&c->u->io);
	if (c->summed && still_sends(c))
		take_back(c);
	(void)pthread_mutex_unlock(&c->u->io);
	chunk_free(c);
}

static bool sync_data(struct spool *s, struct upload *u, struct err *err)
{
	char path[4096];
	bool ok;
	int fd;

	data_path(s, u->v.id, path, sizeof(path));
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return io_failed(err, path);
	ok = fsync(fd) == 0 || io_failed(err, path);
	(void)close(fd);
	return ok && (u->durable || write_note(s, u, err));
}

/* With the upload's own lock: a piece with a sum that is cut off here does not count. */
static void cut_off(struct spool *s, struct upload *u)
{
	char path[4096];
	int fd;

	(void)pthread_mutex_lock(&s->lock);
	u->sender = 0;
	(void)pthread_mutex_unlock(&s->lock);
	if (u->doubtful < 0)
		return;
	data_path(s, u->v.id, path, sizeof(path));
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || ftruncate(fd, (off_t)u->doubtful) != 0)
		log_line(LOG_ERROR, "upload %s: %s", u->v.id, strerror(errno));
	if (fd >= 0)
		(void)close(fd);
	(void)pthread_mutex_lock(&s->lock);
	u->v.offset = u->doubtful;
	u->doubtful = -1;
	u->durable = false;
	drop_contexts(s, u); /* they have read on */
	(void)pthread_mutex_unlock(&s->lock);
}

bool spool_settle(struct spool *s, struct str id, int64_t person, struct spool_view *ret, struct err *err)
{
	struct upload *u;
	bool ok = true;

	(void)pthread_mutex_lock(&s->lock);
	u = owned(s, id, person, err);
	(void)pthread_mutex_unlock(&s->lock);
	if (!u)
		return false;
	(void)pthread_mutex_lock(&u->io);
	if (u->v.state == SPOOL_GROWING && str_is(id, u->v.id)) {
		cut_off(s, u);
		ok = sync_data(s, u, err);
	}
	(void)pthread_mutex_unlock(&u->io);
	return ok && spool_find(s, id, person, ret, err);
}

bool spool_drop(struct spool *s, struct str id, int64_t person, struct err *err)
{
	struct upload *u;
	bool ok;

	(void)pthread_mutex_lock(&s->lock);
	u = owned(s, id, person, err);
	ok = u && (u->v.state == SPOOL_GROWING || (u->v.state == SPOOL_WHOLE && u->v.sort == SPOOL_PART && !u->sealing));
	if (u && !ok)
		(void)err_set(err, ERR_FORBIDDEN, "这个文件已经传完封存，不能再删除");
	if (ok) {
		drop_contexts(s, u);
		u->sender = 0;
		u->v.state = SPOOL_NONE; /* whoever still sends finds another number */
		remove_files(s, u->v.id, true);
	}
	(void)pthread_mutex_unlock(&s->lock);
	return ok;
}

/* ---- sealing ---- */

static bool claimable(const struct upload *u, bool at_once)
{
	return u->v.state == SPOOL_WHOLE && u->v.sort != SPOOL_PART && !u->sealing && (!at_once || reckoned(u));
}

bool spool_claim(struct spool *s, struct str id, bool at_once, struct spool_view *ret)
{
	struct upload *found = NULL;

	(void)pthread_mutex_lock(&s->lock);
	for (int i = 0; i < SPOOL_UPLOADS && s->v[i] && !found; i++)
		if (claimable(s->v[i], at_once) && (!id.n || str_is(id, s->v[i]->v.id)))
			found = s->v[i];
	if (found) {
		found->sealing = true;
		*ret = found->v;
	}
	(void)pthread_mutex_unlock(&s->lock);
	return found != NULL;
}

struct reading {
	struct digests d;
	unsigned char *page;
	int out; /* where it is joined; -1: nowhere */
	int64_t done;
};

static bool read_through(const struct spool *s, const char *id, struct reading *x, const atomic_bool *stop, struct err *err)
{
	char path[4096];
	ssize_t n = 1;
	int fd;

	data_path(s, id, path, sizeof(path));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return io_failed(err, path);
	while (n > 0 && !atomic_load(stop)) {
		n = read(fd, x->page, READ_AT_ONCE);
		if (n <= 0)
			break;
		digests_add(&x->d, x->page, (size_t)n);
		if (x->out >= 0 && write_all(x->out, (struct str){ (char *)x->page, (size_t)n }, x->done) != (size_t)n)
			break;
		x->done += n;
	}
	(void)close(fd);
	return n == 0 || (!atomic_load(stop) && io_failed(err, path));
}

/* The whole is written anew from its start: a run that ended midway left something that does not count. */
static bool join(const struct spool *s, const struct spool_view *v, struct reading *x, const atomic_bool *stop, struct err *err)
{
	char path[4096];
	bool ok = true;

	data_path(s, v->id, path, sizeof(path));
	x->out = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (x->out < 0)
		return io_failed(err, path);
	for (int i = 0; i < v->n_part && ok; i++)
		ok = read_through(s, v->part[i], x, stop, err);
	ok = ok && (fsync(x->out) == 0 || io_failed(err, path));
	(void)close(x->out);
	return ok;
}

static bool reckon(const struct spool *s, const struct spool_view *v, struct digests *ret, const atomic_bool *stop,
		   struct err *err)
{
	struct reading x = { .d = digests_new(), .page = malloc(READ_AT_ONCE), .out = -1 };
	bool ok;

	if (!x.page)
		abort();
	ok = v->sort == SPOOL_JOINED ? join(s, v, &x, stop, err) : read_through(s, v->id, &x, stop, err);
	if (ok && x.done != v->length)
		ok = err_set(err, ERR_IO, "上传的文件在磁盘上少了一截");
	free(x.page);
	if (ok)
		*ret = x.d;
	else
		digests_done(&x.d);
	return ok;
}

bool spool_digest(struct spool *s, struct str id, const atomic_bool *stop, struct spool_view *ret, struct err *err)
{
	struct digests d = { NULL, NULL };
	struct upload *u;
	bool ready;

	(void)pthread_mutex_lock(&s->lock);
	u = at(s, id);
	if (!u || !u->sealing) {
		(void)pthread_mutex_unlock(&s->lock);
		return err_set(err, ERR_BUG, "上传没有取来封存");
	}
	ready = u->v.sha256[0];
	if (!ready && u->d.sha256 && u->hashed == u->v.length) {
		d = u->d;
		u->d = (struct digests){ NULL, NULL };
		s->n_contexts--;
	}
	*ret = u->v;
	(void)pthread_mutex_unlock(&s->lock);
	if (ready)
		return true;
	if (!d.sha256 && !reckon(s, ret, &d, stop, err))
		return false;
	put_digest(d.sha256, ret->sha256);
	put_digest(d.sm3, ret->sm3);
	digests_done(&d);
	(void)pthread_mutex_lock(&u->io);
	(void)pthread_mutex_lock(&s->lock);
	u->v = *ret;
	(void)pthread_mutex_unlock(&s->lock);
	ready = write_note(s, u, err); /* from now on the blob store's file may be the only one */
	(void)pthread_mutex_unlock(&u->io);
	return ready;
}

struct str spool_path(const struct spool *s, struct arena *a, struct str id)
{
	return str_fmt(a, "%s/up-%.*s", s->dir, STR_FMT(id));
}

static void drop_part(struct spool *s, const char *id)
{
	struct upload *u;

	(void)pthread_mutex_lock(&s->lock);
	u = at(s, str_of(id));
	if (u && u->v.sort == SPOOL_PART) {
		drop_contexts(s, u);
		u->v.state = SPOOL_NONE;
		remove_files(s, id, true);
	}
	(void)pthread_mutex_unlock(&s->lock);
}

void spool_sealed(struct spool *s, struct str id, int64_t now)
{
	struct err err = { 0 };
	struct spool_view v;
	struct upload *u;

	(void)pthread_mutex_lock(&s->lock);
	u = at(s, id);
	if (u) {
		u->v.state = SPOOL_SEALED;
		u->v.expires = now + SPOOL_TOLD_MS;
		u->sealing = false;
		v = u->v;
	}
	(void)pthread_mutex_unlock(&s->lock);
	if (!u)
		return;
	(void)pthread_mutex_lock(&u->io);
	if (!write_note(s, u, &err))
		log_line(LOG_WARNING, "upload %s: %s", v.id, err.detail); /* it is sealed again after the next start */
	(void)pthread_mutex_unlock(&u->io);
	remove_files(s, v.id, false); /* content that was stored before, or stands in a row */
	for (int i = 0; i < v.n_part; i++)
		drop_part(s, v.part[i]);
}

void spool_unclaim(struct spool *s, struct str id)
{
	struct upload *u;

	(void)pthread_mutex_lock(&s->lock);
	u = at(s, id);
	if (u)
		u->sealing = false;
	(void)pthread_mutex_unlock(&s->lock);
}

void spool_sweep(struct spool *s, int64_t now)
{
	(void)pthread_mutex_lock(&s->lock);
	for (int i = 0; i < SPOOL_UPLOADS && s->v[i]; i++) {
		struct upload *u = s->v[i];
		bool part = u->v.sort == SPOOL_PART && u->v.state == SPOOL_WHOLE;

		if (u->v.state == SPOOL_NONE || u->v.expires > now || u->sender || u->sealing
		    || (u->v.state == SPOOL_WHOLE && !part))
			continue;
		drop_contexts(s, u);
		remove_files(s, u->v.id, u->v.state != SPOOL_GROWING);
		u->v.state = u->v.state == SPOOL_GROWING ? SPOOL_EXPIRED : SPOOL_NONE;
		u->v.expires = now + SPOOL_TOLD_MS;
	}
	(void)pthread_mutex_unlock(&s->lock);
}

/* ---- after a restart ---- */

static void copy(char *to, size_t n, struct str from)
{
	(void)snprintf(to, n, "%.*s", STR_FMT(from));
}

static bool view_of(const struct json *j, struct str id, struct spool_view *v)
{
	const struct json *p;

	*v = (struct spool_view){ .person = json_i64(j, "person", 0), .matter = json_i64(j, "matter", 0),
				  .length = json_i64(j, "length", -1), .expires = json_i64(j, "expires", 0),
				  .sort = (enum spool_sort)json_i64(j, "sort", 0) };
	copy(v->id, sizeof(v->id), id);
	copy(v->form, sizeof(v->form), json_str(j, "form"));
	copy(v->name, sizeof(v->name), json_str(j, "name"));
	copy(v->meta, sizeof(v->meta), json_str(j, "meta"));
	copy(v->sha256, sizeof(v->sha256), json_str(j, "sha256"));
	copy(v->sm3, sizeof(v->sm3), json_str(j, "sm3"));
	json_each(p, json_get(j, "parts"))
		if (v->n_part < SPOOL_PARTS)
			copy(v->part[v->n_part++], SPOOL_ID + 1, p->text);
	return v->person > 0 && v->form[0];
}

/* How much of it is there; a piece that had a sum to fit and was not ended does not count. */
static void find_data(const struct spool *s, struct spool_view *v, int64_t doubtful)
{
	char path[4096];
	struct stat st;

	data_path(s, v->id, path, sizeof(path));
	if (doubtful >= 0 && truncate(path, (off_t)doubtful) != 0)
		log_line(LOG_WARNING, "upload %s: %s", v->id, strerror(errno));
	v->offset = stat(path, &st) == 0 ? (int64_t)st.st_size : 0;
	v->state = v->offset == v->length ? SPOOL_WHOLE : SPOOL_GROWING;
	if (v->sort == SPOOL_JOINED || v->sha256[0]) { /* to be joined anew; perhaps in the store already */
		v->offset = v->length;
		v->state = SPOOL_WHOLE;
	}
}

static void read_note(struct spool *s, struct arena *a, struct str id)
{
	char path[4096], text[NOTE_MOST];
	const struct json *j;
	struct err err = { 0 };
	struct spool_view v;
	struct upload *u;
	FILE *f;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s/up-%.*s.json", s->dir, STR_FMT(id));
	f = fopen(path, "r");
	n = f ? fread(text, 1, sizeof(text), f) : 0;
	if (f)
		(void)fclose(f);
	if (!n || !json_read(a, (struct str){ text, n }, &j, &err) || !view_of(j, id, &v)) {
		log_line(LOG_WARNING, "%s cannot be read; the upload begins anew", path);
		return;
	}
	find_data(s, &v, json_i64(j, "doubtful", -1));
	if (json_get(j, "sealed") && json_get(j, "sealed")->yes)
		v.state = SPOOL_SEALED;
	u = free_place(s);
	if (!u)
		return;
	u->v = v;
	u->doubtful = -1;
	u->durable = true;
}

/* A file without a note was never acknowledged. */
static void drop_orphan(struct spool *s, struct str id)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/up-%.*s.json", s->dir, STR_FMT(id));
	if (access(path, F_OK) != 0)
		remove_files(s, id.p, true);
}

static bool is_id(struct str s)
{
	unsigned char bin[SPOOL_ID / 2];

	return s.n == SPOOL_ID && parse_hex(s, bin, sizeof(bin));
}

bool spool_open(const char *dir, int64_t now, struct spool **ret, struct err *err)
{
	struct spool *s = calloc(1, sizeof(*s));
	struct arena *a = arena_new();
	struct dirent *e;
	DIR *d;

	if (!s)
		abort();
	(void)pthread_mutex_init(&s->lock, NULL);
	if (asprintf(&s->dir, "%s/spool", dir) < 0)
		abort();
	(void)mkdir(s->dir, 0700);
	d = opendir(s->dir);
	if (!d) {
		(void)io_failed(err, s->dir);
		spool_close(s);
		(void)arena_free(a);
		return false;
	}
	while ((e = readdir(d)) != NULL) {
		struct str name = str_of(e->d_name), id;

		if (!str_starts(name, STR("up-")))
			continue;
		id = str_sub(name, 3, 3 + SPOOL_ID);
		if (is_id(id) && str_ends(name, STR(".json")))
			read_note(s, a, id);
		else if (is_id(str_sub(name, 3, name.n)))
			drop_orphan(s, str_dup(a, id));
		arena_reset(a);
	}
	(void)closedir(d);
	(void)arena_free(a);
	for (int i = 0; i < SPOOL_UPLOADS && s->v[i]; i++)
		if (s->v[i]->v.state == SPOOL_WHOLE)
			hold_parts(s, &s->v[i]->v);
	spool_sweep(s, now);
	*ret = s;
	return true;
}

void spool_close(struct spool *s)
{
	if (!s)
		return;
	for (int i = 0; i < SPOOL_UPLOADS && s->v[i]; i++) {
		digests_done(&s->v[i]->d);
		(void)pthread_mutex_destroy(&s->v[i]->io);
		free(s->v[i]);
	}
	(void)pthread_mutex_destroy(&s->lock);
	free(s->dir);
	free(s);
}
