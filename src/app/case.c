/* SPDX-License-Identifier: MulanPSL-2.0 */
/* case.c - the page of one matter (办件): who has it, how far it is, what can be done and why not, its limits,
 * contents, papers, relations and record. */
#include "app/case.h"

#include "app/alike.h"
#include "app/exhibit.h"
#include "app/party.h"
#include "app/upload.h"
#include "app/visits.h"
#include "base/day.h"
#include "matter/reading.h"
#include "pages.h"

#define EVENTS_SHOWN 60

struct str case_href(struct req *r, const struct snap *s)
{
	return str_fmt(r->a, "/m/%.*s", STR_FMT(s->code));
}

struct str case_short(const struct snap *s, struct str title)
{
	for (size_t i = 0; i < s->kind->n_number; i++)
		if (s->number[i].n)
			return s->number[i];
	return str_head(title_once(title), 20);
}

bool case_load(struct req *r, unsigned parts, struct matter_view *ret, struct err *err)
{
	const struct actor who = actor_of(r);
	int64_t id;

	return matter_by_code(r->db, r->a, req_param(r, "code"), &id, err)
	    && matter_see(app_of(r)->engine, r->db, r->a, &who, id, parts, ret, err);
}

/* ---- reasons ---- */

static bool asks_for(const struct action *ac, struct str field)
{
	for (size_t i = 0; i < ac->n_form; i++)
		if (str_eq(ac->form[i].field->id, field))
			return true;
	return false;
}

static bool others_do(const struct matter_view *m, const struct action *ac)
{
	for (size_t i = 0; m && i < m->n_action; i++)
		if (m->action[i].def == ac)
			return m->action[i].n_refused && m->action[i].refused[0].sort == REFUSED_RIGHT;
	return false;
}

/* The way on: an action (of the reader, or of whom it names), or the action that asks for the field which is wanting. */
static void way_of(struct req *r, const struct kind *k, const struct matter_view *m, struct str way, struct str href,
		   struct reason_view *ret)
{
	const struct action *ac = kind_action(k, way);
	const struct field *f = ac ? NULL : kind_field(k, way);

	if (ac && others_do(m, ac)) {
		struct buf b;

		buf_init(&b, r->a, 400);
		shown_whos(&b, k->law, &ac->by);
		ret->way = str_fmt(r->a, "%.*s（%.*s）", STR_FMT(ac->name), STR_FMT(buf_str(&b)));
		return;
	}
	if (ac) {
		ret->way = ac->name;
		ret->way_href = m && ac == k->plans.merge ? visits_href(r, m->snap)
						  : str_fmt(r->a, "%.*s/do/%.*s", STR_FMT(href), STR_FMT(ac->id));
		return;
	}
	if (!f)
		return;
	ret->way = str_fmt(r->a, "填写%.*s", STR_FMT(f->name));
	for (size_t i = 0; m && i < m->n_action; i++)
		if (m->action[i].can && asks_for(m->action[i].def, f->id)) {
			ret->way = str_fmt(r->a, "%.*s（填写%.*s）", STR_FMT(m->action[i].def->name), STR_FMT(f->name));
			ret->way_href = str_fmt(r->a, "%.*s/do/%.*s", STR_FMT(href), STR_FMT(m->action[i].def->id));
			return;
		}
}

static struct str without_stop(struct str s)
{
	s = str_trim(s);
	return str_ends(s, STR("。")) ? str_sub(s, 0, s.n - STR("。").n) : s;
}

/* A definition may word more than fact and norm: a heading of its own (暂不能…。) and the way on (下一步：…). */
static void part_sentence(struct reason_view *x)
{
	size_t at = str_starts(x->say, STR("暂不能")) ? str_find(x->say, STR("。"), 0) : SIZE_MAX;

	if (at != SIZE_MAX && at + STR("。").n < x->say.n) {
		x->head = str_sub(x->say, STR("暂不能").n, at);
		x->say = str_sub(x->say, at + STR("。").n, x->say.n);
	}
	at = str_find(x->say, STR("下一步："), 0);
	if (at != SIZE_MAX && at > 0) {
		x->way = without_stop(str_sub(x->say, at + STR("下一步：").n, x->say.n));
		x->own_way = true;
		x->say = str_sub(x->say, 0, at);
	}
	x->say = without_stop(x->say);
}

/* must: today > pay_due. Nobody can do anything about it, and nobody needs to. */
static bool is_wait(const struct expr *must)
{
	struct str s = must ? expr_text(must) : (struct str){ 0 };

	return (str_starts(s, STR("today >")) || str_starts(s, STR("now >"))) && str_find(s, STR(" and "), 0) == SIZE_MAX
	    && str_find(s, STR(" or "), 0) == SIZE_MAX;
}

static bool passes_by_time(const struct kind *k, const struct refusal *v)
{
	for (size_t i = 0; v->sort == REFUSED_CHECK && !v->missing && i < k->n_action; i++)
		for (size_t j = 0; j < k->action[i].n_check; j++)
			if (k->action[i].check[j].node == v->node)
				return is_wait(k->action[i].check[j].must);
	return false;
}

