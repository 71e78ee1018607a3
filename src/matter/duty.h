/* SPDX-License-Identifier: MulanPSL-2.0 */
/* duty.h - duties and reports (language.md 7): what recurs is judged whenever somebody asks, and finally when it is due.
 *
 * At its due time the law opens a matter of the kind duty_record for each subject, with figure, target and result, once:
 * the record's event has the unique token duty:PACK:KIND.ID:SUBJECT:PERIOD, and the row of `duty` moves on in the same
 * transaction. Then follows what the definition says of a duty that was missed. Periods that ended while the program did
 * not run are made up for in their order, with the instant of their due as the event's time.
 *
 * A duty of a pack holds for the subjects whose organ lives under that very pack. A period counts from the one in which the
 * duty was first met with, so that nobody is judged for the time before. */
#ifndef MINGFA_MATTER_DUTY_H
#define MINGFA_MATTER_DUTY_H

#include "law/period.h"
#include "matter/matter.h"

#define DUTY_BATCH 500 /* records that one turn makes: others wait for it */

struct duty_row {
	int64_t subject, organ;      /* the subject, and whose it is */
	struct str name;             /* 县应急管理局 */
	struct val figure, target;   /* target: null when it is said otherwise */
	struct str figure_text, target_text; /* 87.5%, ≥ 30% */
	enum duty_result result;
	enum light light;            /* LIGHT_MET, LIGHT_GREEN, LIGHT_YELLOW (warned of), LIGHT_RED (past due), LIGHT_NONE */
	int64_t joined;              /* day on which it became a subject, within the period; 0: before */
	const struct str *who;       /* principals who are to see to it */
	size_t n_who;
};
struct duty_sheet {
	const struct law *law;
	const struct duty *def;
	struct period period;
	int64_t last;                /* its due day */
	int64_t due, yellow;         /* first instant after it; from when it is yellow (due: never) */
	const struct duty_row *row;  /* in order of id */
	size_t n;
};
/* Judges one duty of the period that a day falls into, as things stand now; on a reader. */
MUST_USE bool matter_duty(struct engine *e, struct db *db, struct arena *a, const struct law *law, const struct duty *d,
			  int64_t day, struct duty_sheet *ret, struct err *err);

/* A day of the period that is to be met now: the one that is next due, which may be over; today where none was begun. */
MUST_USE bool matter_duty_open(struct engine *e, struct db *db, struct arena *a, const struct law *law, const struct duty *d,
			       int64_t *ret, struct err *err);

/* Rows of the table `duty` for what the current laws have: new ones begin with today's period, others stay where they are.
 * In the turn, once after a start. `anew`: all of them begin today (scenarios, a new demonstration). */
MUST_USE bool matter_duties_begin(struct engine *e, struct db *db, struct arena *a, bool anew, struct err *err);
/* Moves a duty to the period of a day, as if it had been in force since: scenarios and demonstrations. */
MUST_USE bool matter_duties_since(struct engine *e, struct db *db, struct arena *a, int64_t day, struct err *err);
/* The next duty that is due up to now; found false: none. */
MUST_USE bool duty_overdue(struct engine *e, struct db *db, struct arena *a, int64_t now, int64_t *ret_due, bool *ret_found,
			   struct err *err);
/* Notes when the next one is due, as committed: on a reader, since what a turn has moved on may be taken back. */
MUST_USE bool duty_next_read(struct engine *e, struct db *db, struct arena *a, struct err *err);
/* Records the duty that has been due longest; *ret_done: how many records. In the turn. */
MUST_USE bool duty_record(struct engine *e, struct db *db, struct arena *a, int64_t now, int *ret_done, struct err *err);
/* Whether somebody is to be warned of a duty, or counts that desks show are an hour old; and doing it: counts, keeps the
 * counts, tells once. In the turn. */
MUST_USE bool duty_warn_waits(struct engine *e, struct db *db, struct arena *a, int64_t now, bool *ret, struct err *err);
MUST_USE bool duty_warn(struct engine *e, struct db *db, struct arena *a, int64_t now, bool *ret_did, struct err *err);

