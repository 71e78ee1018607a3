/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What of a field a reader sees: the value, a mask, or nothing (language.md 10). */
#include "matter/sight.h"

static struct str repeat(struct arena *a, const char *sign, size_t n)
{
	struct buf b;

	buf_init(&b, a, 1000);
	for (size_t i = 0; i < n; i++)
		buf_adds(&b, sign);
	return buf_str(&b);
}

/* 张某 */
static struct str mask_name(struct arena *a, struct str s)
{
	return s.n ? str_fmt(a, "%.*s某", STR_FMT(str_head(s, 1))) : s;
}

/* The first and last characters stay: 1427************12, 139****0172. */
static struct str mask_middle(struct arena *a, struct str s, size_t head, size_t tail)
{
	size_t n = str_chars(s);
	struct str front;

	if (n <= head + tail)
		return repeat(a, "*", n);
	front = str_head(s, n - tail);
	return str_fmt(a, "%.*s%.*s%.*s", STR_FMT(str_head(s, head)), STR_FMT(repeat(a, "*", n - head - tail)),
		       STR_FMT(str_sub(s, front.n, s.n)));
}

struct str mask_text(struct arena *a, struct str how, struct str s)
{
	if (str_is(how, "name"))
		return mask_name(a, s);
	if (str_is(how, "code"))
		return mask_middle(a, s, 4, 2);
	if (str_is(how, "phone"))
		return mask_middle(a, s, 3, 4);
	if (str_is(how, "address"))
		return s.n ? str_fmt(a, "%.*s***", STR_FMT(str_head(s, 6))) : s;
	return s.n ? STR("***") : s;
}

/* Units have no privacy in their name and code; the person behind them has. */
static struct val mask_party(struct arena *a, struct val v)
{
	struct party *p = arena_one(a, struct party);

	*p = *v.party;
	if (p->sort != PARTY_UNIT) {
		p->name = mask_name(a, p->name);
		p->code = mask_middle(a, p->code, 4, 2);
		p->address = mask_text(a, STR("address"), p->address);
	}
	p->contact = mask_name(a, p->contact);
	p->phone = mask_middle(a, p->phone, 3, 4);
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
