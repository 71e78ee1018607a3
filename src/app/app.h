/* SPDX-License-Identifier: MulanPSL-2.0 */
/* app.h - the running program: engine, writer, workers and threads over one data folder.
 *
 * app_open for any command that needs the engine; app_start for `serve`, which adds the writer and the
 * threads that follow commits. app_close undoes both, in reverse order. */
#ifndef MINGFA_APP_APP_H
#define MINGFA_APP_APP_H

#include <pthread.h>
#include <stdatomic.h>

#include "blob/blob.h"
#include "db/writer.h"
#include "matter/adopt.h"
#include "matter/matter.h"
#include "web/http.h"

struct app;
struct search;
struct search_query;
struct search_hit;
struct spool;

/* A thread that works after commits: woken by each, and every `every_ms` in any case. */
struct follower {
	const char *name;
	void (*work)(struct app *app, struct follower *f); /* one round; called again at once while f->more */
	int64_t every_ms;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t wake;
	bool woken, started;
	atomic_bool stop; /* set under the lock, but long rounds ask without it */
	bool more;
	int64_t done_at;  /* its own: when it last did what it does now and then, or complained (time_monotonic) */
	struct db *db;    /* reads; kept between rounds, since opening one reads the whole schema (follower_db) */
	void *priv;
	struct app *app;
};
/* The follower's reading connection, opened when there is none yet. follower_lost gives it back: when it failed, and at
 * the end. */
MUST_USE bool follower_db(struct follower *f, struct app *app, struct db **ret, struct err *err);
void follower_lost(struct follower *f);

#define FOLLOWERS 16
#define SEARCH_SPARE 6 /* two threads a listener and two workers */

struct app {
	struct arena *a;          /* lives as long as the program */
	const char *dir;          /* data folder */
	const char *db;           /* address */
	struct str process;       /* code of this run (process.h) */
	int64_t started;          /* by the machine's clock */
	const char *search_db;    /* address of the full-text index */
	const char *site;         /* https://… of the public side, without a slash at the end; NULL: as it is asked for */
	struct law_files files;
	const struct regions *regions; /* region.h */
	struct engine *engine;
	struct writer *writer;
	struct workers *workers;
	struct spool *spool;      /* what is being uploaded */
	struct blobs blobs;       /* stored files: dir, and the object store of --blobs */
	struct workers *senders;  /* with a store: who fetches from it what is being sent */
	struct http *working, *public_side;
	struct follower follower[FOLLOWERS];
	int n_follower;
	atomic_bool catching_up;  /* more than 64 acts of the law are overdue: people may only look */
	struct adopt_pass adopting; /* of the timer alone */
	atomic_llong overdue;     /* how many are left */
	atomic_llong indexed;     /* the last event that the full-text index has */
	bool practice;            /* this data folder is a practice county (practice.h) */
	const char *practice_site; /* where one is, for the tour of a real county; NULL: nowhere */
	bool again;               /* the practice county is to begin again: serve stops, makes it anew and goes on */
	bool read_only;           /* serve --read-only: people look, nobody writes, the threads behind rest */
	pthread_mutex_t search_lock;
	struct str key_pass;      /* passphrases of organs' signing keys (signing.h); empty: none is known */
	const char *message_hook; /* where messages are told too (hook.h); NULL: nowhere */
	int64_t hook_wait;        /* ms before a delivery's second try; 0: HOOK_WAIT_MS */
	struct search *search[SEARCH_SPARE]; /* open and free */
	int n_search;
	pthread_mutex_t log_lock;
	char log_fault[512];      /* why the record log is not signed; empty: it is (log_sign.h); under log_lock */
};

struct app_config {
	const char *dir;
	const char *db;           /* NULL: DIR/mingfa.db */
	const char *law;          /* folder with definitions, NULL: those that the binary carries */
	const char *pack;         /* NULL: what init wrote into DIR/pack */
	int64_t now;              /* 0: the machine's clock */
	const char *blobs;        /* s3:https://…; NULL: files stay in dir */
	const char *site;         /* address of the public side for feed and sitemap; NULL: as it is asked for */
};

/* The definitions: embedded, or of a folder. */
MUST_USE bool app_files(struct arena *a, const char *folder, struct law_files *ret, struct err *err);
/* Loads the engine and binds the texts; the schema must be the program's own. Findings of the checker are
 * printed to stderr. */
MUST_USE bool app_open(const struct app_config *config, struct app **ret, struct err *err);
/* Makes the views for auditors anew (matter/views.h); app_open does it when a pack has a new version. */
MUST_USE bool app_views(struct app *app, struct err *err);
/* Starts writer, workers and followers; catches up with what the law did meanwhile (decision 36). */
MUST_USE bool app_start(struct app *app, struct err *err);
/* Adds a follower before app_start. */
void app_follow(struct app *app, const char *name, int64_t every_ms, void (*work)(struct app *, struct follower *));
void app_wake(struct app *app);
void app_close(struct app *app);

/* A question to the full-text index (search_find), with a connection that is kept for the next one. */
MUST_USE bool app_search(struct app *app, struct arena *a, const struct search_query *q, const struct search_hit **ret,
			 size_t *ret_n, bool *ret_more, struct err *err);

/* Runs everything that followers would do until nothing is left: for init --demo, import and tests. */
void app_settle(struct app *app);

/* papers.c: draws queued papers and records each as an event of its own (decision 13). */
void papers_work(struct app *app, struct follower *f);
/* indexer.c: follows events into the full-text index. */
void indexer_work(struct app *app, struct follower *f);

#endif
