/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "web/stats.h"

const char *const stats_sort_name[STATS_SORTS] = { "page", "write", "slow", "static", "none" };
const int stats_bucket_ms[STATS_BUCKETS] = { 2, 5, 10, 25, 50, 100, 250, 1000, 5000 };

static void add(atomic_llong *n, long long by)
{
	(void)atomic_fetch_add_explicit(n, by, memory_order_relaxed);
}

void stats_add(struct stats *s, enum stats_sort sort, int status, int64_t ms)
{
	int digit = status / 100;

	add(&s->status[sort][digit >= 1 && digit <= 5 ? digit : 0], 1);
	add(&s->took_ms[sort], ms);
	if (status == 429 || status == 422)
		add(status == 429 ? &s->throttled : &s->refused, 1);
	for (int i = 0; i < STATS_BUCKETS; i++)
		if (ms <= stats_bucket_ms[i]) {
			add(&s->bucket[sort][i], 1);
			break;
		}
}
