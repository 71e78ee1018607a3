/* SPDX-License-Identifier: MulanPSL-2.0 */
/* arena.h - memory by lifetime. Two lifetimes exist: the process and one request (or one act).
 *
 * Everything allocated from an arena lives until the arena is reset or freed; nothing is freed alone.
 * arena_alloc never returns NULL: inputs are capped at the door, so true exhaustion aborts, and the
 * database's transactions make that safe.
 *
 *	struct arena *a = arena_new();
 *	char *p = arena_alloc(a, 100);
 *	arena_free(a);
 */
#ifndef MINGFA_BASE_ARENA_H
#define MINGFA_BASE_ARENA_H

#include <stddef.h>

struct arena;

/* A new empty arena; never NULL. One thread at a time. */
struct arena *arena_new(void);
/* Zeroed memory, aligned for any type; n may be 0. */
void *arena_alloc(struct arena *a, size_t n);
/* The same, not zeroed: for bytes that are written at once, as texts and buffers are. */
void *arena_raw(struct arena *a, size_t n);
/* Zeroed array of n elements of the given size; aborts when the product overflows. */
void *arena_array(struct arena *a, size_t n, size_t size);
/* A copy of n bytes, followed by a NUL byte. */
char *arena_dup(struct arena *a, const void *p, size_t n);
/* An array of n elements with room for one more: v itself, or twice the room with its elements (cap follows; the old one
 * stays in the arena). PUSH appends: v is the array, n its length. */
void *arena_grow(struct arena *a, void *v, size_t n, size_t *cap, size_t size);
#define PUSH(a, v, n, cap, ...) ((v) = arena_grow((a), (v), (n), &(cap), sizeof((v)[0])), (v)[(n)++] = (__VA_ARGS__))
/* fn(p) runs at reset or free, last registered first. For what an arena cannot hold. */
void arena_defer(struct arena *a, void (*fn)(void *), void *p);
/* Runs the deferred functions and forgets everything; keeps one block for reuse. */
void arena_reset(struct arena *a);
/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *a);
/* arena_reset and give the memory back. NULL is fine. Returns NULL. */
struct arena *arena_free(struct arena *a);

/* A position to fall back to: arena_rewind forgets what was allocated after the mark.
 * Deferred functions registered after the mark are run. For loops over many rows. */
struct arena_mark {
	void *block;
	size_t used;
	void *defer;
	size_t total;
};
struct arena_mark arena_mark(const struct arena *a);
void arena_rewind(struct arena *a, struct arena_mark m);

#define arena_one(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define arena_many(a, n, type) ((type *)arena_array((a), (n), sizeof(type)))

#endif
