/* SPDX-License-Identifier: MulanPSL-2.0 */
/* find_known.c - what the program carries in itself and everybody may read: articles and help. */
#include "app/find.h"

#include "app/help.h"
#include "app/listing.h"

bool find_articles(struct find *f, struct find_part *p, struct err *err)
{
	const struct ledger *ledger = engine_ledger(app_of(f->r)->engine);
	size_t n;
	const struct rule *const *rule = ledger_seek(ledger, f->r->a, f->q, &n);
	const size_t from = find_page(f, p, n);
	struct find_line *line = arena_many(f->r->a, p->n, struct find_line);

	(void)err;
	for (size_t i = 0; i < p->n; i++) {
		const struct rule *x = rule[from + i];
		struct str full;
		struct buf b;

		(void)ledger_name(ledger, x, &full);
		buf_init(&b, f->r->a, 400);
		ledger_put_cite(ledger, x->id, &b);
		line[i] = (struct find_line){ .sort = x->statute ? STR("法律法规") : STR("制度"), .light = "", .title = buf_str(&b),
					      .href = str_fmt(f->r->a, "/law/%.*s", STR_FMT(x->id)),
					      .sub = str_fmt(f->r->a, "%.*s%s台账编号 %.*s", STR_FMT(full), full.n ? " · " : "",
							     STR_FMT(x->id)) };
		find_around(f, x->requirement, &line[i]);
	}
	p->line = line;
	return true;
}

bool find_help(struct find *f, struct find_part *p, struct err *err)
{
	const struct help_topic *topic;
	struct find_line *line;
	size_t n, found = 0, from;
	size_t *at;

	if (!help_topics(f->r, &topic, &n, err))
		return false;
	at = arena_many(f->r->a, n, size_t);
	for (size_t i = 0; i < n; i++)
		if (find_within(f, str_fmt(f->r->a, "%.*s\n%.*s", STR_FMT(topic[i].name), STR_FMT(topic[i].text))))
			at[found++] = i;
	from = find_page(f, p, found);
	line = arena_many(f->r->a, p->n, struct find_line);
	for (size_t i = 0; i < p->n; i++) {
		const struct help_topic *x = &topic[at[from + i]];

		line[i] = (struct find_line){ .sort = x->sort, .light = "", .title = x->name, .href = x->href };
		find_around(f, x->text, &line[i]);
	}
	p->line = line;
	return true;
}
