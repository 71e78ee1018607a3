/* SPDX-License-Identifier: MulanPSL-2.0 */
/* snap.h - a matter as it stands: what expressions read and what the engine stores. Lives in an
 * arena. */
#ifndef MINGFA_LAW_SNAP_H
#define MINGFA_LAW_SNAP_H

#include "law/kind.h"

struct snap {
	int64_t id;
	struct str code; /* UUIDv7 */
	const struct kind *kind;
	const struct state *state;
	int64_t organ, parent, opener; /* matter ids; parent 0: none */
	int64_t opened, ended;         /* instants; ended 0: not ended */
	int64_t version;               /* grows by one at each event */
	int64_t def;                   /* pack_version */
	struct val *field;             /* aligned with kind->field */
	struct str *number;            /* aligned with kind->number; empty: not given */
	struct str visit;              /* address by which the party reads of a visit; only in the act that makes it */
	struct str query_code;         /* lets whoever also knows the number ask (language.md 10); empty: none */
};

/* The fields as stored JSON text (sorted by key, numbers under "#id", the query code under "#"). */
struct str snap_put(struct arena *a, const struct snap *s);
/* Reads it back; unknown keys are passed over, missing ones are null. */
MUST_USE bool snap_get(struct arena *a, struct str text, struct snap *s, struct err *err);
struct snap *snap_dup(struct arena *a, const struct snap *s);

#endif
