/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The runner of scenarios: what is wrong is told at its step with what was seen instead; what is right passes;
 * nothing stays behind; and a node that no scenario misses is found. On both databases. */
#include <stdlib.h>
#include <string.h>

#include "app/scenario.h"
#include "app/without.h"
#include "lib/fresh.h"

#define FOLDER "tests/unit/scenario/"

/* The server where the runner makes its own databases, or NULL: SQLite in memory. */
static const char *server(enum db_dialect dialect)
{
	const char *pg = getenv("MINGFA_TEST_PG");

	if (dialect == DB_SQLITE)
		return NULL;
	if (!pg || !*pg)
		cr_skip_test("MINGFA_TEST_PG is not set: no PostgreSQL");
	return pg;
}

#define BOTH_SERVERS(test) \
	static void test(const char *address); \
	Test(sqlite, test) { test(server(DB_SQLITE)); } \
	Test(postgres, test) { test(server(DB_POSTGRES)); } \
	static void test(const char *address)

static void load(struct scenario_set *s, const char *file)
{
	struct err err = { 0 };

	OK(scenario_set_open(NULL, s, &err));
	OK(scenario_add_file(s, file, &err));
	cr_assert(s->n > 0);
}

BOTH_SERVERS(wrong_ones_say_why)
{
	struct err err = { 0 };
	struct scenario_set s;
	struct world_of_scenarios *w;

	load(&s, FOLDER "wrong.scenario.yaml");
	OK(scenario_world_open(&s, address, &w, &err));
	for (size_t i = 0; i < s.n; i++) {
		const struct scenario *sc = &s.v[i];
		const char *title = str_cstr(s.a, sc->title), *step = str_cstr(s.a, sc->rule[0]);
		struct outcome out;

		scenario_run(w, sc, &out);
		cr_expect_not(out.passed, "%s:%d passes, it should say: %s", sc->file, sc->line, title);
		cr_expect(strstr(out.say, title), "%s:%d should say: %s\nsays: %s", sc->file, sc->line, title, out.say);
		cr_expect(strstr(out.say, step), "%s:%d should name the step: %s\nsays: %s", sc->file, sc->line, step, out.say);
		cr_expect(strncmp(out.say, FOLDER "wrong.scenario.yaml:", strlen(FOLDER) + 20) == 0, "no place: %s", out.say);
	}
	scenario_world_close(w);
	scenario_set_close(&s);
}

BOTH_SERVERS(right_ones_pass_and_leave_nothing)
{
	struct err err = { 0 };
	struct scenario_set s;
	struct world_of_scenarios *w;
	struct outcome out;

	load(&s, FOLDER "right.scenario.yaml");
	OK(scenario_world_open(&s, address, &w, &err));
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < s.n; i++) {
			scenario_run(w, &s.v[i], &out);
			cr_expect(out.passed, "round %d: %s", round, out.say);
		}
	scenario_world_close(w);
	scenario_set_close(&s);
}

struct runs {
	const struct scenario_set *s;
	struct outcome *out;
};

static void one(void *ctx, struct world_of_scenarios *w, size_t i)
{
	const struct runs *r = ctx;

	scenario_run(w, &r->s->v[i], &r->out[i]);
}

BOTH_SERVERS(several_processes_find_the_same)
{
	struct err err = { 0 };
	struct scenario_set s;
	struct runs r[2];

	load(&s, FOLDER "wrong.scenario.yaml");
	OK(scenario_add_file(&s, FOLDER "right.scenario.yaml", &err));
	for (int k = 0; k < 2; k++) {
		r[k] = (struct runs){ &s, pool_share(s.n * sizeof(struct outcome)) };
		OK(pool_run(&s, address, k ? 3 : 1, s.n, one, &r[k], &err));
	}
	for (size_t i = 0; i < s.n; i++) {
		cr_expect(r[1].out[i].done);
		cr_expect_eq(r[0].out[i].passed, r[1].out[i].passed);
		cr_expect_str_eq(r[0].out[i].say, r[1].out[i].say);
	}
	scenario_set_close(&s);
}

static const struct drop_result *result_of(const struct drops *d, const char *path, const char *cite, bool *ret_proved)
{
	for (size_t i = 0; i < d->n; i++)
		for (size_t c = 0; str_is(d->v[i].first->path, path) && c < d->v[i].n_cite; c++)
			if (str_is(d->v[i].cite[c], cite)) {
				*ret_proved = d->result[i].proved >> c & 1;
				return &d->result[i];
			}
	cr_assert_fail("no node %s that cites %s", path, cite);
	return NULL;
}

/* Runs a file and leaves every cited node out; what became of the check organ.open.entrusted. */
static void without(const char *file, bool *ret_noticed, bool *ret_proved)
{
	struct err err = { 0 };
	struct scenario_set s;
	struct runs r;
	struct drops d;

	load(&s, file);
	r = (struct runs){ &s, pool_share(s.n * sizeof(struct outcome)) };
	OK(pool_run(&s, NULL, 2, s.n, one, &r, &err));
	for (size_t i = 0; i < s.n; i++)
		cr_assert(r.out[i].passed, "%s", r.out[i].say);
	OK(without_run(&s, NULL, 2, r.out, &d, &err));
	*ret_noticed = result_of(&d, "organ.open.entrusted", "CF20", ret_proved)->noticed;
	for (size_t i = 0; i < d.n; i++)
		for (size_t k = 0; k < d.v[i].n; k++)
			cr_assert_not(d.v[i].node[k]->off, "a node stays off");
	scenario_set_close(&s);
}

Test(without, an_idle_check_is_found)
{
	bool noticed, proved;

	without(FOLDER "idle.scenario.yaml", &noticed, &proved);
	cr_expect_not(noticed);
	cr_expect_not(proved, "named in rules, and yet no step fails without it");
}

Test(without, a_check_that_refuses_is_proved)
{
	bool noticed, proved;

	without("law/national/scenarios/registers.scenario.yaml", &noticed, &proved);
	cr_expect(noticed);
	cr_expect(proved);
}

/* A scenario that fails with everything in place notices nothing. */
Test(without, a_failing_scenario_proves_nothing)
{
	struct err err = { 0 };
	struct scenario_set s;
	struct runs r;
	struct drops d;

	load(&s, FOLDER "wrong.scenario.yaml");
	r = (struct runs){ &s, pool_share(s.n * sizeof(struct outcome)) };
	OK(pool_run(&s, NULL, 2, s.n, one, &r, &err));
	OK(without_run(&s, NULL, 2, r.out, &d, &err));
	for (size_t i = 0; i < d.n; i++)
		cr_expect_eq(d.result[i].noticed, 0);
	scenario_set_close(&s);
}

Test(files, what_is_no_scenario_is_told_with_its_place)
{
	struct err err = { 0 };
	struct scenario_set s;

	OK(scenario_set_open(NULL, &s, &err));
	FAILS(scenario_add_file(&s, "law/national/pack.yaml", &err), ERR_LAW);
	FAILS(scenario_add_file(&s, FOLDER "absent.scenario.yaml", &err), ERR_IO);
	scenario_set_close(&s);
}
