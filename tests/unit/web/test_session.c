/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Accounts, lockout and sessions on both databases. Wang works in organs 2 and 3, Li administers in 2. */
#include <string.h>

#include "base/day.h"
#include "lib/fresh.h"
#include "web/session.h"

#define MINUTE ((int64_t)60000)
#define PASSWORD STR("Right-Word-1")

static const char people[] =
	"INSERT INTO pack_version (id, pack, digest, files, loaded_at) VALUES (1, 'p', 'd', '{}', 0);"
	"INSERT INTO matter (id, code, kind, def, state, version, number, title, opened, updated, fields) VALUES "
	"(2, 'o2', 'organ', 1, 'valid', 1, '', '县应急管理局', 0, 0, '{}'), (3, 'o3', 'organ', 1, 'valid', 1, '', '县水利局', 0, 0, '{}'), "
	"(4, 'p4', 'person', 1, 'valid', 1, '', '王明', 0, 0, '{}'), (5, 'p5', 'person', 1, 'valid', 1, '', '李红', 0, 0, '{}');"
	"INSERT INTO person (id, code, name, organ, position, phone, active) VALUES (4, 'p4', '王明', 3, '', '', 1), "
	"(5, 'p5', '李红', 2, '', '', 1);"
	/* days: 20500 is 2026-02-16 */
	"INSERT INTO post (person, organ, role, from_day, to_day) VALUES (4, 2, 'officer', 20000, 20510), "
	"(4, 3, 'head', 20000, 9223372036854775807), (5, 2, 'sysadmin', 20000, 20505);";

struct county {
	struct db *db;
	struct writer *w;
	int64_t now;
};

static bool group(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	(void)db;
	(void)a;
	(void)ctx;
	(void)err;
	return true;
}

static void nothing(void *ctx)
{
	(void)ctx;
}

static const struct stmt st_account = { "test_account",
	"INSERT INTO account (person, login, hash, failures, locked_until, must_change, changed, disabled) "
	"VALUES ($1, $2, $3, 0, 0, $4, $5, 0)" };

static bool account_put(struct db *db, int64_t person, struct str login, struct str hash, bool must_change, int64_t now,
			struct err *err)
{
	const struct db_in in[] = { db_i64(person), db_str(login), db_str(hash), db_i64(must_change), db_i64(now) };

	return db_exec(db, &st_account, DB_IN(in), NULL, err);
}

static struct county begin(struct fresh *f)
{
	const struct writer_hooks hooks = { group, group, nothing, NULL };
	struct county c = { .now = day_start(20500) + 10 * 60 * MINUTE };
	struct err err = { 0 };
	struct str hash;

	c.db = fresh_open(f, DB_WRITE);
	OK(db_script(c.db, people, &err));
	OK(session_init(&err));
	OK(password_hash(f->a, PASSWORD, &hash, &err));
	OK(account_put(c.db, 4, STR("wang"), hash, false, c.now, &err));
	OK(account_put(c.db, 5, STR("li"), hash, true, c.now, &err));
	OK(writer_start(f->address, &hooks, &c.w, &err));
	return c;
}

static void finish(struct county *c)
{
	writer_stop(c->w);
	db_close(c->db);
}

/* The key of the error, or "ok". */
static const char *signs_in(struct fresh *f, struct county *c, const char *login, struct str password, const char *address,
			    struct str *ret_token)
{
	struct err err = { 0 };
	struct str token = { 0 };
	const struct session_from from = { str_of(address), STR("Mozilla/5.0 \xff Chrome/109.0") };
	bool ok = session_login(c->db, c->w, f->a, str_of(login), password, &from, c->now, &token, &err);

	if (ret_token)
		*ret_token = token;
	cr_expect(ok || !token.n);
	return ok ? "ok" : err_key(err.code);
}