const struct reason_view *case_reasons(struct req *r, const struct kind *k, const struct matter_view *m,
				       const struct refusal *v, size_t n, struct str href)
{
	struct reason_view *out = arena_many(r->a, n, struct reason_view);

	for (size_t i = 0; i < n; i++) {
		out[i] = (struct reason_view){ .say = v[i].say, .target = v[i].target,
					       .missing = v[i].missing, .can_pass = v[i].can_pass,
					       .idle = passes_by_time(k, &v[i]) };
		if (v[i].node) {
			out[i].cite = cite_links_near(r, &v[i].node->cite, &out[i].n_cite);
			out[i].key = v[i].node->path;
		}
		if (v[i].way.n && v[i].sort != REFUSED_FORM)
			way_of(r, k, m, v[i].way, href, &out[i]);
		part_sentence(&out[i]);
	}
	return out;
}

/* ---- what can be done ---- */

/* The running limit that ends first, when the action keeps a limit: 2; another limit: 1. */
static int keeps_limit(const struct matter_view *m, const struct action *ac)
{
	int64_t first = INT64_MAX, due = INT64_MAX;

	for (size_t i = 0; i < m->n_clock; i++) {
		if (m->clock[i].v.state != CLOCK_RUNNING)
			continue;
		first = m->clock[i].v.due < first ? m->clock[i].v.due : first;
		for (size_t j = 0; j < m->clock[i].def->n_until; j++)
			if (str_eq(m->clock[i].def->until[j], ac->id) && m->clock[i].v.due < due)
				due = m->clock[i].v.due;
	}
	return due == INT64_MAX ? 0 : due == first ? 2 : 1;
}

/* How much an action is what comes next: it leads on, it keeps a limit where it is, it adds something; ending and going
 * back come last. */
static int weight(const struct matter_view *m, const struct action *ac)
{
	if (ac->points)
		return 0;
	if (ac->to == TO_CHOOSE
	    || (ac->to == TO_STATE && ac->to_state->index > m->snap->state->index && !ac->to_state->end))
		return 5 + keeps_limit(m, ac);
	return ac->to == TO_STAY ? 2 + keeps_limit(m, ac) : 1;
}

static bool only_right(const struct action_view *x)
{
	for (size_t i = 0; i < x->n_refused; i++)
		if (x->refused[i].sort == REFUSED_RIGHT)
			return true;
	return false;
}

static bool names(const struct str *v, size_t n, struct str id)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(v[i], id))
			return true;
	return false;
}

static bool paused(const struct matter_view *m, const struct clock *c)
{
	for (size_t i = 0; i < m->n_clock; i++)
		if (m->clock[i].def == c && m->clock[i].v.state == CLOCK_PAUSED)
			return true;
	return false;
}

/* An action that only ends a pause is nothing to offer while no limit is paused. */
static bool ends_nothing(const struct matter_view *m, const struct action *ac)
{
	const struct kind *k = m->snap->kind;
	bool ends = false, open = false;

	for (size_t i = 0; i < k->n_clock; i++)
		for (size_t j = 0; j < k->clock[i].n_pause; j++)
			if (names(k->clock[i].pause[j].until, k->clock[i].pause[j].n_until, ac->id)) {
				ends = true;
				open = open || paused(m, &k->clock[i]);
			}
	return ends && !open && ac->to == TO_STAY && !ac->n_form;
}

static void sort_actions(struct req *r, const struct matter_view *m, struct case_view *v)
{
	struct act_view *can = arena_many(r->a, m->n_action, struct act_view);
	struct act_view *cannot = arena_many(r->a, m->n_action, struct act_view);
	struct act_view *others = arena_many(r->a, m->n_action, struct act_view);
	struct act_view *more = arena_many(r->a, m->n_action, struct act_view);
	struct str href = case_href(r, m->snap);
	int held = 0;

	for (size_t i = 0; i < m->n_action; i++) {
		const struct action_view *x = &m->action[i];

		if (ends_nothing(m, x->def))
			continue;
		struct act_view a = { .name = x->def->name, .n_reason = x->n_refused,
				      .href = str_fmt(r->a, "%.*s/do/%.*s", STR_FMT(href), STR_FMT(x->def->id)) };

		a.reason = case_reasons(r, m->snap->kind, m, x->refused, x->n_refused, href);
		bool passable = x->n_refused > 0;

		a.early = passable;
		for (size_t j = 0; j < x->n_refused; j++) {
			a.early = a.early && (x->refused[j].early || x->refused[j].can_pass);
			passable = passable && x->refused[j].can_pass;
		}
		if (x->def->builtin) {
			if (str_is(x->def->id, "recall"))
				a.name = STR("撤回（对方尚未查看）");
			if (x->can && !str_is(x->def->id, "tick")) /* the points have boxes of their own */
				more[v->n_more++] = a;
		} else if (x->can || passable) { /* its form asks for the reason */
			size_t at = v->n_can++;

			a.weight = weight(m, x->def);
			for (; at > 0 && can[at - 1].weight < a.weight; at--)
				can[at] = can[at - 1];
			can[at] = a;
		} else if (only_right(x)) {
			others[v->n_others++] = a;
		} else {
			a.report = report_of(r, m->snap->kind->law, x->refused, x->n_refused);
			cannot[v->n_cannot++] = a;
			if (weight(m, x->def) > held)
				held = weight(m, x->def);
		}
	}
	/* What matters more but is held back leaves no foremost button: the reasons below say what is next. */
	if (v->n_can && can[0].weight > 1 && can[0].weight > held)
		can[0].first = true;
	v->can = can;
	v->cannot = cannot;
	v->others = others;
	v->more = more;
}

