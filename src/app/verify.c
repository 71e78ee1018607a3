/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/verify.h"

#include <inttypes.h>

#include "app/folder.h"
#include "app/log_sign.h"
#include "base/json.h"
#include "base/parse.h"
#include "blob/blob.h"
#include "db/migrate.h"
#include "log/digest.h"
#include "matter/audit.h"
#include "matter/removal.h"

#define USERS_MOST 1000 /* removals that one content stands in: an id card in as many dossiers */

struct verifying {
	const char *dir;
	struct blobs blobs;
	struct str outside; /* DIR/log/checkpoint, read before the database: a row stands there before the file */
	struct db *db;
	struct engine *engine;
	struct arena *a; /* of a slice */
	void (*progress)(void *ctx, const char *part, int64_t done, int64_t all);
	void *ctx;
	struct verify_result *r;
	/* one row */
	int64_t id;
	struct str pack, digest, files;
	int64_t in_row; /* the content of blob */
	struct blob blob, *slice;
	size_t n;
};

static void say(void *ctx, int64_t event, struct buf *b)
{
	struct verifying *v = ctx;

	audit_say(v->engine, v->db, event, b);
}

static void tell(void *ctx, const char *part, int64_t done, int64_t all)
{
	struct verifying *v = ctx;

	if (v->progress)
		v->progress(v->ctx, part, done, all);
}

/* ---- the database's own pages, and the law ---- */

static const struct stmt st_pages_sqlite = { "verify_pages_sqlite", "PRAGMA integrity_check(1)" };

static bool check_pages(struct verifying *v, struct err *err)
{
	struct str said = { 0 };
	const struct db_out out[] = { db_to_str(&said) };

	if (db_dialect(v->db) != DB_SQLITE)
		return true;
	if (!db_one(v->db, v->a, &st_pages_sqlite, DB_NONE, DB_OUT(out), err))
		return false;
	return str_is(said, "ok")
	    || audit_found(err, "数据库文件 mingfa.db 有损坏（%.*s）：请从备份恢复", STR_FMT(str_head(said, 100)));
}

static const struct stmt st_loose_sqlite = { "verify_loose_sqlite",
	"SELECT \"table\", COALESCE(rowid, 0), \"parent\" FROM pragma_foreign_key_check LIMIT 1" };

/* Rows that belong to nothing: PostgreSQL has none. */
static bool check_loose(struct verifying *v, struct err *err)
{
	struct str table = { 0 }, parent = { 0 };
	int64_t row = 0;
	const struct db_out out[] = { db_to_str(&table), db_to_i64(&row), db_to_str(&parent) };
	bool found;

	tell(v, "各表的关系", 0, 0);
	if (db_dialect(v->db) != DB_SQLITE)
		return true;
	if (!db_maybe(v->db, v->a, &st_loose_sqlite, DB_NONE, DB_OUT(out), &found, err))
		return false;
	return !found || audit_found(err, "登记“%.*s”第%" PRId64 "行是后来插入的，或者它所属的“%.*s”被删除：程序不会这样写",
				     STR_FMT(table), row, STR_FMT(parent));
}

static const struct stmt st_laws = { "verify_laws", "SELECT id, pack, digest, files FROM pack_version ORDER BY id" };

static bool law_row(void *ctx, struct err *err)
{
	struct verifying *v = ctx;
	unsigned char d[LOG_HASH];
	char hex[2 * LOG_HASH + 1];

	digest_sha256(&v->files, 1, d);
	parse_put_hex(hex, d, LOG_HASH);
	return (str_is(v->digest, hex)
		&& str_find(v->files, str_fmt(v->a, "\"%.*s/pack.yaml\"", STR_FMT(v->pack)), 0) != SIZE_MAX)
	    || audit_found(err, "定义包的第%" PRId64 "个版本（pack_version）被改动：它的文本与登记的摘要不符", v->id);
}

static bool check_laws(struct verifying *v, struct err *err)
{
	const struct db_out out[] = { db_to_i64(&v->id), db_to_str(&v->pack), db_to_str(&v->digest), db_to_str(&v->files) };

	return db_each(v->db, v->a, &st_laws, DB_NONE, DB_OUT(out), law_row, v, err);
}

/* ---- stored files ---- */

static const struct stmt st_blobs = { "verify_blobs",
	"SELECT digest, sm3, size, media, place, CASE WHEN data IS NULL THEN 0 ELSE 1 END FROM blob WHERE digest > $1 ORDER BY digest LIMIT 1000" };

/* Whose it is: a person looks for the file in a matter, not under its digest. */
static const struct stmt st_whose = { "verify_whose",
	"SELECT m.title, m.number, x.name FROM (SELECT matter, name FROM evidence WHERE blob = $1 UNION ALL"
	" SELECT matter, paper AS name FROM document WHERE blob = $1) x JOIN matter m ON m.id = x.matter LIMIT 1" };

