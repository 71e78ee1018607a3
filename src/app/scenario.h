/* SPDX-License-Identifier: MulanPSL-2.0 */
/* scenario.h - scenarios: proofs of the rules, acted out and judged (language.md 13, decision 37).
 *
 * A set holds scenarios and the engine that all of them share: packs are loaded once. A world is one database
 * with the schema; each scenario is a transaction in it that is rolled back at its end, acts are savepoints.
 * A world belongs to one process at a time; the pool forks.
 *
 * The first step that does not hold ends a scenario: outcome.say tells file, line, step, what was expected
 * and what was seen instead. */
#ifndef MINGFA_APP_SCENARIO_H
#define MINGFA_APP_SCENARIO_H

#include "law/yaml.h"
#include "matter/matter.h"

#define SCENARIO_SAY 1000     /* bytes of a message: a longer one is cut */
#define SCENARIO_KINDS 96     /* kinds in one pack; a bit each says which ones a scenario met */

struct scenario {
	const struct ynode *y;
	const char *file;
	int line;
	struct str title, pack;
	const struct str *rule;
	size_t n_rule;
};

struct scenario_set {
	struct arena *a;
	struct law_files files;
	struct engine *engine;
	struct scenario *v;
	size_t n, cap;
	const char *papers; /* folder into which the papers made are drawn; NULL: they are not */
};

struct outcome {
	bool done, passed;
	int step;
	char say[SCENARIO_SAY];
};

/* The definitions (folder NULL: those of the binary) and the engine; findings go to stderr. */
MUST_USE bool scenario_set_open(const char *folder, struct scenario_set *ret, struct err *err);
void scenario_set_close(struct scenario_set *s);
/* Adds the scenarios of a file. Also those of the definitions' own folders: pack NULL for all packs. */
MUST_USE bool scenario_add_file(struct scenario_set *s, const char *path, struct err *err);
MUST_USE bool scenario_add_own(struct scenario_set *s, const char *pack, struct err *err);
bool scenario_names(const struct scenario *sc, struct str rule);

struct world_of_scenarios;
/* address NULL: SQLite in memory. A PostgreSQL address names a server where databases may be created. */
MUST_USE bool scenario_world_open(struct scenario_set *s, const char *address, struct world_of_scenarios **ret,
				  struct err *err);
void scenario_world_close(struct world_of_scenarios *w);
void scenario_run(struct world_of_scenarios *w, const struct scenario *sc, struct outcome *ret);

/* Does the tasks 0 … n-1 in `jobs` processes, each with a world of its own, as they become free. What task()
 * writes must lie in memory from pool_share. jobs 1: in this process. */
void *pool_share(size_t bytes);
MUST_USE bool pool_run(struct scenario_set *s, const char *address, int jobs, size_t n,
		       void (*task)(void *ctx, struct world_of_scenarios *w, size_t i), void *ctx, struct err *err);

#endif
