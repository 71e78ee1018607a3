/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Accounts as a table: what an act on a matter of the kind account means for signing in, in the same transaction, by
 * whichever door it came. The password's hash comes beside the form (act.secret) and stands in this table alone, so that
 * neither an event nor a page can tell it. */
#include "matter/inner.h"

#define LOGIN_MOST 40

static const struct stmt st_put = { "account_new_secret",
	"INSERT INTO account (person, login, hash, failures, locked_until, must_change, changed, disabled, matter) "
	"VALUES ($1, $2, $3, 0, 0, 1, $4, 0, $5) "
	"ON CONFLICT (person) DO UPDATE SET login = excluded.login, hash = excluded.hash, failures = 0, locked_until = 0, "
	"must_change = 1, changed = excluded.changed, disabled = 0, matter = excluded.matter" };
static const struct stmt st_known = { "account_known", "SELECT login FROM account WHERE person = $1 AND matter IS NULL" };
static const struct stmt st_state = { "account_state", "UPDATE account SET disabled = $2, matter = $3 WHERE person = $1" };
static const struct stmt st_sessions = { "account_sessions_end",
	"DELETE FROM session WHERE account IN (SELECT id FROM account WHERE person = $1)" };

static bool is_account(const struct step *s)
{
	return str_is(s->kind->id, "account") && !s->ac->builtin;
}

static bool wants_secret(const struct action *ac)
{
	return str_is(ac->id, "open") || str_is(ac->id, "reset") || str_is(ac->id, "recover");
}

static bool login_ok(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '_'))
			return false;
	return s.n >= 2 && s.n <= LOGIN_MOST;
}

static int64_t holder_of(const struct snap *m)
{
	const struct val *v = snap_field(m, "holder");

	return v && v->t == T_USER ? v->i : 0;
}

/* An account from before accounts were matters: its matter comes without a new password. */
static bool known_before(struct step *s, bool *ret, struct err *err)
{
	const struct db_in in[] = { db_i64(holder_of(s->new)) };
	struct str login;
	const struct db_out out[] = { db_to_str(&login) };

	return db_maybe(s->t->db, s->t->a, &st_known, DB_IN(in), DB_OUT(out), ret, err);
}

bool account_fits(struct step *s, struct err *err)
{
	struct str login = snap_text(s->new, "login");
	bool known = false;

	if (!is_account(s))
		return true;
	if (!login_ok(login))
		refuse(&s->no, (struct refusal){ .sort = REFUSED_FORM, .field = STR("login"), .way = STR("login"),
						 .say = STR("登录名用2到40个小写字母、数字或者下划线") });
	if (s->t->dry || s->act->secret.n || !wants_secret(s->ac))
		return true;
	if (!s->old && s->act->who.sort == ACTOR_SYSTEM && !known_before(s, &known, err))
		return false;
	if (!known)
		refuse(&s->no, (struct refusal){ .sort = REFUSED_FORM, .node = s->ac->node,
						 .say = str_fmt(s->t->a, "%.*s要出一次性密码，由安全管理员在“账号”页面办理",
								STR_FMT(s->ac->name)) });
	return true;
}

bool store_account(struct step *s, struct err *err)
{
	const int64_t person = holder_of(s->new);
	const bool off = !str_is(s->new->state->id, "active");
	const struct db_in put[] = { db_i64(person), db_str(snap_text(s->new, "login")), db_str(s->act->secret), db_i64(s->t->now),
				     db_i64(s->new->id) };
	const struct db_in state[] = { db_i64(person), db_i64(off), db_i64(s->new->id) };
	const struct db_in whose[] = { db_i64(person) };

	if (!is_account(s))
		return true;
	if (s->act->secret.n && !db_exec(s->t->db, &st_put, DB_IN(put), NULL, err))
		return false;
	if (!s->act->secret.n && !db_exec(s->t->db, &st_state, DB_IN(state), NULL, err))
		return false;
	if (!off && !s->act->secret.n && !str_is(s->ac->id, "sign_out"))
		return true;
	return db_exec(s->t->db, &st_sessions, DB_IN(whose), NULL, err);
}
