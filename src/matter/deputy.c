/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Acting for somebody who is away (AB角): the projection of delegations, what forbids one, and who acted for whom.
 * The right itself is asked in right.c. */
#include <string.h>

#include "base/day.h"
#include "matter/inner.h"
#include "matter/store.h"

#define ROLES_TEXT 1000 /* ids of all roles of a pack, parted by blanks */

bool stead_name(struct turn *t, int64_t actor, int64_t stead, struct str *ret, struct err *err)
{
	struct str a, b;

	if (!turn_name(t, actor, &a, err) || !turn_name(t, stead, &b, err))
		return false;
	*ret = str_fmt(t->a, "%.*s代%.*s", STR_FMT(a), STR_FMT(b));
	return true;
}

/* ---- the projection ---- */

static const struct stmt st_put = { "delegation_put",
	"INSERT INTO delegation (id, organ, principal, deputy, roles, from_day, to_day) VALUES ($1, $2, $3, $4, $5, $6, $7)"
	" ON CONFLICT (id) DO UPDATE SET organ = excluded.organ, principal = excluded.principal, deputy = excluded.deputy,"
	" roles = excluded.roles, from_day = excluded.from_day, to_day = excluded.to_day" };

static int64_t person_of(const struct snap *m, const char *field)
{
	const struct val *v = snap_field(m, field);

	return v && v->t == T_USER ? v->i : 0;
}

static int64_t field_day(const struct snap *m, const char *field, int64_t none)
{
	const struct val *v = snap_field(m, field);

	return v && v->t == T_DATE ? v->i : none;
}

static struct str roles_of(struct arena *a, const struct snap *m)
{
	const struct val *v = snap_field(m, "roles");
	struct buf b;

	buf_init(&b, a, ROLES_TEXT);
	for (size_t i = 0; v && v->t == T_PICKS && i < v->list->n; i++) {
		buf_adds(&b, b.n ? " " : "");
		buf_add(&b, v->list->v[i].s);
	}
	return buf_str(&b);
}

#define DELEGATION_COLUMNS 7

/* What has ended holds no longer, from the instant at which it ended. */
static void delegation_in(struct arena *a, const struct snap *m, struct db_in in[DELEGATION_COLUMNS])
{
	const int64_t from = field_day(m, "from_day", DAY_MIN);
	const struct db_in all[DELEGATION_COLUMNS] = {
		db_i64(m->id), db_i64(m->organ), db_i64(person_of(m, "principal")), db_i64(person_of(m, "deputy")),
		db_str(roles_of(a, m)), db_i64(from), db_i64(m->state->end ? from - 1 : field_day(m, "to_day", DAY_MIN))
	};

	memcpy(in, all, sizeof(all));
}

bool put_delegation(struct turn *t, const struct snap *m, struct err *err)
{
	struct db_in in[DELEGATION_COLUMNS];

	delegation_in(t->a, m, in);
	t->n_posts = 0;
	return db_exec(t->db, &st_put, DB_IN(in), NULL, err);
}

static const struct stmt st_same = { "delegation_same",
	"SELECT COUNT(*) FROM delegation WHERE id = $1 AND organ = $2 AND principal = $3 AND deputy = $4 AND roles = $5"
	" AND from_day = $6 AND to_day = $7" };

bool delegation_same(struct db *db, struct arena *a, const struct snap *m, bool *ret, struct err *err)
{
	int64_t n = 0;
	struct db_in in[DELEGATION_COLUMNS];
	const struct db_out out[] = { db_to_i64(&n) };

	delegation_in(a, m, in);
	if (!db_one(db, a, &st_same, DB_IN(in), DB_OUT(out), err))
		return false;
	*ret = n == 1;
	return true;
}

/* ---- what forbids one ---- */

static struct str role_name(const struct law *l, struct str role)
{
	const struct role_def *r = law_role(l, role);

	return r ? r->name : role;
}

/* What is delegated: the roles that were chosen, else all that the principal holds. */
static bool delegated(struct step *s, struct posts *ret, struct err *err)
{
	const struct val *v = snap_field(s->new, "roles");
	const struct actor who = { .sort = ACTOR_PERSON, .person = person_of(s->new, "principal"), .organ = s->new->organ };

	if (!posts_of(s->t, &who, ret, err))
		return false;
	if (!v || v->t != T_PICKS || !v->list->n)
		return true;
	ret->n = 0;
	for (size_t i = 0; i < v->list->n && ret->n < ROLE_SLOTS; i++)
		ret->role[ret->n++] = v->list->v[i].s;
	return true;
}

bool delegation_fits(struct step *s, struct err *err)
{
	const struct law *l = s->kind->law;
	const struct actor deputy = { .sort = ACTOR_PERSON, .person = person_of(s->new, "deputy"), .organ = s->new->organ };
	struct posts give, own;
	struct str pair[2], name;

	if (!str_is(s->kind->id, "delegation") || s->old || !deputy.person)
		return true;
	if (!delegated(s, &give, err) || !posts_of(s->t, &deputy, &own, err) || !turn_name(s->t, deputy.person, &name, err))
		return false;
	if (roles_exclude(l, give.role, give.n, &own, pair))
		refuse(&s->no, (struct refusal){
			.sort = REFUSED_CHECK, .node = s->ac->node, .way = STR("deputy"),
			.say = str_fmt(s->t->a, "%.*s任%.*s，不得同时承担%.*s的职责，不能代办", STR_FMT(name),
				       STR_FMT(role_name(l, pair[1])), STR_FMT(role_name(l, pair[0]))) });
	return true;
}

/* ---- who acted for whom ---- */

static const struct stmt st_deputed = { "deputed_insert",
	"INSERT INTO deputed (event, matter, actor, principal) VALUES ($1, $2, $3, $4)" };

bool store_deputed(struct step *s, struct err *err)
{
	const struct db_in in[] = { db_i64(s->event), db_i64(s->new->id), db_i64(s->act->who.person), db_i64(s->stead) };

	return !s->stead || db_exec(s->t->db, &st_deputed, DB_IN(in), NULL, err);
}
