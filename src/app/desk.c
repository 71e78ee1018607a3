/* SPDX-License-Identifier: MulanPSL-2.0 */
/* desk.c - 工作台: what is due, not what exists; and 收件箱. */
#include "app/rows.h"
#include "app/together.h"
#include "base/day.h"
#include "base/parse.h"
#include "pages.h"
#include "web/asset.h"

#define DESK_MOST 200
#define WAITING_MOST 50
#define INBOX_PAGE 50

const char *light_class(enum light l)
{
	switch (l) {
	case LIGHT_GREEN:
		return "mf-light mf-light-green";
	case LIGHT_YELLOW:
		return "mf-light mf-light-yellow";
	case LIGHT_RED:
		return "mf-light mf-light-red";
	default:
		return "mf-light mf-light-grey";
	}
}

/* Titles are made of party and cause; where the cause begins with the party's name, it is not said twice. */
struct str title_once(struct str title)
{
	size_t gap = str_chr(title, ' ', 0);

	if (gap != SIZE_MAX && str_starts(str_sub(title, gap + 1, title.n), str_sub(title, 0, gap)))
		return str_sub(title, gap + 1, title.n);
	return title;
}

static const struct stmt st_parent = { "row_parent", "SELECT title FROM matter WHERE id = $1" };

/* What a child is about is told by its parent. */
static struct str parent_title(struct req *r, const struct snap *s)
{
	const struct db_in in[] = { db_i64(s->parent) };
	struct str title = { 0 };
	const struct db_out out[] = { db_to_str(&title) };
	struct err err = { 0 };
	bool found;

	if (!s->parent || !db_maybe(r->db, r->a, &st_parent, DB_IN(in), DB_OUT(out), &found, &err))
		return (struct str){ 0 };
	return title_once(title);
}

void row_of_list(struct req *r, const struct list_row *x, struct row_view *ret)
{
	const struct snap *s = x->snap;
	const struct actor who = actor_of(r);

	*ret = (struct row_view){ .code = s->code, .title = title_once(x->title), .parent = parent_title(r, s), .kind = s->kind->name, .state = x->state_name,
				  .holder = x->holder, .organ = x->organ_name, .updated = shown_time(r->a, x->updated),
				  .light = "", .id = s->id, .stead = x->stead };
	for (size_t i = 0; i < s->kind->n_number && !ret->number.n; i++)
		ret->number = s->number[i];
	if (x->clock.def) {
		ret->chip = x->clock.chip;
		ret->clock = x->clock.def->name;
		ret->light = light_class(x->clock.light);
	}
	if (x->n_clock > 1)
		ret->more = str_fmt(r->a, "+%zu个时限", x->n_clock - 1);
	ret->next_href = str_fmt(r->a, "/m/%.*s", STR_FMT(s->code));
	if (x->next) {
		ret->next = x->next->next.n ? x->next->next : x->next->name;
		ret->next_href = str_fmt(r->a, "/m/%.*s/do/%.*s", STR_FMT(s->code), STR_FMT(x->next->id));
	}
	if (matter_loan_open(s, &who)) { /* what a reader does with an approved loan is read */
		ret->next = STR("阅卷");
		ret->next_href = str_fmt(r->a, "/m/%.*s/read", STR_FMT(s->code));
	}
}

/* ---- what waits for me ---- */

enum when { WHEN_LATE, WHEN_TODAY, WHEN_WEEK, WHEN_LATER, WHEN_MAX };

static enum when when_of(const struct list_row *x, int64_t today)
{
	int64_t sunday = today + 7 - day_weekday(today);
	int64_t due = x->clock.def ? x->clock.v.due : 0;

	if (x->clock.light == LIGHT_RED)
		return WHEN_LATE;
	if (!due || x->clock.light == LIGHT_PAUSED || x->clock.light == LIGHT_NONE)
		return WHEN_LATER;
	if (due <= day_start(today + 1))
		return WHEN_TODAY;
	return due <= day_start(sunday + 1) ? WHEN_WEEK : WHEN_LATER;
}

static void put_tab(struct desk_view *v, const char *id, struct str name, int64_t count, struct str chosen, struct arena *a)
{
	v->tab[v->n_tab++] = (struct tab){ name, str_fmt(a, "/?tab=%s", id), count, str_is(chosen, id), true };
}

