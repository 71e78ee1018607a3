/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/index.h"

#include "base/day.h"

#define ROLES_MOST 20

static const struct stmt st_roles = { "index_roles",
	"SELECT DISTINCT role FROM post WHERE person = $1 AND organ = $2 AND from_day <= $3 AND to_day >= $3" };

struct str index_principal_token(struct arena *a, struct str principal)
{
	struct buf b;

	buf_init(&b, a, 200);
	buf_adds(&b, "p_");
	for (size_t i = 0; i < principal.n; i++)
		buf_addc(&b, principal.p[i] == ':' ? '_' : principal.p[i]);
	return buf_str(&b);
}

struct rights {
	struct arena *a;
	struct str token[ROLES_MOST + 3];
	size_t n;
	int64_t organ;
	struct str role;
};

static bool add_role(void *ctx, struct err *err)
{
	struct rights *x = ctx;

	(void)err;
	if (x->n < ROLES_MOST)
		x->token[x->n++] = str_fmt(x->a, "p_role_%lld_%.*s", (long long)x->organ, STR_FMT(x->role));
	return true;
}

/* Wide is harmless: each hit is seen again through the engine before it is shown. */
static bool rights_of(struct req *r, const struct actor *who, struct rights *x, struct err *err)
{
	const struct db_in in[] = { db_i64(who->person), db_i64(who->organ),
				    db_i64(day_at(engine_now(((struct app *)r->app)->engine))) };
	const struct db_out out[] = { db_to_str(&x->role) };

	*x = (struct rights){ .a = r->a, .organ = who->organ };
	x->token[x->n++] = STR("p_public");
	if (who->sort != ACTOR_PERSON)
		return true;
	x->token[x->n++] = str_fmt(r->a, "p_user_%lld", (long long)who->person);
	x->token[x->n++] = str_fmt(r->a, "p_organ_%lld", (long long)who->organ);
	return db_each(r->db, r->a, &st_roles, DB_IN(in), DB_OUT(out), add_role, x, err);
}

bool index_find(struct req *r, const struct index_query *q, const struct search_hit **ret, size_t *ret_n, bool *ret_more,
		struct err *err)
{
	struct str kind = str_fmt(r->a, "k_%.*s", STR_FMT(q->kind));
	struct search_query sq = { .side = SEARCH_WORKING, .typed = q->typed, .all = &kind, .n_all = q->kind.n ? 1 : 0,
				   .before = q->before, .limit = q->limit };
	struct rights x;

	if (!rights_of(r, q->who, &x, err))
		return false;
	sq.any = x.token;
	sq.n_any = x.n;
	return app_search(r->app, r->a, &sq, ret, ret_n, ret_more, err);
}
