/* SPDX-License-Identifier: MulanPSL-2.0 */
/* rate.h - how much one address may ask: a bucket of tokens for each address and class of route, and a count of the
 * requests that are open at once. Tables of a fixed size, nothing is allocated while serving; safe from any thread.
 *
 * An office of two hundred people may share one address, so the limits stop machines, not people:
 *
 *	RATE_SIGN_IN   60 at once, then one each second (wrong passwords are counted besides: session.h)
 *	RATE_SEARCH   120 at once, then two each second
 *	RATE_FORM      20 at once, then one each 30 seconds (requests by anyone that somebody must answer)
 *	RATE_ASK       30 at once, then one each 10 seconds (a number with its code: no guessing)
 *
 * When the table is full the bucket that was used longest ago makes room: whoever commands thousands of addresses
 * is not to be stopped by counting them. */
#ifndef MINGFA_WEB_RATE_H
#define MINGFA_WEB_RATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum rate_class { RATE_NONE, RATE_SIGN_IN, RATE_SEARCH, RATE_FORM, RATE_ASK, RATE_CLASSES };

#define RATE_SLOTS 4096 /* 128 KiB */
#define RATE_WAYS 8
#define CROWD_MOST 1024 /* the listener's connections: more are never open */

struct rates {
	pthread_mutex_t lock;
	struct rate_slot {
		uint64_t key;
		int64_t spent; /* the instant at which the bucket is full again, monotonic ms */
	} slot[RATE_SLOTS];
};
void rates_init(struct rates *r);
void rates_done(struct rates *r);
/* Takes one token of an address (peer_key) at `now` (monotonic ms, > 0); false: *ret_wait seconds until there is one. */
bool rates_take(struct rates *r, enum rate_class class, uint64_t address, int64_t now, int *ret_wait);

struct crowd {
	pthread_mutex_t lock;
	struct {
		uint64_t address;
		unsigned n;
	} v[CROWD_MOST];
	unsigned n;
};
void crowd_init(struct crowd *c);
void crowd_done(struct crowd *c);
/* One more open request of an address; false when it has `most` already. */
bool crowd_enter(struct crowd *c, uint64_t address, unsigned most);
void crowd_leave(struct crowd *c, uint64_t address);

#endif
