/* SPDX-License-Identifier: MulanPSL-2.0 */
/* vectors.h - test vectors: a JSON file of ../shared/vectors when it is there, else of tests/vectors. */
#ifndef MINGFA_TEST_VECTORS_H
#define MINGFA_TEST_VECTORS_H

#include "base/json.h"

/* The test fails when the file is not there or is no JSON. name: "tlog/tree.json". */
const struct json *vectors(struct arena *a, const char *name);
/* A member that must be there; of a text its bytes by hexadecimal. */
const struct json *vector(const struct json *j, const char *key);
struct str vector_str(const struct json *j, const char *key);
int64_t vector_i64(const struct json *j, const char *key);
struct str vector_hex(struct arena *a, const struct json *j, const char *key);
struct str vector_unhex(struct arena *a, struct str hex);

#endif
