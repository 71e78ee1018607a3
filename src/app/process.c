/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/process.h"

#include <unistd.h>

#include "app/version.h"
#include "base/day.h"
#include "base/log.h"

#define HOST_MOST 200
#define FORGET_MS ((int64_t)86400000)

static const struct stmt st_beat = { "process_beat",
	"INSERT INTO process (code, host, pid, version, started, beat) VALUES ($1, $2, $3, $4, $5, $6) "
	"ON CONFLICT (code) DO UPDATE SET beat = $6" };
static const struct stmt st_leave = { "process_leave", "DELETE FROM process WHERE code = $1" };
static const struct stmt st_forget = { "process_forget", "DELETE FROM process WHERE beat < $1" };

int64_t process_alive_since(void)
{
	return time_now() - PROCESS_LOST_MS;
}

bool process_beat(struct db *db, const struct app *app, struct err *err)
{
	char host[HOST_MOST] = "";

	(void)gethostname(host, sizeof(host) - 1);
	{
		const struct db_in in[] = { db_str(app->process), db_str(str_of(host)), db_i64(getpid()), db_str(str_of(program_version)),
					    db_i64(app->started), db_i64(time_now()) };

		return db_exec(db, &st_beat, DB_IN(in), NULL, err);
	}
}

static bool beat_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct app *app = ctx;
	const struct db_in old[] = { db_i64(time_now() - FORGET_MS) };

	(void)a;
	return process_beat(db, app, err) && db_exec(db, &st_forget, DB_IN(old), NULL, err);
}

static bool leave_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct app *app = ctx;
	const struct db_in in[] = { db_str(app->process) };

	(void)a;
	return db_exec(db, &st_leave, DB_IN(in), NULL, err);
}

void process_work(struct app *app, struct follower *f)
{
	struct err err = { 0 };

	if (!f->stop && f->done_at && time_monotonic() - f->done_at < PROCESS_BEAT_MS)
		return; /* woken by somebody's commit */
	if (writer_run(app->writer, "process", f->stop ? leave_run : beat_run, app, &err))
		f->done_at = time_monotonic();
	else
		log_line(LOG_WARNING, "process: %s (%s)", err.msg, err.detail);
}