static const struct session *finds(struct fresh *f, struct county *c, struct str token, bool *ret_touch)
{
	const struct session *s = NULL;
	struct err err = { 0 };

	OK(session_find(c->db, f->a, token, c->now, &s, ret_touch, &err));
	return s;
}

static int64_t number(struct county *c, const struct stmt *st)
{
	struct err err = { 0 };
	int64_t n = -1;
	const struct db_out out[] = { db_to_i64(&n) };

	OK(db_one(c->db, NULL, st, DB_NONE, DB_OUT(out), &err));
	return n;
}

Test(session, passwords_need_ten_characters_of_three_kinds)
{
	static const char *const good[] = { "Abcdefgh12", "abcdefg-12", "ABCDEFG-12", "密码密码密码密码aB", "Right-Word-1" };
	static const char *const bad[] = { "", "Abcdefg12", "abcdefgh12", "ABCDEFGHIJ", "1234567890-", "密码密码密码密码密码", "Xwang-12345" };
	char longest[202];
	struct err err = { 0 };

	memset(longest, 'x', sizeof(longest));
	memcpy(longest, "A1", 2);
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		cr_expect(password_strong(str_of(good[i]), STR("wang"), &err), "%s: %s", good[i], err.msg);
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		FAILS(password_strong(str_of(bad[i]), STR("wang"), &err), ERR_BAD_INPUT);
	cr_expect(password_strong((struct str){ longest, 200 }, STR("wang"), &err));
	cr_expect_not(password_strong((struct str){ longest, 201 }, STR("wang"), &err));
	cr_expect_null(strstr(err.msg, "至少"), "what is too long is not called too short: %s", err.msg);
}

Test(session, a_stored_password_is_salted_and_recognised)
{
	struct arena *a = arena_new();
	struct str one, two;
	struct err err = { 0 };

	OK(session_init(&err));
	OK(password_hash(a, PASSWORD, &one, &err));
	OK(password_hash(a, PASSWORD, &two, &err));
	cr_expect(str_starts(one, STR("$argon2id$v=19$m=19456,t=2,p=1$")), "%s", one.p);
	cr_expect_not(str_eq(one, two));
	cr_expect(password_right(a, one, PASSWORD) && password_right(a, two, PASSWORD));
	cr_expect_not(password_right(a, one, STR("Right-Word-2")) || password_right(a, one, STR(""))
		      || password_right(a, (struct str){ 0 }, PASSWORD) || password_right(a, STR("$argon2id$"), PASSWORD));
	arena_free(a);
}

BOTH(signing_in_gives_a_session_in_the_organ_of_employment)
{
	struct county c = begin(f);
	const struct session *s;
	struct str token;
	bool touch = true;

	cr_assert_str_eq(signs_in(f, &c, "wang", PASSWORD, "10.0.0.1", &token), "ok");
	cr_assert_eq(token.n, 64u);
	s = finds(f, &c, token, &touch);
	cr_assert(s && !touch);
	cr_expect(s->person == 4 && s->organ == 3 && str_is(s->name, "王明") && s->csrf.n == 32);
	cr_expect_not(s->administrator || s->must_change);
	cr_assert_str_eq(signs_in(f, &c, "li", PASSWORD, "10.0.0.1", &token), "ok");
	s = finds(f, &c, token, &touch);
	cr_expect(s && s->person == 5 && s->organ == 2 && s->administrator && s->must_change);
	finish(&c);
}

static const struct stmt st_plain = { "plain", "SELECT COUNT(*) FROM session WHERE token_hash = $1" };

BOTH(the_database_keeps_no_token)
{
	struct county c = begin(f);
	struct err err = { 0 };
	struct str token;
	int64_t n = -1;
	const struct db_out out[] = { db_to_i64(&n) };

	cr_assert_str_eq(signs_in(f, &c, "wang", PASSWORD, "10.0.0.1", &token), "ok");
	{
		const struct db_in in[] = { db_bytes(token) };

		OK(db_one(c.db, f->a, &st_plain, DB_IN(in), DB_OUT(out), &err));
	}
	cr_expect_eq(n, 0);
	finish(&c);
}