static bool blob_fault(struct verifying *v, const struct blob *b, const char *what, struct err *err)
{
	struct str title = { 0 }, number = { 0 }, name = { 0 };
	const struct db_in in[] = { db_str(b->sha256) };
	const struct db_out out[] = { db_to_str(&title), db_to_str(&number), db_to_str(&name) };
	bool found;

	if (!db_maybe(v->db, v->a, &st_whose, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	return audit_found(err, "文件“%.*s”%s%.*s%s（SHA-256 %.*s）%s", STR_FMT(name.n ? str_head(name, 40) : STR("（不属于任何办件）")),
			   found ? "，属于“" : "", STR_FMT(str_head(number.n ? number : title, 30)), found ? "”" : "", STR_FMT(b->sha256),
			   what);
}

static bool blob_row(void *ctx, struct err *err)
{
	struct verifying *v = ctx;

	v->slice[v->n++] = v->blob;
	return str_is(v->blob.place, "row") == (v->in_row != 0) || blob_fault(v, &v->blob, "的登记被改动：存放的地方不对", err);
}

/* ---- contents that were let go ---- */

static const struct stmt st_users = { "verify_users",
	"SELECT removed_event FROM evidence WHERE blob = $1 UNION SELECT removed_event FROM document WHERE blob = $1" };
static const struct stmt st_removal = { "verify_removal",
	"SELECT b.body FROM event e JOIN event_body b ON b.event = e.id WHERE e.id = $1 AND e.action = '" REMOVAL_ACTION "'" };

struct users {
	struct verifying *v;
	int64_t event;
	bool living;    /* something that was not let go names it */
	bool lawful;    /* a removal says that it goes */
	struct str digest;
};

static bool says_so(struct users *x, bool *ret, struct err *err)
{
	static const char *const wanted[] = { "digests" };
	struct str body = { 0 };
	const struct json *doc, *j;
	const struct db_in in[] = { db_i64(x->event) };
	const struct db_out out[] = { db_to_str(&body) };
	bool found;

	*ret = false;
	if (!db_maybe(x->v->db, x->v->a, &st_removal, DB_IN(in), DB_OUT(out), &found, err)
	    || (found && !json_read_members(x->v->a, body, wanted, ARRAY_LEN(wanted), &doc, err)))
		return false;
	json_each(j, found ? json_get(doc, "digests") : NULL)
		*ret = *ret || (str_eq(json_str(j, "sha256"), x->digest) && !json_get(j, "kept"));
	return true;
}

struct event_list {
	int64_t row, v[USERS_MOST];
	size_t n;
};

static bool user_row(void *ctx, struct err *err)
{
	struct event_list *l = ctx;

	(void)err;
	if (l->n < USERS_MOST)
		l->v[l->n++] = l->row;
	return true;
}

static bool check_let_go(struct verifying *v, const struct blob *b, struct err *err)
{
	struct users x = { .v = v, .digest = b->sha256 };
	struct event_list *l = arena_one(v->a, struct event_list);
	const struct db_in in[] = { db_str(b->sha256) };
	const struct db_out out[] = { db_to_i64(&l->row) };
	bool says;

	if (!db_each(v->db, v->a, &st_users, DB_IN(in), DB_OUT(out), user_row, l, err))
		return false;
	for (size_t i = 0; i < l->n; i++) {
		x.event = l->v[i];
		x.living = x.living || !x.event;
		if (x.event && !x.lawful) {
			if (!says_so(&x, &says, err))
				return false;
			x.lawful = says;
		}
	}
	v->r->let_go++;
	if (!x.lawful)
		return blob_fault(v, b, "的内容不见了：没有哪一次按销毁清册的销毁写到它", err);
	return !x.living || blob_fault(v, b, "登记为已销毁，还有办件在用它：登记被改动", err);
}

static bool check_blob(struct verifying *v, const struct blob *b, struct err *err)
{
	enum blob_state state;

	if (!blob_check(v->db, v->a, &v->blobs, b, &state, err))
		return false;
	v->r->blobs++;
	v->r->elsewhere += state == BLOB_ELSEWHERE;
	if (state == BLOB_LET_GO)
		return check_let_go(v, b, err);
	if (state == BLOB_MISSING)
		return blob_fault(v, b, "不见了：请从备份的 blobs 文件夹取回", err);
	return state != BLOB_ALTERED || blob_fault(v, b, "被改动：内容与登记的摘要不符，请从备份的 blobs 文件夹取回", err);
}

static bool check_blobs(struct verifying *v, struct err *err)
{
	struct arena *keep = arena_new();
	char last[2 * LOG_HASH + 1] = "";
	const struct db_out out[] = { db_to_str(&v->blob.sha256), db_to_str(&v->blob.sm3), db_to_i64(&v->blob.size),
				      db_to_str(&v->blob.media), db_to_str(&v->blob.place), db_to_i64(&v->in_row) };
	bool ok;

	do {
		const struct db_in in[] = { db_str(str_of(last)) };

		v->slice = arena_many(keep, AUDIT_SLICE, struct blob);
		v->n = 0;
		ok = db_each(v->db, keep, &st_blobs, DB_IN(in), DB_OUT(out), blob_row, v, err);
		for (size_t i = 0; ok && i < v->n; i++) {
			(void)arena_reset(v->a);
			ok = check_blob(v, &v->slice[i], err);
		}
		if (ok && v->n)
			(void)snprintf(last, sizeof(last), "%.*s", STR_FMT(v->slice[v->n - 1].sha256));
		if (ok)
			tell(v, "文件", v->r->blobs, 0);
		(void)arena_reset(keep);
	} while (ok && v->n == AUDIT_SLICE);
	(void)arena_free(keep);
	return ok;
}

/* ---- what stands outside the database: the newest signed head, and the private keys ---- */

static const struct stmt st_signed = { "verify_signed", "SELECT note FROM checkpoint WHERE log = $1 AND size = $2" };

static struct str note_text(struct str note)
{
	const size_t at = str_find(note, STR("\n\n"), 0);

	return at == SIZE_MAX ? note : str_sub(note, 0, at + 1);
}

static bool check_file(struct verifying *v, struct err *err)
{
	struct str rest = v->outside, name, note = { 0 };
	struct log_origin o;
	struct key key[2];
	struct checkpoint c;
	struct err why = { 0 };
	const struct db_out out[] = { db_to_str(&note) };
	bool found;

	if (!v->outside.n)
		return true;
	(void)str_cut(&rest, '\n', &name);
	if (!log_origin_named(v->db, v->a, name, &o, &found, err))
		return false;
	if (!found || !log_origin_keys(&o, key, &why) || !checkpoint_open(v->a, v->outside, key, 2, &c, NULL, &why))
		return audit_found(err, "文件 " LOG_FILE " 被改动：它不是这份日志签过的树头");
	const struct db_in in[] = { db_i64(o.log), db_i64(c.size) };

	if (!db_maybe(v->db, v->a, &st_signed, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	return (found && str_eq(note_text(note), note_text(v->outside)))
	    || audit_found(err, "文件 " LOG_FILE " 签到第%" PRId64 "条，数据库里没有这一个树头：数据库被换成了旧的，或者末尾被删除", c.size);
}

static bool check_outside(struct verifying *v, struct err *err)
{
	struct log_keys k;
	struct err why = { 0 };

	if (!check_file(v, err))
		return false;
	if (log_keys_load(v->db, v->a, v->dir, &k, &why) || why.code == ERR_NOT_FOUND)
		return true;
	return why.code == ERR_BAD_INPUT ? audit_found(err, "文件夹 keys 里的签名密钥被改动：不是这份日志的") : err_set(err, why.code, "%s", why.msg);
}

/* ---- the whole ---- */

static bool check_record(struct verifying *v, struct err *err)
{
	struct audit x = { .db = v->db, .a = v->a, .say = say, .progress = tell, .ctx = v };
	struct matter_audit m = { .e = v->engine, .x = &x };
	bool ok = audit_log(&x, err) && audit_matters(&m, err);

	v->r->events = x.events;
	v->r->removed = x.removed;
	v->r->headless = x.headless;
	v->r->files = x.files;
	v->r->tiles = x.tiles;
	v->r->checkpoints = x.checkpoints;
	v->r->newer = m.newer;
	v->r->matters = m.matters;
	v->r->papers = m.papers;
	v->r->signatures = m.signatures;
	v->r->clocks = m.clocks;
	v->r->numbers = m.numbers;
	return ok;
}

static bool all_of(struct db *db, const void *ctx, struct err *err)
{
	struct verifying *v = *(struct verifying *const *)ctx;

	v->db = db;
	*v->r = (struct verify_result){ 0 };
	return migrate_check(db, v->a, err) && check_pages(v, err) && check_laws(v, err) && check_record(v, err)
	    && check_outside(v, err) && check_blobs(v, err) && check_loose(v, err);
}

/* It needs definitions to start; matters are read by the stored ones. */
static bool start_engine(struct arena *a, struct engine **ret, struct err *err)
{
	struct law_files *files = arena_one(a, struct law_files);
	struct engine_config config = { .files = files, .pack = STR("national") };
	struct diag d = { .a = a };

	return app_files(a, NULL, files, err) && engine_new(&config, &d, ret, err);
}

bool verify_folder(const char *dir, const char *address, struct s3 *store,
		   void (*progress)(void *ctx, const char *part, int64_t done, int64_t all), void *ctx,
		   struct verify_result *ret, struct err *err)
{
	struct arena *a = arena_new();
	struct verifying v = { .dir = dir, .blobs = { dir, store }, .a = arena_new(), .progress = progress, .ctx = ctx, .r = ret,
			       .outside = folder_text(a, dir, LOG_FILE) };
	struct verifying *const self = &v;
	struct db *db = NULL;
	bool ok = db_open(address, DB_READ, &db, err) && start_engine(a, &v.engine, err) && db_tx(db, "verify", all_of, &self, err);

	db_close(db);
	engine_free(v.engine);
	(void)arena_free(v.a);
	(void)arena_free(a);
	return ok;
}
