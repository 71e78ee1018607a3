/* SPDX-License-Identifier: MulanPSL-2.0 */
/* An officer whose certificate lapsed yesterday cannot act today, in any kind of the county's law (LY1.07-2): all kinds with
 * acting officers are walked. Whoever names them is asked for their certificates, and whoever carries the matter on later is
 * asked again, for a certificate may lapse meanwhile. lapsed.scenario.yaml acts it out for each of these kinds. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "lib/law_text.h"

#define PACK "shanxi/linyi"
#define SCENARIO "law/" PACK "/scenarios/lapsed.scenario.yaml"

/* Persons who stand on a matter without doing anything to a party by it. */
static const char *const not_acting[] = {
	"legal_review", /* whose case is reviewed */
	"scene",        /* who is seen in a record */
	"recording",
	"dossier",      /* whose case was bound */
};

static bool acts(const struct kind *k)
{
	for (size_t i = 0; i < ARRAY_LEN(not_acting); i++)
		if (str_is(k->id, not_acting[i]))
			return false;
	return true;
}

static bool acting(const struct field *f)
{
	return f->type.tag == T_USERS && (str_is(f->id, "officers") || str_is(f->id, "on_duty") || str_is(f->id, "site_by"));
}

/* Whether the text calls a function of the pack that looks certificates up. */
static bool asks_certificates(const struct law *l, struct str text)
{
	for (size_t i = 0; i < l->n_function; i++) {
		char call[100];

		(void)snprintf(call, sizeof(call), "%.*s(o, today)", STR_FMT(l->function[i].id));
		if (str_find(text, str_of(call), 0) != SIZE_MAX
		    && str_find(expr_text(l->function[i].is), STR("matters(certificate"), 0) != SIZE_MAX)
			return true;
	}
	return false;
}

static bool among(const struct law *l, const struct check *c, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct str must = c[i].must ? expr_text(c[i].must) : STR("");

		if ((str_find(must, STR("all(o in officers,"), 0) != SIZE_MAX || str_find(must, STR("all(o in on_duty,"), 0) != SIZE_MAX
		     || str_find(must, STR("all(o in site_by,"), 0) != SIZE_MAX)
		    && asks_certificates(l, must))
			return true;
	}
	return false;
}

/* By the action itself, or by the state into which it leads; of a choice it is enough that its first asks. */
static bool asked(const struct law *l, const struct action *a)
{
	return among(l, a->check, a->n_check) || (a->to == TO_STATE && among(l, a->to_state->check, a->to_state->n_check));
}

/* The law itself does it: whom it names was asked where it took them from. */
static bool by_law(const struct action *a)
{
	for (size_t i = 0; i < a->by.n; i++)
		if (a->by.v[i].sort != WHO_SYSTEM)
			return false;
	return a->by.n > 0;
}

static bool by_officers(const struct action *a)
{
	for (size_t i = 0; i < a->by.n; i++)
		if (a->by.v[i].sort == WHO_PERSON && str_find(a->by.v[i].text, STR("officers"), 0) != SIZE_MAX)
			return true;
	return false;
}

static bool names(const struct action *a)
{
	for (size_t i = 0; i < a->n_form; i++)
		if (acting(a->form[i].field) && a->form[i].required)
			return true;
	return false;
}

static bool has_officers(const struct kind *k)
{
	for (size_t i = 0; i < k->n_field; i++)
		if (acting(&k->field[i]))
			return true;
	return false;
}

static void walk(const struct law *l, const struct kind *k)
{
	bool later = false, again = false;

	for (size_t i = 0; i < k->n_action; i++) {
		const struct action *a = &k->action[i];

		if (a->builtin || by_law(a))
			continue;
		cr_expect(!names(a) || asked(l, a), "%.*s.%.*s names who acts and does not ask for their certificates", STR_FMT(k->id),
			  STR_FMT(a->id));
		if (str_is(a->id, "open") || !by_officers(a) || (a->to == TO_STAY && !names(a)))
			continue;
		later = true;
		again = again || asked(l, a);
	}
	cr_expect(!later || again, "%.*s goes on without asking whether a certificate lapsed meanwhile", STR_FMT(k->id));
}

Test(law_standing, every_kind_asks_for_certificates)
{
	struct law_text *t = law_text_new();
	struct str acted, open, given;
	const struct law *l;
	size_t n = 0;

	law_text_folder(t, "law");
	l = law_text_load(t, PACK);
	cr_assert(l, "%s", law_text_all(t));
	acted = law_text_file(t->a, SCENARIO);
	for (size_t i = 0; i < l->n_kind; i++) {
		const struct kind *k = &l->kind[i];

		if (!acts(k) || !has_officers(k))
			continue;
		n++;
		walk(l, k);
		open = str_fmt(t->a, "open: %.*s,", STR_FMT(k->id));
		given = str_fmt(t->a, "given: %.*s,", STR_FMT(k->id));
		cr_expect(str_find(acted, open, 0) != SIZE_MAX || str_find(acted, given, 0) != SIZE_MAX, "%.*s is not in " SCENARIO,
			  STR_FMT(k->id));
	}
	cr_assert_geq(n, 14, "only %zu kinds have officers who act", n);
	(void)arena_free(t->a);
}