BOTH(a_token_that_was_not_given_finds_nothing)
{
	struct county c = begin(f);
	struct str token, other;
	bool touch;

	cr_assert_str_eq(signs_in(f, &c, "wang", PASSWORD, "10.0.0.1", &token), "ok");
	other = str_dup(f->a, token);
	((char *)(uintptr_t)other.p)[63] = token.p[63] == '0' ? '1' : '0';
	cr_expect_null(finds(f, &c, other, &touch));
	cr_expect_null(finds(f, &c, str_sub(token, 0, 63), &touch));
	cr_expect_null(finds(f, &c, (struct str){ 0 }, &touch));
	cr_expect_not_null(finds(f, &c, token, &touch));
	finish(&c);
}

BOTH(a_session_ends_after_thirty_idle_minutes)
{
	struct county c = begin(f);
	struct err err = { 0 };
	struct str token;
	bool touch;

	cr_assert_str_eq(signs_in(f, &c, "wang", PASSWORD, "10.0.0.1", &token), "ok");
	c.now += 5 * MINUTE;
	cr_expect(finds(f, &c, token, &touch) && !touch, "written at most each five minutes");
	c.now += 1;
	cr_expect(finds(f, &c, token, &touch) && touch);
	OK(session_touch(c.db, token, c.now, &err));
	cr_expect(finds(f, &c, token, &touch) && !touch);
	c.now += SESSION_IDLE_MS;
	cr_expect_not_null(finds(f, &c, token, &touch));
	c.now += 1;
	cr_expect_null(finds(f, &c, token, &touch));
	finish(&c);
}

static const struct stmt st_sessions = { "sessions", "SELECT COUNT(*) FROM session" };

BOTH(a_session_ends_after_twelve_hours_in_any_case)
{
	struct county c = begin(f);
	struct err err = { 0 };
	struct str token;
	bool touch;
	int64_t end = c.now + SESSION_MOST_MS;

	cr_assert_str_eq(signs_in(f, &c, "wang", PASSWORD, "10.0.0.1", &token), "ok");
	for (; c.now < end; c.now += 20 * MINUTE) {
		cr_assert_not_null(finds(f, &c, token, &touch));
		OK(session_touch(c.db, token, c.now, &err));
	}
	cr_expect_null(finds(f, &c, token, &touch));
	c.now = end + 1;
	cr_assert_str_eq(signs_in(f, &c, "wang", PASSWORD, "10.0.0.1", &token), "ok");
	cr_expect_eq(number(&c, &st_sessions), 1, "the old one is swept away");
	finish(&c);
}

BOTH(signing_out_ends_one_session_only)
{
	struct county c = begin(f);
	struct err err = { 0 };
	struct str one, two;
	bool touch;

	cr_assert_str_eq(signs_in(f, &c, "wang", PASSWORD, "10.0.0.1", &one), "ok");
	cr_assert_str_eq(signs_in(f, &c, "wang", PASSWORD, "10.0.0.2", &two), "ok");
	OK(session_end(c.db, one, &err));
	cr_expect_null(finds(f, &c, one, &touch));
	cr_expect_not_null(finds(f, &c, two, &touch));
	OK(session_end(c.db, one, &err));
	finish(&c);
}

BOTH(an_identity_is_taken_only_where_one_works_today)
{
	struct county c = begin(f);
	struct err err = { 0 };
	struct str token;
	bool touch;

	cr_assert_str_eq(signs_in(f, &c, "wang", PASSWORD, "10.0.0.1", &token), "ok");
	OK(session_identity(c.db, f->a, token, 4, 2, c.now, &err));
	cr_expect_eq(finds(f, &c, token, &touch)->organ, 2);
	OK(session_identity(c.db, f->a, token, 4, 2, day_start(20511) - 1, &err));
	FAILS(session_identity(c.db, f->a, token, 4, 2, day_start(20511), &err), ERR_FORBIDDEN);
	FAILS(session_identity(c.db, f->a, token, 5, 3, c.now, &err), ERR_FORBIDDEN);
	cr_expect_eq(finds(f, &c, token, &touch)->organ, 2, "a refusal changes nothing");
	finish(&c);
}

