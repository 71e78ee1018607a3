/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What is public before anything happens: organs, people with certificates, items with their procedure, and
 * discretion standards. */
#include "app/public.h"

#include <stdlib.h>

#include "app/app.h"
#include "app/flow.h"
#include "base/parse.h"
#include "pages.h"

#define FACTS_MOST 20
#define OFFICERS_MOST 200
#define STANDARDS_MOST 20
#define LIMITS_MOST 30
#define CARD_MOST 30 /* characters of a certificate's number */

/* ---- organs ---- */

bool organs_show(struct req *r, struct err *err)
{
	struct organs_view v = { 0 };
	const struct organ_known *o;
	struct organ_row *row;
	struct html h;

	public_frame_fill(r, STR("执法机关"), DOOR_ORGANS, &v.frame);
	if (!public_organs(r, &o, &v.n_row, err))
		return false;
	v.row = row = arena_many(r->a, v.n_row, struct organ_row);
	for (size_t i = 0; i < v.n_row; i++)
		row[i] = (struct organ_row){ o[i].v.snap->code, public_text(r, &o[i].v, "name"),
					     public_text(r, &o[i].v, "sort"), public_text(r, &o[i].v, "phone"),
					     public_text(r, &o[i].v, "address") };
	html_init(&h, r->a, HTML_MAX);
	page_public_organs(&h, &v);
	return public_reply(r, 200, &h, err);
}

static const struct told_field told_of_organ[] = {
	{ "name", "机关名称" }, { "sort", "主体类型" }, { "entrusted_by", "委托机关" }, { "duties", "职责" },
	{ "units", "内设执法机构" }, { "types", "执法类型" }, { "area", "执法区域" }, { "qualification", "资格依据" },
	{ "confirmed_by", "资格确认" }, { "confirm_no", "确认文号" }, { "uscc", "统一社会信用代码" }, { "phone", "联系电话" },
	{ "address", "地址" }, { "remedies", "不服怎么办" }
};
static const struct public_told organ_told = { told_of_organ, ARRAY_LEN(told_of_organ), NULL, true };

static void organ_facts(struct req *r, const struct matter_view *m, struct organ_view *v)
{
	struct fact *f = arena_many(r->a, ARRAY_LEN(told_of_organ), struct fact);
	size_t n = 0;

	for (size_t i = 1; i < ARRAY_LEN(told_of_organ); i++) {
		const struct field_view *x = public_field(m, told_of_organ[i].id);

		public_fact(f, &n, told_of_organ[i].name, public_text(r, m, told_of_organ[i].id),
			    x && x->def->type.tag == T_NOTE);
	}
	v->fact = f;
	v->n_fact = n;
}

static bool officers_of(struct req *r, int64_t organ, struct organ_view *v, struct err *err)
{
	const struct list_filter of_organ = { STR("organ"), str_fmt(r->a, "%lld", (long long)organ) };
	const struct list_query q = { .who = anyone, .kind = STR("person"), .filter = &of_organ, .n_filter = 1,
				      .order = LIST_OPENED, .limit = OFFICERS_MOST };
	const struct list_row *row;
	struct officer_row *o;
	size_t n;

	if (!matter_list(app_of(r)->engine, r->db, r->a, &q, &row, &n, err))
		return false;
	o = arena_many(r->a, n, struct officer_row);
	for (size_t i = 0; i < n; i++) {
		struct matter_view m;

		if (!matter_see(app_of(r)->engine, r->db, r->a, &anyone, row[n - 1 - i].snap->id, SEE_FIELDS, &m, err))
			return false;
		o[i] = (struct officer_row){ public_text(r, &m, "name"), public_text(r, &m, "position"),
					     public_text(r, &m, "card_no") };
	}
	v->officer = o;
	v->n_officer = n;
	return true;
}

bool organ_show(struct req *r, struct err *err)
{
	struct organ_view v = { .code = req_param(r, "code") };
	struct matter_view m;
	struct html h;

	if (!public_see(r, v.code, "organ", SEE_FIELDS, &m, err) || !officers_of(r, m.snap->id, &v, err)
	    || !public_history(r, m.snap->id, &organ_told, &v.history, err))
		return false;
	v.name = public_text(r, &m, "name");
	public_frame_fill(r, v.name, DOOR_ORGANS, &v.frame);
	organ_facts(r, &m, &v);
	html_init(&h, r->a, HTML_MAX);
	page_public_organ(&h, &v);
	return public_reply(r, 200, &h, err);
}

