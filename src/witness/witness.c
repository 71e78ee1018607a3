/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "witness/witness.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/base64.h"
#include "base/day.h"
#include "base/parse.h"
#include "base/small.h"
#include "log/digest.h"

#define KEY_FILE "key.pem"
#define NAME_FILE "name"
#define LOGS_FILE "logs"
#define SMALL_MOST ((size_t)1 << 18) /* a thousand public keys take 200 kB */

static const char *at(struct arena *a, const char *dir, const char *name)
{
	return str_cstr(a, str_fmt(a, "%s/%s", dir, name));
}

/* ---- the folder ---- */

bool witness_init(struct arena *a, const char *dir, struct str name, struct err *err)
{
	struct str pem, old;
	bool found;

	if (!key_name_ok(name) || name.n > KEY_NAME_MAX)
		return err_set(err, ERR_BAD_INPUT, "见证方的名称像网址那样写，不含空白和“+”，例如 jianchayuan.example/mingfa");
	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		return err_set(err, ERR_IO, "不能建立文件夹 %s：%s", dir, strerror(errno));
	if (!small_get(a, at(a, dir, KEY_FILE), SMALL_MOST, &old, &found, err))
		return false;
	if (found)
		return err_set(err, ERR_REFUSED, "%s 里已经有见证方的私钥", dir);
	return signer_new_pem(a, KEY_COSIGN, (struct str){ 0 }, &pem, err) && small_put(a, at(a, dir, NAME_FILE), name, true, err)
	       && small_put(a, at(a, dir, LOGS_FILE),
			    STR("# 每行一个日志的公钥（mingfa log key 给出的两行），以 # 开头的是备注\n"), false, err)
	       && small_put(a, at(a, dir, KEY_FILE), pem, false, err);
}

static bool read_logs(struct arena *a, struct str text, struct witness *w, struct err *err)
{
	struct err why = { 0 };
	struct str line;

	w->key = arena_many(a, WITNESS_LOGS_MOST, struct key);
	for (int n = 1; str_cut(&text, '\n', &line); n++) {
		line = str_trim(line);
		if (!line.n || line.p[0] == '#')
			continue;
		if (w->n_key == WITNESS_LOGS_MOST)
			return err_set(err, ERR_BAD_INPUT, "%s 里的公钥超过%d个", LOGS_FILE, WITNESS_LOGS_MOST);
		if (!key_read(line, &w->key[w->n_key], &why) || w->key[w->n_key].type == KEY_COSIGN)
			return err_set(err, ERR_BAD_INPUT, "%s 第%d行不是日志的公钥：%.*s", LOGS_FILE, n, STR_FMT(str_head(line, 60)));
		w->n_key++;
	}
	return true;
}

bool witness_load(struct arena *a, const char *dir, struct witness *ret, struct err *err)
{
	struct str pem, name, logs;
	struct signer *s;
	bool has_pem, has_name, has_logs;

	*ret = (struct witness){ 0 };
	if (!small_get(a, at(a, dir, KEY_FILE), SMALL_MOST, &pem, &has_pem, err)
	    || !small_get(a, at(a, dir, NAME_FILE), SMALL_MOST, &name, &has_name, err)
	    || !small_get(a, at(a, dir, LOGS_FILE), SMALL_MOST, &logs, &has_logs, err))
		return false;
	if (!has_pem || !has_name)
		return err_set(err, ERR_NOT_FOUND, "%s 不是见证方的文件夹，先用 mingfa-witness init 建立", dir);
	if (!signer_pem(a, KEY_COSIGN, str_trim(name), pem, (struct str){ 0 }, &s, err) || (has_logs && !read_logs(a, logs, ret, err)))
		return false;
	ret->signer = s;
	return true;
}

static const char tables[] =
	/* The last head of each log that was signed. */
	"CREATE TABLE IF NOT EXISTS head (origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL,"
	" at INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
	/* Two heads of one size that a log has signed, with two roots. */
	"CREATE TABLE IF NOT EXISTS fork (id INTEGER PRIMARY KEY, origin TEXT NOT NULL, size INTEGER NOT NULL, had TEXT NOT NULL,"
	" got TEXT NOT NULL, at INTEGER NOT NULL, UNIQUE (origin, size, got)) STRICT;";

bool witness_tables(struct db *db, struct err *err)
{
	return db_script(db, tables, err);
}

/* ---- what is asked ---- */