static const struct stmt st_legal = { "t_legal",
	"INSERT INTO post (person, organ, role, from_day, to_day) SELECT person, organ, 'legal', from_day, to_day FROM post "
	"WHERE person = 4 AND organ = 2" };

BOTH(a_role_is_taken_only_where_one_has_it)
{
	struct county c = begin(f);
	struct err err = { 0 };
	struct str token;
	bool touch;

	OK(db_exec(c.db, &st_legal, DB_NONE, NULL, &err));
	cr_assert_str_eq(signs_in(f, &c, "wang", PASSWORD, "10.0.0.1", &token), "ok");
	OK(session_identity(c.db, f->a, token, 4, 2, c.now, &err));
	OK(session_role(c.db, f->a, token, 4, STR("legal"), c.now, &err));
	cr_expect(str_is(finds(f, &c, token, &touch)->role, "legal"));
	FAILS(session_role(c.db, f->a, token, 4, STR("head"), c.now, &err), ERR_FORBIDDEN);
	cr_expect(str_is(finds(f, &c, token, &touch)->role, "legal"), "a refusal changes nothing");
	OK(session_identity(c.db, f->a, token, 4, 2, c.now, &err));
	cr_expect_eq(finds(f, &c, token, &touch)->role.n, 0, "another identity begins without a chosen role");
	finish(&c);
}

BOTH(an_administrator_is_one_while_the_post_lasts)
{
	struct county c = begin(f);
	struct str token;
	bool touch;

	c.now = day_start(20506) - 10 * MINUTE;
	cr_assert_str_eq(signs_in(f, &c, "li", PASSWORD, "10.0.0.1", &token), "ok");
	cr_expect(finds(f, &c, token, &touch)->administrator);
	c.now += 11 * MINUTE;
	cr_expect_not(finds(f, &c, token, &touch)->administrator);
	finish(&c);
}

static const struct stmt st_disable = { "disable", "UPDATE account SET disabled = 1 WHERE login = 'wang'" };

BOTH(a_disabled_account_neither_signs_in_nor_goes_on)
{
	struct county c = begin(f);
	struct err err = { 0 };
	struct str token;
	bool touch;

	cr_assert_str_eq(signs_in(f, &c, "wang", PASSWORD, "10.0.0.1", &token), "ok");
	OK(db_exec(c.db, &st_disable, DB_NONE, NULL, &err));
	cr_expect_null(finds(f, &c, token, &touch));
	cr_expect_str_eq(signs_in(f, &c, "wang", PASSWORD, "10.0.0.1", NULL), "sign-in");
	finish(&c);
}

BOTH(five_wrong_passwords_lock_for_a_quarter_of_an_hour)
{
	struct county c = begin(f);

	for (int i = 0; i < 4; i++)
		cr_expect_str_eq(signs_in(f, &c, "wang", STR("wrong"), "10.0.0.1", NULL), "sign-in");
	cr_expect_str_eq(signs_in(f, &c, "wang", PASSWORD, "10.0.0.1", NULL), "ok", "four are forgiven");
	for (int i = 0; i < 5; i++, c.now += MINUTE)
		cr_expect_str_eq(signs_in(f, &c, "wang", STR("wrong"), "10.0.0.1", NULL), "sign-in", "%d after the right one", i);
	c.now -= MINUTE;
	cr_expect_str_eq(signs_in(f, &c, "wang", PASSWORD, "10.0.0.1", NULL), "locked");
	cr_expect_str_eq(signs_in(f, &c, "wang", PASSWORD, "10.0.0.9", NULL), "locked", "from anywhere");
	cr_expect_str_eq(signs_in(f, &c, "li", PASSWORD, "10.0.0.1", NULL), "ok", "others are not");
	c.now += 15 * MINUTE - 1;
	cr_expect_str_eq(signs_in(f, &c, "wang", PASSWORD, "10.0.0.1", NULL), "locked");
	c.now += 1;
	cr_expect_str_eq(signs_in(f, &c, "wang", STR("wrong"), "10.0.0.1", NULL), "sign-in", "counted from one again");
	cr_expect_str_eq(signs_in(f, &c, "wang", PASSWORD, "10.0.0.1", NULL), "ok");
	finish(&c);
}

