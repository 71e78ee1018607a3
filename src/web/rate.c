/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "web/rate.h"

static const struct {
	int64_t burst, every; /* tokens; ms until one comes back */
} limits[RATE_CLASSES] = {
	[RATE_SIGN_IN] = { 60, 1000 }, [RATE_SEARCH] = { 120, 500 }, [RATE_FORM] = { 20, 30000 },
	[RATE_ASK] = { 30, 10000 } };

/* Spreads keys over the table (the finaliser of MurmurHash3, public domain). */
static uint64_t mix(uint64_t x)
{
	x ^= x >> 33;
	x *= 0xff51afd7ed558ccdu;
	x ^= x >> 33;
	x *= 0xc4ceb9fe1a85ec53u;
	return x ^ x >> 33;
}

void rates_init(struct rates *r)
{
	(void)pthread_mutex_init(&r->lock, NULL);
}

void rates_done(struct rates *r)
{
	(void)pthread_mutex_destroy(&r->lock);
}

/* The slot of a key, or the one that has been full longest. */
static struct rate_slot *find(struct rates *r, uint64_t key)
{
	struct rate_slot *set = &r->slot[key % (RATE_SLOTS / RATE_WAYS) * RATE_WAYS], *oldest = set;

	for (int i = 0; i < RATE_WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (set[i].spent < oldest->spent)
			oldest = &set[i];
	}
	*oldest = (struct rate_slot){ .key = key };
	return oldest;
}

/* A bucket is one number: the instant at which it would be full. Each token moves it on by `every`. */
bool rates_take(struct rates *r, enum rate_class class, uint64_t address, int64_t now, int *ret_wait)
{
	int64_t every = limits[class].every, room = limits[class].burst * every, full;
	struct rate_slot *s;
	bool ok;

	if (class == RATE_NONE)
		return true;
	(void)pthread_mutex_lock(&r->lock);
	s = find(r, mix(address) + class);
	full = (s->spent > now ? s->spent : now) + every;
	ok = full <= now + room;
	if (ok)
		s->spent = full;
	else
		*ret_wait = (int)((full - now - room + 999) / 1000);
	(void)pthread_mutex_unlock(&r->lock);
	return ok;
}

void crowd_init(struct crowd *c)
{
	(void)pthread_mutex_init(&c->lock, NULL);
	c->n = 0;
}

void crowd_done(struct crowd *c)
{
	(void)pthread_mutex_destroy(&c->lock);
}

bool crowd_enter(struct crowd *c, uint64_t address, unsigned most)
{
	unsigned i = 0;
	bool ok;

	(void)pthread_mutex_lock(&c->lock);
	while (i < c->n && c->v[i].address != address)
		i++;
	ok = i < CROWD_MOST && (i == c->n || c->v[i].n < most);
	if (ok && i == c->n) {
		c->v[c->n].address = address;
		c->v[c->n++].n = 0;
	}
	if (ok)
		c->v[i].n++;
	(void)pthread_mutex_unlock(&c->lock);
	return ok;
}

void crowd_leave(struct crowd *c, uint64_t address)
{
	(void)pthread_mutex_lock(&c->lock);
	for (unsigned i = 0; i < c->n; i++) {
		if (c->v[i].address != address)
			continue;
		if (--c->v[i].n == 0)
			c->v[i] = c->v[--c->n];
		break;
	}
	(void)pthread_mutex_unlock(&c->lock);
}
