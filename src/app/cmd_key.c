/* SPDX-License-Identifier: MulanPSL-2.0 */
/* `mingfa key`: the keys by which organs sign their papers. The private halves are made here and stay in the folder or the
 * token; that a key is in use, and that it is not any more, are acts of the system on a matter of kind signing_key. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "app/command.h"
#include "app/signing.h"
#include "base/day.h"
#include "base/parse.h"
#include "db/migrate.h"
#include "web/session.h"

#define YEARS_USUAL 3 /* as certificates for seals are issued */
#define YEARS_MOST 5

static const struct stmt st_organ = { "key_organ", "SELECT id, name FROM organ WHERE name = $1 OR short = $1 ORDER BY id LIMIT 1" };
static const struct stmt st_name = { "key_organ_name", "SELECT name FROM organ WHERE id = $1" };

struct keying {
	struct app *app;
	const char *verb;
	struct str uri, pass, reason;
	int64_t organ, years, ended; /* ended: matter of the key that goes */
	struct str organ_name;
	struct organ_key made;
};

static bool opened(const struct act_result *r, struct err *err)
{
	return !r->n_refused || err_set(err, ERR_REFUSED, "%.*s", STR_FMT(r->refused[0].say));
}

static bool end_old(struct keying *x, struct db *db, struct arena *a, struct err *err)
{
	const struct form_entry form[] = { { STR("end_reason"), val_text(T_TEXT, x->reason) } };
	const struct act act = { .who = { .sort = ACTOR_SYSTEM, .organ = x->organ }, .matter = x->ended, .action = STR("end"), .version = -1,
				 .form = { form, ARRAY_LEN(form) } };
	struct act_result r = { 0 };

	return !x->ended || (matter_act(x->app->engine, db, a, &act, &r, err) && opened(&r, err));
}

static bool open_new(struct keying *x, struct db *db, struct arena *a, struct err *err)
{
	const int64_t today = day_at(engine_now(x->app->engine)), last = day_add_months(today, 12 * x->years);
	const struct form_entry form[] = {
		{ STR("title"), val_text(T_TEXT, x->made.name) },    { STR("ed25519"), val_text(T_TEXT, x->made.ed25519) },
		{ STR("sm2"), val_text(T_TEXT, x->made.sm2) },       { STR("valid_to"), val_i64(T_DATE, last) },
		{ STR("kept"), { .t = T_ENUM, .s = x->uri.n ? STR("token") : STR("file") } },
		{ STR("place"), val_text(T_TEXT, x->uri) },
	};
	const struct act act = { .who = { .sort = ACTOR_SYSTEM, .organ = x->organ }, .kind = STR("signing_key"), .action = STR("open"),
				 .version = -1, .form = { form, x->uri.n ? 6 : 5 } };
	struct act_result r = { 0 };

	return !x->made.name.n || (matter_open(x->app->engine, db, a, &act, &r, err) && opened(&r, err));
}

static bool run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	return end_old(ctx, db, a, err) && open_new(ctx, db, a, err);
}

static bool find_organ(struct keying *x, struct db *db, struct arena *a, const char *name, struct err *err)
{
	const struct db_in in[] = { db_str(str_of(name)) };
	const struct db_out out[] = { db_to_i64(&x->organ), db_to_str(&x->organ_name) };
	bool found;

	if (!db_maybe(db, a, &st_organ, DB_IN(in), DB_OUT(out), &found, err))
		return false;
	return found || err_set(err, ERR_USAGE, "没有登记机关“%s”", name);
}