/* The record that was made of a subject and a period, 0: none yet. */
MUST_USE bool duty_recorded(struct db *db, struct arena *a, const struct law *law, const struct duty *d, int64_t subject,
			    int64_t from, int64_t *ret, struct err *err);

/* Keeps the counts of a sheet, for desks and boards that must not count themselves. In the turn. */
MUST_USE bool matter_duty_keep(struct engine *e, struct db *db, struct arena *a, const struct duty_sheet *s, struct err *err);
struct duty_mark {
	struct str pack, duty, figure, target, who;
	int64_t subject, organ, period, due, yellow, counted;
	enum duty_result result;
};
/* Counts that were kept of an organ's subjects and are not met although yellow has come, soonest due first; at most 50. */
MUST_USE bool matter_duty_marks(struct engine *e, struct db *db, struct arena *a, int64_t organ, int64_t now,
				const struct duty_mark **ret, size_t *ret_n, struct err *err);
/* Whether a person is among those who are to see to it. */
MUST_USE bool matter_is_any_of(struct engine *e, struct db *db, struct arena *a, const struct actor *who, struct str principals,
			       bool *ret, struct err *err);

/* Whether a person may see how an organ stands: whoever would see its records. And whether a report may be seen whole. */
MUST_USE bool matter_duty_sees(struct engine *e, struct db *db, struct arena *a, const struct actor *who, const struct law *law,
			       const struct duty_row *row, const struct duty *d, bool *ret, struct err *err);
MUST_USE bool matter_report_sees(struct engine *e, struct db *db, struct arena *a, const struct actor *who, const struct law *law,
				 const struct report *r, int64_t organ, bool *ret, struct err *err);
/* 李红、王明: the persons behind a row's `who`; the first three. */
MUST_USE bool matter_duty_who(struct engine *e, struct db *db, struct arena *a, const struct duty_row *row, struct str *ret,
			      struct err *err);

/* The figures of a report for each subject, and their sums where they can be added up. On a reader. */
struct report_row {
	int64_t subject, organ;
	struct str name;
	const struct val *cell;      /* aligned with def->column */
	int64_t joined;
};
struct report_sheet {
	const struct law *law;
	const struct report *def;
	struct period period;
	const struct report_row *row;
	size_t n;
	const struct val *sum;       /* null where a sum means nothing (shares) */
};
MUST_USE bool matter_report(struct engine *e, struct db *db, struct arena *a, const struct law *law, const struct report *r,
			    int64_t day, struct report_sheet *ret, struct err *err);
/* What the counts of yearly reports gave, by block of matters, to be stored and then read instead of the matters: afterwards
 * matter_report reads again only the blocks in which something has happened. Kinds of few matters are not worth it. */
struct tally_keep {
	size_t most;                 /* blocks to count, less those that were; 0: only to know what is left */
	size_t left;                 /* blocks that are still to count */
	struct tally_block {
		struct str question, answer;
		int64_t block, newest;
	} *v;
	size_t n, cap;
};
/* Counts what is not kept of the figures of all yearly reports, of the year in which that day is; on a reader, v lies in the
 * arena. */
MUST_USE bool matter_reports_keep(struct engine *e, struct db *db, struct arena *a, const struct law *law, int64_t day,
				  struct tally_keep *k, struct err *err);
/* Drops what no longer holds and stores what was counted, as far as nothing has happened there meanwhile. In the turn. */
MUST_USE bool matter_tally_store(struct db *db, struct arena *a, const struct tally_keep *k, struct err *err);
/* A figure for people: 12, 87.5%, 3,400.00元; — for null. */
struct str figure_text(struct arena *a, const struct expr *e, struct val v);

/* report.c, for form.c: whether this act delivers a report; and what the law puts into it: period, receiver, figures. Refuses
 * who may not deliver, a report that is not delivered, an organ that it does not count. */
struct step;
bool is_delivery(const struct step *s);
MUST_USE bool step_delivery(struct step *s, struct err *err);

/* Who may excuse a missed duty: what the definition says, for the record's subject. For right.c. */
MUST_USE bool duty_excuse_right(struct step *s, bool *ret_may, struct err *err);

#endif
