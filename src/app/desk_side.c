/* SPDX-License-Identifier: MulanPSL-2.0 */
/* desk_side.c - beside the rows of the desk: the next seven days, what waits for others, what was done last, 常用筛选,
 * and what is often begun. */
#include "app/duty_page.h"
#include "app/list_choice.h"
#include "app/prefs.h"
#include "app/rows.h"
#include "base/day.h"
#include "law/calendar.h"

#define OTHERS_BESIDE 5
#define OFTEN_MOST 4
#define MARKS_MOST 5

static const char *mark_of(enum light l)
{
	return l == LIGHT_RED ? "■" : l == LIGHT_YELLOW ? "▲" : "●";
}

static void strip_day(struct req *r, const struct law *law, int64_t day, const struct agenda_row *row, size_t n,
		      struct strip_view *v)
{
	static const char *const week[] = { "", "一", "二", "三", "四", "五", "六", "日" };
	const struct ymd d = day_ymd(day);
	struct buf marks;
	size_t count = 0;

	buf_init(&marks, r->a, 64);
	for (size_t i = 0; i < n; i++) {
		if (day_at(row[i].clock.v.due - 1) != day)
			continue;
		if (count++ < MARKS_MOST)
			buf_adds(&marks, mark_of(row[i].clock.light));
	}
	if (count > MARKS_MOST)
		buf_addf(&marks, " 共%zu", count);
	*v = (struct strip_view){ .name = str_fmt(r->a, "%s%d", week[day_weekday(day)], d.day), .marks = buf_str(&marks),
				  .off = !calendar_workday(law->calendar, day), .today = day == day_at(now_of(r)),
				  .href = str_fmt(r->a, "/calendar?month=%04d-%02d#d%04d-%02d-%02d", d.year, d.month, d.year,
						  d.month, d.day) };
	v->say = count ? str_fmt(r->a, "，%zu项期限届满", count) : STR("，没有期限届满");
}

static bool strip(struct req *r, const struct law *law, struct desk_view *v, struct err *err)
{
	const int64_t today = day_at(now_of(r));
	const struct agenda_query q = { .who = actor_of(r), .first = today, .last = today + STRIP_DAYS - 1, .mine = true };
	const struct agenda_row *row;
	size_t n;
	bool more;

	if (!matter_agenda(app_of(r)->engine, r->db, r->a, &q, &row, &n, &more, err))
		return false;
	for (int i = 0; i < STRIP_DAYS; i++)
		strip_day(r, law, today + i, row, n, &v->strip[i]);
	return true;
}

/* The address of a built-in action that this person may do on the matter now; empty: not. */
static bool way(struct req *r, const struct row_view *row, const char *action, struct str *ret, struct err *err)
{
	const struct act act = { .who = actor_of(r), .matter = row->id, .action = str_of(action), .version = -1 };
	struct act_result can;

	if (!matter_try(app_of(r)->engine, r->db, r->a, &act, &can, err))
		return false;
	if (!can.n_refused)
		*ret = str_fmt(r->a, "/m/%.*s/do/%s", STR_FMT(row->code), action);
	return true;
}

static bool opened_by(const struct kind *k, const struct str role)
{
	const struct action *open = kind_action(k, STR("open"));

	for (size_t i = 0; open && i < open->by.n; i++)
		if (open->by.v[i].sort == WHO_ROLE && str_eq(open->by.v[i].role, role))
			return true;
	return false;
}

static void offer(struct req *r, const struct kind *k, struct desk_view *v, struct tab *t)
{
	if (v->n_often < OFTEN_MOST && !kind_is_register(k) && opened_by(k, v->frame.role_id))
		t[v->n_often++] = (struct tab){ .name = kind_action(k, STR("open"))->name,
						.href = str_fmt(r->a, "/k/%.*s/new", STR_FMT(k->id)) };
}

static void often(struct req *r, const struct law *law, struct desk_view *v)
{
	struct tab *t = arena_many(r->a, OFTEN_MOST + 1, struct tab);
	const struct kind *const *k = kinds_daily_first(r->a, law);

	for (size_t i = 0; i < law->n_kind; i++)
		offer(r, k[i], v, t);
	if (str_is(v->frame.role_id, "officer"))
		t[v->n_often++] = (struct tab){ .name = STR("扫描归件"), .href = STR("/scan") };
	v->often = t;
}

bool desk_side(struct req *r, struct desk_view *v, struct row_view *others, size_t n, struct err *err)
{
	const struct actor who = actor_of(r);
	const struct law *law;
	struct str tour;

	if (!frame_law(r, &law, err) || !strip(r, law, v, err) || !duties_due(r, law, &v->duty, &v->n_duty, err) || !prefs_get(r->db, r->a, who.person, STR("tour"), &tour, err)
	    || !watch_list(app_of(r)->engine, r->db, r->a, &who, &v->watched, &v->n_watched, err)
	    || !recent_list(app_of(r)->engine, r->db, r->a, &who, &v->recent, &v->n_recent, err)
	    || !list_saved(r, (struct str){ 0 }, &v->saved, &v->n_saved, err))
		return false;
	v->tour = !tour.n;
	v->other = others;
	v->n_other = n < OTHERS_BESIDE ? n : OTHERS_BESIDE;
	for (size_t i = 0; i < v->n_other; i++)
		if (!way(r, &others[i], "expedite", &others[i].urge_href, err)
		    || !way(r, &others[i], "recall", &others[i].recall_href, err))
			return false;
	often(r, law, v);
	return true;
}
