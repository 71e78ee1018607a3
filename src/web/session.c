/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "web/session.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <string.h>

#include "base/day.h"
#include "base/parse.h"
#include "base/uuid.h"

#define PASSWORD_MEMORY ((size_t)19 * 1024 * 1024)
#define PASSWORD_PASSES 2
#define PASSWORD_MOST 200
#define TOKEN_BYTES 32
#define TOUCH_MS ((int64_t)5 * 60 * 1000)
#define LOCK_FAILURES 5
#define LOCK_MS ((int64_t)15 * 60 * 1000)
#define ADDRESS_FAILURES 20 /* an office shares one address: more than one account's five */

static const struct stmt st_account_by_login = { "account_by_login",
	"SELECT a.id, a.person, a.hash, a.locked_until, a.disabled, COALESCE(MIN(po.organ), 0) "
	"FROM account a LEFT JOIN post po ON po.person = a.person AND po.from_day <= $2 AND po.to_day >= $2 "
	"WHERE a.login = $1 GROUP BY a.id, a.person, a.hash, a.locked_until, a.disabled" };
static const struct stmt st_home = { "account_home",
	"SELECT p.organ FROM person p JOIN post po ON po.person = p.id AND po.organ = p.organ "
	"WHERE p.id = $1 AND po.from_day <= $2 AND po.to_day >= $2 LIMIT 1" };
static const struct stmt st_failures = { "login_failures",
	"SELECT COUNT(*) FROM login_attempt WHERE address = $1 AND at > $2 AND ok = 0" };
static const struct stmt st_attempt = { "login_attempt",
	"INSERT INTO login_attempt (address, account, at, ok) VALUES ($1, $2, $3, $4)" };
static const struct stmt st_forget_attempts = { "login_forget", "DELETE FROM login_attempt WHERE at < $1" };
/* A login that there is not stands in the column of addresses, as `login:` and a digest of what was typed:
 * somebody's password may have been typed there. */
static const struct stmt st_unknown = { "login_unknown",
	"SELECT COUNT(*), COALESCE(MAX(at), 0) FROM login_attempt WHERE address = $1" };
static const struct stmt st_unknown_over = { "login_unknown_over",
	"DELETE FROM login_attempt WHERE address = $1 AND $2 <= (SELECT COUNT(*) FROM login_attempt WHERE address = $1) "
	"AND $3 >= (SELECT MAX(at) FROM login_attempt WHERE address = $1)" };
static const struct stmt st_failed = { "account_failed",
	"UPDATE account SET failures = CASE WHEN failures + 1 >= $3 THEN 0 ELSE failures + 1 END, "
	"locked_until = CASE WHEN failures + 1 >= $3 THEN CAST($2 AS BIGINT) ELSE locked_until END WHERE id = $1" };
static const struct stmt st_succeeded = { "account_succeeded",
	"UPDATE account SET failures = 0, locked_until = 0 WHERE id = $1" };
static const struct stmt st_session_new = { "session_new",
	"INSERT INTO session (token_hash, account, organ, role, csrf, created, seen, expires, address, agent) "
	"VALUES ($1, $2, $3, '', $4, $5, $5, $6, $7, $8)" };
static const struct stmt st_session_old = { "session_old", "DELETE FROM session WHERE expires < $1" };
static const struct stmt st_session_find = { "session_find",
	"SELECT s.account, a.person, COALESCE(s.organ, 0), s.csrf, s.seen, s.expires, a.must_change, a.disabled, p.name, p.code, s.role, "
	"(SELECT COUNT(*) FROM post po WHERE po.person = a.person AND po.organ = s.organ AND po.from_day <= $2 "
	" AND po.to_day >= $2 AND po.role IN ('sysadmin', 'secadmin', 'auditor')) "
	"FROM session s JOIN account a ON a.id = s.account JOIN person p ON p.id = a.person WHERE s.token_hash = $1" };
static const struct stmt st_session_touch = { "session_touch", "UPDATE session SET seen = $2 WHERE token_hash = $1" };
static const struct stmt st_session_end = { "session_end", "DELETE FROM session WHERE token_hash = $1" };
static const struct stmt st_session_others = { "session_others",
	"DELETE FROM session WHERE account = $1 AND token_hash <> $2" };
static const struct stmt st_session_identity = { "session_identity",
	"UPDATE session SET organ = $2, role = '' WHERE token_hash = $1" };
