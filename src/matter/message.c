/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Messages: what an effect tells, and to whoever must act next. A message of a matter that moved on clears
 * itself: reading is not doing. */
#include "base/day.h"
#include "matter/inner.h"
#include "matter/store.h"

static const struct stmt st_message = { "message_insert",
	"INSERT INTO message (person, matter, event, kind, text, at) VALUES ($1, $2, $3, $4, $5, $6)" };
static const struct stmt st_done = { "message_done",
	"UPDATE message SET done_at = $2 WHERE matter = $1 AND kind = $3 AND done_at IS NULL" };

static bool send(struct turn *t, int64_t matter, int64_t event, const char *kind, const struct val_list *to,
		 struct str text, int64_t not_to, struct err *err)
{
	for (size_t i = 0; i < to->n && i < TELL_MAX; i++) {
		const struct db_in in[] = { db_i64(to->v[i].i), db_ref(matter), db_ref(event), db_str(str_of(kind)),
					    db_str(text), db_i64(t->now) };

		if (to->v[i].i != not_to && !db_exec(t->db, &st_message, DB_IN(in), NULL, err))
			return false;
	}
	return true;
}

bool tell_persons(struct step *s, const char *kind, const struct val_list *to, struct str text, struct err *err)
{
	return send(s->t, s->new->id, s->event, kind, to, text, 0, err);
}

bool message_send(struct turn *t, int64_t matter, const char *kind, const struct val_list *to, struct str text,
		  struct err *err)
{
	return send(t, matter, 0, kind, to, text, 0, err);
}

bool messages_done(struct turn *t, int64_t matter, const char *kind, struct err *err)
{
	const struct db_in in[] = { db_i64(matter), db_i64(t->now), db_str(str_of(kind)) };

	return db_exec(t->db, &st_done, DB_IN(in), NULL, err);
}

bool tell(struct step *s, const struct whos *who, struct eval *ev, struct str text, struct err *err)
{
	struct val_list to;

	return whos_persons(s->t, who, ev, &to, err)
	       && send(s->t, s->new->id, s->event, "tell", &to, text, 0, err);
}

/* 示例涂料公司：待作出处罚决定. What is next may depend on who asks and on the limits: the page says it. */
static struct str next_text(struct turn *t, const struct snap *m)
{
	return str_fmt(t->a, "%.*s：%.*s", STR_FMT(snap_title(t->a, m)), STR_FMT(m->state->name));
}

bool step_messages(struct step *s, struct err *err)
{
	struct principals p = { .a = s->t->a };
	struct val_list to;
	struct snap *now;
	struct eval ev;

	if (!s->moves || s->import || !turn_load(s->t, s->new->id, &now, err))
		return !s->moves || s->import;
	/* What an effect of this very act brought has been overtaken too. */
	if ((s->old || now != s->new) && !messages_done(s->t, s->new->id, "next", err))
		return false;
	ev = turn_eval(s->t, now, NULL, &s->act->who);
	if (!snap_holders(s->t, now, &ev, &p, err) || !principals_persons(s->t, &p, &to, err))
		return false;
	return send(s->t, now->id, s->event, "next", &to, next_text(s->t, now), s->act->who.person, err);
}
