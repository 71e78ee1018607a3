/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/law_cited.h"

#include "app/index.h"
#include "pages.h"

#define USES_MOST 300
#define PAPERS_MOST 60
#define FOUND_MOST 100  /* of one register: an article on which more rests is looked for in parts */
#define AROUND 45       /* bytes before and after, cut at characters */
#define TEXT_MOST 16000 /* of the field `definitions`, a note */

struct citing {
	struct req *r;
	const struct law *law;
	struct actor who;
	struct law_cited_view v;
};

/* 中华人民共和国安全生产法 and 《安全生产法》 are cited as 安全生产法. */
static struct str law_name(struct str s)
{
	const struct str state = STR("中华人民共和国"), open = STR("《"), close = STR("》");

	if (str_starts(s, open))
		s = str_sub(s, open.n, s.n);
	if (str_ends(s, close))
		s = str_sub(s, 0, s.n - close.n);
	return str_starts(s, state) && s.n > state.n ? str_sub(s, state.n, s.n) : s;
}

/* Where the law is named and the article stands after it, within the same sentence; SIZE_MAX: nowhere. */
static size_t cited_at(const struct citing *x, struct str text)
{
	size_t at = str_find(text, x->v.law, 0);

	for (; at != SIZE_MAX; at = str_find(text, x->v.law, at + 1)) {
		const size_t end = str_find(text, STR("。"), at), found = str_find(text, x->v.article, at);

		if (!x->v.article.n || (found != SIZE_MAX && found < end))
			return at;
	}
	return SIZE_MAX;
}

/* ---- definitions ---- */

static void put_uses(struct citing *x)
{
	const struct ledger *l = engine_ledger(app_of(x->r)->engine);
	struct rule_use *u = arena_many(x->r->a, USES_MOST, struct rule_use);

	for (size_t i = 0; i < l->n; i++) {
		struct buf b;

		buf_init(&b, x->r->a, 400);
		ledger_put_cite(l, l->v[i].id, &b);
		if (cited_at(x, buf_str(&b)) != SIZE_MAX)
			rule_uses(x->r, x->law, l->v[i].id, u, USES_MOST, &x->v.n_use);
	}
	x->v.use = u;
}

/* ---- templates ---- */

static struct str around(struct citing *x, struct str text, size_t at)
{
	size_t from = at > AROUND ? at - AROUND : 0, to = at + 3 * AROUND < text.n ? at + 3 * AROUND : text.n;
	const size_t line = str_chr(text, '\n', at);

	for (size_t i = at; i > from; i--)
		if (text.p[i - 1] == '\n')
			from = i;
	to = line < to ? line : to;
	while (from < at && ((unsigned char)text.p[from] & 0xc0) == 0x80)
		from++;
	while (to < text.n && ((unsigned char)text.p[to] & 0xc0) == 0x80)
		to++;
	return str_fmt(x->r->a, "…%.*s…", STR_FMT(str_sub(text, from, to)));
}

/* law/shanxi/papers/x.txt of the packs that hold here. */
static bool of_chain(const struct citing *x, struct str path, struct str *ret_id)
{
	for (size_t p = 0; p < x->law->n_chain; p++) {
		const struct str before = str_fmt(x->r->a, "%.*s/papers/", STR_FMT(x->law->chain[p].id));

		if (str_starts(path, before) && str_ends(path, STR(".txt"))) {
			*ret_id = str_sub(path, before.n, path.n - STR(".txt").n);
			return true;
		}
	}
	return false;
}

/* Kind and name of the papers that are made by a template; one that none makes is named by its file. */
static struct str paper_name(const struct citing *x, struct str template)
{
	for (size_t k = 0; k < x->law->n_kind; k++)
		for (size_t i = 0; i < x->law->kind[k].n_paper; i++)
			if (str_eq(x->law->kind[k].paper[i].template_id, template))
				return str_fmt(x->r->a, "%.*s · %.*s", STR_FMT(x->law->kind[k].name), STR_FMT(x->law->kind[k].paper[i].name));
	return template;
}

static void put_papers(struct citing *x)
{
	const struct law_files *files = &app_of(x->r)->files;
	struct cited_paper *p = arena_many(x->r->a, PAPERS_MOST, struct cited_paper);

	for (size_t i = 0; i < files->n && x->v.n_paper < PAPERS_MOST; i++) {
		struct str id;
		const size_t at = of_chain(x, str_of(files->v[i].path), &id) ? cited_at(x, files->v[i].text) : SIZE_MAX;

		if (at != SIZE_MAX)
			p[x->v.n_paper++] = (struct cited_paper){ paper_name(x, id), around(x, files->v[i].text, at) };
	}
	x->v.paper = p;
}

/* ---- registers ---- */

/* of: what its own title does not say; empty: nothing. */
static bool put_matter(struct citing *x, struct cited_kind *k, struct cited_matter *v, int64_t id, struct str of, struct err *err)
{
	struct matter_view m;
	struct err hidden = { 0 };

	if (!matter_see(app_of(x->r)->engine, x->r->db, x->r->a, &x->who, id, 0, &m, &hidden))
		return hidden.code == ERR_NOT_FOUND || err_set(err, hidden.code, "%s", hidden.msg);
	for (size_t i = 0; i < k->n; i++)
		if (str_eq(v[i].code, m.snap->code))
			return true;
	k->more = k->n == FOUND_MOST;
	if (!m.snap->state->end && !k->more)
		v[k->n++] = (struct cited_matter){ m.snap->code, of.n ? str_fmt(x->r->a, "%.*s（%.*s）", STR_FMT(of), STR_FMT(m.title)) : m.title,
						   m.organ_name, m.snap->state->name };
	return true;
}

