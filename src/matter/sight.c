/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What of a field a reader sees: the value, a mask, or nothing (language.md 10). */
#include "matter/sight.h"

/* Units have no privacy in their name and code; the person behind them has. */
static struct val mask_party(struct arena *a, struct val v)
{
	struct party *p = arena_one(a, struct party);

	*p = *v.party;
	if (p->sort != PARTY_UNIT) {
		p->name = mask_text(a, STR("name"), p->name);
		p->code = mask_text(a, STR("code"), p->code);
		p->address = mask_text(a, STR("address"), p->address);
	}
	p->contact = mask_text(a, STR("name"), p->contact);
	p->phone = mask_text(a, STR("phone"), p->phone);
	v.party = p;
	return v;
}

struct val mask_val(struct arena *a, const struct field *f, struct val v)
{
	if (v.t == T_PARTY)
		return mask_party(a, v);
	if (type_is_text(v.t))
		return val_text(v.t, mask_text(a, f->personal, v.s));
	return type_is_list(v.t) ? val_list(a, v.t, NULL, 0) : VAL_NULL;
}

bool field_sight(struct turn *t, const struct field *f, struct eval *ev, const struct actor *who, enum sight *ret,
		 struct err *err)
{
	const struct who *w;
	enum truth truth = TRUTH_FALSE;

	*ret = who->sort == ACTOR_PUBLIC && f->personal.n ? SIGHT_MASK : SIGHT_FULL;
	if (!f->see.set || who->sort == ACTOR_SYSTEM)
		return true;
	if (f->see.when && !expr_truth(f->see.when, ev, &truth, err))
		return false;
	if (truth == TRUTH_TRUE) { /* the definition says that everyone sees it */
		*ret = SIGHT_FULL;
		return true;
	}
	if (!whos_let(t, &f->see.who, ev, who, &w, err))
		return false;
	if (w)
		*ret = SIGHT_FULL;
	else
		*ret = f->see.otherwise == SEE_MASK ? SIGHT_MASK : SIGHT_NONE;
	return true;
}
