/* SPDX-License-Identifier: MulanPSL-2.0 */
/* yearly.h - 年度行政执法统计: the yearly reports that the public may see, counted beforehand. What was counted is shown with its
 * time; a thread counts again what is old, out of what is kept by block of matters (matter_report_keep). The very first count of
 * a year reads a million decisions of a province: nobody waits for that, who asks is told to come again in a minute. */
#ifndef MINGFA_APP_YEARLY_H
#define MINGFA_APP_YEARLY_H

#include "app/app.h"
#include "db/db.h"

#define YEARLY_FIRST 2019 /* 国办发〔2018〕118号: yearly statistics begin */

struct yearly_table { /* of the organs of all packs that have it with the same columns */
	struct str id, name;
	const struct str *head;
	size_t n_head;
	const struct yearly_line {
		int64_t id;
		struct str organ;
		const struct val *cell; /* aligned with head */
	} *line;
	size_t n_line;
	const struct val *sum;
};
struct yearly {
	int64_t year, at;   /* counted when */
	const struct yearly_table *table;
	size_t n_table;
};
/* What is kept of a year, counted now when that is done at once; given back by yearly_free. ERR_NOT_FOUND: a year before the first
 * or after this one; ERR_BUSY: yearly_work has begun to count it. Makes yearly_work hold it up to date for a day. */
MUST_USE bool yearly_get(struct app *app, struct db *db, struct arena *a, int64_t year, const struct yearly **ret,
			 struct err *err);
void yearly_free(struct app *app, const struct yearly *y); /* NULL is fine */

/* The follower: this year and the last one, and what was asked for. */
void yearly_work(struct app *app, struct follower *f);

#endif
