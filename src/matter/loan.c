/* SPDX-License-Identifier: MulanPSL-2.0 */
/* 阅卷: what an approved loan of an archived dossier lets its reader see of the case, and nobody else (LY4.09-2.4a, 2.4b). */
#include "matter/inner.h"
#include "matter/world.h"

static struct val val_of(const struct matter_view *m, const struct field *f)
{
	for (size_t i = 0; f && i < m->n_field; i++)
		if (m->field[i].def == f)
			return m->field[i].v;
	return VAL_NULL;
}

static int64_t number_of(const struct matter_view *m, const struct field *f, int64_t none)
{
	struct val v = val_of(m, f);
	int64_t n;

	return !val_is_null(v) && dec_to_i64(v.n, &n) ? n : none;
}

static bool now_read(const struct snap *s)
{
	const struct loan_def *def = &s->kind->loan;

	for (size_t i = 0; i < def->n_state; i++)
		if (def->state[i] == s->state)
			return true;
	return false;
}

bool matter_loan_open(const struct snap *s, const struct actor *who)
{
	const struct loan_def *def = &s->kind->loan;
	struct val reader = def->set ? s->field[def->reader->index] : VAL_NULL;

	return def->set && now_read(s) && !val_is_null(reader) && who->person && reader.i == who->person;
}

static bool may_read(const struct matter_view *m, const struct actor *who, struct err *err)
{
	if (!m->snap->kind->loan.set)
		return err_set(err, ERR_NOT_FOUND, "这类办件不用来查阅案卷");
	if (!now_read(m->snap))
		return err_set(err, ERR_FORBIDDEN, "查阅单现为%.*s。经领导批准以后、查阅结束以前才能阅卷", STR_FMT(m->snap->state->name));
	return matter_loan_open(m->snap, who) || err_set(err, ERR_FORBIDDEN, "阅卷的是查阅单上的查阅人本人。下一步：申请自己的查阅单");
}

bool matter_loan(struct engine *e, struct db *db, struct arena *a, const struct actor *who, const struct matter_view *m,
		 struct loan_may *ret, struct err *err)
{
	static const struct actor program = { .sort = ACTOR_SYSTEM };
	const struct loan_def *def = &m->snap->kind->loan;
	struct matter_view dossier;
	struct val v;

	if (!may_read(m, who, err))
		return false;
	v = val_of(m, def->dossier);
	if (val_is_null(v) || !matter_see(e, db, a, &program, v.i, SEE_FIELDS, &dossier, err))
		return false;
	v = val_of(&dossier, kind_field(dossier.snap->kind, def->of));
	if (val_is_null(v) || v.t != T_REF)
		return err_set(err, ERR_NOT_FOUND, "这份案卷没有电子件，请到档案室查阅");
	*ret = (struct loan_may){ .of = v.i, .from = number_of(m, def->from, 1), .to = number_of(m, def->to, 0),
				  .whole = str_eq(val_of(m, def->part).s, def->whole),
				  .copy = !val_is_null(val_of(m, def->copy)) && val_of(m, def->copy).b };
	return true;
}