static bool shows(struct str tab, enum when w)
{
	if (str_is(tab, "late"))
		return w == WHEN_LATE;
	if (str_is(tab, "today"))
		return w == WHEN_TODAY || w == WHEN_LATE;
	if (str_is(tab, "week"))
		return w != WHEN_LATER;
	return true;
}

/* ---- what waits for others: matters in which I did something, not ended, not on my desk, and somebody has to act: a thing in
 * a store or a room in use waits for nobody ---- */

static const struct stmt st_acted = { "desk_acted",
	"SELECT m.id FROM matter m WHERE m.ended IS NULL AND m.id IN "
	"(SELECT matter FROM (SELECT matter FROM event WHERE actor = $1 AND role <> 'reader' ORDER BY at DESC LIMIT 300) AS recent) "
	"AND m.kind NOT IN ('organ', 'person', 'certificate', 'enforcement_item', 'discretion', 'setting', 'party_register') "
	"ORDER BY CASE WHEN m.due IS NULL THEN 1 ELSE 0 END, m.due, m.id LIMIT 200" };

struct ids {
	int64_t id, v[DESK_MOST];
	size_t n;
};

static bool add_id(void *ctx, struct err *err)
{
	struct ids *x = ctx;

	(void)err;
	if (x->n < DESK_MOST)
		x->v[x->n++] = x->id;
	return true;
}

static bool is_mine(const struct list_row *mine, size_t n, int64_t id)
{
	for (size_t i = 0; i < n; i++)
		if (mine[i].snap->id == id)
			return true;
	return false;
}

static void row_of_view(struct req *r, const struct matter_view *m, struct row_view *ret)
{
	const struct clock_view *nearest = NULL;

	*ret = (struct row_view){ .code = m->snap->code, .title = title_once(m->title),
				  .parent = parent_title(r, m->snap), .kind = m->snap->kind->name,
				  .state = m->snap->state->name, .holder = m->holder, .organ = m->organ_name, .light = "",
				  .id = m->snap->id, .next_href = str_fmt(r->a, "/m/%.*s", STR_FMT(m->snap->code)) };
	for (size_t i = 0; i < m->snap->kind->n_number && !ret->number.n; i++)
		ret->number = m->snap->number[i];
	for (size_t i = 0; i < m->n_clock; i++) {
		const struct clock_view *c = &m->clock[i];

		if (c->v.state == CLOCK_RUNNING && (!nearest || c->v.due < nearest->v.due))
			nearest = c;
	}
	if (nearest) {
		ret->chip = nearest->chip;
		ret->clock = nearest->def->name;
		ret->light = light_class(nearest->light);
	}
}

/* ---- since when it lies there: the last act that led into a state ---- */

static const struct stmt st_acts = { "desk_acts",
	"SELECT action, at FROM event WHERE matter = $1 ORDER BY seq DESC LIMIT 50" };

struct last_move {
	const struct kind *kind;
	struct str action;
	int64_t at, moved;
};

static bool look_for_move(void *ctx, struct err *err)
{
	struct last_move *x = ctx;
	const struct action *a = x->moved ? NULL : kind_action(x->kind, x->action);

	(void)err;
	if (a && (a->to != TO_STAY || str_is(a->id, "open")))
		x->moved = x->at;
	return true;
}

static bool put_since(struct req *r, const struct snap *s, struct row_view *row, struct err *err)
{
	struct last_move x = { .kind = s->kind };
	const struct db_in in[] = { db_i64(s->id) };
	const struct db_out out[] = { db_to_str(&x.action), db_to_i64(&x.at) };
	const int64_t today = day_at(now_of(r));
	struct ymd d;

	if (!db_each(r->db, r->a, &st_acts, DB_IN(in), DB_OUT(out), look_for_move, &x, err))
		return false;
	d = day_ymd(day_at(x.moved));
	if (!x.moved)
		return true;
	if (day_at(x.moved) == today)
		row->since = STR("今天送到");
	else if (d.year == day_ymd(today).year)
		row->since = str_fmt(r->a, "%d月%d日送到", d.month, d.day);
	else
		row->since = str_fmt(r->a, "%d年%d月%d日送到", d.year, d.month, d.day);
	return true;
}

static bool waiting(struct req *r, const struct list_row *mine, size_t n, struct row_view **ret, size_t *ret_n,
		    struct err *err)
{
	const struct actor who = actor_of(r);
	const struct db_in in[] = { db_i64(who.person) };
	struct ids x = { .n = 0 };
	const struct db_out out[] = { db_to_i64(&x.id) };
	struct row_view *row = arena_many(r->a, WAITING_MOST, struct row_view);
	size_t got = 0;