/* ---- certificates ---- */

static bool holder_of(struct req *r, const struct matter_view *certificate, struct officers_view *v, struct err *err)
{
	const struct field_view *holder = public_field(certificate, "holder");
	struct matter_view person;
	struct err no = { 0 };

	if (!holder || holder->v.t != T_USER)
		return true;
	if (!matter_see(app_of(r)->engine, r->db, r->a, &anyone, holder->v.i, SEE_FIELDS, &person, &no)) {
		if (no.code != ERR_NOT_FOUND)
			*err = no;
		return no.code == ERR_NOT_FOUND;
	}
	v->found = true;
	v->name = public_text(r, &person, "name");
	v->position = public_text(r, &person, "position");
	v->organ = person.organ_name;
	return true;
}

/* The number must be given whole: the register is for checking a person who stands at the door, not for browsing. */
static bool check_card(struct req *r, struct officers_view *v, struct err *err)
{
	const struct public_query q = { .kind = "certificate", .typed = v->card, .limit = 20 };
	const struct search_hit *hit;
	size_t n;
	bool more;

	if (!public_find(r, &q, &hit, &n, &more, err))
		return false;
	for (size_t i = 0; i < n && !v->found; i++) {
		struct matter_view m;
		struct err no = { 0 };

		if (!matter_see(app_of(r)->engine, r->db, r->a, &anyone, hit[i].subject, SEE_FIELDS, &m, &no)) {
			if (no.code == ERR_NOT_FOUND)
				continue;
			*err = no;
			return false;
		}
		if (!str_eq(public_text(r, &m, "card_no"), v->card))
			continue;
		v->types = public_text(r, &m, "types");
		v->valid_to = public_text(r, &m, "valid_to");
		v->stopped = !str_is(m.snap->state->id, "valid");
		v->state = m.snap->state->name;
		if (!v->stopped && !holder_of(r, &m, v, err))
			return false;
	}
	return true;
}

