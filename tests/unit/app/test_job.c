/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Long work of several processes over one database: what a living one has in hand is left to it, what was left is ended
 * once, and who was taken for gone does not come back over it. */
#include "app/job.h"
#include "app/process.h"
#include "base/day.h"
#include "side.h"

static const struct stmt st_pack = { "t_job_pack", "SELECT MIN(id) FROM pack_version" };
static const struct stmt st_person = { "t_job_person",
	"INSERT INTO matter (code, kind, def, state, version, number, title, opened, updated, fields) "
	"VALUES ('job-person', 'person', $1, 'serving', 1, '', 't', 0, 0, '{}') RETURNING id" };
static const struct stmt st_job = { "t_job_add",
	"INSERT INTO job (code, sort, person, organ, title, kind, input, state, total, done, refused, say, file, file_name, at, owner) "
	"VALUES ($1, 'unheard-of', $2, $3, 't', '', '', $4, 0, 0, 0, '', '', '', 0, $5) RETURNING id" };
static const struct stmt st_process = { "t_job_process",
	"INSERT INTO process (code, host, pid, version, started, beat) VALUES ($1, 'elsewhere', 7, '0', 0, $2) "
	"ON CONFLICT (code) DO UPDATE SET beat = $2" };
static const struct stmt st_state = { "t_job_state", "SELECT state, owner, total FROM job WHERE id = $1" };
static const struct stmt st_give = { "t_job_give", "UPDATE job SET owner = $2, state = $3 WHERE id = $1" };
static const struct stmt st_messages = { "t_job_messages", "SELECT COUNT(*) FROM message WHERE kind = 'job'" };
static const struct stmt st_processes = { "t_job_processes", "SELECT COUNT(*) FROM process" };

struct made {
	struct side *s;
	const char *code, *state;
	struct str owner;
	int64_t beat, person, id;
};

static bool add_person(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct made *m = ctx;
	int64_t pack;
	const struct db_out p[] = { db_to_i64(&pack) }, id[] = { db_to_i64(&m->person) };

	if (!db_one(db, a, &st_pack, DB_NONE, DB_OUT(p), err))
		return false;
	{
		const struct db_in in[] = { db_i64(pack) };

		return db_one(db, a, &st_person, DB_IN(in), DB_OUT(id), err);
	}
}

static bool add_job(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct made *m = ctx;
	const struct db_in in[] = { db_str(str_of(m->code)), db_i64(m->person), db_i64(m->s->yingji), db_str(str_of(m->state)),
				    db_str(m->owner) };
	const struct db_out out[] = { db_to_i64(&m->id) };

	return db_one(db, a, &st_job, DB_IN(in), DB_OUT(out), err);
}

static bool beat(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct made *m = ctx;
	const struct db_in in[] = { db_str(m->owner), db_i64(m->beat) };

	(void)a;
	return db_exec(db, &st_process, DB_IN(in), NULL, err);
}

static bool give(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct made *m = ctx;
	const struct db_in in[] = { db_i64(m->id), db_str(m->owner), db_str(str_of(m->state)) };

	(void)a;
	return db_exec(db, &st_give, DB_IN(in), NULL, err);
}

static void write_it(struct side *s, bool (*run)(struct db *, struct arena *, void *, struct err *), struct made *m)
{
	struct err err = { 0 };

	OK(writer_run(s->app->writer, "test", run, m, &err));
}

static int64_t put(struct made *m, const char *code, const char *state, struct str owner)
{
	m->code = code;
	m->state = state;
	m->owner = owner;
	write_it(m->s, add_job, m);
	return m->id;
}

static void alive(struct made *m, struct str owner, int64_t at)
{
	m->owner = owner;
	m->beat = at;
	write_it(m->s, beat, m);
}

static void is(struct side *s, int64_t id, const char *state, struct str owner)
{
	struct err err = { 0 };
	struct str got, of;
	int64_t total;
	const struct db_in in[] = { db_i64(id) };
	const struct db_out out[] = { db_to_str(&got), db_to_str(&of), db_to_i64(&total) };

	OK(db_one(s->db, s->f->a, &st_state, DB_IN(in), DB_OUT(out), &err));
	cr_expect(str_is(got, state), "job %lld is %.*s, not %s", (long long)id, STR_FMT(got), state);
	cr_expect(str_eq(of, owner), "job %lld is of %.*s", (long long)id, STR_FMT(of));
}

static void rounds(struct app *app, int n)
{
	struct follower f = { .name = "jobs", .app = app };

	while (n--)
		jobs_work(app, &f);
	f.stop = true;
	jobs_work(app, &f);
}

BOTH(only_what_a_lost_process_had_is_ended)
{
	struct side s;
	struct made m = { .s = &s };
	int64_t here, there, lost, none, waits;

	side_open(&s, f);
	write_it(&s, add_person, &m);
	alive(&m, STR("living"), time_now() - PROCESS_LOST_MS + 30000); /* late, and still in time */
	alive(&m, STR("lost"), time_now() - PROCESS_LOST_MS - 1);
	alive(&m, s.app->process, time_now());
	here = put(&m, "j1", "running", s.app->process);
	there = put(&m, "j2", "running", STR("living"));
	lost = put(&m, "j3", "running", STR("lost"));
	none = put(&m, "j4", "running", STR("gone without a row"));
	waits = put(&m, "j5", "waiting", STR(""));
	rounds(s.app, 2); /* as a process that has just started */
	is(&s, here, "running", s.app->process);
	is(&s, there, "running", STR("living"));
	is(&s, lost, "stopped", STR("lost"));
	is(&s, none, "stopped", STR("gone without a row"));
	is(&s, waits, "stopped", s.app->process); /* taken, and ended by its own outcome: of a sort that nobody knows */
	cr_expect_eq(side_count(&s, &st_messages), 1);
	side_close(&s);
}

BOTH(who_was_taken_for_lost_does_not_go_on)
{
	atomic_bool stop = false;
	struct side s;
	struct made m = { .s = &s };
	struct job j;

	side_open(&s, f);
	write_it(&s, add_person, &m);
	j = (struct job){ .app = s.app, .a = f->a, .stop = &stop, .claimed = true };
	j.id = put(&m, "j1", "running", s.app->process);
	cr_expect(job_go_on(&j, 1, 10));
	m.owner = STR("another");
	m.state = "stopped";
	write_it(&s, give, &m);
	j.told = 0;
	cr_expect_not(job_go_on(&j, 2, 10), "goes on with what is no longer its own");
	is(&s, j.id, "stopped", STR("another"));
	side_close(&s);
}

BOTH(a_process_is_known_while_it_works)
{
	struct side s;
	struct follower p = { .name = "process" };

	side_open(&s, f);
	process_work(s.app, &p);
	process_work(s.app, &p);
	cr_expect_eq(side_count(&s, &st_processes), 1);
	p.stop = true;
	process_work(s.app, &p);
	cr_expect_eq(side_count(&s, &st_processes), 0);
	side_close(&s);
}
