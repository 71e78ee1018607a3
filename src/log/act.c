/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What an entry's first line commits to beside the body. */
#include <string.h>

#include "base/json.h"
#include "log/log.h"

#define HEAD_MAX ((size_t)16 * 1024)

void log_act_out(struct log_act *x, struct db_out out[LOG_ACT_COLUMNS])
{
	const struct db_out all[LOG_ACT_COLUMNS] = {
		db_to_i64(&x->event), db_to_i64(&x->matter), db_to_i64(&x->seq), db_to_i64(&x->at), db_to_i64(&x->entered),
		db_to_i64(&x->actor), db_to_i64(&x->organ), db_to_i64(&x->because), db_to_str(&x->role), db_to_str(&x->action),
		db_to_str(&x->request), db_to_str(&x->kind), db_to_str(&x->def), db_to_str(&x->code), db_to_i64(&x->of),
		db_to_i64(&x->parent), db_to_i64(&x->origin), db_to_i64(&x->opener), db_to_i64(&x->opened)
	};

	memcpy(out, all, sizeof(all));
}

static void put_ref(struct json_out *o, const char *key, int64_t id)
{
	if (id)
		json_out_i64(o, key, id);
}

struct str log_act_head(struct arena *a, const struct log_act *x)
{
	struct buf b;
	struct json_out o = { .b = &b };

	buf_init(&b, a, HEAD_MAX);
	json_open(&o, NULL, '{');
	json_out_str(&o, "action", x->action);
	put_ref(&o, "actor", x->actor);
	json_out_i64(&o, "at", x->at);
	put_ref(&o, "because", x->because);
	json_out_str(&o, "code", x->code);
	json_out_str(&o, "def", x->def);
	json_out_i64(&o, "entered", x->entered);
	json_out_i64(&o, "event", x->event);
	json_out_str(&o, "kind", x->kind);
	json_out_i64(&o, "matter", x->matter);
	put_ref(&o, "of", x->of);
	json_out_i64(&o, "opened", x->opened);
	put_ref(&o, "opener", x->opener);
	put_ref(&o, "organ", x->organ);
	put_ref(&o, "origin", x->origin);
	put_ref(&o, "parent", x->parent);
	if (x->request.n)
		json_out_str(&o, "request", x->request);
	json_out_str(&o, "role", x->role);
	json_out_i64(&o, "seq", x->seq);
	json_close(&o, '}');
	return buf_str(&b);
}