static void answer(struct witness_answer *x, int status, struct str text)
{
	*x = (struct witness_answer){ .status = status, .text = text };
}

static bool read_proof(struct str *rest, struct log_proof *p)
{
	struct str line;

	while (str_cut(rest, '\n', &line)) {
		if (!line.n)
			return true;
		if (p->n == LOG_PROOF_MAX || !base64_exact(line, p->hash[p->n], LOG_HASH))
			return false;
		p->n++;
	}
	return false;
}

static bool read_request(struct arena *a, struct str body, struct witness_request *q)
{
	struct err no = { 0 };
	struct str line;

	return str_cut(&body, '\n', &line) && str_starts(line, STR("old ")) && (line.n == 5 || line.p[4] != '0')
	       && parse_i64(str_sub(line, 4, line.n), 0, LOG_SIZE_MAX, &q->old) && read_proof(&body, &q->proof)
	       && note_read(a, body, &q->head, &no);
}

/* The keys of an origin; the log's Ed25519 key must have signed, and what its SM2 key signed must be right. */
static int signed_by_log(struct arena *a, const struct witness *w, const struct witness_request *q, struct str origin)
{
	bool known = false, is_signed = false;

	for (size_t i = 0; i < w->n_key; i++) {
		struct err no = { 0 };
		bool one = false;

		if (!str_eq(w->key[i].name, origin))
			continue;
		known = true;
		if (!note_signed_by(a, &q->head, &w->key[i], &one, NULL, &no))
			return 403;
		is_signed = is_signed || (one && w->key[i].type == KEY_ED25519);
	}
	return !known ? 404 : is_signed ? 0 : 403;
}

void witness_read(struct arena *a, const struct witness *w, struct str body, struct witness_request *ret,
		  struct witness_answer *ret_answer)
{
	struct str rest, origin, size;
	struct err no = { 0 };
	int status;

	*ret = (struct witness_request){ 0 };
	if (!read_request(a, body, ret)) {
		answer(ret_answer, 400, STR("malformed request\n"));
		return;
	}
	ret->note = str_sub(body, (size_t)(ret->head.text.p - body.p), body.n);
	rest = ret->head.text;
	if (!str_cut(&rest, '\n', &origin) || !str_cut(&rest, '\n', &size)) {
		answer(ret_answer, 400, STR("malformed checkpoint\n"));
		return;
	}
	status = signed_by_log(a, w, ret, origin);
	if (status)
		answer(ret_answer, status, status == 404 ? STR("unknown origin\n") : STR("not signed by the log's key\n"));
	else if (!checkpoint_read(ret->head.text, &ret->at, &no))
		answer(ret_answer, str_is(size, "0") ? 422 : 400, STR("malformed checkpoint\n"));
	else if (ret->old > ret->at.size)
		answer(ret_answer, 400, STR("old size is larger than the checkpoint's\n"));
	else
		answer(ret_answer, 0, (struct str){ 0 });
}

/* ---- what is held ---- */

struct head {
	int64_t size, at;
	struct str root, note;
	bool found;
};

static const struct stmt st_head = { "witness_head", "SELECT size, at, root, note FROM head WHERE origin = $1" };
static const struct stmt st_keep = { "witness_keep",
	"INSERT INTO head (origin, size, root, note, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (origin)"
	" DO UPDATE SET size = excluded.size, root = excluded.root, note = excluded.note, at = excluded.at" };
static const struct stmt st_fork = { "witness_fork",
	"INSERT INTO fork (origin, size, had, got, at) SELECT $1, $2, $3, $4, $5 WHERE (SELECT count(*) FROM fork WHERE origin = $1)"
	" < $6 ON CONFLICT DO NOTHING" };

static bool held(struct db *db, struct arena *a, struct str origin, struct head *h, struct err *err)
{
	const struct db_in in[] = { db_str(origin) };
	const struct db_out out[] = { db_to_i64(&h->size), db_to_i64(&h->at), db_to_bytes(&h->root), db_to_str(&h->note) };

	*h = (struct head){ 0 };
	return db_maybe(db, a, &st_head, DB_IN(in), DB_OUT(out), &h->found, err)
	       && (!h->found || h->root.n == LOG_HASH || err_set(err, ERR_DB, "见证方的数据库里有一个根不是32字节"));
}

