/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What is told by other ways: everybody, however many have a message at once. */
#include "app/hook.h"
#include "side.h"

#define MANY 620 /* more than a round takes */

static const struct stmt st_pack = { "t_hook_pack", "SELECT MIN(id) FROM pack_version" };
static const struct stmt st_matter = { "t_hook_matter",
	"INSERT INTO matter (code, kind, def, state, version, number, title, opened, updated, fields) "
	"VALUES ($1, 'person', $2, 'serving', 1, '', 't', 0, 0, '{}') RETURNING id" };
static const struct stmt st_person = { "t_hook_person",
	"INSERT INTO person (id, code, name, organ, position, phone, active) VALUES ($1, $2, $2, NULL, '', '', 1)" };
static const struct stmt st_message = { "t_hook_message",
	"INSERT INTO message (person, kind, text, at, done_at) VALUES ($1, 'tell', 't', 0, $2)" };
static const struct stmt st_told = { "t_hook_told", "SELECT COUNT(*) FROM hook_delivery WHERE event = 'message'" };

struct crowd_of {
	struct side *s;
	int64_t person[MANY];
};

static bool people(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct crowd_of *c = ctx;
	int64_t pack;
	const struct db_out p[] = { db_to_i64(&pack) };

	if (!db_one(db, a, &st_pack, DB_NONE, DB_OUT(p), err))
		return false;
	for (int i = 0; i < MANY; i++) {
		const struct str code = str_fmt(a, "hook-%d", i);
		const struct db_in m[] = { db_str(code), db_i64(pack) };
		const struct db_out id[] = { db_to_i64(&c->person[i]) };

		if (!db_one(db, a, &st_matter, DB_IN(m), DB_OUT(id), err))
			return false;
		{
			const struct db_in in[] = { db_i64(c->person[i]), db_str(code) };

			if (!db_exec(db, &st_person, DB_IN(in), NULL, err))
				return false;
		}
	}
	return true;
}

/* One for each, the last person first; or all of one person's, with which nothing is left to do. */
static bool tell_all(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct crowd_of *c = ctx;

	(void)a;
	for (int i = MANY - 1; i >= 0; i--) {
		const struct db_in in[] = { db_i64(c->person[i]), db_null() };

		if (!db_exec(db, &st_message, DB_IN(in), NULL, err))
			return false;
	}
	return true;
}

static bool tell_done(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct crowd_of *c = ctx;

	(void)a;
	for (int i = 0; i < MANY; i++) {
		const struct db_in in[] = { db_i64(c->person[0]), db_i64(1) };

		if (!db_exec(db, &st_message, DB_IN(in), NULL, err))
			return false;
	}
	return true;
}

BOTH(each_of_many_people_is_told)
{
	struct crowd_of c = { 0 };
	struct follower f1 = { .name = "hooks" };
	struct side s;
	struct err err = { 0 };

	side_open(&s, f);
	c.s = &s;
	OK(writer_run(s.app->writer, "people", people, &c, &err));
	s.app->message_hook = "http://127.0.0.1:1/";
	hook_work(s.app, &f1); /* from now on */
	OK(writer_run(s.app->writer, "done", tell_done, &c, &err));
	OK(writer_run(s.app->writer, "tell", tell_all, &c, &err));
	for (int round = 0; round < 5; round++)
		hook_work(s.app, &f1);
	cr_expect_eq(side_count(&s, &st_told), MANY);
	cr_expect_not(f1.more);
	side_close(&s);
}