/* ---- limits ---- */

void case_clock(struct req *r, const struct matter_view *m, const struct clock_view *c, struct clock_line *ret)
{
	*ret = (struct clock_line){ .name = c->def->name, .chip = c->chip, .who = c->who, .light = light_class(c->light),
				    .running = c->v.state == CLOCK_RUNNING || c->v.state == CLOCK_PAUSED,
				    .provisional = c->provisional,
				    .href = str_fmt(r->a, "/m/%.*s/clock/%.*s?run=%lld", STR_FMT(m->snap->code),
						    STR_FMT(c->def->id), (long long)c->run) };
	ret->cite = cite_links(r, &c->def->node->cite, &ret->n_cite);
}

static bool runs(const struct clock_view *c)
{
	return c->v.state == CLOCK_RUNNING || c->v.state == CLOCK_PAUSED;
}

/* Two limits for one duty: the same acts end both. */
static bool same_duty(const struct clock *a, const struct clock *b)
{
	if (a == b || !a->n_until || a->n_until != b->n_until)
		return false;
	for (size_t i = 0; i < a->n_until; i++)
		if (!names(b->until, b->n_until, a->until[i]))
			return false;
	return true;
}

/* Whether a stricter limit of the same duty runs; of two that end together the first of the definition leads. */
static bool is_looser(const struct matter_view *m, const struct clock_view *c)
{
	for (size_t i = 0; i < m->n_clock; i++) {
		const struct clock_view *o = &m->clock[i];

		if (runs(o) && same_duty(o->def, c->def) && (o->v.due < c->v.due || (o->v.due == c->v.due && o->def < c->def)))
			return true;
	}
	return false;
}

static void clocks(struct req *r, const struct matter_view *m, struct case_view *v)
{
	struct clock_line *l = arena_many(r->a, m->n_clock * 2, struct clock_line);

	for (size_t i = 0; i < m->n_clock; i++) {
		if (!runs(&m->clock[i]) || is_looser(m, &m->clock[i]))
			continue;
		case_clock(r, m, &m->clock[i], &l[v->n_clock++]);
		for (size_t j = 0; j < m->n_clock; j++)
			if (runs(&m->clock[j]) && same_duty(m->clock[i].def, m->clock[j].def) && is_looser(m, &m->clock[j])) {
				case_clock(r, m, &m->clock[j], &l[v->n_clock]);
				l[v->n_clock++].further = true;
			}
	}
	for (size_t i = 0; i < m->n_clock; i++)
		if (!runs(&m->clock[i]))
			case_clock(r, m, &m->clock[i], &l[v->n_clock++]);
	v->clock = l;
}

/* ---- contents ---- */

/* The place of a group among those that are there; a new one at the end. */
static size_t group_at(struct group_view *g, size_t *n, struct str name)
{
	for (size_t i = 0; i < *n; i++)
		if (str_eq(g[i].name, name))
			return i;
	g[*n].name = name;
	return (*n)++;
}

static struct str group_of(const struct field *f)
{
	if (f->type.tag == T_FILES)
		return STR("材料与附件");
	if (f->type.tag == T_ROWS && str_is(f->id, "evidence"))
		return STR("证据");
	return f->group.n ? f->group : STR("基本信息");
}

static void party_part(struct buf *b, const char *name, struct str text)
{
	if (text.n)
		buf_addf(b, "%s%s%.*s", b->n ? "\n" : "", name, STR_FMT(text));
}

/* Who it is, with code, address and whom to call; its other matters, where all of it is shown. */
static bool party_line(struct req *r, const struct field_view *x, struct field_line *ret)
{
	const struct party *p = x->v.party;
	struct buf b;

	buf_init(&b, r->a, 2000);
	party_part(&b, "", p->name);
	party_part(&b, p->sort == PARTY_PERSON ? "证件号码 " : "统一社会信用代码 ", p->code);
	party_part(&b, "地址 ", p->address);
	party_part(&b, p->sort == PARTY_PERSON ? "联系人 " : "法定代表人（负责人） ", p->contact);
	party_part(&b, "电话 ", p->phone);
	if (!buf_ok(&b))
		return true;
	ret->shown = (struct shown){ .sort = SHOWN_NOTE, .text = buf_str(&b) };
	ret->wide = true;
	if (x->masked || x->def->see.set)
		return true;
	ret->more = STR("画像"); /* how many is counted there: a party of thousands of cases would cost each of their pages */
	ret->more_href = party_href(r, p);
	return true;
}