/* What stands, and what is to be made; the name counts the organ's keys. */
static bool prepare(struct keying *x, struct db *db, struct arena *a, struct err *err)
{
	const struct organ_key *k;
	size_t n;

	if (!organ_keys(db, a, x->organ, &k, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (k[i].active)
			x->ended = k[i].id;
	if (strcmp(x->verb, "new") == 0 && x->ended)
		return err_set(err, ERR_REFUSED, "%.*s已有使用中的签名密钥。换钥用 mingfa key renew，旧钥同时停用", STR_FMT(x->organ_name));
	if (strcmp(x->verb, "new") != 0 && !x->ended)
		return err_set(err, ERR_REFUSED, "%.*s没有使用中的签名密钥", STR_FMT(x->organ_name));
	return strcmp(x->verb, "end") == 0
	    || signing_make(a, x->app->dir, str_fmt(a, "%.*s/%zu", STR_FMT(x->organ_name), n + 1), x->uri,
			    key_pass_of(a, x->pass, x->organ_name), &x->made, err);
}

static bool change(struct keying *x, struct arena *a, const char *organ, struct err *err)
{
	struct db *db = NULL;
	bool ok = db_open(x->app->db, DB_READ, &db, err) && find_organ(x, db, a, organ, err) && prepare(x, db, a, err);

	db_close(db);
	if (!ok || !app_start(x->app, err) || !writer_run(x->app->writer, "key", run, x, err))
		return false;
	if (x->ended)
		(void)printf("已停用%.*s原来的签名密钥，它签过的文书仍能核验\n", STR_FMT(x->organ_name));
	if (x->made.name.n)
		(void)printf("已启用签名密钥“%.*s”。公钥同时列在公众一侧的“签名公钥”页：\n%.*s\n%.*s\n", STR_FMT(x->made.name),
			     STR_FMT(x->made.ed25519), STR_FMT(x->made.sm2));
	return true;
}

static bool list(struct db *db, struct arena *a, struct err *err)
{
	const struct organ_key *k;
	struct buf b;
	size_t n;

	if (!organ_keys(db, a, 0, &k, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		struct str name = { 0 };
		const struct db_in in[] = { db_i64(k[i].organ) };
		const struct db_out out[] = { db_to_str(&name) };

		if (!db_one(db, a, &st_name, DB_IN(in), DB_OUT(out), err))
			return false;
		buf_init(&b, a, 200);
		time_put(&b, k[i].from);
		buf_adds(&b, " 至 ");
		time_put(&b, k[i].until);
		(void)printf("%.*s，%s，%.*s\n%.*s\n%.*s\n", STR_FMT(name), k[i].active ? "使用中" : "已停用", STR_FMT(buf_str(&b)),
			     STR_FMT(k[i].ed25519), STR_FMT(k[i].sm2));
	}
	return true;
}

static int list_keys(const struct app_config *config, struct arena *a)
{
	struct err err = { 0 };
	struct db *db = NULL;
	bool ok = db_open(config->db ? config->db : str_cstr(a, str_fmt(a, "sqlite:%s/mingfa.db", config->dir)), DB_READ, &db, &err)
	       && migrate_check(db, a, &err) && list(db, a, &err);

	db_close(db);
	return ok ? 0 : command_failed(&err);
}

static int change_keys(const struct options *o, const struct app_config *config, struct arena *a)
{
	struct keying x = { .verb = o->arg[0], .years = YEARS_USUAL, .uri = str_of(option(o, "--token")),
			    .reason = str_of(option(o, "--reason") ? option(o, "--reason") : "更换密钥") };
	struct err err = { 0 };
	bool ok;

	if (option(o, "--years") && !parse_i64(str_of(option(o, "--years")), 1, YEARS_MOST, &x.years)) {
		(void)fprintf(stderr, "--years 应是1到%d的年数\n", YEARS_MOST);
		return 2;
	}
	ok = session_init(&err) && key_pass_load(a, option(o, "--key-pass"), &x.pass, &err) && app_open(config, &x.app, &err)
	  && change(&x, a, o->arg[2], &err);
	app_close(x.app);
	return ok ? 0 : command_failed(&err);
}

int cmd_key(int argc, char **argv)
{
	struct options o;
	struct arena *a;
	int code;

	if (!options_read(argc, argv, &o) || o.n < 2 || o.n != (strcmp(o.arg[0], "list") == 0 ? 2 : 3)
	    || (strcmp(o.arg[0], "new") != 0 && strcmp(o.arg[0], "renew") != 0 && strcmp(o.arg[0], "list") != 0
		&& (strcmp(o.arg[0], "end") != 0 || !option(&o, "--reason"))))
		return command_misused("key");
	const struct app_config config = { .dir = o.arg[1], .db = option(&o, "--db"), .law = option(&o, "--law") };

	a = arena_new();
	code = strcmp(o.arg[0], "list") == 0 ? list_keys(&config, a) : change_keys(&o, &config, a);
	(void)arena_free(a);
	return code;
}
