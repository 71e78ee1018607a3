/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/backup_note.h"

#include "app/app.h"

#define PLACE_MOST 300 /* characters of the field */

static struct form_entry number(const char *field, int64_t n)
{
	return (struct form_entry){ str_of(field), (struct val){ .t = T_INT, .n = dec_int(n) } };
}

static struct form form_of(struct arena *a, const struct backup_note *x, const struct kind *k)
{
	struct form_entry *e = arena_many(a, 9, struct form_entry);
	static const char *const sort[] = { "make", "restore", "renew", "rehearse" };
	const bool ok = !x->failed.n && !x->made.missing;
	size_t n = 0;

	e[n++] = (struct form_entry){ STR("sort"), { .t = T_ENUM, .s = str_of(sort[x->sort]),
						     .values = kind_field(k, STR("sort"))->type.values } };
	e[n++] = (struct form_entry){ STR("place"), val_text(T_TEXT, str_head(x->place, PLACE_MOST)) };
	e[n++] = (struct form_entry){ STR("ok"), { .t = T_BOOL, .b = ok } };
	if (x->failed.n || x->made.missing)
		e[n++] = (struct form_entry){ STR("result"), val_text(T_NOTE, x->failed.n ? x->failed : STR("备份里的文件不全")) };
	if (!x->failed.n) {
		e[n++] = number("size", x->made.bytes >> 20);
		e[n++] = number("files", x->made.files);
		e[n++] = number("missing", x->made.missing);
	}
	if (x->log_root.n) {
		e[n++] = number("log_size", x->log_size);
		e[n++] = (struct form_entry){ STR("log_root"), val_text(T_TEXT, x->log_root) };
	}
	return (struct form){ e, n };
}

/* By the right of who asked; who no longer has it when the work ends asked with it: then by the system. */
bool backup_note_put(struct engine *e, struct db *db, struct arena *a, const struct backup_note *x, struct err *err)
{
	struct act act = { .who = x->who, .kind = STR("backup"), .action = STR("open"), .version = -1 };
	struct act_result r = { 0 };
	const struct law *law;
	const struct kind *k;
	int64_t def;

	if (!engine_law_of_organ(e, db, a, x->who.organ, &law, &def, err))
		return false;
	k = law_kind(law, act.kind);
	if (!k)
		return err_set(err, ERR_LAW, "定义包没有“备份”这种事项");
	act.form = form_of(a, x, k);
	if (!matter_open(e, db, a, &act, &r, err))
		return false;
	if (r.n_refused && act.who.sort == ACTOR_PERSON) {
		act.who.sort = ACTOR_SYSTEM;
		act.who.person = 0;
		if (!matter_open(e, db, a, &act, &r, err))
			return false;
	}
	return !r.n_refused || err_set(err, ERR_REFUSED, "%.*s", STR_FMT(r.refused[0].say));
}

/* ---- by the command ---- */

struct noting {
	struct app *app;
	struct backup_note x;
};

/* The organ of the administrators, else the first one: a matter stands in some organ. */
static const struct stmt st_organ = { "backup_note_organ",
	"SELECT o.id FROM organ o LEFT JOIN post p ON p.organ = o.id AND p.role = 'sysadmin' "
	"ORDER BY CASE WHEN p.person IS NULL THEN 1 ELSE 0 END, o.id LIMIT 1" };

static bool note_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct noting *n = ctx;
	const struct db_out out[] = { db_to_i64(&n->x.who.organ) };
	bool found;

	if (!db_maybe(db, a, &st_organ, DB_NONE, DB_OUT(out), &found, err))
		return false;
	return !found || backup_note_put(n->app->engine, db, a, &n->x, err); /* without organs there is nothing yet to keep */
}

bool backup_note_folder(const char *dir, const char *address, const char *law, const struct backup_note *x, struct err *err)
{
	const struct app_config config = { .dir = dir, .db = address, .law = law };
	struct noting n = { .x = *x };
	bool ok = app_open(&config, &n.app, err) && app_start(n.app, err) && writer_run(n.app->writer, "backup_note", note_run, &n, err);

	app_close(n.app);
	return ok;
}
