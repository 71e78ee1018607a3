/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/index.h"

#include "app/gate.h"
#include "base/json.h"

#define PARTY_CODE_MOST 40

struct str index_principal_token(struct arena *a, struct str principal)
{
	struct buf b;

	buf_init(&b, a, 200);
	buf_adds(&b, "p_");
	for (size_t i = 0; i < principal.n; i++)
		buf_addc(&b, principal.p[i] == ':' ? '_' : principal.p[i]);
	return buf_str(&b);
}

/* Each principal of a person as a token. */
static bool rights_of(struct req *r, const struct actor *who, const struct str **ret, size_t *ret_n, struct err *err)
{
	const struct str *own;
	struct str *token;

	if (!matter_principals(app_of(r)->engine, r->db, r->a, who, &own, ret_n, err))
		return false;
	token = arena_many(r->a, *ret_n, struct str);
	for (size_t i = 0; i < *ret_n; i++)
		token[i] = index_principal_token(r->a, own[i]);
	*ret = token;
	return true;
}

/* Codes of parties are letters and digits; a name is told apart by its hash. */
struct str index_party_token(struct arena *a, const struct party *p)
{
	bool plain = p->code.n > 0 && p->code.n <= PARTY_CODE_MOST;

	for (size_t i = 0; i < p->code.n; i++)
		plain = plain && ((p->code.p[i] >= '0' && p->code.p[i] <= '9') || (p->code.p[i] >= 'A' && p->code.p[i] <= 'Z'));
	if (plain)
		return str_fmt(a, "c_%.*s", STR_FMT(p->code));
	return str_fmt(a, "n_%llx", (unsigned long long)str_hash(p->code.n ? p->code : p->name));
}

bool index_find(struct req *r, const struct index_query *q, const struct search_hit **ret, size_t *ret_n, bool *ret_more,
		struct err *err)
{
	struct str kind = str_fmt(r->a, "k_%.*s", STR_FMT(q->kind));
	struct search_query sq = { .side = q->side, .typed = q->typed, .all = &kind, .n_all = q->kind.n ? 1 : 0,
				   .none = q->none, .n_none = q->n_none, .before = q->before, .limit = q->limit };

	return rights_of(r, q->who, &sq.any, &sq.n_any, err) && app_search(r->app, r->a, &sq, ret, ret_n, ret_more, err);
}

/* ---- papers ---- */

static void put_plain(struct buf *b, struct str text)
{
	for (size_t i = 0; i < text.n; i++)
		buf_addc(b, text.p[i] == '|' || text.p[i] == '\n' ? ' ' : text.p[i]); /* a seal's lines are parted by | */
}

struct str paper_plain(struct arena *a, struct str content)
{
	const struct json *doc, *block, *cell;
	struct err broken = { 0 };
	struct buf b;

	buf_init(&b, a, content.n + 1);
	if (!json_read(a, content, &doc, &broken) || doc->type != JSON_ARRAY)
		return (struct str){ 0 };
	json_each(block, doc) {
		const struct json *cells = json_get(block, "c");

		if (str_is(json_str(block, "t"), "widths"))
			continue;
		put_plain(&b, json_str(block, "s"));
		json_each(cell, cells) {
			put_plain(&b, cell->text);
			buf_addc(&b, ' ');
		}
		buf_addc(&b, '\n');
	}
	return buf_str(&b);
}
