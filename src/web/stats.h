/* SPDX-License-Identifier: MulanPSL-2.0 */
/* stats.h - what a listener counts for the operator's watch: requests by sort of route and status, and how long they
 * took. Atomics without order: a few nanoseconds a request. Never what was asked, nor by whom. */
#ifndef MINGFA_WEB_STATS_H
#define MINGFA_WEB_STATS_H

#include <stdatomic.h>
#include <stdint.h>

enum stats_sort { STATS_PAGE, STATS_WRITE, STATS_SLOW, STATS_STATIC, STATS_NONE, STATS_SORTS }; /* none: no such route */
#define STATS_BUCKETS 9

extern const char *const stats_sort_name[STATS_SORTS];
extern const int stats_bucket_ms[STATS_BUCKETS]; /* upper bounds; what is slower is in the count alone */

struct stats {
	atomic_llong status[STATS_SORTS][6]; /* by the status' first digit; 0: other */
	atomic_llong bucket[STATS_SORTS][STATS_BUCKETS];
	atomic_llong took_ms[STATS_SORTS];
	atomic_llong throttled, refused; /* 429; 422: acts that the law or a form refused */
	atomic_int open;        /* requests in flight */
};
void stats_add(struct stats *s, enum stats_sort sort, int status, int64_t ms);

#endif
