/* SPDX-License-Identifier: MulanPSL-2.0 */
/* folder.h - a new data folder: its parts, the database's schema, and for the demonstration or practice what is acted out. */
#ifndef MINGFA_APP_FOLDER_H
#define MINGFA_APP_FOLDER_H

#include "app/app.h"

struct folder_new {
	const char *dir;  /* absent or empty */
	const char *pack, *law;
	const char *db;   /* address; NULL: DIR/mingfa.db */
	const char *acts; /* DEMO_FILE, PRACTICE_FILE; NULL: nothing but the tables */
	const char *log_name; /* name of the record log (log_keys.h); NULL: one is made */
	struct str kept;  /* accounts whose passwords stay (demo.h) */
	bool hurry;       /* papers and index are left to the threads of serve */
	int64_t now;      /* 0: the machine's clock */
};

MUST_USE bool folder_make(struct arena *a, const struct folder_new *f, struct err *err);
/* Takes a file or a folder with all that is in it away; what is not there is no error. */
MUST_USE bool folder_remove(struct arena *a, const char *path, struct err *err);
/* A small file of DIR, e.g. pack, accounts.txt; empty when there is none. */
struct str folder_text(struct arena *a, const char *dir, const char *name);

#endif