static bool field_of(struct shower *s, const struct field_view *x, struct field_line *ret, struct err *err)
{
	*ret = (struct field_line){ .name = x->def->name, .unit = x->def->unit, .masked = x->masked,
				    .wide = x->def->type.tag == T_ROWS || x->def->type.tag == T_SHEET
					    || (x->def->type.tag == T_NOTE && str_chars(x->v.s) > 60) };
	ret->cite = cite_links(s->r, &x->def->node->cite, &ret->n_cite);
	if (!shown_of(s, &x->def->type, x->v, &ret->shown, err))
		return false;
	return x->v.t != T_PARTY || party_line(s->r, x, ret);
}

/* What nobody filled in: empty, or still the default of its definition. */
static bool untouched(struct req *r, const struct field_view *x)
{
	struct buf b;

	if (!x->def->def)
		return false;
	buf_init(&b, r->a, 1000);
	val_put_plain(&b, x->v);
	return buf_ok(&b) && (str_eq(buf_str(&b), expr_text(x->def->def))
			      || (x->v.t == T_MONEY && x->v.n == 0));
}

static bool is_empty(struct val v)
{
	return val_is_null(v) || (type_is_list(v.t) && (!v.list || !v.list->n));
}

/* A group says each citation once, at its first field: the form says it at every field. */
static void say_once(struct arena *a, const struct field_line *line, size_t n, struct field_line *ret)
{
	struct cite_link *left = arena_many(a, ret->n_cite, struct cite_link);
	size_t n_left = 0;

	for (size_t c = 0; c < ret->n_cite; c++) {
		bool said = false;

		for (size_t i = 0; i < n && !said; i++)
			for (size_t j = 0; j < line[i].n_cite && !said; j++)
				said = str_eq(line[i].cite[j].text, ret->cite[c].text);
		if (!said)
			left[n_left++] = ret->cite[c];
	}
	ret->cite = left;
	ret->n_cite = n_left;
}

/* The fields of all groups, each at the next place of its own; at: the group of each, SIZE_MAX: not shown. */
static bool fill_groups(struct shower *s, const struct matter_view *m, const size_t *at, struct group_view *g, size_t n,
			struct err *err)
{
	struct field_line **line = arena_many(s->r->a, n, struct field_line *);

	for (size_t i = 0; i < n; i++) {
		g[i].field = line[i] = arena_many(s->r->a, g[i].n_field, struct field_line);
		g[i].n_field = 0;
	}
	for (size_t i = 0; i < m->n_field; i++) {
		struct field_line *to;

		if (at[i] == SIZE_MAX)
			continue;
		to = line[at[i]];
		n = g[at[i]].n_field++;
		if (!field_of(s, &m->field[i], &to[n], err))
			return false;
		say_once(s->r->a, to, n, &to[n]);
	}
	return true;
}

static struct group_view numbers(struct req *r, const struct snap *s)
{
	struct group_view g = { .name = STR("文号") };
	struct field_line *l = arena_many(r->a, s->kind->n_number, struct field_line);

	for (size_t i = 0; i < s->kind->n_number; i++)
		if (s->number[i].n)
			l[g.n_field++] = (struct field_line){ .name = s->kind->number[i].name,
							      .shown = { .text = s->number[i] } };
	g.field = l;
	return g;
}

bool case_terms(struct shower *s, const struct matter_view *m, struct group_view *ret, struct err *err)
{
	struct field_line *l = arena_many(s->r->a, m->n_term, struct field_line);

	*ret = (struct group_view){ .name = STR("依法判断"), .field = l };
	for (size_t i = 0; i < m->n_term; i++) {
		struct field_line *x = &l[ret->n_field];

		if (is_empty(m->term[i].v) || !m->term[i].def->name.n)
			continue;
		*x = (struct field_line){ .name = m->term[i].def->name };
		x->cite = cite_links(s->r, &m->term[i].def->node->cite, &x->n_cite);
		if (!shown_of(s, &m->term[i].def->is.type, m->term[i].v, &x->shown, err))
			return false;
		ret->n_field++;
	}
	return true;
}

static size_t set_evidence_apart(struct req *r, struct group_view *g, size_t n, struct case_view *v)
{
	struct group_view *e = arena_many(r->a, 2, struct group_view);
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if ((str_is(g[i].name, "材料与附件") || str_is(g[i].name, "证据")) && v->n_evidence < 2)
			e[v->n_evidence++] = g[i];
		else
			g[kept++] = g[i];
	}
	v->evidence = e;
	return kept;
}