static bool bureau_phone(struct req *r, struct officers_view *v, struct err *err)
{
	const struct organ_known *o;
	size_t n;

	if (!public_organs(r, &o, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (str_is(public_text(r, &o[i].v, "short"), "justice"))
			v->phone = str_fmt(r->a, "%.*s %.*s", STR_FMT(public_text(r, &o[i].v, "name")),
					   STR_FMT(public_text(r, &o[i].v, "phone")));
	return true;
}

bool officers_show(struct req *r, struct err *err)
{
	struct officers_view v = { .card = str_head(str_trim(req_query(r, "card")), CARD_MOST) };
	struct html h;

	public_frame_fill(r, STR("核验执法人员"), DOOR_OFFICERS, &v.frame);
	v.asked = v.card.n > 0;
	if ((v.asked && !check_card(r, &v, err)) || !bureau_phone(r, &v, err))
		return false;
	html_init(&h, r->a, HTML_MAX);
	page_public_officers(&h, &v);
	return public_reply(r, 200, &h, err);
}

/* ---- a screen on a wall ---- */

#define BOARD_ROWS 6       /* read from three metres: few large lines a page */
#define BOARD_SECONDS 15
#define BOARD_ITEMS 60

static bool board_items(struct req *r, int64_t organ, const struct str **ret, size_t *ret_n, struct err *err)
{
	const struct public_query q = { .kind = "enforcement_item", .state = "active", .organ = organ,
					.limit = BOARD_ITEMS };
	const struct search_hit *hit;
	struct str *line;
	size_t n;
	bool more;

	if (!public_find(r, &q, &hit, &n, &more, err))
		return false;
	line = arena_many(r->a, n, struct str);
	for (size_t i = 0; i < n; i++) {
		struct matter_view m;
		struct err no = { 0 };

		if (matter_see(app_of(r)->engine, r->db, r->a, &anyone, hit[i].subject, SEE_FIELDS, &m, &no))
			line[(*ret_n)++] = public_text(r, &m, "name");
	}
	*ret = line;
	return true;
}

static size_t pages_of(size_t n)
{
	return (n + BOARD_ROWS - 1) / BOARD_ROWS;
}

/* Which part of which list stands on page v->page: officers, then items, then how to ask and contest. */
static void board_page(struct board_view *v, const struct organ_view *o, const struct str *item, size_t n_item)
{
	size_t first = pages_of(o->n_officer), second = pages_of(n_item), at = v->page - 1;

	v->n_page = first + second + 1;
	if (v->page > v->n_page)
		v->page = 1, at = 0;
	if (at < first) {
		v->heading = STR("执法人员");
		v->officer = o->officer + at * BOARD_ROWS;
		v->n_officer = o->n_officer - at * BOARD_ROWS < BOARD_ROWS ? o->n_officer - at * BOARD_ROWS : BOARD_ROWS;
	} else if (at < first + second) {
		at = (at - first) * BOARD_ROWS;
		v->heading = STR("执法事项");
		v->line = item + at;
		v->n_line = n_item - at < BOARD_ROWS ? n_item - at : BOARD_ROWS;
	} else {
		v->heading = STR("怎么办");
		v->last = true;
	}
}

bool board_show(struct req *r, struct err *err)
{
	struct str code = req_param(r, "organ");
	struct board_view v = { .stopped = !str_is(req_query(r, "turn"), "1") }; /* a screen asks for turning, a reader is not hurried */
	struct organ_view o = { 0 };
	struct matter_view m;
	const struct str *item = NULL;
	size_t n_item = 0;
	struct html h;
	int64_t page = 1;

	if (!public_see(r, code, "organ", SEE_FIELDS, &m, err) || !officers_of(r, m.snap->id, &o, err)
	    || !board_items(r, m.snap->id, &item, &n_item, err))
		return false;
	v.page = parse_i64(req_query(r, "page"), 1, 1000, &page) ? (size_t)page : 1;
	board_page(&v, &o, item, n_item);
	v.name = public_text(r, &m, "name");
	v.phone = public_text(r, &m, "phone");
	v.address = public_text(r, &m, "address");
	public_frame_fill(r, str_fmt(r->a, "岗位公示牌：%.*s", STR_FMT(v.name)), DOOR_ORGANS, &v.frame);
	v.frame.board = true;
	v.other = str_fmt(r->a, "/notice-board/%.*s?page=%zu%s", STR_FMT(code), v.page % v.n_page + 1, v.stopped ? "" : "&turn=1");
	v.turn = str_fmt(r->a, "/notice-board/%.*s?page=%zu%s", STR_FMT(code), v.page, v.stopped ? "&turn=1" : "");
	if (!v.stopped)
		v.frame.refresh = str_fmt(r->a, "%d; url=%.*s", BOARD_SECONDS, STR_FMT(v.other));
	html_init(&h, r->a, HTML_MAX);
	page_public_board(&h, &v);
	return public_reply(r, 200, &h, err);
}

/* ---- items ---- */

static struct str fine_of(struct req *r, const struct matter_view *m, const char *min, const char *max)
{
	struct str from = public_text(r, m, min), to = public_text(r, m, max);

	if (from.n && to.n)
		return str_fmt(r->a, "%.*s—%.*s", STR_FMT(from), STR_FMT(to));
	return to.n ? str_fmt(r->a, "%.*s以下", STR_FMT(to)) : from.n ? str_fmt(r->a, "%.*s以上", STR_FMT(from)) : to;
}

static bool is_sample(const struct matter_view *m)
{
	const struct field_view *f = public_field(m, "sample");

	return f && f->v.i;
}

static bool item_row(struct req *r, const struct public_list *l, const struct matter_view *m, struct register_row *ret, struct err *err)
{
	const struct str fine = fine_of(r, m, "fine_min", "fine_max");
	const struct str foot[] = { m->organ_name, fine.n ? str_fmt(r->a, "罚款 %.*s", STR_FMT(fine)) : fine };

	(void)l;
	(void)err;
	ret->title = public_text(r, m, "name");
	ret->sample = is_sample(m);
	public_foot(r, ret, foot, ARRAY_LEN(foot));
	return true;
}

static const struct fact near_items[] = {
	{ .name = { "裁量基准", 12 }, .href = { "/standards", 10 } }, { .name = { "窗口公示和申请表格", 27 }, .href = { "/window", 7 } },
	{ .name = { "全部公示内容", 18 }, .href = { "/open", 5 } }
};

bool items_show(struct req *r, struct err *err)
{
	struct public_list l = { .state = "active", .path = STR("/items"), .heading = STR("执法事项"), .door = DOOR_ITEMS, .row = item_row,
				 .says = STR("执法机关可以办的事：依据、条件、步骤、期限、办事指南和流程图"), .link = near_items,
				 .n_link = ARRAY_LEN(near_items) };

	if (!public_kind(r, STR("enforcement_item"), &l.kind, err))
		return false;
	l.by = l.kind ? l.kind->portal.by : NULL;
	return public_list_show(r, &l, err);
}

/* The procedure that an item follows: the kind of the same name as its sort (penalty, licence …). */
static bool procedure_of(struct req *r, const struct matter_view *m, const struct kind **ret, struct err *err)
{
	const struct field_view *sort = public_field(m, "sort");
	const struct law *l;
	int64_t def;

	*ret = NULL;
	if (!sort)
		return true;
	if (!engine_law_of_organ(app_of(r)->engine, r->db, r->a, m->snap->organ, &l, &def, err))
		return false;
	*ret = law_kind(l, sort->v.s);
	return true;
}

static const struct told_field told_of_item[] = {
	{ "name", "事项名称" }, { "sort", "执法类别" }, { "code", "事项编码" }, { "breach", "违反条款" }, { "basis", "处理依据" },
	{ "types", "处罚种类" }, { "fine_min", "法定罚款下限" }, { "fine_max", "法定罚款上限" }, { "conditions", "办理条件" },
	{ "procedure", "程序" }, { "time_limit", "时限" }, { "guide", "服务指南" }
};
static const struct public_told item_told = { told_of_item, ARRAY_LEN(told_of_item), NULL, true };

static void item_facts(struct req *r, const struct matter_view *m, struct item_view *v)
{
	struct fact *f = arena_many(r->a, FACTS_MOST, struct fact);
	size_t n = 0;

	public_fact(f, &n, "实施机关", v->organ, false);
	for (size_t i = 2; i < ARRAY_LEN(told_of_item); i++) {
		const struct field_view *x = public_field(m, told_of_item[i].id);

		if (str_is(str_of(told_of_item[i].id), "fine_min"))
			public_fact(f, &n, "法定罚款幅度", fine_of(r, m, "fine_min", "fine_max"), false);
		else if (!str_is(str_of(told_of_item[i].id), "fine_max"))
			public_fact(f, &n, told_of_item[i].name, public_text(r, m, told_of_item[i].id),
				    x && (x->def->type.tag == T_NOTE || str_is(x->def->id, "breach")));
	}
	v->fact = f;
	v->n_fact = n;
	v->sample = is_sample(m);
	if (str_is(m->snap->state->id, "ended")) {
		v->ended = public_text(r, m, "ended_on");
		v->ended_why = public_text(r, m, "ended_why");
	}
}

/* The ordinary way of the work: what a citizen would call its steps. Where a kind names none, all states in which it can
 * stand; side exits are in the chart. */
static void steps_of(struct req *r, const struct kind *k, struct item_view *v)
{
	struct str *s = arena_many(r->a, k->n_path + k->n_state, struct str);

	for (size_t i = 0; i < k->n_path; i++)
		s[v->n_step++] = k->path[i]->name;
	for (size_t i = 0; !k->n_path && i < k->n_state; i++)
		if (!k->state[i].end && !str_is(k->state[i].id, "suspended") && !str_is(k->state[i].id, "historic"))
			s[v->n_step++] = k->state[i].name;
	v->step = s;
}

static void put_cites(struct req *r, const struct node *n, struct buf *b)
{
	for (size_t i = 0; i < n->cite.n && i < 2; i++)
		ledger_put_cite(engine_ledger(app_of(r)->engine), n->cite.id[i], b);
}

static void limits_of(struct req *r, const struct kind *k, struct item_view *v)
{
	struct limit_row *row = arena_many(r->a, LIMITS_MOST, struct limit_row);

	for (size_t i = 0; i < k->n_clock && v->n_limit < LIMITS_MOST; i++) {
		const struct clock *c = &k->clock[i];
		struct str text = shown_limit(r->a, k->law, c);
		struct buf b;

		if (!text.n || !node_on(c->node))
			continue;
		buf_init(&b, r->a, 500);
		put_cites(r, c->node, &b);
		row[v->n_limit++] = (struct limit_row){ c->name, text, buf_str(&b) };
	}
	v->limit = row;
}

struct standards {
	struct req *r;
	int64_t id;
	int64_t found[STANDARDS_MOST];
	size_t n;
};

struct standard_found {
	struct matter_view m;
	int64_t id, from;
};

static const struct stmt st_standards = { "public_standards",
	"SELECT l.source FROM link l JOIN matter m ON m.id = l.source WHERE l.target = $1 AND l.field = 'item' "
	"AND m.kind = 'discretion' ORDER BY l.source DESC" };

static bool add_standard(void *ctx, struct err *err)
{
	struct standards *s = ctx;

	(void)err;
	s->found[s->n++] = s->id;
	return s->n < STANDARDS_MOST;
}

static bool standards_of(struct req *r, int64_t item, struct item_view *v, struct err *err)
{
	struct standards s = { .r = r };
	const struct db_in in[] = { db_i64(item) };
	const struct db_out out[] = { db_to_i64(&s.id) };
	struct fact *f;

	if (!db_each(r->db, r->a, &st_standards, DB_IN(in), DB_OUT(out), add_standard, &s, err))
		return false;
	f = arena_many(r->a, s.n, struct fact);
	for (size_t i = 0; i < s.n; i++) {
		struct matter_view m;
		struct err no = { 0 };

		if (!matter_see(app_of(r)->engine, r->db, r->a, &anyone, s.found[i], SEE_FIELDS, &m, &no)) {
			if (no.code == ERR_NOT_FOUND)
				continue;
			*err = no;
			return false;
		}
		if (!str_is(m.snap->state->id, "active"))
			continue;
		f[v->n_standard++] = (struct fact){ public_text(r, &m, "doc_no"), public_text(r, &m, "in_force"),
						    str_fmt(r->a, "/standards/%.*s", STR_FMT(m.snap->code)), false };
	}
	v->standard = f;
	return true;
}

bool item_show(struct req *r, struct err *err)
{
	struct item_view v = { .code = req_param(r, "code") };
	const struct kind *k;
	struct matter_view m, organ;
	struct err no = { 0 };
	struct html h;

	if (!public_see(r, v.code, "enforcement_item", SEE_FIELDS, &m, err) || !procedure_of(r, &m, &k, err)
	    || !standards_of(r, m.snap->id, &v, err) || !public_history(r, m.snap->id, &item_told, &v.history, err))
		return false;
	v.name = public_text(r, &m, "name");
	v.sort = public_text(r, &m, "sort");
	v.organ = m.organ_name;
	if (m.snap->organ && matter_see(app_of(r)->engine, r->db, r->a, &anyone, m.snap->organ, SEE_FIELDS, &organ, &no))
		v.organ_href = str_fmt(r->a, "/organs/%.*s", STR_FMT(organ.snap->code));
	public_frame_fill(r, v.name, DOOR_ITEMS, &v.frame);
	item_facts(r, &m, &v);
	if (k) {
		v.guide_name = k->name;
		steps_of(r, k, &v);
		limits_of(r, k, &v);
	}
	html_init(&h, r->a, HTML_MAX);
	page_public_item(&h, &v);
	return public_reply(r, 200, &h, err);
}

bool item_flow(struct req *r, struct err *err)
{
	struct flow_view v = { .code = req_param(r, "code") };
	const struct kind *k;
	struct matter_view m;
	struct str svg;
	struct html h;

	if (!public_see(r, v.code, "enforcement_item", SEE_FIELDS, &m, err) || !procedure_of(r, &m, &k, err))
		return false;
	if (!k)
		return err_set(err, ERR_NOT_FOUND, "这个事项还没有流程图");
	if (!flow_svg(r->a, k, (struct str){ 0 }, &svg, err))
		return false;
	v.name = public_text(r, &m, "name");
	v.kind = k->name;
	v.svg = html_svg(svg);
	public_frame_fill(r, str_fmt(r->a, "流程图：%.*s", STR_FMT(v.name)), DOOR_ITEMS, &v.frame);
	html_init(&h, r->a, HTML_MAX);
	page_public_flow(&h, &v);
	return public_reply(r, 200, &h, err);
}

/* ---- discretion ---- */

static struct str cell(struct req *r, const struct val_row *row, const char *col)
{
	struct buf b;

	for (size_t i = 0; i < row->n; i++)
		if (str_is(row->col[i].id, col)) {
			buf_init(&b, r->a, 4000);
			val_put_cn(&b, r->a, row->cell[i], NULL);
			return buf_str(&b);
		}
	return (struct str){ 0 };
}

static struct str span_of(struct req *r, const struct val_row *row, const char *least, const char *most)
{
	struct str min = cell(r, row, least), max = cell(r, row, most);

	return min.n || max.n ? str_fmt(r->a, "%.*s—%.*s", STR_FMT(min), STR_FMT(max)) : (struct str){ 0 };
}

static void tiers_of(struct req *r, const struct matter_view *m, struct standard_view *v)
{
	const struct field_view *f = public_field(m, "tiers");
	size_t n = f ? f->v.list->n : 0;
	struct tier_row *t = arena_many(r->a, n, struct tier_row);

	for (size_t i = 0; i < n; i++) {
		const struct val_row *row = f->v.list->v[i].row;

		t[i] = (struct tier_row){ .grade = cell(r, row, "grade"), .circumstances = cell(r, row, "circumstances"),
					  .fine = span_of(r, row, "fine_min", "fine_max"), .others = cell(r, row, "others") };
		v->others = v->others || t[i].others.n;
	}
	v->tier = t;
	v->n_tier = n;
}

/* The packs that ask for no contents have no such field. */
static void contents_of(struct req *r, const struct matter_view *m, struct standard_view *v)
{
	const struct field_view *f = public_field(m, "contents");
	size_t n = f && f->v.t == T_ROWS ? f->v.list->n : 0;
	struct content_row *c = arena_many(r->a, n, struct content_row);

	for (size_t i = 0; i < n; i++) {
		const struct val_row *row = f->v.list->v[i].row;

		c[i] = (struct content_row){ cell(r, row, "part"), cell(r, row, "title"), cell(r, row, "text"),
					     span_of(r, row, "least", "most") };
		v->spans = v->spans || c[i].span.n;
	}
	v->content = c;
	v->n_content = n;
	v->settled = public_text(r, m, "settled");
	v->settled_by = public_text(r, m, "settled_by");
}

/* Name and address of the item that a standard is for, as far as the public sees it. */
static struct str item_of(struct req *r, const struct matter_view *standard, struct str *ret_code)
{
	const struct field_view *item = public_field(standard, "item");
	struct matter_view m;
	struct err no = { 0 };

	if (!item || !matter_see(app_of(r)->engine, r->db, r->a, &anyone, item->v.i, SEE_FIELDS, &m, &no))
		return (struct str){ 0 };
	*ret_code = m.snap->code;
	return public_text(r, &m, "name");
}

static bool standard_row(struct req *r, const struct public_list *l, const struct matter_view *m, struct register_row *ret, struct err *err)
{
	struct str code = { 0 }, doc_no = public_text(r, m, "doc_no"), from = public_text(r, m, "in_force");
	const struct str foot[] = { m->organ_name, doc_no, from.n ? str_fmt(r->a, "%.*s起施行", STR_FMT(from)) : from };

	(void)l;
	(void)err;
	ret->title = item_of(r, m, &code);
	if (!ret->title.n)
		ret->title = doc_no;
	ret->sample = is_sample(m);
	public_foot(r, ret, foot, ARRAY_LEN(foot));
	return true;
}

bool standards_show(struct req *r, struct err *err)
{
	struct public_list l = { .state = "active", .path = STR("/standards"), .heading = STR("裁量基准"), .door = DOOR_ITEMS, .row = standard_row,
				 .says = STR("同一种违法行为，情节不同，处罚轻重不同。这里是施行中的裁量基准：什么情形从轻，什么情形从重，各罚多少") };

	return public_kind(r, STR("discretion"), &l.kind, err) && public_list_show(r, &l, err);
}

/* The published standards of one item, by the day from which they held. */
static int by_in_force(const void *x, const void *y)
{
	const struct standard_found *a = x, *b = y;

	return a->from != b->from ? (a->from < b->from ? -1 : 1) : a->id < b->id ? -1 : a->id > b->id;
}

static bool version_found(struct req *r, int64_t id, struct standard_found *ret, bool *ret_seen, struct err *err)
{
	const struct field_view *from;
	struct err no = { 0 };

	*ret_seen = matter_see(app_of(r)->engine, r->db, r->a, &anyone, id, SEE_FIELDS, &ret->m, &no);
	if (!*ret_seen && no.code != ERR_NOT_FOUND) {
		*err = no;
		return false;
	}
	ret->id = id;
	from = *ret_seen ? public_field(&ret->m, "in_force") : NULL;
	ret->from = from && from->v.t == T_DATE ? from->v.i : 0;
	return true;
}

static void version_row(struct req *r, const struct standard_found *f, size_t i, const struct matter_view *shown,
			struct standard_view *v, struct standard_version *x)
{
	bool stands = str_is(f->m.snap->state->id, "active");
	struct str href = str_fmt(r->a, "/standards/%.*s", STR_FMT(f->m.snap->code));

	*x = (struct standard_version){ .name = str_fmt(r->a, "第%zu版", i + 1), .doc_no = public_text(r, &f->m, "doc_no"),
					.from = public_text(r, &f->m, "in_force"), .to = public_text(r, &f->m, "ended_on"),
					.reason = public_text(r, &f->m, "ended_why") };
	if (!stands && !x->to.n)
		x->to = STR("已废止");
	if (f->id == shown->snap->id)
		v->version = x->name;
	else
		x->href = href;
	if (stands)
		v->newest = href;
}

static bool standard_versions(struct req *r, const struct matter_view *m, int64_t item, struct standard_view *v, struct err *err)
{
	struct standards s = { .r = r };
	const struct db_in in[] = { db_i64(item) };
	const struct db_out out[] = { db_to_i64(&s.id) };
	struct standard_found *f;
	struct standard_version *x;
	bool seen;

	if (!db_each(r->db, r->a, &st_standards, DB_IN(in), DB_OUT(out), add_standard, &s, err))
		return false;
	f = arena_many(r->a, s.n, struct standard_found);
	x = arena_many(r->a, s.n, struct standard_version);
	for (size_t i = 0; i < s.n; i++) {
		if (!version_found(r, s.found[i], &f[v->n_of], &seen, err))
			return false;
		v->n_of += seen;
	}
	qsort(f, v->n_of, sizeof(f[0]), by_in_force);
	for (size_t i = 0; i < v->n_of; i++)
		version_row(r, &f[i], i, m, v, &x[i]);
	v->of = x;
	return true;
}

bool standard_show(struct req *r, struct err *err)
{
	struct standard_view v = { 0 };
	const struct field_view *of;
	struct matter_view m;
	struct str item = { 0 };
	struct html h;

	if (!public_see(r, req_param(r, "code"), "discretion", SEE_FIELDS, &m, err))
		return false;
	of = public_field(&m, "item");
	if (of && !standard_versions(r, &m, of->v.i, &v, err))
		return false;
	v.item = item_of(r, &m, &item);
	if (item.n)
		v.item_href = str_fmt(r->a, "/items/%.*s", STR_FMT(item));
	v.doc_no = public_text(r, &m, "doc_no");
	v.in_force = public_text(r, &m, "in_force");
	v.organ = m.organ_name;
	v.issued_by = public_text(r, &m, "issued_by");
	if (!v.issued_by.n)
		v.issued_by = v.organ;
	v.sample = is_sample(&m);
	if (str_is(m.snap->state->id, "ended")) {
		v.ended = public_text(r, &m, "ended_on");
		v.ended_why = public_text(r, &m, "ended_why");
		if (!v.ended.n)
			v.ended = STR("此前");
	}
	tiers_of(r, &m, &v);
	contents_of(r, &m, &v);
	public_frame_fill(r, STR("裁量基准"), DOOR_ITEMS, &v.frame);
	html_init(&h, r->a, HTML_MAX);
	page_public_standard(&h, &v);
	return public_reply(r, 200, &h, err);
}
