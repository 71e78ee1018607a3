/* SPDX-License-Identifier: MulanPSL-2.0 */
/* engine.h - the laws in force and where time comes from: read-only after start, shared by all threads.
 *
 * Each organ names its pack; each matter keeps the pack version that it was opened under (pack_version).
 * An engine holds the current version of every pack and, loaded on demand under a lock, older ones. */
#ifndef MINGFA_MATTER_ENGINE_H
#define MINGFA_MATTER_ENGINE_H

#include "db/db.h"
#include "law/law.h"

struct engine;

struct engine_config {
	const struct law_files *files; /* the current texts; must live as long as the engine */
	struct str pack;               /* default pack for organs that name none */
	struct str site;               /* address of the public side, for papers; empty: the usual of a test machine */
	int64_t now;                   /* fixed start of the program's time (`--now`), 0: the machine's clock */
	int64_t check_ms;              /* what one check may take before the act is refused (decision 11); 0: the usual 200 */
};

/* Loads every pack; diag findings of errors end it. ERR_LAW. */
MUST_USE bool engine_new(const struct engine_config *config, struct diag *d, struct engine **ret, struct err *err);
void engine_free(struct engine *e);
/* Records the current texts in pack_version (new rows only when the digest changed) and remembers the ids.
 * Once after start, in the writing turn, before anything else. A new version is compared with the last one:
 * ERR_LAW when a field of which there are matters has another type. Keys that it is the first to want are noted for
 * matter_fill. */
MUST_USE bool engine_bind(struct engine *e, struct db *db, struct arena *a, struct err *err);
/* Whether the database knows every current text already, bound or not: else it may lack keys that they want. */
MUST_USE bool engine_known(const struct engine *e, struct db *db, struct arena *a, bool *ret, struct err *err);
/* Whether engine_bind recorded a version that was new: a pack has been loaded. */
bool engine_grew(const struct engine *e);
/* The law under which an organ opens matters now, and the id of its pack_version. */
MUST_USE bool engine_law_of_organ(struct engine *e, struct db *db, struct arena *a, int64_t organ,
				  const struct law **ret, int64_t *ret_def, struct err *err);
/* Will be asked for soon (db_ahead). */
MUST_USE bool engine_law_ahead(struct db *db, int64_t organ, struct err *err);
/* The law of a pack_version (of a matter). */
MUST_USE bool engine_law(struct engine *e, struct db *db, struct arena *a, int64_t def, const struct law **ret,
			 struct err *err);
const struct law *engine_law_named(const struct engine *e, struct str pack); /* current; NULL */
/* The same with the id of its pack_version; 0: it is not bound yet. */
const struct law *engine_law_current(const struct engine *e, struct str pack, int64_t *ret_def);
/* Another default pack; the text must outlive the engine. For scenarios, which run alone. */
void engine_set_pack(struct engine *e, struct str pack);
const struct ledger *engine_ledger(const struct engine *e);
/* The program's time in UTC ms: the machine's clock, shifted when `--now` was given. */
int64_t engine_check_ms(const struct engine *e);
struct str engine_site(const struct engine *e); /* https://…, without a slash at the end */
int64_t engine_now(const struct engine *e);
bool engine_shifted(const struct engine *e);
void engine_set_now(struct engine *e, int64_t ms); /* scenarios and demonstrations: time stands there */
/* Random bytes; where time stands they are zeros, so that the draws of scenarios and demonstrations come out the same. */
void engine_random(const struct engine *e, void *p, size_t n);

/* The current laws by which organs of this installation go, each once, the installation's own first. */
MUST_USE bool engine_laws_in_use(struct engine *e, struct db *db, struct arena *a, const struct law *const **ret, size_t *ret_n,
				 struct err *err);
/* The current laws, one after the other; NULL after the last. */
const struct law *engine_law_at(const struct engine *e, size_t i);
/* The earliest instant at which a duty is due or to be warned of (duty.h): until then nobody needs to ask the table. */
int64_t engine_duty_next(const struct engine *e);
void engine_set_duty_next(struct engine *e, int64_t at);
/* A statement that was written from definitions, kept as long as the engine: there are as many as conditions to count by. */
const struct stmt *engine_stmt(struct engine *e, struct str sql);

/* Whether any derived index (“kind.field”) is still being filled, or this one. */
bool engine_filling_any(struct engine *e);
bool engine_filling(struct engine *e, struct str path);
MUST_USE bool engine_fill_read(struct engine *e, struct db *db, struct arena *a, struct err *err); /* matter_fill, audits */

#endif