/* Whoever tries names and passwords gets the same answers whether the account exists or not. */
BOTH(nothing_tells_which_accounts_exist)
{
	struct county c = begin(f);

	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 8; i++) {
			const char *known = signs_in(f, &c, "wang", STR("wrong"), "10.0.0.1", NULL);
			const char *unknown = signs_in(f, &c, "nobody", STR("wrong"), "10.0.0.2", NULL);

			cr_expect_str_eq(known, unknown, "round %d, try %d: %s, %s", round, i, known, unknown);
			cr_expect_str_eq(known, i < 5 ? "sign-in" : "locked");
			c.now += 30000;
		}
		cr_expect_str_eq(signs_in(f, &c, "another", STR("wrong"), "10.0.0.3", NULL), "sign-in");
		c.now += 15 * MINUTE;
	}
	finish(&c);
}

BOTH(twenty_wrong_passwords_lock_an_address)
{
	struct county c = begin(f);

	for (int i = 0; i < 20; i++) {
		char login[] = "someone-a";

		login[8] = (char)('a' + i);
		cr_expect_str_eq(signs_in(f, &c, login, STR("wrong"), "10.0.0.1", NULL), "sign-in", "%d", i);
	}
	cr_expect_str_eq(signs_in(f, &c, "wang", PASSWORD, "10.0.0.1", NULL), "locked");
	cr_expect_str_eq(signs_in(f, &c, "wang", PASSWORD, "10.0.0.2", NULL), "ok");
	c.now += 15 * MINUTE;
	cr_expect_str_eq(signs_in(f, &c, "wang", PASSWORD, "10.0.0.1", NULL), "ok");
	finish(&c);
}

static const struct stmt st_attempts = { "attempts", "SELECT COUNT(*) FROM login_attempt" };

BOTH(attempts_are_kept_for_a_day)
{
	struct county c = begin(f);

	(void)signs_in(f, &c, "wang", STR("wrong"), "10.0.0.1", NULL);
	(void)signs_in(f, &c, "nobody", STR("wrong"), "10.0.0.1", NULL);
	cr_expect_geq(number(&c, &st_attempts), 2);
	c.now += DAY_MS + 1;
	cr_expect_str_eq(signs_in(f, &c, "wang", PASSWORD, "10.0.0.1", NULL), "ok");
	cr_expect_eq(number(&c, &st_attempts), 1);
	finish(&c);
}

BOTH(a_new_password_replaces_the_old_one)
{
	struct county c = begin(f);
	struct err err = { 0 };
	const struct session *s;
	struct str hash, stored, login, token;
	bool touch;

	OK(password_hash(f->a, STR("Another-Word-2"), &hash, &err));
	cr_assert_str_eq(signs_in(f, &c, "li", PASSWORD, "10.0.0.1", &token), "ok");
	s = finds(f, &c, token, &touch);
	cr_assert(s && s->must_change);
	OK(account_password(c.db, s->account, hash, c.now, &err));
	cr_expect_not(finds(f, &c, token, &touch)->must_change);
	cr_expect_str_eq(signs_in(f, &c, "li", PASSWORD, "10.0.0.1", NULL), "sign-in");
	cr_expect_str_eq(signs_in(f, &c, "li", STR("Another-Word-2"), "10.0.0.1", NULL), "ok");
	OK(account_hash(c.db, f->a, s->account, &stored, &login, &err));
	cr_expect(str_eq(stored, hash) && str_is(login, "li"));
	FAILS(account_hash(c.db, f->a, 999, &stored, &login, &err), ERR_NOT_FOUND);
	finish(&c);
}

