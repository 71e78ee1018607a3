/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/report.h"

#include "app/shown.h"
#include "base/uuid.h"

static const struct check *check_of(const struct law *law, const struct node *node)
{
	for (size_t k = 0; node && k < law->n_kind; k++)
		for (size_t i = 0; i < law->kind[k].n_action; i++)
			for (size_t j = 0; j < law->kind[k].action[i].n_check; j++)
				if (law->kind[k].action[i].check[j].node == node)
					return &law->kind[k].action[i].check[j];
	return NULL;
}

/* The sentence with a gap where a value stands. */
static void put_say(struct buf *b, const struct say *s)
{
	for (size_t i = 0; s && i < s->n; i++) {
		buf_add(b, s->piece[i].lit);
		buf_adds(b, s->piece[i].expr || s->piece[i].failing ? "…" : "");
	}
}

static void put_line(struct req *r, struct buf *b, const struct refusal *v, const struct check *c)
{
	const struct cite_link *cite = NULL;
	size_t n = 0;

	buf_adds(b, b->n ? "\n" : "");
	if (c)
		put_say(b, c->say);
	else
		buf_add(b, v->say);
	if (v->node)
		cite = cite_links_near(r, &v->node->cite, &n);
	for (size_t i = 0; i < n; i++)
		buf_add(b, cite[i].text);
	if (v->node)
		buf_addf(b, "（%.*s）", STR_FMT(v->node->path));
}

struct report_view report_of(struct req *r, const struct law *law, const struct refusal *v, size_t n)
{
	struct buf b;

	buf_init(&b, r->a, REPORT_MOST);
	for (size_t i = 0; i < n && law_kind(law, STR("feedback")); i++) {
		const struct check *c = check_of(law, v[i].node);

		/* Rights and states are told without values; other sentences without a definition may hold them. */
		if (c || v[i].sort == REFUSED_RIGHT || v[i].sort == REFUSED_STATE)
			put_line(r, &b, &v[i], c);
	}
	return (struct report_view){ buf_str(&b), uuid_new(r->a, now_of(r)) }; /* past REPORT_MOST: the first causes */
}
