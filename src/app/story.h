/* SPDX-License-Identifier: MulanPSL-2.0 */
/* story.h - acts written in YAML, as scenarios and the demonstration have them: names for people, organs and
 * matters; forms whose values are plain text, read by the type of their field. Everything goes through
 * matter_open and matter_act, as by people at their desks.
 *
 *	- {who: wang, open: penalty, as: P, with: {cause: 河道采砂}}
 *	- {who: li, do: file, at: P, warned: {CF43: 理由}}
 *
 * The caller has a transaction open and owns its end. All memory is the story's arena. */
#ifndef MINGFA_APP_STORY_H
#define MINGFA_APP_STORY_H

#include "law/yaml.h"
#include "matter/matter.h"

enum story_sort { STORY_PERSON, STORY_ORGAN, STORY_MATTER };

struct story_name {
	struct str name;
	int64_t id;
	int64_t organ; /* of a person: where employed */
	enum story_sort sort;
};

struct story {
	struct arena *a;
	struct engine *e;
	struct db *db;
	struct story_name *name;
	size_t n_name, cap_name;
	bool relative; /* dates may be written D-30, D-30 09:30: days from `today` */
	int64_t today;
	/* Gives a file of that name its content (demonstration); NULL: files have a name and nothing else. */
	bool (*file)(void *ctx, struct str name, struct file_ref *ret, struct err *err);
	void *file_ctx;
};

void story_put(struct story *s, struct str name, enum story_sort sort, int64_t id, int64_t organ);
const struct story_name *story_find(const struct story *s, struct str name); /* NULL: unknown; the last one of a name */
/* Who a name is: a person, `public` (anyone) or `system` (the law). False for anything else. */
bool story_actor(const struct story *s, struct str name, struct actor *ret);
/* What stands under `with`, as JSON whose simple values are texts. */
struct str story_json(struct story *s, const struct ynode *with);
/* The kind of a matter, in its own version. */
MUST_USE bool story_kind(struct story *s, int64_t matter, const struct kind **ret, struct err *err);
/* The kind that an organ opens now; NULL when it has none of that id. */
MUST_USE bool story_kind_of_organ(struct story *s, int64_t organ, struct str id, const struct kind **ret, struct err *err);
/* The form that `with` means for an action; what does not fit its field comes back as refusals. */
MUST_USE bool story_form(struct story *s, const struct kind *k, const struct action *ac, const struct ynode *with,
			 struct form *ret, const struct refusal **ret_refused, size_t *ret_n, struct err *err);
/* A step with who and open or do: carried out; `as` names the new matter. Refusals stand in *ret.
 * ERR_LAW with a sentence when the step itself is wrong (an unknown name, kind or action). */
MUST_USE bool story_act(struct story *s, const struct ynode *step, struct act_result *ret, struct err *err);
/* Time moves on: overdue acts of the law on the way are done, oldest first. */
MUST_USE bool story_now(struct story *s, int64_t ms, struct err *err);
/* An organ or a person is opened by the system; json: its form. organ: where a person is employed; 0 for organs. */
MUST_USE bool story_register(struct story *s, struct str name, enum story_sort sort, struct str json, int64_t organ,
			     struct err *err);
/* Refusals in one line each, for messages. */
void story_put_refusals(struct buf *b, const struct act_result *r);

#endif