static const struct stmt st_session_role = { "session_role",
	"UPDATE session SET role = $2 WHERE token_hash = $1 AND EXISTS (SELECT 1 FROM post WHERE person = $3 AND organ = session.organ "
	"AND role = $2 AND from_day <= $4 AND to_day >= $4)" };
static const struct stmt st_has_post = { "session_has_post",
	"SELECT 1 FROM post WHERE person = $1 AND organ = $2 AND from_day <= $3 AND to_day >= $3 LIMIT 1" };
static const struct stmt st_account_password = { "account_password",
	"UPDATE account SET hash = $2, must_change = 0, changed = $3 WHERE id = $1" };
static const struct stmt st_account_hash = { "account_hash", "SELECT hash, login FROM account WHERE id = $1" };

bool session_init(struct err *err)
{
	if (sodium_init() < 0)
		return err_set(err, ERR_BUG, "密码部件未能启动");
	return true;
}

bool password_strong(struct str password, struct str login, struct err *err)
{
	bool capital = false, small = false, digit = false, other = false;

	for (size_t i = 0; i < password.n; i++) {
		char c = password.p[i];

		capital = capital || (c >= 'A' && c <= 'Z');
		small = small || (c >= 'a' && c <= 'z');
		digit = digit || (c >= '0' && c <= '9');
		other = other || !((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'));
	}
	if (str_chars(password) < 10)
		return err_set(err, ERR_BAD_INPUT, "密码至少10个字符");
	if (password.n > PASSWORD_MOST)
		return err_set(err, ERR_BAD_INPUT, "密码太长，最多%d个字节（一个汉字占3个）", PASSWORD_MOST);
	if (capital + small + digit + other < 3)
		return err_set(err, ERR_BAD_INPUT, "密码须含大写字母、小写字母、数字、其他符号中的三种");
	if (login.n && str_find(password, login, 0) != SIZE_MAX)
		return err_set(err, ERR_BAD_INPUT, "密码不能包含登录名");
	return true;
}

struct str password_random(struct arena *a)
{
	static const char alphabet[] = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789";
	unsigned char r[14];
	char *p = arena_alloc(a, 17);

	random_bytes(r, sizeof(r));
	for (size_t i = 0; i < 13; i++)
		p[i] = alphabet[r[i] % (sizeof(alphabet) - 1)];
	p[13] = 'K'; /* three kinds of characters, whatever came before */
	p[14] = (char)('2' + r[13] % 8);
	p[15] = 'a';
	return (struct str){ p, 16 };
}

bool password_hash(struct arena *a, struct str password, struct str *ret, struct err *err)
{
	char out[crypto_pwhash_STRBYTES];

	if (crypto_pwhash_str_alg(out, password.p, password.n, PASSWORD_PASSES, PASSWORD_MEMORY,
				  crypto_pwhash_ALG_ARGON2ID13) != 0)
		return err_set(err, ERR_BUSY, "内存不足，请稍后再试");
	*ret = str_dup(a, str_of(out));
	return true;
}

bool password_right(struct arena *a, struct str hash, struct str password)
{
	return hash.n && password.n <= PASSWORD_MOST
	    && crypto_pwhash_str_verify(str_cstr(a, hash), password.p, password.n) == 0;
}

static struct str token_hash(struct arena *a, struct str token)
{
	unsigned char *digest = arena_alloc(a, 32);

	(void)EVP_Digest(token.p ? token.p : "", token.n, digest, NULL, EVP_sha256(), NULL);
	return (struct str){ (const char *)digest, 32 };
}

static struct str random_hex(struct arena *a, size_t n)
{
	unsigned char bytes[TOKEN_BYTES];
	char *text = arena_alloc(a, 2 * n + 1);

	random_bytes(bytes, n);
	parse_put_hex(text, bytes, n);
	return (struct str){ text, 2 * n };
}

struct login {
	int64_t account, person, organ, now, locked_until, disabled;
	struct str hash, token, csrf;
	struct session_from from;
	struct str unknown; /* key of a login that there is not; empty for an account */
	bool ok;
};

/* As an account counts: the fifth failure locks, and after the lock it counts from one. */
static bool unknown_failed(struct db *db, const struct login *l, struct err *err)
{
	const struct db_in over[] = { db_str(l->unknown), db_i64(LOCK_FAILURES), db_i64(l->now - LOCK_MS) };
	const struct db_in attempt[] = { db_str(l->unknown), db_null(), db_i64(l->now), db_i64(0) };

	return db_exec(db, &st_unknown_over, DB_IN(over), NULL, err) && db_exec(db, &st_attempt, DB_IN(attempt), NULL, err);
}

static bool unknown_lookup(struct db *db, struct arena *a, struct str name, struct login *l, struct err *err)
{
	struct str digest = token_hash(a, name);
	char hex[65];
	int64_t n, last;
	const struct db_out out[] = { db_to_i64(&n), db_to_i64(&last) };

	parse_put_hex(hex, (const unsigned char *)digest.p, 32);
	l->unknown = str_fmt(a, "login:%s", hex);
	{
		const struct db_in in[] = { db_str(l->unknown) };

		if (!db_one(db, a, &st_unknown, DB_IN(in), DB_OUT(out), err))
			return false;
	}
	l->locked_until = n >= LOCK_FAILURES ? last + LOCK_MS : 0;
	return true;
}

/* What a program calls itself may be any bytes; ours is ASCII. */
static struct str printable(struct arena *a, struct str s)
{
	size_t n = s.n < SESSION_AGENT_MOST ? s.n : SESSION_AGENT_MOST;
	char *p = arena_alloc(a, n + 1);

	for (size_t i = 0; i < n; i++)
		p[i] = s.p[i] >= ' ' && s.p[i] < 127 ? s.p[i] : '?';
	return (struct str){ p, n };
}

static bool begin(struct db *db, struct arena *a, const struct login *l, struct err *err)
{
	const struct db_in in[] = { db_bytes(token_hash(a, l->token)), db_i64(l->account), db_ref(l->organ), db_str(l->csrf),
				    db_i64(l->now), db_i64(l->now + SESSION_MOST_MS), db_str(l->from.address),
				    db_str(printable(a, l->from.agent)) };

	return db_exec(db, &st_session_new, DB_IN(in), NULL, err);
}

/* Records the attempt and, when it was right, the session: one transaction. */
static bool login_write(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct login *l = ctx;
	const struct db_in attempt[] = { db_str(l->from.address), db_ref(l->account), db_i64(l->now), db_i64(l->ok) };
	const struct db_in account[] = { db_i64(l->account) };
	const struct db_in failed[] = { db_i64(l->account), db_i64(l->now + LOCK_MS), db_i64(LOCK_FAILURES) };
	const struct db_in old[] = { db_i64(l->now - DAY_MS) };
	const struct db_in over[] = { db_i64(l->now) };

	if (!db_exec(db, &st_attempt, DB_IN(attempt), NULL, err)
	    || !db_exec(db, &st_forget_attempts, DB_IN(old), NULL, err)
	    || !db_exec(db, &st_session_old, DB_IN(over), NULL, err))
		return false;
	if (!l->ok)
		return l->account ? db_exec(db, &st_failed, DB_IN(failed), NULL, err) : unknown_failed(db, l, err);
	return db_exec(db, &st_succeeded, DB_IN(account), NULL, err) && begin(db, a, l, err);
}

static bool login_lookup(struct db *db, struct arena *a, struct str name, struct login *l, int64_t *ret_failures,
			 struct err *err)
{
	const struct db_in in[] = { db_str(name), db_i64(day_at(l->now)) };
	const struct db_out out[] = { db_to_i64(&l->account), db_to_i64(&l->person), db_to_str(&l->hash),
				      db_to_i64(&l->locked_until), db_to_i64(&l->disabled), db_to_i64(&l->organ) };
	const struct db_in from[] = { db_str(l->from.address), db_i64(l->now - LOCK_MS) };
	const struct db_out count[] = { db_to_i64(ret_failures) };
	const struct db_out home[] = { db_to_i64(&l->organ) };
	bool found, at_home;

	if (!db_one(db, a, &st_failures, DB_IN(from), DB_OUT(count), err)
	    || !db_maybe(db, a, &st_account_by_login, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	if (!found)
		return unknown_lookup(db, a, name, l, err);
	{
		const struct db_in person[] = { db_i64(l->person), db_i64(day_at(l->now)) };

		return db_maybe(db, a, &st_home, DB_IN(person), DB_OUT(home), &at_home, err);
	}
}

bool session_login(struct db *reader, struct writer *w, struct arena *a, struct str name, struct str password,
		   const struct session_from *from, int64_t now, struct str *ret_token, struct err *err)
{
	/* A hash of nothing anyone types: an unknown login takes as long as a known one. */
	static const char nobody[] = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
				     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
	struct login l = { .now = now, .from = *from };
	int64_t failures = 0;
	bool right;

	if (!login_lookup(reader, a, name, &l, &failures, err))
		return false;
	if (failures >= ADDRESS_FAILURES || l.locked_until > now)
		return err_set(err, ERR_LOCKED, "密码多次不对，为防冒用已暂停登录，请15分钟后再试，或者请安全管理员重置密码");
	right = password_right(a, l.account ? l.hash : str_of(nobody), password);
	l.ok = right && l.account && !l.disabled;
	l.token = random_hex(a, TOKEN_BYTES);
	l.csrf = random_hex(a, 16);
	if (!writer_run(w, "login", login_write, &l, err))
		return false;
	if (!l.ok)
		return err_set(err, ERR_SIGN_IN, "登录名或者密码不对");
	*ret_token = l.token;
	return true;
}

static const struct stmt st_anybody = { "session_anybody",
	"SELECT a.id FROM account a WHERE a.person = $1 AND a.disabled = 0 AND NOT EXISTS (SELECT 1 FROM post po "
	"WHERE po.person = a.person AND po.role IN ('sysadmin', 'secadmin', 'auditor'))" };

bool session_as(struct db *db, struct arena *a, int64_t person, const struct session_from *from, int64_t now,
		struct str *ret_token, struct err *err)
{
	const struct db_in in[] = { db_i64(person) };
	const struct db_in posts[] = { db_i64(person), db_i64(day_at(now)) };
	struct login l = { .token = random_hex(a, TOKEN_BYTES), .csrf = random_hex(a, 16), .now = now, .from = *from };
	const struct db_out out[] = { db_to_i64(&l.account) };
	const struct db_out home[] = { db_to_i64(&l.organ) };
	bool found, at_home;

	if (!db_maybe(db, a, &st_anybody, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	if (!found)
		return err_set(err, ERR_FORBIDDEN, "这个人没有可以换用的账号");
	if (!db_maybe(db, a, &st_home, DB_IN(posts), DB_OUT(home), &at_home, err))
		return false;
	*ret_token = l.token;
	return begin(db, a, &l, err);
}

bool session_find(struct db *db, struct arena *a, struct str token, int64_t now, const struct session **ret,
		  bool *ret_touch, struct err *err)
{
	struct session *s = arena_one(a, struct session);
	int64_t seen, expires, must_change, disabled, administrator;
	const struct db_out out[] = { db_to_i64(&s->account), db_to_i64(&s->person), db_to_i64(&s->organ),
				      db_to_str(&s->csrf), db_to_i64(&seen), db_to_i64(&expires),
				      db_to_i64(&must_change), db_to_i64(&disabled), db_to_str(&s->name), db_to_str(&s->code), db_to_str(&s->role),
				      db_to_i64(&administrator) };
	bool found = false;

	*ret = NULL;
	*ret_touch = false;
	if (token.n != 2 * TOKEN_BYTES)
		return true;
	{
		const struct db_in in[] = { db_bytes(token_hash(a, token)), db_i64(day_at(now)) };

		if (!db_maybe(db, a, &st_session_find, DB_IN(in), DB_OUT(out), &found, err))
			return false;
	}
	if (!found || disabled || now >= expires || now - seen > SESSION_IDLE_MS)
		return true;
	s->administrator = administrator > 0;
	s->must_change = must_change != 0;
	*ret_touch = now - seen > TOUCH_MS;
	*ret = s;
	return true;
}

bool session_touch(struct db *db, struct str token, int64_t now, struct err *err)
{
	struct arena *a = arena_new();
	const struct db_in in[] = { db_bytes(token_hash(a, token)), db_i64(now) };
	bool ok = db_exec(db, &st_session_touch, DB_IN(in), NULL, err);

	(void)arena_free(a);
	return ok;
}

bool session_end(struct db *db, struct str token, struct err *err)
{
	struct arena *a = arena_new();
	const struct db_in in[] = { db_bytes(token_hash(a, token)) };
	bool ok = db_exec(db, &st_session_end, DB_IN(in), NULL, err);

	(void)arena_free(a);
	return ok;
}

static const struct stmt st_places = { "session_places",
	"SELECT s.token_hash, s.address, s.agent, COALESCE(o.name, ''), s.created, s.seen FROM session s "
	"LEFT JOIN organ o ON o.id = s.organ WHERE s.account = $1 AND s.expires > $2 AND s.seen >= $3 "
	"ORDER BY s.seen DESC, s.created DESC LIMIT 50" };
#define PLACES_MOST 50
static const struct stmt st_end_one = { "session_end_one", "DELETE FROM session WHERE account = $1 AND token_hash = $2" };

struct places {
	struct arena *a;
	struct session_place one, *v;
	size_t n;
	struct str hash, here;
};

static bool add_place(void *ctx, struct err *err)
{
	struct places *x = ctx;
	char *id = arena_alloc(x->a, 65);

	(void)err;
	parse_put_hex(id, (const unsigned char *)x->hash.p, 32);
	x->one.id = (struct str){ id, 64 };
	x->one.here = str_eq(x->hash, x->here);
	x->v[x->n++] = x->one;
	return true;
}

bool session_places(struct db *db, struct arena *a, int64_t account, struct str token, int64_t now,
		    const struct session_place **ret, size_t *ret_n, struct err *err)
{
	struct places x = { .a = a, .v = arena_many(a, PLACES_MOST, struct session_place), .here = token_hash(a, token) };
	const struct db_in in[] = { db_i64(account), db_i64(now), db_i64(now - SESSION_IDLE_MS) };
	const struct db_out out[] = { db_to_bytes(&x.hash), db_to_str(&x.one.address), db_to_str(&x.one.agent),
				      db_to_str(&x.one.organ), db_to_i64(&x.one.created), db_to_i64(&x.one.seen) };

	if (!db_each(db, a, &st_places, DB_IN(in), DB_OUT(out), add_place, &x, err))
		return false;
	*ret = x.v;
	*ret_n = x.n;
	return true;
}

bool session_end_one(struct db *db, int64_t account, struct str id, struct err *err)
{
	unsigned char hash[32];
	const struct db_in in[] = { db_i64(account), db_bytes((struct str){ (const char *)hash, 32 }) };
	int64_t n = 0;

	if (parse_hex(id, hash, 32) && !db_exec(db, &st_end_one, DB_IN(in), &n, err))
		return false;
	return n || err_set(err, ERR_NOT_FOUND, "这一处已经退出了");
}

bool session_end_others(struct db *db, int64_t account, struct str token, struct err *err)
{
	struct arena *a = arena_new();
	const struct db_in in[] = { db_i64(account), db_bytes(token_hash(a, token)) };
	bool ok = db_exec(db, &st_session_others, DB_IN(in), NULL, err);

	(void)arena_free(a);
	return ok;
}

bool session_identity(struct db *db, struct arena *a, struct str token, int64_t person, int64_t organ, int64_t now,
		      struct err *err)
{
	const struct db_in post[] = { db_i64(person), db_i64(organ), db_i64(day_at(now)) };
	const struct db_in in[] = { db_bytes(token_hash(a, token)), db_i64(organ) };
	int64_t one;
	const struct db_out out[] = { db_to_i64(&one) };
	bool found;

	if (!db_maybe(db, a, &st_has_post, DB_IN(post), DB_OUT(out), &found, err))
		return false;
	if (!found)
		return err_set(err, ERR_FORBIDDEN, "您今天在这个单位没有任职，不能切换到这个身份");
	return db_exec(db, &st_session_identity, DB_IN(in), NULL, err);
}

bool session_role(struct db *db, struct arena *a, struct str token, int64_t person, struct str role, int64_t now,
		  struct err *err)
{
	const struct db_in in[] = { db_bytes(token_hash(a, token)), db_str(role), db_i64(person), db_i64(day_at(now)) };
	int64_t changed;

	if (!db_exec(db, &st_session_role, DB_IN(in), &changed, err))
		return false;
	return changed || err_set(err, ERR_FORBIDDEN, "您今天在这个单位没有这个角色，不能切换到这个身份");
}

bool account_password(struct db *db, int64_t account, struct str hash, int64_t now, struct err *err)
{
	const struct db_in in[] = { db_i64(account), db_str(hash), db_i64(now) };

	return db_exec(db, &st_account_password, DB_IN(in), NULL, err);
}

bool account_hash(struct db *db, struct arena *a, int64_t account, struct str *ret_hash, struct str *ret_login,
		  struct err *err)
{
	const struct db_in in[] = { db_i64(account) };
	const struct db_out out[] = { db_to_str(ret_hash), db_to_str(ret_login) };

	return db_one(db, a, &st_account_hash, DB_IN(in), DB_OUT(out), err);
}