static bool note_fork(struct db *db, const struct head *h, const struct witness_request *q, int64_t now, struct err *err)
{
	const struct db_in in[] = { db_str(q->at.origin), db_i64(q->at.size), db_str(h->note), db_str(q->note), db_i64(now),
				    db_i64(WITNESS_FORKS_MOST) };

	return db_exec(db, &st_fork, DB_IN(in), NULL, err);
}

/* Whether the head goes on from the one that is held. */
static bool goes_on(const struct head *h, const struct witness_request *q)
{
	const unsigned char *was = (const unsigned char *)h->root.p;

	if (!h->found || !h->size)
		return q->proof.n == 0;
	return log_check_consistency(h->size, q->at.size, &q->proof, was, q->at.root);
}

bool witness_sign(struct db *db, struct arena *a, const struct witness *w, const struct witness_request *q, int64_t now,
		  struct witness_answer *ret, struct err *err)
{
	struct head h;
	struct buf line;

	if (!held(db, a, q->at.origin, &h, err))
		return false;
	if (h.found && h.size == q->at.size && memcmp(h.root.p, q->at.root, LOG_HASH) != 0) {
		answer(ret, 422, STR("another root of the same size was signed before\n"));
		return note_fork(db, &h, q, now, err);
	}
	if (h.size != q->old) {
		answer(ret, 409, str_fmt(a, "%lld\n", (long long)h.size));
		ret->is_size = true;
		return true;
	}
	if (!goes_on(&h, q)) {
		answer(ret, 422, STR("the proof does not lead from the old root to this one\n"));
		return true;
	}
	buf_init(&line, a, NOTE_MAX);
	if (!note_sign(w->signer, q->head.text, now / 1000, &line, err))
		return false;
	answer(ret, 200, buf_str(&line));
	const struct db_in in[] = { db_str(q->at.origin), db_i64(q->at.size), db_bytes(digest_bytes(q->at.root, LOG_HASH)),
				    db_str(q->note), db_i64(now) };
	return db_exec(db, &st_keep, DB_IN(in), NULL, err);
}

/* ---- what is told ---- */

struct telling {
	struct arena *a;
	struct buf *b;
	struct str origin, had, got;
	int64_t size, at;
};

static const struct stmt st_heads = { "witness_heads", "SELECT origin, size, at FROM head ORDER BY origin" };
static const struct stmt st_forks = { "witness_forks", "SELECT origin, size, at, had, got FROM fork ORDER BY id" };

static bool tell_head(void *ctx, struct err *err)
{
	struct telling *t = ctx;

	(void)err;
	buf_addf(t->b, "%.*s：%lld条，", STR_FMT(t->origin), (long long)t->size);
	time_put(t->b, t->at);
	buf_adds(t->b, "附签\n");
	return true;
}

static bool tell_fork(void *ctx, struct err *err)
{
	struct telling *t = ctx;

	(void)err;
	buf_addf(t->b, "\n分叉：%.*s 在%lld条处签过两个不同的根，", STR_FMT(t->origin), (long long)t->size);
	time_put(t->b, t->at);
	buf_addf(t->b, "发现。两份都由它签名：\n%.*s\n%.*s\n", STR_FMT(t->had), STR_FMT(t->got));
	return true;
}

bool witness_tell(struct db *db, struct arena *a, const struct witness *w, struct str *ret, struct err *err)
{
	struct buf b;
	struct telling t = { .a = a, .b = &b };
	const struct db_out head[] = { db_to_str(&t.origin), db_to_i64(&t.size), db_to_i64(&t.at) };
	const struct db_out fork[] = { db_to_str(&t.origin), db_to_i64(&t.size), db_to_i64(&t.at), db_to_str(&t.had),
				       db_to_str(&t.got) };

	buf_init(&b, a, (size_t)16 << 20);
	buf_adds(&b, "明法见证方\n公钥：");
	key_put(&b, signer_key(w->signer));
	buf_adds(&b, "\n\n");
	if (!w->n_key)
		buf_adds(&b, "还没有登记日志：把 mingfa log key 给出的公钥写进文件 logs，再重新启动。\n");
	if (!db_each(db, a, &st_heads, DB_NONE, DB_OUT(head), tell_head, &t, err)
	    || !db_each(db, a, &st_forks, DB_NONE, DB_OUT(fork), tell_fork, &t, err))
		return false;
	*ret = buf_str(&b);
	return buf_ok(&b) || err_set(err, ERR_TOO_LARGE, "内容超过16 MB");
}
