/* SPDX-License-Identifier: MulanPSL-2.0 */
/* job.h - work that takes longer than a page may, on a page of its own: exports, imports, backups, dossiers. One thread does it in
 * order, by the rights of who asked; the page shows how far it is, the inbox tells when it is done. What was made is kept
 * for seven days. A job that was running when the program stopped is stopped: it is asked for again.
 *
 * A new sort is a row of the table in job.c. */
#ifndef MINGFA_APP_JOB_H
#define MINGFA_APP_JOB_H

#include "app/backup.h"
#include "app/frame.h"

struct job_new {
	const char *sort;          /* export, import, backup, dossier */
	struct str title, kind, input, file_name;
};
/* From a handler: asks for it in the writing turn and leads to its page. */
bool job_ask(struct req *r, const struct job_new *x, struct err *err);

/* What the thread has in hand. */
struct job {
	struct app *app;
	struct arena *a;
	struct db *db;             /* a reader */
	struct req r;              /* as if its owner asked: path, query, session */
	int64_t id, person, organ;
	struct str code, sort, title, kind, input, file_name;
	/* to be filled */
	int64_t total, done, refused;
	struct str say, file;      /* file: below spool/ */
	struct backup_result backup;
	int64_t told;              /* when progress was last written */
	atomic_bool *stop;
	bool claimed;              /* this process has it */
};
/* How far it is; written at most twice a second. False when the program stops. */
bool job_go_on(struct job *j, int64_t done, int64_t total);
/* A path for what it makes; j->file is set. */
char *job_file(struct job *j, const char *suffix);

void jobs_work(struct app *app, struct follower *f);

struct job_view {
	struct frame frame;
	struct str title, state, say, at, ended, file, file_size, back;
	int64_t total, done, refused;
	bool waiting, running, stopped;
};
struct jobs_view {
	struct frame frame;
	const struct job_line {
		struct str title, href, state, at, say;
	} *job;
	size_t n;
};

/* Routes. */
bool job_show(struct req *r, struct err *err);
bool job_get_file(struct req *r, struct err *err);
bool jobs_show(struct req *r, struct err *err);

#endif
