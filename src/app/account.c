/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/account.h"

#include "base/log.h"

static bool done(const struct act_result *r, struct err *err)
{
	return !r->n_refused || err_set(err, ERR_REFUSED, "%.*s", STR_FMT(r->refused[0].say));
}

static const struct stmt st_organ = { "account_person_organ", "SELECT COALESCE(organ, 0) FROM person WHERE id = $1" };

static bool open_one(struct engine *e, struct db *db, struct arena *a, int64_t person, struct str login, struct str secret,
		     struct str reason, int64_t *ret, struct err *err)
{
	const struct form_entry form[] = { { STR("holder"), val_i64(T_USER, person) }, { STR("login"), val_text(T_TEXT, login) },
					   { STR("reason"), val_text(T_TEXT, reason) } };
	struct act act = { .who = { .sort = ACTOR_SYSTEM }, .kind = STR("account"), .action = STR("open"), .version = -1,
			   .form = { form, ARRAY_LEN(form) }, .secret = secret };
	const struct db_in in[] = { db_i64(person) };
	const struct db_out out[] = { db_to_i64(&act.who.organ) };
	struct act_result r = { 0 };

	if (!db_one(db, a, &st_organ, DB_IN(in), DB_OUT(out), err) || !matter_open(e, db, a, &act, &r, err) || !done(&r, err))
		return false;
	*ret = r.matter;
	return true;
}

static bool act_on(struct engine *e, struct db *db, struct arena *a, int64_t matter, const char *action, struct str secret,
		   struct str reason, struct err *err)
{
	const struct form_entry form[] = { { STR("reason"), val_text(T_TEXT, reason) } };
	const struct act act = { .who = { .sort = ACTOR_SYSTEM }, .matter = matter, .action = str_of(action), .version = -1,
				 .form = { form, ARRAY_LEN(form) }, .secret = secret };
	struct act_result r = { 0 };

	return matter_act(e, db, a, &act, &r, err) && done(&r, err);
}

bool account_open(struct engine *e, struct db *db, struct arena *a, int64_t person, struct str login, struct str secret,
		  struct str reason, struct err *err)
{
	int64_t matter;

	return open_one(e, db, a, person, login, secret, reason, &matter, err);
}

bool account_reset(struct engine *e, struct db *db, struct arena *a, int64_t matter, struct str secret, struct str reason,
		   struct err *err)
{
	return act_on(e, db, a, matter, "reset", secret, reason, err);
}

/* ---- accounts of before ---- */

static const struct stmt st_without = { "accounts_without_matter",
	"SELECT a.person, a.login, a.disabled FROM account a JOIN person p ON p.id = a.person "
	"WHERE a.matter IS NULL AND p.active = 1 ORDER BY a.id" };

struct without {
	struct arena *a;
	int64_t person, disabled;
	struct str login;
	struct old {
		int64_t person, disabled;
		struct str login;
	} *v;
	size_t n, cap;
};

static bool take(void *ctx, struct err *err)
{
	struct without *x = ctx;

	(void)err;
	if (x->n == x->cap) {
		struct old *v = arena_many(x->a, x->cap = x->cap ? 2 * x->cap : 64, struct old);

		for (size_t i = 0; i < x->n; i++)
			v[i] = x->v[i];
		x->v = v;
	}
	x->v[x->n++] = (struct old){ x->person, x->disabled, x->login };
	return true;
}

static bool knows_accounts(struct engine *e, struct db *db, struct arena *a, int64_t person, bool *ret, struct err *err)
{
	const struct db_in in[] = { db_i64(person) };
	int64_t organ = 0, def;
	const struct db_out out[] = { db_to_i64(&organ) };
	const struct law *law;

	if (!db_one(db, a, &st_organ, DB_IN(in), DB_OUT(out), err) || !engine_law_of_organ(e, db, a, organ, &law, &def, err))
		return false;
	*ret = law_kind(law, STR("account")) != NULL;
	return true;
}

/* What cannot be adopted is told and keeps nobody from starting: it stays as it is, in the table alone. */
static bool adopt(struct engine *e, struct db *db, struct arena *a, const struct old *x, struct err *err)
{
	struct err why = { 0 };
	int64_t matter;
	bool known;

	if (!knows_accounts(e, db, a, x->person, &known, err))
		return false;
	if (!known)
		return true;
	if (open_one(e, db, a, x->person, x->login, (struct str){ 0 }, STR("此前已开的账号"), &matter, &why)
	    && (!x->disabled || act_on(e, db, a, matter, "freeze", (struct str){ 0 }, STR("此前已停用"), &why)))
		return true;
	if (why.code == ERR_REFUSED) {
		log_line(LOG_WARNING, "account %.*s: %s", STR_FMT(x->login), why.msg);
		return true;
	}
	*err = why;
	return false;
}

/* Who has left signs in no longer. */
bool accounts_adopt(struct engine *e, struct db *db, struct arena *a, struct err *err)
{
	struct without x = { .a = a };
	const struct db_out out[] = { db_to_i64(&x.person), db_to_str(&x.login), db_to_i64(&x.disabled) };

	if (!db_each(db, a, &st_without, DB_NONE, DB_OUT(out), take, &x, err))
		return false;
	for (size_t i = 0; i < x.n; i++)
		if (!adopt(e, db, a, &x.v[i], err))
			return false;
	return true;
}
