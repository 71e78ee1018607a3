/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What an act would bring about, seen ahead: nothing is written, and what the form still lacks is no obstacle. */
#include <string.h>

#include "county.h"

static const struct stmt st_events = { "test_foresee_events", "SELECT COUNT(*) FROM event WHERE matter = $1" };
static const struct stmt st_sequences = { "test_foresee_sequences", "SELECT COUNT(*) FROM sequence WHERE $1 > 0" };

static int64_t lead(struct county *c)
{
	cr_assert(opens(c, c->wang, "penal", "{'party': {'name': '甲'}, 'cause': '未如实记录', 'found_on': '2026-03-01'}"), "%s", why(c));
	return c->r.matter;
}

static int64_t deciding(struct county *c)
{
	int64_t m = lead(c);

	cr_assert(acts(c, c->li, m, "file",
		       str_fmt(c->a, "{'officers': [%lld, %lld]}", (long long)c->wang, (long long)c->zhao).p), "%s", why(c));
	cr_assert(acts(c, c->wang, m, "report", "{}"), "%s", why(c));
	return m;
}

static struct foreseen foresee(struct county *c, int64_t who, int64_t matter, const char *action, struct form form)
{
	const struct act act = { .who = as(c, who), .matter = matter, .version = -1, .action = str_of(action), .form = form };
	struct foreseen f;
	struct err err = { 0 };

	OK(matter_foresee(c->e, c->db, c->a, &act, &f, &err));
	return f;
}

BOTH(a_decision_is_seen_ahead_with_number_clocks_and_whom_it_tells)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = deciding(&c), events = count_rows(&c, &st_events, m), sequences = count_rows(&c, &st_sequences, 1);
	const struct form_entry fine[] = { { STR("fine"), val_num(T_MONEY, dec_int(20000)) } };
	struct foreseen x = foresee(&c, c.li, m, "decide", (struct form){ fine, 1 });

	cr_assert(x.can);
	cr_assert(str_is(x.to->id, "decided") && x.moves);
	cr_assert_eq(x.n_number, 1u);
	cr_assert(str_find(x.number[0].text, STR("罚〔2026〕……号"), 0) != SIZE_MAX, "%.*s", STR_FMT(x.number[0].text));
	cr_assert_eq(x.n_start, 1u);
	cr_assert(str_is(x.start[0].def->id, "close"));
	cr_assert(str_find(x.start[0].chip, STR("剩"), 0) != SIZE_MAX, "%.*s", STR_FMT(x.start[0].chip));
	cr_assert_eq(x.n_stop, 1u);
	cr_assert(str_is(x.stop[0].def->id, "decide"));
	cr_assert(str_find(x.told, field_text(&c, c.wang, "name"), 0) != SIZE_MAX, "%.*s", STR_FMT(x.told));
	cr_assert(x.holder.n > 0);
	/* nothing happened */
	cr_assert(in_state(&c, m, "deciding"));
	cr_assert_eq(count_rows(&c, &st_events, m), events);
	cr_assert_eq(count_rows(&c, &st_sequences, 1), sequences);
	county_free(&c);
}

BOTH(what_the_form_lacks_is_no_obstacle)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	struct foreseen x = foresee(&c, c.li, lead(&c), "file", (struct form){ 0 });

	cr_assert(x.can);
	cr_assert(str_is(x.to->id, "filed"));
	cr_assert_eq(x.n_number, 1u);
	cr_assert_eq(x.n_start, 1u);
	county_free(&c);
}

BOTH(who_may_not_act_or_see_is_told_nothing)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = lead(&c);
	struct act act = { .who = as(&c, c.wang), .matter = m, .version = -1, .action = STR("file") };
	struct foreseen x = foresee(&c, c.wang, m, "file", (struct form){ 0 });
	struct err err = { 0 };

	cr_assert_not(x.can, "an officer does not file");
	cr_assert_eq(x.n_number + x.n_start + x.n_paper, 0u);
	x = foresee(&c, c.li, m, "decide", (struct form){ 0 });
	cr_assert_not(x.can, "not in this state");
	act.who = as(&c, c.chen);
	FAILS(matter_foresee(c.e, c.db, c.a, &act, &x, &err), ERR_NOT_FOUND);
	county_free(&c);
}