bool case_contents(struct shower *s, const struct matter_view *m, struct case_view *v, struct err *err)
{
	struct group_view *g = arena_many(s->r->a, m->n_field + 2, struct group_view);
	struct str *empty = arena_many(s->r->a, m->n_field, struct str);
	size_t *at = arena_many(s->r->a, m->n_field, size_t), n = 0;

	for (size_t i = 0; i < m->n_field; i++) {
		const struct field_view *x = &m->field[i];

		at[i] = SIZE_MAX;
		if (x->hidden)
			continue;
		if (is_empty(x->v) || untouched(s->r, x)) {
			empty[v->n_empty++] = x->def->name;
			continue;
		}
		at[i] = group_at(g, &n, group_of(x->def));
		g[at[i]].n_field++;
	}
	if (!fill_groups(s, m, at, g, n, err))
		return false;
	n = set_evidence_apart(s->r, g, n, v);
	g[n] = numbers(s->r, m->snap);
	n += g[n].n_field > 0;
	if (!case_terms(s, m, &v->terms, err))
		return false;
	v->group = g;
	v->n_group = n;
	v->empty = empty;
	return true;
}

/* ---- the way it has come ---- */

static struct str month_day(struct req *r, int64_t ms)
{
	struct ymd d = day_ymd(day_at(ms));

	return str_fmt(r->a, "%d月%d日", d.month, d.day);
}

static bool on_path(const struct kind *k, const struct state *st, size_t *ret_at)
{
	for (size_t i = 0; i < k->n_path; i++)
		if (k->path[i] == st) {
			*ret_at = i;
			return true;
		}
	return false;
}

/* States as they were entered, each once, with the day of the last time; back again forgets what came after. */
static size_t passed(struct req *r, const struct matter_view *m, struct step_view *s, const struct state **st)
{
	const struct kind *k = m->snap->kind;
	size_t n = 0;

	for (size_t i = 0; i < m->n_event; i++) {
		const struct action *ac = kind_action(k, m->event[i].action);
		const struct state *to = !ac ? NULL : ac->to == TO_STATE ? ac->to_state
			: str_is(ac->id, "open") && ac->to == TO_STAY ? &k->state[0] : NULL;

		if (!to || (n && st[n - 1] == to))
			continue;
		for (size_t j = 0; j < n; j++)
			if (st[j] == to)
				n = j;
		st[n] = to;
		s[n++] = (struct step_view){ .name = to->name, .when = month_day(r, m->event[i].at) };
	}
	if (!n || st[n - 1] != m->snap->state) {
		st[n] = m->snap->state;
		s[n++] = (struct step_view){ .name = m->snap->state->name };
	}
	return n;
}

/* ✓ what was passed, ● where it stands, ○ what lies ahead on the ordinary way (path of the definition). */
static void steps(struct req *r, const struct matter_view *m, struct case_view *v)
{
	const struct kind *k = m->snap->kind;
	struct step_view *s = arena_many(r->a, m->n_event + k->n_path + 2, struct step_view);
	const struct state **st = arena_many(r->a, m->n_event + 2, const struct state *);
	size_t from = 0, at;

	v->n_step = v->step_at = passed(r, m, s, st);
	s[v->n_step - 1].here = true;
	for (size_t i = 0; i < v->n_step; i++)
		if (on_path(k, st[i], &at) && at + 1 > from)
			from = at + 1;
	for (size_t i = from; i < k->n_path && !m->snap->ended; i++)
		s[v->n_step++] = (struct step_view){ .name = k->path[i]->name, .ahead = true };
	v->step = s;
}

/* ---- record, papers, relations ---- */

static struct str actor_text(struct req *r, const struct event_view *e)
{
	const struct str name = e->stead_name.n ? e->stead_name : e->actor_name;

	if (name.n && e->organ_name.n)
		return str_fmt(r->a, "%.*s（%.*s）", STR_FMT(name), STR_FMT(e->organ_name));
	if (name.n)
		return name;
	if (str_is(e->role, "public"))
		return STR("社会公众");
	return str_is(e->role, "import") ? STR("数据导入") : STR("系统（依法自动办理）");
}

/* What the form promised: whoever sees the record reads why a warning was passed. */
static struct str passed_text(struct req *r, const struct event_view *e)
{
	struct buf b;

	buf_init(&b, r->a, 64000);
	for (size_t i = 0; i < e->n_passed; i++) {
		const struct node *node = e->passed[i].node;
		size_t n = 0;
		const struct cite_link *c = node ? cite_links_near(r, &node->cite, &n) : NULL;

		buf_adds(&b, i ? "；" : "");
		if (n)
			buf_addf(&b, "〔%.*s〕", STR_FMT(c[0].text));
		buf_add(&b, e->passed[i].reason);
	}
	return buf_str(&b);
}

static bool event_of(struct shower *s, const struct matter_view *m, const struct event_view *e, struct event_line *ret,
		     struct err *err)
{
	struct field_line *l = arena_many(s->r->a, e->n_changed, struct field_line);