BOTH(a_new_password_ends_the_other_sessions)
{
	struct county c = begin(f);
	struct err err = { 0 };
	const struct session *s;
	struct str here, elsewhere, li;
	bool touch;

	cr_assert_str_eq(signs_in(f, &c, "wang", PASSWORD, "10.0.0.1", &here), "ok");
	cr_assert_str_eq(signs_in(f, &c, "wang", PASSWORD, "10.0.0.2", &elsewhere), "ok");
	cr_assert_str_eq(signs_in(f, &c, "li", PASSWORD, "10.0.0.3", &li), "ok");
	s = finds(f, &c, here, &touch);
	cr_assert(s);
	OK(session_end_others(c.db, s->account, here, &err));
	cr_expect(finds(f, &c, here, &touch) != NULL, "where it was changed one stays signed in");
	cr_expect(finds(f, &c, elsewhere, &touch) == NULL);
	cr_expect(finds(f, &c, li, &touch) != NULL, "another's session stands");
	finish(&c);
}

BOTH(two_people_cannot_have_one_login)
{
	struct county c = begin(f);
	struct err err = { 0 };

	FAILS(account_put(c.db, 5, STR("wang"), STR("x"), false, c.now, &err), ERR_DB_CONSTRAINT);
	finish(&c);
}

BOTH(one_sees_where_one_is_signed_in_and_ends_it)
{
	struct county c = begin(f);
	struct err err = { 0 };
	const struct session_place *p;
	const struct session *s;
	struct str here, there, li;
	bool touch;
	size_t n;

	cr_assert_str_eq(signs_in(f, &c, "wang", PASSWORD, "10.0.0.1", &there), "ok");
	c.now += MINUTE;
	cr_assert_str_eq(signs_in(f, &c, "wang", PASSWORD, "10.0.0.2", &here), "ok");
	cr_assert_str_eq(signs_in(f, &c, "li", PASSWORD, "10.0.0.3", &li), "ok");
	s = finds(f, &c, here, &touch);
	cr_assert(s);
	OK(session_places(c.db, f->a, s->account, here, c.now, &p, &n, &err));
	cr_assert_eq(n, 2, "another's session is not told");
	cr_expect(p[0].here && str_is(p[0].address, "10.0.0.2"));
	cr_expect(!p[1].here && str_is(p[1].address, "10.0.0.1") && p[1].created == c.now - MINUTE);
	cr_expect(str_is(p[1].agent, "Mozilla/5.0 ? Chrome/109.0"), "%.*s", STR_FMT(p[1].agent));
	cr_expect_not(str_eq(p[1].id, there), "what a page holds signs nobody in");
	cr_expect(finds(f, &c, p[1].id, &touch) == NULL);
	FAILS(session_end_one(c.db, finds(f, &c, li, &touch)->account, p[1].id, &err), ERR_NOT_FOUND);
	FAILS(session_end_one(c.db, s->account, STR("00"), &err), ERR_NOT_FOUND);
	OK(session_end_one(c.db, s->account, p[1].id, &err));
	FAILS(session_end_one(c.db, s->account, p[1].id, &err), ERR_NOT_FOUND);
	cr_expect(finds(f, &c, there, &touch) == NULL && finds(f, &c, here, &touch) != NULL);
	c.now += SESSION_IDLE_MS + 1;
	OK(session_places(c.db, f->a, s->account, here, c.now, &p, &n, &err));
	cr_expect_eq(n, 0, "idle ones have ended");
	finish(&c);
}