	if (!db_each(r->db, r->a, &st_acted, DB_IN(in), DB_OUT(out), add_id, &x, err))
		return false;
	for (size_t i = 0; i < x.n && got < WAITING_MOST; i++) {
		struct matter_view m;
		struct err hidden = { 0 };

		if (is_mine(mine, n, x.v[i]))
			continue;
		if (!matter_see(app_of(r)->engine, r->db, r->a, &who, x.v[i], SEE_CLOCKS, &m, &hidden)) {
			if (hidden.code != ERR_NOT_FOUND)
				return err_set(err, hidden.code, "%s", hidden.msg);
		} else if (m.holder.n) {
			row_of_view(r, &m, &row[got]);
			if (!put_since(r, m.snap, &row[got++], err))
				return false;
		}
	}
	*ret = row;
	*ret_n = got;
	return true;
}

/* ---- drafts ---- */

static const struct stmt st_drafts = { "desk_drafts",
	"SELECT d.matter, d.action, d.at, COALESCE(m.code, ''), COALESCE(m.title, ''), COALESCE(m.kind, '') "
	"FROM draft d LEFT JOIN matter m ON m.id = d.matter WHERE d.person = $1 ORDER BY d.at DESC LIMIT 50" };

struct drafts {
	struct req *r;
	const struct law *law;
	struct draft_view *v;
	size_t n;
	int64_t matter, at;
	struct str action, code, title, kind;
};

static bool add_draft(void *ctx, struct err *err)
{
	struct drafts *x = ctx;
	const struct kind *k = law_kind(x->law, x->matter ? x->kind : x->action);
	const struct action *ac = k && x->matter ? kind_action(k, x->action) : NULL;
	struct draft_view *d = &x->v[x->n++];
	struct arena *a = x->r->a;

	(void)err;
	*d = (struct draft_view){ .title = x->title, .what = ac ? ac->name : x->action, .at = shown_time(a, x->at) };
	if (x->matter) {
		d->href = str_fmt(a, "/m/%.*s/do/%.*s", STR_FMT(x->code), STR_FMT(x->action));
	} else {
		d->title = k ? k->name : x->action;
		d->what = STR("新建");
		d->href = str_fmt(a, "/k/%.*s/new", STR_FMT(x->action));
	}
	return true;
}

static bool read_drafts(struct req *r, struct desk_view *v, struct err *err)
{
	struct drafts x = { .r = r, .v = arena_many(r->a, 50, struct draft_view) };
	const struct db_in in[] = { db_i64(r->session->person) };
	const struct db_out out[] = { db_to_i64(&x.matter), db_to_str(&x.action), db_to_i64(&x.at), db_to_str(&x.code),
				      db_to_str(&x.title), db_to_str(&x.kind) };

	if (!frame_law(r, &x.law, err) || !db_each(r->db, r->a, &st_drafts, DB_IN(in), DB_OUT(out), add_draft, &x, err))
		return false;
	v->draft = x.v;
	v->n_draft = x.n;
	return true;
}

/* ---- the page ---- */

static bool has_new(const struct frame *f)
{
	for (size_t i = 0; i < f->n_menu; i++)
		if (str_is(f->menu[i].href, "/new"))
			return true;
	return false;
}

static struct str nothing(struct arena *a, struct str tab, const int64_t *count, const struct frame *f)
{
	if (str_is(tab, "late"))
		return STR("没有逾期的办件。");
	if (str_is(tab, "today"))
		return count[WHEN_WEEK] ? str_fmt(a, "今天没有到期的办件。本周还有%lld件到期，见“本周届满”。", (long long)count[WHEN_WEEK])
					: STR("今天没有到期的办件。");
	if (str_is(tab, "week"))
		return count[WHEN_LATER] ? STR("本周没有到期的办件。其余待办见“全部待办”。") : STR("本周没有到期的办件。");
	if (str_is(tab, "others"))
		return STR("没有在等他人办理的办件。");
	return has_new(f) ? STR("没有待办的办件。要登记新的办件，从“新建”开始。") : STR("没有待办的办件。");
}

/* All that the desk shows, whichever tab is chosen: each tab says how many it holds. */
struct desk {
	struct req *r;
	const struct list_row *mine;
	size_t n, n_others;
	struct row_view *others;
	int64_t count[WHEN_MAX];
	int64_t today;
};

