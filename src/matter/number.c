/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Numbers of matters and papers: by pattern, organ and year, without gaps or doubles (decision 12). The row of
 * `sequence` changes within the act's savepoint, so a refused act takes none. */
#include <inttypes.h>

#include "base/day.h"
#include "matter/inner.h"

#define NUMBER_MAX 200 /* bytes of a number */

static const struct stmt st_next = { "number_next",
	"INSERT INTO sequence (series, organ, year, last) VALUES ($1, $2, $3, 1)"
	" ON CONFLICT (series, organ, year) DO UPDATE SET last = sequence.last + 1 RETURNING last" };

static bool next_of(struct step *s, const struct number *n, int64_t year, int64_t *ret, struct err *err)
{
	const struct db_in in[] = { db_str(n->pattern), db_i64(s->new->organ), db_i64(year) };
	const struct db_out out[] = { db_to_i64(ret) };

	return db_one(s->t->db, s->t->a, &st_next, DB_IN(in), DB_OUT(out), err);
}

/* {organ.abbr} and other texts of the organ. */
static bool put_organ(struct step *s, struct buf *b, struct str field, struct err *err)
{
	struct snap *organ;
	struct str text;

	if (!turn_load(s->t, s->new->organ, &organ, err))
		return false;
	text = organ ? snap_text(organ, str_cstr(s->t->a, field)) : (struct str){ 0 };
	if (!text.n)
		refuse(&s->no, (struct refusal){ .sort = REFUSED_CHECK, .missing = true, .node = s->ac->node,
						 .say = STR("尚未填写：本单位用于编号的简称（名录 › 单位）") });
	buf_add(b, text);
	return true;
}

static bool put_piece(struct step *s, const struct number *n, struct buf *b, struct str name, struct err *err)
{
	int64_t year = day_ymd(day_at(s->t->now)).year, seq = 0;

	if (str_is(name, "year")) {
		buf_addi(b, year);
		return true;
	}
	if (str_is(name, "seq") && s->t->dry) {
		buf_adds(b, "……");
		return true;
	}
	if (str_is(name, "seq")) {
		if (!next_of(s, n, year, &seq, err))
			return false;
		buf_addi(b, seq);
		return true;
	}
	if (str_starts(name, STR("organ.")))
		return put_organ(s, b, str_sub(name, 6, name.n), err);
	return err_set(err, ERR_LAW, "编号式样中的“{%.*s}”没有定义", STR_FMT(name));
}

static bool give(struct step *s, const struct number *n, struct str *ret, struct err *err)
{
	struct buf b;
	size_t at = 0;

	buf_init(&b, s->t->a, NUMBER_MAX);
	while (at < n->pattern.n) {
		size_t open = str_chr(n->pattern, '{', at), close;

		buf_add(&b, str_sub(n->pattern, at, open));
		if (open == SIZE_MAX)
			break;
		close = str_chr(n->pattern, '}', open);
		if (close == SIZE_MAX)
			return err_set(err, ERR_LAW, "编号式样“%.*s”缺少右括号", STR_FMT(n->pattern));
		if (!put_piece(s, n, &b, str_sub(n->pattern, open + 1, close), err))
			return false;
		at = close + 1;
	}
	*ret = buf_str(&b);
	return buf_ok(&b) || err_set(err, ERR_LAW, "编号过长");
}

/* A dry run takes no number: 临应急立〔2026〕……号. The matter's own number (the first) is given once; a paper that is made again gets a new one. */
bool step_numbers(struct step *s, struct err *err)
{
	if (s->import)
		return true;
	for (size_t i = 0; i < s->kind->n_number; i++) {
		const struct number *n = &s->kind->number[i];

		if (!str_eq(n->at, s->ac->id) || !node_on(n->node) || (i == 0 && s->new->number[0].n))
			continue;
		touch(s->kind->law, n->node);
		if (!give(s, n, &s->new->number[i], err))
			return false;
	}
	return true;
}