	*ret = (struct event_line){ .at = shown_time(s->r->a, e->at),
				    .name = str_is(e->action, "paper.frozen")   ? STR("文书固定为PDF")
					    : str_is(e->action, "paper.signed") ? STR("文书电子签名")
										: e->action_name,
				    .reason = e->reason,
				    .points = points_text(s->r->a, e), .told = e->told, .passed = passed_text(s->r, e),
				    .actor = actor_text(s->r, e), .change = l, .n_change = e->n_changed,
				    .proof = str_fmt(s->r->a, "/m/%.*s/events/%lld/proof", STR_FMT(m->snap->code),
						     (long long)e->seq) };
	if (e->entered - e->at > 60000)
		ret->entered = shown_time(s->r->a, e->entered);
	for (size_t i = 0; i < e->n_changed; i++) {
		l[i] = (struct field_line){ .name = e->changed[i]->name };
		if (!shown_of(s, &e->changed[i]->type, e->value[i], &l[i].shown, err))
			return false;
	}
	return true;
}

static bool events(struct shower *s, const struct matter_view *m, struct case_view *v, struct err *err)
{
	bool all = str_is(req_query(s->r, "events"), "all");
	struct event_line *l = arena_many(s->r->a, m->n_event, struct event_line);

	/* That the program has drawn a paper, that somebody has looked, is on record, and seldom of interest. */
	for (size_t i = m->n_event; i-- > 0 && (all || v->n_event < EVENTS_SHOWN);)
		if ((all || !(str_starts(m->event[i].action, STR("paper.")) || str_is(m->event[i].action, READING_OPENING)))
		    && !event_of(s, m, &m->event[i], &l[v->n_event++], err))
			return false;
	v->event = l;
	v->n_event_all = m->n_event;
	return true;
}

static void papers(struct req *r, const struct matter_view *m, struct case_view *v)
{
	struct paper_line *l = arena_many(r->a, m->n_paper, struct paper_line);
	bool waits = false;

	for (size_t i = 0; i < m->n_paper; i++) {
		const struct paper_view *p = &m->paper[i];

		l[i] = (struct paper_line){ .name = p->name, .number = p->number, .made = shown_time(r->a, p->made),
					    .href = str_fmt(r->a, "/doc/%.*s", STR_FMT(p->code)),
					    .ready = str_is(p->state, "frozen"), .failed = str_is(p->state, "failed"),
					    .correction = p->correction, .removed = p->removed != 0 };
		waits = waits || str_is(p->state, "queued");
	}
	v->paper = l;
	v->n_paper = m->n_paper;
	v->frame.refresh = waits && req_query(r, "done").n;
}

/* 案卷, in short; its own page tells the order and what is missing (LY1.09-8, LY1.09-9.2, LY1.09-10). */
static bool dossier(struct shower *s, const struct matter_view *m, struct case_view *v, struct err *err)
{
	const struct actor who = actor_of(s->r);

	v->has_dossier = v->tab == CASE_PAPERS && dossier_is(m);
	return !v->has_dossier || dossier_load(s, m, &who, &v->dossier, err);
}

static void relations(struct req *r, const struct matter_view *m, struct case_view *v)
{
	struct link_line *l = arena_many(r->a, m->n_link, struct link_line);

	for (size_t i = 0; i < m->n_link; i++) {
		bool twice = false; /* a child that a field names too */

		for (size_t j = 0; j < i; j++)
			twice = twice || m->link[j].matter == m->link[i].matter;
		if (twice)
			continue;
		l[v->n_link++] = (struct link_line){ .title = title_once(m->link[i].title), .kind = m->link[i].kind_name,
					   .state = m->link[i].state_name, .relation = m->link[i].relation,
					   .href = str_fmt(r->a, "/m/%.*s", STR_FMT(m->link[i].code)) };
	}
	v->link = l;
}

/* ---- what is open elsewhere ---- */

#define OPEN_SHOWN 4

static bool open_one(struct req *r, const struct link_view *l, struct open_view *ret, bool *ret_open, struct err *err)
{
	const struct actor who = actor_of(r);
	struct act_view *act;
	struct matter_view m;
	struct err hidden = { 0 };

	*ret_open = false;
	if (!matter_see(app_of(r)->engine, r->db, r->a, &who, l->matter, SEE_ACTIONS | SEE_CLOCKS, &m, &hidden))
		return hidden.code == ERR_NOT_FOUND || err_set(err, hidden.code, "%s", hidden.msg);
	if (m.snap->ended || kind_is_register(m.snap->kind))
		return true;
	*ret_open = true;
	*ret = (struct open_view){ .title = title_once(l->title), .href = case_href(r, m.snap), .state = m.snap->state->name,
				   .holder = m.holder };
	if (m.n_clock && (m.clock[0].v.state == CLOCK_RUNNING || m.clock[0].v.state == CLOCK_PAUSED)) {
		ret->chip = m.clock[0].chip;
		ret->light = light_class(m.clock[0].light);
	}
	act = arena_many(r->a, m.n_action, struct act_view);
	for (size_t i = 0; i < m.n_action && ret->n_act < 3; i++)
		if (m.action[i].can && !m.action[i].def->builtin)
			act[ret->n_act++] = (struct act_view){
				.name = m.action[i].def->name,
				.href = str_fmt(r->a, "%.*s/do/%.*s", STR_FMT(ret->href), STR_FMT(m.action[i].def->id)) };
	ret->act = act;
	return true;
}

