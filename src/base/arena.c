/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/arena.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 16 KiB: a page of 6 kB with its rows fits into one block, so most requests allocate once. */
#define ARENA_BLOCK ((size_t)16 * 1024)
/* What has grown beyond a few blocks gets larger ones: a page about a long case fills some 300 KiB. */
#define ARENA_LARGER ((size_t)64 * 1024)
#define ARENA_ALIGN _Alignof(max_align_t)

struct block {
	struct block *prev;
	size_t cap;
	size_t used;
	_Alignas(max_align_t) char data[];
};

struct deferred {
	struct deferred *prev;
	void (*fn)(void *);
	void *p;
};

struct arena {
	struct block *top;
	struct deferred *last;
	size_t total;
};

static void exhausted(void)
{
	fputs("mingfa: out of memory\n", stderr);
	abort();
}

static struct block *block_new(struct block *prev, size_t need, size_t usual)
{
	size_t cap = need > usual ? need : usual;
	struct block *b;

	if (cap > SIZE_MAX - sizeof(*b))
		exhausted();
	b = malloc(sizeof(*b) + cap);
	if (!b)
		exhausted();
	b->prev = prev;
	b->cap = cap;
	b->used = 0;
	return b;
}

struct arena *arena_new(void)
{
	struct arena *a = calloc(1, sizeof(*a));

	if (!a)
		exhausted();
	a->top = block_new(NULL, 0, ARENA_BLOCK);
	return a;
}

void *arena_raw(struct arena *a, size_t n)
{
	size_t need;
	void *p;

	if (n > SIZE_MAX - ARENA_ALIGN)
		exhausted();
	need = (n + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
	if (need > a->top->cap - a->top->used)
		a->top = block_new(a->top, need, a->total < ARENA_LARGER ? ARENA_BLOCK : ARENA_LARGER);
	p = a->top->data + a->top->used;
	a->top->used += need;
	a->total += need;
	return p;
}

void *arena_alloc(struct arena *a, size_t n)
{
	return memset(arena_raw(a, n), 0, n);
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
	if (size && n > SIZE_MAX / size)
		exhausted();
	return arena_alloc(a, n * size);
}

void *arena_grow(struct arena *a, void *v, size_t n, size_t *cap, size_t size)
{
	void *bigger;

	if (n < *cap)
		return v;
	*cap = *cap ? *cap * 2 : 8;
	bigger = arena_array(a, *cap, size);
	if (n)
		memcpy(bigger, v, n * size);
	return bigger;
}

char *arena_dup(struct arena *a, const void *p, size_t n)
{
	char *copy;

	if (n == SIZE_MAX)
		exhausted();
	copy = arena_raw(a, n + 1);
	if (n)
		memcpy(copy, p, n);
	copy[n] = '\0';
	return copy;
}

void arena_defer(struct arena *a, void (*fn)(void *), void *p)
{
	struct deferred *d = arena_one(a, struct deferred);

	d->prev = a->last;
	d->fn = fn;
	d->p = p;
	a->last = d;
}

struct arena_mark arena_mark(const struct arena *a)
{
	return (struct arena_mark){
		.block = a->top, .used = a->top->used, .defer = a->last, .total = a->total };
}

void arena_rewind(struct arena *a, struct arena_mark m)
{
	while (a->last != m.defer) {
		struct deferred *d = a->last;

		a->last = d->prev;
		d->fn(d->p);
	}
	while (a->top != m.block) {
		struct block *b = a->top;

		assert(b->prev && "a mark is rewound once, in the arena that it came from");
		a->top = b->prev;
		free(b);
	}
	a->top->used = m.used;
	a->total = m.total;
}

void arena_reset(struct arena *a)
{
	struct block *first = a->top;

	while (first->prev)
		first = first->prev;
	arena_rewind(a, (struct arena_mark){ .block = first });
}

size_t arena_used(const struct arena *a)
{
	return a->total;
}

struct arena *arena_free(struct arena *a)
{
	if (!a)
		return NULL;
	arena_reset(a);
	free(a->top);
	free(a);
	return NULL;
}
