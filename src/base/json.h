/* SPDX-License-Identifier: MulanPSL-2.0 */
/* json.h - a flat one-pass reader for stored snapshots and a careful writer (decision 16).
 *
 * json_read makes one array of nodes in document order; a container's node is followed by its
 * descendants. Texts without escapes are borrowed from the input, which must outlive the nodes.
 * Numbers keep their text: money and decimals are never turned into doubles.
 * Limits: depth 32 (snapshots need 6), 1,000,000 nodes (a matter of 500 rows x 40 columns has 20,000).
 *
 *	const struct json *doc, *x;
 *	if (!json_read(a, text, &doc, err)) ...
 *	json_each(x, doc) ... x->key, x->text
 */
#ifndef MINGFA_BASE_JSON_H
#define MINGFA_BASE_JSON_H

#include "base/buf.h"
#include "base/err.h"

enum json_type { JSON_NULL, JSON_BOOL, JSON_NUMBER, JSON_STRING, JSON_ARRAY, JSON_OBJECT };

struct json {
	enum json_type type;
	bool yes;          /* JSON_BOOL */
	uint32_t n;        /* members of a container */
	uint32_t span;     /* nodes of this value, itself included */
	struct str key;    /* inside an object */
	struct str text;   /* JSON_STRING decoded; JSON_NUMBER as written */
};

/* The whole text is one value. Of doubled keys the first one counts.
 * ERR_BAD_INPUT with the byte position in detail. */
MUST_USE bool json_read(struct arena *a, struct str text, const struct json **ret, struct err *err);
/* The same of an object, with those of its members only whose key is among the n given: the others are passed over by
 * their quotes and brackets, unread. For texts that this program wrote, when most of a text is not wanted. */
MUST_USE bool json_read_members(struct arena *a, struct str text, const char *const *key, size_t n,
				const struct json **ret, struct err *err);
/* Member of an object by key; NULL when absent or j is no object (NULL allowed). */
const struct json *json_get(const struct json *j, const char *key);
/* First member of a container and the one after m; NULL at the end. */
const struct json *json_first(const struct json *j);
const struct json *json_next(const struct json *container, const struct json *m);
#define json_each(m, j) for ((m) = json_first(j); (m); (m) = json_next((j), (m)))
/* The text of a string member; empty when absent or of another type. */
struct str json_str(const struct json *j, const char *key);
/* An integer member; def when absent, no integer, or out of range. */
int64_t json_i64(const struct json *j, const char *key, int64_t def);

/* Writes a quoted JSON string with escapes. */
void json_put(struct buf *b, struct str s);

/* A small writer that sets the commas; keys are the caller's to sort. */
struct json_out {
	struct buf *b;
	bool comma;
};
void json_open(struct json_out *o, const char *key, char bracket); /* key NULL inside an array; '{' or '[' */
void json_close(struct json_out *o, char bracket);                 /* '}' or ']' */
void json_out_str(struct json_out *o, const char *key, struct str s);
void json_out_i64(struct json_out *o, const char *key, int64_t n);
void json_out_bool(struct json_out *o, const char *key, bool b);
void json_out_null(struct json_out *o, const char *key);
void json_out_raw(struct json_out *o, const char *key, struct str json); /* text that is JSON already */
/* The same with a key that is a view. */
void json_key(struct json_out *o, struct str key); /* then one json_out_*(o, NULL, …) or json_open(o, NULL, …) */

#endif