/* Children that are not done yet hold the case up: what stands there, and what this person can do about it. */
static bool open_links(struct req *r, const struct matter_view *m, struct case_view *v, struct err *err)
{
	struct open_view *o = arena_many(r->a, OPEN_SHOWN, struct open_view);

	for (size_t i = m->n_link; i-- > 0 && v->n_open < OPEN_SHOWN;) {
		bool open = false;

		if (m->link[i].child && !open_one(r, &m->link[i], &o[v->n_open], &open, err))
			return false;
		v->n_open += open;
	}
	v->open = o;
	return true;
}

/* ---- head and tabs ---- */

/* A matter that is called only what it is (交接, AB角委托) is told apart by its people. */
static struct str full_title(struct shower *s, const struct matter_view *m)
{
	struct str title = title_once(m->title);
	struct buf b;
	size_t n = 0;

	if (!str_eq(title, m->snap->kind->name))
		return title;
	buf_init(&b, s->r->a, 1000);
	buf_add(&b, title);
	for (size_t i = 0; i < m->n_field && n < 3; i++)
		if (m->field[i].def->type.tag == T_USER && !m->field[i].hidden && !is_empty(m->field[i].v)) {
			buf_adds(&b, n++ ? "、" : "：");
			buf_add(&b, shown_text(s, m->field[i].v));
		}
	return buf_str(&b);
}

static void head_facts(struct shower *s, const struct matter_view *m, struct case_view *v)
{
	for (size_t i = 0; i < m->n_field; i++)
		if (str_is(m->field[i].def->id, "officers") && !m->field[i].hidden && !is_empty(m->field[i].v))
			v->officers = shown_text(s, m->field[i].v);
	for (size_t i = 0; i < m->n_term; i++)
		if (str_is(m->term[i].def->id, "major") && m->term[i].v.t == T_BOOL) {
			v->major = str_fmt(s->r->a, "%.*s：%s", STR_FMT(m->term[i].def->name), m->term[i].v.b ? "是" : "否");
			v->major_why = str_fmt(s->r->a, "%.*s#terms", STR_FMT(case_href(s->r, m->snap)));
		}
}

static void put_case_tab(struct req *r, struct case_view *v, enum case_tab tab, struct str name, const char *path, size_t n)
{
	v->tabs[v->n_tabs++] = (struct tab){ .name = name, .href = str_fmt(r->a, "/m/%.*s%s", STR_FMT(v->code), path),
					     .count = (int64_t)n, .here = v->tab == tab, .counted = tab != CASE_INFO };
}

static size_t count_evidence(const struct case_view *v)
{
	size_t n = 0;

	for (size_t i = 0; i < v->n_evidence; i++)
		for (size_t k = 0; k < v->evidence[i].n_field; k++)
			n += v->evidence[i].field[k].shown.n_row;
	return n + v->n_exhibit;
}

static void case_tabs(struct req *r, struct case_view *v)
{
	put_case_tab(r, v, CASE_INFO, STR("基本信息"), "", 0);
	put_case_tab(r, v, CASE_PAPERS, STR("文书"), "/papers", v->n_paper);
	put_case_tab(r, v, CASE_EVIDENCE, STR("证据"), "/evidence", count_evidence(v));
	put_case_tab(r, v, CASE_LINKS, STR("关联"), "/links", v->n_link);
	put_case_tab(r, v, CASE_NOTES, STR("批注"), "/notes", (size_t)v->together.n_note);
	put_case_tab(r, v, CASE_EVENTS, STR("时间线"), "/events", v->n_event);
}

static enum case_tab tab_of(const struct req *r)
{
	static const char *const ends[CASE_TABS] = { "", "/papers", "/evidence", "/links", "/notes", "/events" };

	for (int i = 1; i < CASE_TABS; i++)
		if (str_ends(r->path, str_of(ends[i])))
			return (enum case_tab)i;
	return CASE_INFO;
}

/* 已批准立案。现由李红办，▲ 剩3个工作日 · 11月25日届满。 */
/* What the act has just made is at hand for the printer. */
static void fresh_papers(struct req *r, const struct matter_view *m, const struct action *ac, struct case_view *v)
{
	struct paper_line *l = arena_many(r->a, m->n_paper, struct paper_line);
	int64_t since = INT64_MAX;

	for (size_t i = 0; i < m->n_event; i++)
		if (str_eq(m->event[i].action, ac->id))
			since = m->event[i].entered < m->event[i].at ? m->event[i].entered : m->event[i].at;
	for (size_t i = 0; i < m->n_paper; i++)
		for (size_t k = 0; k < ac->n_makes; k++)
			if (m->paper[i].made >= since && str_eq(m->paper[i].paper, ac->makes[k]->id))
				l[v->n_fresh++] = v->paper[i];
	v->fresh = l;
}