/* The title of what put_matter put last; empty: it was not put. */
static struct str last_title(const struct cited_kind *k, size_t before)
{
	return k->n > before ? k->v[k->n - 1].title : (struct str){ 0 };
}

/* Standards name no article themselves: those of the items that do. */
static bool put_standards(struct citing *x, struct cited_kind *k, struct cited_matter *v, int64_t item, struct str of, struct err *err)
{
	const struct list_filter is = { STR("item"), str_fmt(x->r->a, "%lld", (long long)item) };
	const struct list_query q = { .who = x->who, .kind = STR("discretion"), .filter = &is, .n_filter = 1, .order = LIST_UPDATED,
				      .limit = FOUND_MOST };
	const struct list_row *row;
	size_t n;

	if (!matter_list(app_of(x->r)->engine, x->r->db, x->r->a, &q, &row, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!put_matter(x, k, v, row[i].snap->id, of, err))
			return false;
	return true;
}

static bool put_kind(struct citing *x, struct cited_kind *k, struct str id, struct cited_kind *standards, struct cited_matter *of_standards,
		     struct err *err)
{
	const struct index_query q = { .typed = x->v.named, .kind = id, .who = &x->who, .limit = FOUND_MOST };
	struct cited_matter *v = arena_many(x->r->a, FOUND_MOST, struct cited_matter);
	const struct search_hit *hit;
	size_t n;

	k->v = v;
	if (!law_kind(x->law, id))
		return true;
	k->name = law_kind(x->law, id)->name;
	if (!index_find(x->r, &q, &hit, &n, &k->more, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		const size_t before = k->n;

		if (!put_matter(x, k, v, hit[i].subject, (struct str){ 0 }, err)
		    || (standards && !put_standards(x, standards, of_standards, hit[i].subject, last_title(k, before), err)))
			return false;
	}
	return true;
}

static bool put_registers(struct citing *x, struct err *err)
{
	struct cited_kind *k = arena_many(x->r->a, 4, struct cited_kind);
	struct cited_matter *standards = arena_many(x->r->a, FOUND_MOST, struct cited_matter);

	k[1].v = standards;
	if (law_kind(x->law, STR("discretion")))
		k[1].name = law_kind(x->law, STR("discretion"))->name;
	k[0].field = STR("f.items");
	k[1].field = STR("f.standards");
	k[2].field = STR("f.lists");
	if (!put_kind(x, &k[0], STR("enforcement_item"), k[1].name.n ? &k[1] : NULL, standards, err)
	    || !put_kind(x, &k[2], STR("public_list"), NULL, NULL, err) || !put_kind(x, &k[3], STR("inspection_norm"), NULL, NULL, err))
		return false;
	x->v.kind = k;
	x->v.n_kind = 4;
	return true;
}

/* ---- the page ---- */

static void put_definitions(struct citing *x)
{
	struct buf b;

	buf_init(&b, x->r->a, TEXT_MOST);
	for (size_t i = 0; i < x->v.n_use; i++)
		buf_addf(&b, "%.*s · %.*s · %.*s\n", STR_FMT(x->v.use[i].kind), STR_FMT(x->v.use[i].what), STR_FMT(x->v.use[i].name));
	for (size_t i = 0; i < x->v.n_paper; i++)
		buf_addf(&b, "文书 · %.*s\n", STR_FMT(x->v.paper[i].name));
	x->v.definitions = buf_ok(&b) ? buf_str(&b) : STR("见“条文引用”页，共列出的办理核查和文书较多");
}

static bool may_note(struct citing *x, struct err *err)
{
	const struct act open = { .who = x->who, .kind = STR("new_law"), .action = STR("open"), .version = -1 };
	struct act_result can;

	if (!law_kind(x->law, STR("new_law")))
		return true;
	if (!matter_try(app_of(x->r)->engine, x->r->db, x->r->a, &open, &can, err))
		return false;
	x->v.may_note = true;
	for (size_t i = 0; i < can.n_refused; i++)
		x->v.may_note = x->v.may_note && can.refused[i].sort != REFUSED_RIGHT;
	return true;
}

static bool look(struct citing *x, struct err *err)
{
	struct law_cited_view *v = &x->v;

	v->named = v->article.n ? str_fmt(x->r->a, "%.*s %.*s", STR_FMT(v->law), STR_FMT(v->article)) : v->law;
	put_uses(x);
	put_papers(x);
	put_definitions(x);
	if (!put_registers(x, err) || !may_note(x, err))
		return false;
	v->none = !v->n_use && !v->n_paper;
	for (size_t i = 0; i < v->n_kind; i++)
		v->none = v->none && !v->kind[i].n;
	return true;
}

bool law_cited_show(struct req *r, struct err *err)
{
	struct citing *x = arena_one(r->a, struct citing);
	struct html h;

	*x = (struct citing){ .r = r, .who = actor_of(r) };
	x->v.law = law_name(str_trim(req_query(r, "law")));
	x->v.article = str_trim(req_query(r, "article"));
	x->v.asked = x->v.law.n > 0;
	if (str_chars(x->v.law) > 100 || str_chars(x->v.article) > 30)
		return err_set(err, ERR_BAD_INPUT, "法律文件的名称请在100个字以内，条号请在30个字以内");
	if (!frame_load(r, STR("条文引用"), &x->v.frame, err) || !frame_law(r, &x->law, err) || (x->v.asked && !look(x, err)))
		return false;
	frame_crumb(&x->v.frame, STR("条文引用"), (struct str){ 0 });
	html_init(&h, r->a, HTML_MAX);
	page_law_cited(&h, &x->v);
	return frame_reply(r, 200, &h, err);
}
