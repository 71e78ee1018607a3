/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Sets of scenarios: their files, the engine they share, and the databases they run in. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/app.h"
#include "app/cmd_law.h"
#include "app/scenario_play.h"
#include "db/migrate.h"
#include "matter/duty.h"

#define ADDRESS_MAX 1000

/* ---- the set ---- */

/* A scenario asks what the law says, not how fast the machine is just now: that a check has its time is a unit test. */
#define CHECK_MOST 20000

bool scenario_set_open(const char *folder, struct scenario_set *ret, struct err *err)
{
	struct arena *a = arena_new();
	struct diag d = { .a = a };
	struct engine_config config = { .pack = STR("national"), .check_ms = CHECK_MOST };

	*ret = (struct scenario_set){ .a = a };
	if (!app_files(a, folder, &ret->files, err)) {
		(void)arena_free(a);
		return false;
	}
	config.files = &ret->files;
	if (!engine_new(&config, &d, &ret->engine, err)) {
		findings_print(&d, false);
		(void)arena_free(a);
		return false;
	}
	return true;
}

void scenario_set_close(struct scenario_set *s)
{
	engine_free(s->engine);
	(void)arena_free(s->a);
}

bool scenario_names(const struct scenario *sc, struct str rule)
{
	for (size_t i = 0; i < sc->n_rule; i++)
		if (str_eq(sc->rule[i], rule))
			return true;
	return false;
}

static const char *const top_keys[] = { "scenario", "rules", "pack", "now", "people", "organs", "steps" };

static bool known_key(struct str key)
{
	for (size_t i = 0; i < ARRAY_LEN(top_keys); i++)
		if (str_is(key, top_keys[i]))
			return true;
	return false;
}

static bool wrong(const struct ynode *y, struct err *err, const char *what, struct str text)
{
	return err_set(err, ERR_LAW, "%s:%d: %s%.*s", y->file, y->line, what, STR_FMT(text));
}

static bool add_one(struct scenario_set *s, const struct ynode *y, struct err *err)
{
	const struct ynode *title = ynode_get(y, "scenario"), *pack = ynode_get(y, "pack"), *rules = ynode_get(y, "rules");
	struct str *rule;

	if (!title || !pack)
		return wrong(y, err, "场景应当以 scenario 开头，并写明 pack", STR(""));
	for (size_t i = 0; i < y->n; i++)
		if (!known_key(y->child[i]->key))
			return wrong(y->child[i], err, "场景不认识这个键：", y->child[i]->key);
	if (s->n == s->cap) {
		size_t cap = s->cap ? s->cap * 2 : 128;
		struct scenario *bigger = arena_many(s->a, cap, struct scenario);

		if (s->n)
			memcpy(bigger, s->v, s->n * sizeof(*bigger));
		s->v = bigger;
		s->cap = cap;
	}
	rule = arena_many(s->a, rules ? rules->n + 1 : 0, struct str);
	for (size_t i = 0; rules && i < rules->n; i++)
		rule[i] = rules->child[i]->text;
	if (rules && rules->sort == YNODE_SCALAR)
		rule[0] = rules->text;
	s->v[s->n++] = (struct scenario){ .y = y, .file = y->file, .line = y->line, .title = title->text, .pack = pack->text,
					  .rule = rule, .n_rule = !rules ? 0 : rules->sort == YNODE_SCALAR ? 1 : rules->n };
	return true;
}

static bool add_text(struct scenario_set *s, const char *path, struct str text, struct err *err)
{
	struct yaml_fault fault = { 0 };
	struct ynode *const *doc;
	size_t n;

	if (!yaml_read(s->a, s->a, path, text, &doc, &n, &fault))
		return err_set(err, ERR_LAW, "%s:%d:%d: %.*s", path, fault.line, fault.col, STR_FMT(fault.text));
	for (size_t i = 0; i < n; i++)
		if (!add_one(s, doc[i], err))
			return false;
	return true;
}

static bool read_all(struct arena *a, const char *path, struct str *ret, struct err *err)
{
	FILE *f = fopen(path, "rb");
	char *p = arena_alloc(a, YAML_FILE_MAX + 1);
	size_t n;

	if (!f) {
		(void)err_set(err, ERR_IO, "不能读取文件 %s", path);
		return err_wrap(err, "%s", strerror(errno));
	}
	n = fread(p, 1, YAML_FILE_MAX + 1, f);
	(void)fclose(f);
	if (n > YAML_FILE_MAX)
		return err_set(err, ERR_TOO_LARGE, "文件 %s 超过1 MB", path);
	*ret = (struct str){ p, n };
	return true;
}