static bool read_desk(struct desk *d, struct desk_view *v, struct err *err)
{
	struct req *r = d->r;
	struct list_query q = { .who = actor_of(r), .mine = true, .order = LIST_DUE, .limit = DESK_MOST };

	d->today = day_at(now_of(r));
	if (!matter_list(app_of(r)->engine, r->db, r->a, &q, &d->mine, &d->n, err))
		return false;
	for (size_t i = 0; i < d->n; i++)
		d->count[when_of(&d->mine[i], d->today)]++;
	v->heading = str_is(v->frame.role_id, "head") ? STR("待签") : STR("工作台");
	v->frame.title = v->heading;
	return true;
}

/* A phone or a scanner finds the matter again by its address; who may not see it learns nothing else from the paper. */
static void put_codes(struct req *r, struct row_view *row, size_t n)
{
	for (size_t i = 0; i < n; i++)
		row[i].qr = qr_of(r->a, str_fmt(r->a, "/m/%.*s", STR_FMT(row[i].code)));
}

static bool fill_rows(struct desk *d, struct desk_view *v, struct str tab, struct err *err)
{
	struct row_view *row = arena_many(d->r->a, d->n + 1, struct row_view);

	for (size_t i = 0; i < d->n; i++)
		if (shows(tab, when_of(&d->mine[i], d->today)))
			row_of_list(d->r, &d->mine[i], &row[v->n_row++]);
	if (v->sheet)
		put_codes(d->r, row, v->n_row);
	v->row = row;
	v->cut = d->n == DESK_MOST;
	return rows_points(d->r, row, v->n_row, err);
}

static void put_tabs(const struct desk *d, struct desk_view *v, struct str tab)
{
	const int64_t late = d->count[WHEN_LATE], today = d->count[WHEN_TODAY] + late;
	struct arena *a = d->r->a;

	put_tab(v, "all", str_is(v->frame.role_id, "head") ? STR("全部待签") : STR("全部待办"), (int64_t)d->n, tab, a);
	put_tab(v, "today", STR("今天"), today, tab, a);
	put_tab(v, "week", STR("本周届满"), d->count[WHEN_WEEK] + today, tab, a);
	put_tab(v, "late", STR("逾期"), late, tab, a);
	put_tab(v, "others", STR("等他人"), (int64_t)d->n_others, tab, a);
	put_tab(v, "drafts", STR("草稿"), (int64_t)v->n_draft, tab, a);
	put_tab(v, "watched", STR("我盯的"), (int64_t)v->n_watched, tab, a);
}

/* In the week before a holiday: what falls due in it is handed over in time. */
static bool holiday_notice(struct req *r, struct desk_view *v, struct err *err)
{
	const struct law *law;
	int64_t from, to;
	struct ymd a, b;
	struct buf href;

	if (!frame_law(r, &law, err))
		return false;
	if (!holiday_soon(law->calendar, day_at(now_of(r)), &from, &to))
		return true;
	a = day_ymd(from);
	b = day_ymd(to);
	v->notice = str_fmt(r->a, "%.*s假期%d月%d日至%d月%d日。节日期间届满的办件，请于%d月%d日前办结或者交接。",
			    STR_FMT(calendar_name(law->calendar, from)), a.month, a.day, b.month, b.day, a.month, a.day);
	buf_init(&href, r->a, 200);
	buf_adds(&href, "/k/handover/new?f.sort=holiday&f.from_day=");
	day_put(&href, from);
	buf_adds(&href, "&f.to_day=");
	day_put(&href, to);
	v->notice_href = buf_str(&href);
	return true;
}

bool desk_show(struct req *r, struct err *err)
{
	struct desk_view v = { .n_tab = 0 };
	struct desk d = { .r = r };
	struct str tab = req_query(r, "tab").n ? req_query(r, "tab") : STR("all");
	struct html h;

	if (!frame_load(r, STR("工作台"), &v.frame, err) || !read_desk(&d, &v, err)
	    || !waiting(r, d.mine, d.n, &d.others, &d.n_others, err) || !read_drafts(r, &v, err)
	    || !holiday_notice(r, &v, err) || !desk_side(r, &v, d.others, d.n_others, err))
		return false;
	put_tabs(&d, &v, tab);
	v.drafts = str_is(tab, "drafts");
	v.watching = str_is(tab, "watched");
	v.none = nothing(r->a, tab, d.count, &v.frame);
	if (str_is(tab, "others")) {
		v.row = d.others;
		v.n_row = d.n_others;
	} else if (!v.drafts && !v.watching && !fill_rows(&d, &v, tab, err)) {
		return false;
	}
	html_init(&h, r->a, HTML_MAX);
	page_desk(&h, &v);
	return frame_reply(r, 200, &h, err);
}