static void done(struct req *r, const struct matter_view *m, struct case_view *v)
{
	const struct action *ac = kind_action(m->snap->kind, req_query(r, "done"));
	const struct clock_view *c = NULL;
	struct buf b;

	if (!ac)
		return;
	for (size_t i = 0; i < m->n_clock; i++)
		if (m->clock[i].v.state == CLOCK_RUNNING && (!c || m->clock[i].v.due < c->v.due))
			c = &m->clock[i];
	buf_init(&b, r->a, 1000);
	buf_addf(&b, "已%.*s。", STR_FMT(ac->name));
	if (m->holder.n)
		buf_addf(&b, "现由 %.*s 办。", STR_FMT(m->holder));
	if (c)
		buf_addf(&b, "%.*s：%.*s。", STR_FMT(c->def->name), STR_FMT(c->chip));
	if (v->n_can && v->can[0].first)
		buf_addf(&b, "下一步：%.*s。", STR_FMT(v->can[0].name));
	v->done = buf_str(&b);
	fresh_papers(r, m, ac, v);
}

/* ---- who has opened it ---- */

struct opening {
	struct engine *e;
	struct reading x;
	int status;
};

static bool opening_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct opening *o = ctx;

	return reading_put(o->e, db, a, &o->x, err);
}

static bool opening_done(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	const struct opening *o = ctx;

	if (!ok)
		return err_set(err, failed->code, "%s", failed->msg);
	r->status = o->status;
	return true;
}

/* The reply is ready; it goes out when the record has it, once a person, matter and day. */
static bool reply_opened(struct req *r, const struct matter_view *m, struct err *err)
{
	const struct actor who = actor_of(r);
	struct opening *o = arena_one(r->a, struct opening);
	struct err shut = { 0 };
	bool known;

	*o = (struct opening){ app_of(r)->engine, { .matter = m->snap->id, .person = who.person, .organ = who.organ }, r->status };
	if (!m->snap->kind->openings)
		return true;
	if (!reading_known(o->e, r->db, r->a, &o->x, &known, err))
		return false;
	if (known)
		return true;
	return !gate_may_write(r, &shut) || req_write(r, opening_run, o, opening_done); /* 只能查看: looking goes on */
}

bool case_show(struct req *r, struct err *err)
{
	const struct actor who = actor_of(r);
	struct case_view v = { .n_step = 0 };
	struct matter_view m;
	struct shower s;
	struct html h;

	if (!case_load(r, SEE_ALL, &m, err) || !frame_load(r, m.title, &v.frame, err) || !shower_init(r, &s, err))
		return false;
	v.code = m.snap->code;
	v.title = full_title(&s, &m);
	v.kind = m.snap->kind->name;
	v.kind_href = str_fmt(r->a, "/k/%.*s", STR_FMT(m.snap->kind->id));
	v.draws = m.snap->kind->n_draw > 0;
	v.alike = alike_is(m.snap->kind, NULL);
	v.organ = m.organ_name;
	v.state = m.snap->state->name;
	v.holder = m.snap->ended ? (struct str){ 0 } : m.holder;
	v.query_code = m.snap->query_code;
	v.opened = shown_time(r->a, m.snap->opened);
	for (size_t i = 0; i < m.snap->kind->n_number && !v.number.n; i++)
		v.number = m.snap->number[i];
	if (m.snap->ended)
		v.ended = shown_time(r->a, m.snap->ended);
	if (matter_loan_open(m.snap, &who))
		v.read_href = str_fmt(r->a, "%.*s/read", STR_FMT(case_href(r, m.snap)));
	v.tab = tab_of(r);
	v.frame.script = true;
	frame_crumb(&v.frame, v.kind, v.kind_href);
	frame_crumb(&v.frame, v.number.n ? v.number : v.title, (struct str){ 0 });
	head_facts(&s, &m, &v);
	sort_actions(r, &m, &v);
	clocks(r, &m, &v);
	steps(r, &m, &v);
	papers(r, &m, &v);
	relations(r, &m, &v);
	if (!dossier(&s, &m, &v, err) || !case_contents(&s, &m, &v, err) || !events(&s, &m, &v, err) || !together_load(r, &m, &v.together, err)
	    || !together_look(r, m.snap->id, err)
	    || !open_links(r, &m, &v, err) || !exhibits_load(r, &m, &v.exhibit, &v.n_exhibit, err))
		return false;
	if (v.tab == CASE_EVIDENCE)
		v.sent = upload_waiting(r, m.snap->id, (struct str){ 0 }, (struct str){ 0 }, &v.n_sent);
	done(r, &m, &v);
	case_tabs(r, &v);
	html_init(&h, r->a, HTML_MAX);
	page_case(&h, &v);
	return frame_reply(r, 200, &h, err) && reply_opened(r, &m, err);
}
