/* SPDX-License-Identifier: MulanPSL-2.0 */
/* county.h - a small county for tests of the engine: three organs, people with roles, kinds in the text below.
 * Time stands where the test puts it; each act is a transaction of its own. */
#ifndef MINGFA_TEST_COUNTY_H
#define MINGFA_TEST_COUNTY_H

#include "lib/fresh.h"
#include "matter/audit.h"
#include "matter/matter.h"

struct county {
	struct engine *e;
	struct db *db;
	struct arena *a;
	int64_t bureau, justice, town;              /* organs */
	int64_t of;                                 /* the organ for which the system acts (who 0) */
	int64_t wang, zhao, li, liu, sun, chen;     /* wang, zhao officers; li head; liu legal of the bureau */
	struct act_result r;                        /* of the last act */
	const struct passed *passed;
	size_t n_passed;
	const char *request, *reason;
	struct law_files *files;                    /* after county_version */
	int64_t received;                           /* of the next acts; 0: now */
};

/* now: "2026-03-02 09:00". */
struct county county_new(struct fresh *f, const char *now);
void county_free(struct county *c);
void county_next_year(struct county *c, const char *calendar);
/* The county's pack with one text of one file replaced takes its place; the code of engine_bind. */
enum err_code county_version(struct county *c, const char *file, const char *from, const char *to, struct err *err);
void at_time(struct county *c, const char *now);
/* Opens or acts as a person in the organ where the person works; form is JSON ('…' for quotes is fine). The
 * result stands in c->r; true when it was done. Errors of the call fail the test. */
bool opens(struct county *c, int64_t who, const char *kind, const char *form);
bool acts(struct county *c, int64_t who, int64_t matter, const char *action, const char *form);
/* The same, but the call may fail: its code. */
enum err_code tries(struct county *c, int64_t who, int64_t matter, int64_t version, const char *action, const char *form);
struct actor as(const struct county *c, int64_t person);
const struct snap *now_of(struct county *c, int64_t matter);
struct str field_text(struct county *c, int64_t matter, const char *field); /* as pages show it */
bool in_state(struct county *c, int64_t matter, const char *state);
/* Sentences of the refusals, joined by " | ". */
const char *why(struct county *c);
int timers(struct county *c); /* all that are overdue at the standing time */
int64_t child_of(struct county *c, int64_t parent, const char *kind); /* the newest; 0 */
int64_t count_rows(struct county *c, const struct stmt *st, int64_t arg);
void county_logged(struct county *c); /* what happened stands in the log too */
/* Log and matters against what is stored (audit.h); what was counted is left in x. */
bool county_audited(struct county *c, struct audit *x, struct err *err);
const struct clock_view *clock_of(struct county *c, int64_t who, int64_t matter, const char *clock);

#endif