bool scenario_add_file(struct scenario_set *s, const char *path, struct err *err)
{
	struct str text;

	return read_all(s->a, path, &text, err) && add_text(s, arena_dup(s->a, path, strlen(path)), text, err);
}

bool scenario_add_own(struct scenario_set *s, const char *pack, struct err *err)
{
	size_t from = s->n, kept = s->n;

	for (size_t i = 0; i < s->files.n; i++)
		if (str_ends(str_of(s->files.v[i].path), STR(".scenario.yaml"))
		    && !add_text(s, s->files.v[i].path, s->files.v[i].text, err))
			return false;
	for (size_t i = from; pack && i < s->n; i++)
		if (str_is(s->v[i].pack, pack))
			s->v[kept++] = s->v[i];
	s->n = pack ? kept : s->n;
	return true;
}

/* ---- a world ---- */

struct world_of_scenarios {
	struct scenario_set *set;
	struct db *db;
	struct arena *a;      /* emptied after each scenario */
	const char *server;   /* PostgreSQL: where the database was made */
	char address[ADDRESS_MAX];
};

/* The name is ours and the number of this process; no text from outside is in it. */
static bool server_script(const char *server, bool create, struct err *err)
{
	char sql[100];
	struct db *db;
	bool ok;

	if (create)
		(void)snprintf(sql, sizeof(sql), "CREATE DATABASE mingfa_scenario_%d", (int)getpid());
	else
		(void)snprintf(sql, sizeof(sql), "DROP DATABASE IF EXISTS mingfa_scenario_%d WITH (FORCE)", (int)getpid());
	if (!db_open(server, DB_WRITE, &db, err))
		return false;
	ok = db_script(db, sql, err);
	db_close(db);
	return ok;
}

static bool world_address(struct world_of_scenarios *w, const char *address, struct err *err)
{
	if (!address || strncmp(address, "sqlite:", 7) == 0) {
		(void)snprintf(w->address, sizeof(w->address), "%s", address ? address : "sqlite::memory:");
		return true;
	}
	w->server = address;
	(void)snprintf(w->address, sizeof(w->address), "%s%cdbname=mingfa_scenario_%d", address,
		       strchr(address, '?') ? '&' : '?', (int)getpid());
	return server_script(address, true, err);
}

static bool bind_in_tx(struct db *db, const void *ctx, struct err *err)
{
	const struct world_of_scenarios *w = ctx;

	return engine_bind(w->set->engine, db, w->a, err) && matter_duties_begin(w->set->engine, db, w->a, false, err);
}

bool scenario_world_open(struct scenario_set *s, const char *address, struct world_of_scenarios **ret,
			 struct err *err)
{
	struct world_of_scenarios *w = arena_one(s->a, struct world_of_scenarios);

	w->set = s;
	w->a = arena_new();
	if (world_address(w, address, err) && db_open(w->address, DB_WRITE, &w->db, err)
	    && migrate_run(w->db, w->a, NULL, err) && db_tx(w->db, "bind", bind_in_tx, w, err)) {
		arena_reset(w->a);
		*ret = w;
		return true;
	}
	scenario_world_close(w);
	return false;
}

void scenario_world_close(struct world_of_scenarios *w)
{
	struct err ignored = { 0 };

	db_close(w->db);
	if (w->server)
		(void)server_script(w->server, false, &ignored);
	(void)arena_free(w->a);
}

/* ---- one scenario ---- */

struct one {
	struct world_of_scenarios *w;
	const struct scenario *sc;
	struct outcome *out;
};

/* Ends with a failure without a code: the transaction is taken back and not tried again. */
static bool play_in_tx(struct db *db, const void *ctx, struct err *err)
{
	const struct one *o = *(const struct one *const *)ctx;

	scenario_play(o->w->set->engine, db, o->w->a, o->sc, o->out);
	if (o->out->passed && o->w->set->papers
	    && !scenario_draw(o->w->set->engine, db, o->w->a, o->w->set->papers, err))
		o->out->passed = false;
	return false;
}

void scenario_run(struct world_of_scenarios *w, const struct scenario *sc, struct outcome *ret)
{
	struct one one = { w, sc, ret };
	const struct one *p = &one;
	struct err err = { 0 };

	*ret = (struct outcome){ .done = true };
	if (!db_tx(w->db, "scenario", play_in_tx, &p, &err) && err.code && err.msg[0])
		(void)snprintf(ret->say, sizeof(ret->say), "%s:%d %.300s %.300s", sc->file, sc->line, err.msg, err.detail);
	arena_reset(w->a);
}
