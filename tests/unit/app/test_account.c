/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Accounts of before they were matters (0018): at the next start each gets its matter, the stopped one a stopped one. */
#include "app/account.h"
#include "side.h"

static const struct stmt st_old = { "t_account_old",
	"INSERT INTO account (person, login, hash, failures, locked_until, must_change, changed, disabled)"
	" SELECT id, $2, 'x', 0, 0, 0, 0, $3 FROM matter WHERE code = $1" };
static const struct stmt st_state = { "t_account_state",
	"SELECT COUNT(*) FROM account a JOIN matter m ON m.id = a.matter WHERE a.login = $1 AND m.kind = 'account' AND m.state = $2" };
static const struct stmt st_without = { "t_account_without", "SELECT COUNT(*) FROM account WHERE matter IS NULL" };
static const struct stmt st_accounts = { "t_account_matters", "SELECT COUNT(*) FROM matter WHERE kind = 'account'" };
static const struct stmt st_events = { "t_account_events", "SELECT COUNT(*) FROM event WHERE kind = 'account'" };
static const struct stmt st_left = { "t_account_left", "UPDATE person SET active = 0 WHERE name = '孙离'" };

static void put_old(struct side *s, struct db *w, const char *name, const char *login, int64_t disabled)
{
	const char *form = str_fmt(s->f->a, "{'name': '%s', 'posts': []}", name).p;
	const struct db_in in[] = { db_str(str_of(side_given(s, s->yingji, "person", "serving", form))), db_str(str_of(login)),
				    db_i64(disabled) };
	struct err err = { 0 };

	OK(db_exec(w, &st_old, DB_IN(in), NULL, &err));
}

static bool adopt(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	return accounts_adopt(((struct side *)ctx)->app->engine, db, a, err);
}

static int64_t in_state(struct side *s, const char *login, const char *state)
{
	const struct db_in in[] = { db_str(str_of(login)), db_str(str_of(state)) };
	int64_t n = 0;
	const struct db_out out[] = { db_to_i64(&n) };
	struct err err = { 0 };

	OK(db_one(s->db, s->f->a, &st_state, DB_IN(in), DB_OUT(out), &err));
	return n;
}

BOTH(an_old_account_gets_its_matter_once)
{
	struct side s;
	struct db *w;
	struct err err = { 0 };
	int64_t events;

	side_open(&s, f);
	w = fresh_open(f, DB_WRITE);
	put_old(&s, w, "王明", "wangming", 0);
	put_old(&s, w, "赵停", "zhaoting", 1);
	put_old(&s, w, "孙离", "sunli", 0);
	OK(db_exec(w, &st_left, DB_NONE, NULL, &err));
	db_close(w);
	cr_assert_eq(side_count(&s, &st_accounts), 0);
	OK(writer_run(s.app->writer, "adopt", adopt, &s, &err));
	cr_expect_eq(in_state(&s, "wangming", "active"), 1);
	cr_expect_eq(in_state(&s, "zhaoting", "frozen"), 1, "what was stopped stays stopped");
	cr_expect_eq(side_count(&s, &st_without), 1, "who has left signs in no longer and gets none");
	cr_expect_eq(side_count(&s, &st_accounts), 2);
	events = side_count(&s, &st_events);
	cr_expect_eq(events, 3, "opened, opened, stopped: %lld", (long long)events);
	OK(writer_run(s.app->writer, "adopt", adopt, &s, &err));
	cr_expect_eq(side_count(&s, &st_events), events, "a further start changes nothing");
	side_close(&s);
}