/* 待办单: for those who go through their desk on paper. */
bool desk_sheet(struct req *r, struct err *err)
{
	struct desk_view v = { .sheet = true, .script = asset_url(r->a, "list.js") };
	struct desk d = { .r = r };
	struct html h;

	if (!frame_load(r, STR("待办单"), &v.frame, err) || !read_desk(&d, &v, err) || !fill_rows(&d, &v, STR("all"), err))
		return false;
	v.frame.title = STR("待办单");
	v.printed = shown_time(r->a, now_of(r));
	frame_crumb(&v.frame, STR("待办单"), (struct str){ 0 });
	html_init(&h, r->a, HTML_MAX);
	page_desk_sheet(&h, &v);
	return frame_reply(r, 200, &h, err);
}

static const struct stmt st_desk_unread = { "desk_unread",
	"SELECT COUNT(*) FROM (SELECT 1 FROM message WHERE person = $1 AND read_at IS NULL AND done_at IS NULL LIMIT 100) AS m" };

/* Asked by an open desk once a minute: two indexed counts, and nothing at all to draw when they are the same. */
bool desk_count(struct req *r, struct err *err)
{
	const struct actor who = actor_of(r);
	const struct db_in in[] = { db_i64(who.person) };
	int64_t mine, unread;
	const struct db_out out[] = { db_to_i64(&unread) };
	struct str etag;

	if (!matter_count_mine(app_of(r)->engine, r->db, r->a, &who, &mine, err)
	    || !db_one(r->db, r->a, &st_desk_unread, DB_IN(in), DB_OUT(out), err))
		return false;
	etag = str_fmt(r->a, "\"%lld-%lld\"", (long long)mine, (long long)unread);
	reply_header(r, "Cache-Control", STR("private, no-cache"));
	reply_header(r, "ETag", etag);
	if (str_eq(r->if_none_match, etag))
		return reply_not_modified(r);
	return reply_json(r, 200, str_fmt(r->a, "{\"mine\":%lld,\"unread\":%lld}", (long long)mine, (long long)unread));
}

/* ---- 收件箱 ---- */

static const struct stmt st_messages = { "inbox",
	"SELECT g.id, g.kind, g.text, g.at, g.read_at, g.done_at, "
	"COALESCE(g.href, '/m/' || m.code, ''), g.person, COALESCE(g.matter, 0) FROM message g "
	"LEFT JOIN matter m ON m.id = g.matter WHERE g.person = $1 AND g.id < $2 ORDER BY g.id DESC LIMIT 400" };
/* With the messages of those in whose stead one acts today (AB角): $3 organ, $4 day. */
static const struct stmt st_messages_too = { "inbox_too",
	"SELECT g.id, g.kind, g.text, g.at, g.read_at, g.done_at, COALESCE(g.href, '/m/' || m.code, ''), g.person,"
	" COALESCE(g.matter, 0) FROM message g LEFT JOIN matter m ON m.id = g.matter WHERE (g.person = $1 OR g.person IN (SELECT d.principal FROM"
	" delegation d WHERE d.deputy = $1 AND d.organ = $3 AND d.from_day <= $4 AND d.to_day >= $4)) AND g.id < $2"
	" ORDER BY g.id DESC LIMIT 400" };
static const struct stmt st_read_all = { "inbox_read",
	"UPDATE message SET read_at = $2 WHERE person = $1 AND read_at IS NULL" };

struct messages {
	struct req *r;
	struct message_view *v;
	size_t n;
	struct str tab;
	int64_t id, at, read_at, done_at, last, person, matter;
	struct str kind, text, href;
	const struct stead_view *stead;
	size_t n_stead;
	bool more;
};

/* A message of whoever is away is marked; one about what the deputy may not see stays away. */
static bool marked(struct messages *x, bool *ret, struct err *err)
{
	const struct actor who = actor_of(x->r);

	*ret = x->person == who.person;
	for (size_t i = 0; i < x->n_stead && !*ret; i++)
		if (x->stead[i].person == x->person && x->matter) {
			x->text = str_fmt(x->r->a, "代%.*s：%.*s", STR_FMT(x->stead[i].name), STR_FMT(x->text));
			return matter_seen_by(app_of(x->r)->engine, x->r->db, x->r->a, &who, x->matter, ret, err);
		}
	return true;
}

/* A message of a finished act clears itself: it is found under 已办. */
static bool in_tab(struct str tab, struct str kind, bool done)
{
	bool act = str_is(kind, "next") || str_is(kind, "warn");

	if (str_is(tab, "done"))
		return done && act;
	if (str_is(tab, "told"))
		return str_is(kind, "tell");
	if (str_is(tab, "system"))
		return !act && !str_is(kind, "tell");
	return act && !done;
}

static bool add_message(void *ctx, struct err *err)
{
	struct messages *x = ctx;

	bool mine;

	if (!in_tab(x->tab, x->kind, x->done_at != 0))
		return true;
	if (!marked(x, &mine, err) || !mine)
		return !err->code;
	if (x->n == INBOX_PAGE) {
		x->more = true;
		return false;
	}
	x->last = x->id;
	x->v[x->n] = (struct message_view){ .text = x->text, .at = shown_time(x->r->a, x->at), .unread = !x->read_at && !x->done_at,
					    .done = x->done_at != 0 };
	x->v[x->n++].href = x->href;
	return true;
}

bool inbox_show(struct req *r, struct err *err)
{
	struct inbox_view v = { .n_message = 0 };
	struct messages x = { .r = r, .v = arena_many(r->a, INBOX_PAGE, struct message_view), .tab = req_query(r, "tab") };
	bool no_read, no_done;
	int64_t before;
	const struct db_out out[] = { db_to_i64(&x.id), db_to_str(&x.kind), db_to_str(&x.text), db_to_i64(&x.at),
				      db_to_i64_null(&x.read_at, &no_read), db_to_i64_null(&x.done_at, &no_done),
				      db_to_str(&x.href), db_to_i64(&x.person), db_to_i64(&x.matter) };
	const struct actor who = actor_of(r);
	struct html h;

	if (!parse_i64(req_query(r, "before"), 1, INT64_MAX, &before))
		before = INT64_MAX;
	{
		const struct db_in in[] = { db_i64(r->session->person), db_i64(before), db_i64(who.organ),
					    db_i64(day_at(now_of(r))) };

		if (!frame_load(r, STR("收件箱"), &v.frame, err)
		    || !steads_of(app_of(r)->engine, r->db, r->a, &who, &x.stead, &x.n_stead, err)
		    || !db_each(r->db, r->a, x.n_stead ? &st_messages_too : &st_messages, in, x.n_stead ? 4 : 2, DB_OUT(out),
				add_message, &x, err))
			return false;
	}
	frame_crumb(&v.frame, STR("收件箱"), (struct str){ 0 });
	v.tab[0] = (struct tab){ .name = STR("需我办"), .href = STR("/inbox"), .here = !x.tab.n };
	v.tab[1] = (struct tab){ .name = STR("知会"), .href = STR("/inbox?tab=told"), .here = str_is(x.tab, "told") };
	v.tab[2] = (struct tab){ .name = STR("系统"), .href = STR("/inbox?tab=system"), .here = str_is(x.tab, "system") };
	v.tab[3] = (struct tab){ .name = STR("已办"), .href = STR("/inbox?tab=done"), .here = str_is(x.tab, "done") };
	v.message = x.v;
	v.n_message = x.n;
	if (x.more)
		v.older = str_fmt(r->a, "/inbox?tab=%.*s&before=%lld", STR_FMT(x.tab), (long long)x.last);
	html_init(&h, r->a, HTML_MAX);
	page_inbox(&h, &v);
	return frame_reply(r, 200, &h, err);
}

static bool read_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct req *r = ctx;
	const struct db_in in[] = { db_i64(r->session->person), db_i64(now_of(r)) };

	(void)a;
	return db_exec(db, &st_read_all, DB_IN(in), NULL, err);
}

static bool read_after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	(void)ctx;
	if (!ok)
		return err_set(err, failed->code, "%s", failed->msg);
	return reply_see_other(r, STR("/inbox"));
}

bool inbox_read(struct req *r, struct err *err)
{
	(void)err;
	return req_write(r, read_run, r, read_after);
}
