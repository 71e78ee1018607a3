/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Sight, lists, the desk, messages, the log, and numbers under concurrency. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "county.h"
#include "db/writer.h"
#include "log/log.h"
#include "matter/sight.h"

static int64_t lead(struct county *c, int64_t who, const char *name)
{
	const char *form = str_fmt(c->a, "{'party': {'name': '%s', 'sort': 'person', 'code': '142727199001010012',"
				   " 'phone': '13912340172'}, 'cause': '未如实记录', 'found_on': '2026-03-01', 'secret': '某人'}",
				   name).p;

	cr_assert(opens(c, who, "penal", form), "%s", why(c));
	return c->r.matter;
}

static int64_t filed(struct county *c, const char *name)
{
	int64_t m = lead(c, c->wang, name);

	cr_assert(acts(c, c->li, m, "file", str_fmt(c->a, "{'officers': [%lld, %lld]}", (long long)c->wang,
						    (long long)c->zhao).p), "%s", why(c));
	return m;
}

static const struct field_view *seen(const struct matter_view *v, const char *id)
{
	for (size_t i = 0; i < v->n_field; i++)
		if (str_is(v->field[i].def->id, id))
			return &v->field[i];
	return NULL;
}

BOTH(fields_have_their_readers)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = lead(&c, c.wang, "张三");
	struct actor wang = as(&c, c.wang), li = as(&c, c.li), chen = as(&c, c.chen);
	struct matter_view v;
	struct err err = { 0 };

	OK(matter_see(c.e, c.db, c.a, &wang, m, SEE_ALL, &v, &err));
	cr_assert(seen(&v, "secret")->hidden);
	cr_assert(val_is_null(seen(&v, "secret")->v));
	cr_assert_eq(v.n_event, 1);
	for (size_t i = 0; i < v.event[0].n_changed; i++)
		cr_assert_not(str_is(v.event[0].changed[i]->id, "secret"), "the timeline tells it");
	OK(matter_see(c.e, c.db, c.a, &li, m, SEE_ALL, &v, &err));
	cr_assert(str_is(seen(&v, "secret")->v.s, "某人"));
	FAILS(matter_see(c.e, c.db, c.a, &chen, m, SEE_ALL, &v, &err), ERR_NOT_FOUND);
	/* a masked field */
	OK(matter_see(c.e, c.db, c.a, &wang, c.zhao, SEE_FIELDS, &v, &err));
	cr_assert(seen(&v, "phone")->masked);
	cr_assert(str_is(seen(&v, "phone")->v.s, "139****0172"));
	county_free(&c);
}

/* Whoever sees files need not be allowed to take them out (see: save). Proves: SX-JL-20c */
BOTH(files_are_taken_out_by_some)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	struct actor wang = as(&c, c.wang), li = as(&c, c.li);
	struct matter_view v;
	struct err err = { 0 };

	cr_assert(opens(&c, c.wang, "folio", "{'text': '卷'}"), "%s", why(&c));
	OK(matter_see(c.e, c.db, c.a, &wang, c.r.matter, SEE_FIELDS, &v, &err));
	cr_expect(!seen(&v, "files")->hidden && seen(&v, "files")->no_copy && !seen(&v, "text")->no_copy);
	OK(matter_see(c.e, c.db, c.a, &li, c.r.matter, SEE_FIELDS, &v, &err));
	cr_expect(!seen(&v, "files")->no_copy);
	county_free(&c);
}

/* A reference tells who is named only to those who see the one that is named. */
BOTH(names_are_told_to_who_sees_the_matter)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = lead(&c, c.wang, "张三");
	struct actor wang = as(&c, c.wang), chen = as(&c, c.chen);
	struct val_names names;
	struct err err = { 0 };
	struct str told;

	OK(matter_names(c.e, c.db, c.a, &wang, &names, &err));
	told = names.name(names.ctx, c.a, T_REF, m);
	cr_assert(str_find(told, STR("未如实记录"), 0) != SIZE_MAX || str_find(told, STR("张三"), 0) != SIZE_MAX, "%.*s",
		  STR_FMT(told));
	OK(matter_names(c.e, c.db, c.a, &chen, &names, &err));
	told = names.name(names.ctx, c.a, T_REF, m);
	cr_assert(str_ends(told, STR("〔无权查看〕")), "%.*s", STR_FMT(told));
	told = names.name(names.ctx, c.a, T_ORGAN, c.bureau); /* organs are known to all */
	cr_assert(told.n && !str_ends(told, STR("〔无权查看〕")), "%.*s", STR_FMT(told));
	county_free(&c);
}

Test(sight, masks)
{
	struct arena *a = arena_new();

	cr_assert(str_is(mask_text(a, STR("name"), STR("张三丰")), "张某"));
	cr_assert(str_is(mask_text(a, STR("code"), STR("142727199001010012")), "1427************12"));
	cr_assert(str_is(mask_text(a, STR("phone"), STR("13912340172")), "139****0172"));
	cr_assert(str_is(mask_text(a, STR("code"), STR("12")), "**"));
	arena_free(a);
}

static int64_t notice(struct county *c, int64_t about, const char *text, int64_t older)
{
	struct str form = str_fmt(c->a, "{'about': %lld, 'text': '%s', 'inner': '内部'}", (long long)about, text);

	if (older)
		form = str_fmt(c->a, "{'about': %lld, 'text': '%s', 'older': %lld}", (long long)about, text, (long long)older);
	cr_assert(opens(c, c->wang, "notice", form.p), "%s", why(c));
	return c->r.matter;
}

static bool changed(const struct past_change *x, const char *field, const char *before, const char *after)
{
	for (size_t i = 0; i < x->n_field; i++)
		if (str_is(x->field[i].def->id, field))
			return (before ? str_is(x->field[i].before.s, before) : val_is_null(x->field[i].before))
			    && str_is(x->field[i].after.s, after);
	return false;
}

/* The past is told as the reader saw it: drafts, hidden fields and what changed only in them are not there. */
BOTH(the_past_of_what_was_seen)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	struct actor anyone = { .sort = ACTOR_PUBLIC }, wang = as(&c, c.wang);
	int64_t first = notice(&c, lead(&c, c.wang, "张三"), "拟写的", 0), second;
	const struct past_change *p;
	struct err err = { 0 };
	size_t n;

	FAILS(matter_past(c.e, c.db, c.a, &anyone, first, NULL, &p, &n, &err), ERR_NOT_FOUND);
	cr_assert(acts(&c, c.wang, first, "edit", "{'text': '公示的'}") && acts(&c, c.wang, first, "show", "{}"), "%s", why(&c));
	at_time(&c, "2026-03-03 09:00");
	cr_assert(acts(&c, c.wang, first, "edit", "{'text': '改了的', 'inner': '另有意见'}"), "%s", why(&c));
	cr_assert(acts(&c, c.wang, first, "edit", "{'inner': '又有意见'}"), "%s", why(&c));
	OK(matter_past(c.e, c.db, c.a, &anyone, first, NULL, &p, &n, &err));
	cr_assert_eq(n, 2);
	cr_assert(p[0].sort == PAST_SHOWN && changed(&p[0], "text", NULL, "公示的") && p[0].version == 1);
	cr_assert(p[1].sort == PAST_CHANGED && p[1].n_field == 1 && changed(&p[1], "text", "公示的", "改了的"));
	cr_assert_eq(p[1].at - p[0].at, 24 * 3600000);
	OK(matter_past(c.e, c.db, c.a, &wang, first, NULL, &p, &n, &err));
	cr_assert_eq(n, 5, "who works there sees all of it");
	cr_assert(changed(&p[4], "inner", "另有意见", "又有意见"));
	/* a newer version */
	second = notice(&c, lead(&c, c.wang, "李四"), "第二版", first);
	cr_assert(acts(&c, c.wang, second, "show", "{}") && acts(&c, c.wang, first, "withdraw", "{}"), "%s", why(&c));
	OK(matter_past(c.e, c.db, c.a, &anyone, second, "older", &p, &n, &err));
	cr_assert_eq(n, 4);
	cr_assert(p[2].sort == PAST_GONE && p[2].version == 1);
	cr_assert(p[3].sort == PAST_NEWER && p[3].version == 2 && changed(&p[3], "text", "改了的", "第二版"));
	FAILS(matter_past(c.e, c.db, c.a, &anyone, first, NULL, &p, &n, &err), ERR_NOT_FOUND);
	county_free(&c);
}

BOTH(buttons_and_reasons)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = lead(&c, c.wang, "张三");
	struct actor wang = as(&c, c.wang), li = as(&c, c.li);
	struct matter_view v;
	struct err err = { 0 };
	const struct action_view *file = NULL;

	OK(matter_see(c.e, c.db, c.a, &li, m, SEE_ACTIONS, &v, &err));
	for (size_t i = 0; i < v.n_action; i++)
		if (str_is(v.action[i].def->id, "file"))
			file = &v.action[i];
	cr_assert(file && file->can && file->asks);
	OK(matter_see(c.e, c.db, c.a, &wang, m, SEE_ACTIONS, &v, &err));
	for (size_t i = 0; i < v.n_action; i++)
		cr_assert_not(str_is(v.action[i].def->id, "file") && v.action[i].can);
	cr_assert(str_is(v.holder, "李红"), "%.*s", STR_FMT(v.holder));
	county_free(&c);
}

static size_t list(struct county *c, int64_t who, struct list_query q, const struct list_row **ret)
{
	size_t n = 0;
	struct err err = { 0 };

	q.who = as(c, who);
	OK(matter_list(c->e, c->db, c->a, &q, ret, &n, &err));
	if (!q.limit && !q.after_id && n < 200) {
		int64_t all = -1;

		OK(matter_list_count(c->e, c->db, c->a, &q, &all, &err));
		cr_assert_eq(all, n, "counted %lld of %zu", (long long)all, n);
	}
	return n;
}

BOTH(lists_show_only_what_may_be_seen)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	const struct list_filter party = { STR("party"), STR("142727199001010012") };
	const struct list_filter state = { STR("state"), STR("lead") };
	const struct list_filter secret = { STR("secret"), STR("某人") };
	const struct list_row *r;
	int64_t a, b, t, mine = 0;
	struct actor li;
	struct list_query q = { .kind = STR("penal"), .order = LIST_UPDATED };
	size_t n = 0;
	struct err err = { 0 };

	a = lead(&c, c.wang, "张三");
	at_time(&c, "2026-03-02 10:00");
	b = filed(&c, "李四");
	t = lead(&c, c.chen, "王五");
	cr_assert_eq(list(&c, c.wang, q, &r), 2);
	cr_assert_eq(r[0].snap->id, b);
	cr_assert_eq(r[1].snap->id, a);
	cr_assert_eq(list(&c, c.chen, q, &r), 1);
	cr_assert_eq(r[0].snap->id, t);
	cr_assert_eq(list(&c, c.sun, q, &r), 0);
	/* keyset paging */
	q.limit = 1;
	cr_assert_eq(list(&c, c.wang, q, &r), 1);
	q.after_key = r[0].updated;
	q.after_id = r[0].snap->id;
	cr_assert_eq(list(&c, c.wang, q, &r), 1);
	cr_assert_eq(r[0].snap->id, a);
	/* by due: those with a clock first */
	q = (struct list_query){ .kind = STR("penal"), .order = LIST_DUE };
	cr_assert_eq(list(&c, c.wang, q, &r), 2);
	cr_assert_eq(r[0].snap->id, b);
	cr_assert(str_is(r[0].clock.chip, "● 剩20个工作日 · 3月30日届满"), "%.*s", STR_FMT(r[0].clock.chip));
	/* by key */
	q.filter = &party;
	q.n_filter = 1;
	cr_assert_eq(list(&c, c.wang, q, &r), 2);
	/* by when they were opened: from one instant on, before another */
	q.opened_from = r[0].snap->opened;
	cr_assert_eq(list(&c, c.wang, q, &r), 1);
	cr_assert_eq(r[0].snap->id, b);
	q.opened_before = q.opened_from;
	q.opened_from = 0;
	cr_assert_eq(list(&c, c.wang, q, &r), 1);
	cr_assert_eq(r[0].snap->id, a);
	q.opened_from = q.opened_before;
	cr_assert_eq(list(&c, c.wang, q, &r), 0);
	/* of all kinds, by state, by light */
	q = (struct list_query){ .order = LIST_UPDATED };
	cr_assert_geq(list(&c, c.wang, q, &r), 2);
	q.order = LIST_DUE;
	cr_assert_geq(list(&c, c.wang, q, &r), 2);
	cr_assert_eq(r[0].snap->id, b);
	q = (struct list_query){ .kind = STR("penal"), .order = LIST_OPENED, .filter = &state, .n_filter = 1 };
	cr_assert_eq(list(&c, c.wang, q, &r), 1);
	cr_assert_eq(r[0].snap->id, a);
	q = (struct list_query){ .kind = STR("penal"), .order = LIST_DUE, .light = LIGHT_RED };
	cr_assert_eq(list(&c, c.wang, q, &r), 0);
	at_time(&c, "2026-06-01 09:00");
	cr_assert_eq(list(&c, c.wang, q, &r), 1);
	q.light = LIGHT_GREEN;
	cr_assert_eq(list(&c, c.wang, q, &r), 0);
	at_time(&c, "2026-03-02 10:00");
	q.kind = STR("penal");
	q.filter = &secret;
	q.n_filter = 1;
	q.who = as(&c, c.wang);
	FAILS(matter_list(c.e, c.db, c.a, &q, &r, &n, &err), ERR_BAD_INPUT);
	/* the desk: what waits for me, with the next act */
	q = (struct list_query){ .mine = true };
	cr_assert_eq(list(&c, c.li, q, &r), 2, "longer on b, file on a");
	q.kind = STR("penal");
	cr_assert_eq(list(&c, c.wang, q, &r), 1);
	cr_assert_eq(r[0].snap->id, b);
	cr_assert(r[0].next != NULL);
	li = as(&c, c.li);
	OK(matter_count_mine(c.e, c.db, c.a, &li, &mine, &err));
	cr_assert_geq(mine, 2);
	county_free(&c);
}

static const struct stmt st_crowd = { "test_crowd",
	"INSERT INTO matter (code, kind, def, organ, state, version, number, title, opened, updated, fields)"
	" SELECT 'c' || n, 'penal', def, organ, 'lead', 1, '', 'x', opened, updated + n, '{}' FROM matter,"
	" (WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 2500) SELECT n FROM up) AS crowd"
	" WHERE id = $1" };
static const struct stmt st_crowd_seen = { "test_crowd_seen",
	"INSERT INTO matter_reader (matter, principal) SELECT m.id, r.principal FROM matter m, matter_reader r"
	" WHERE m.code LIKE 'c%' AND m.title = 'x' AND r.matter = $1" };
static const struct stmt st_crowd_held = { "test_crowd_held",
	"INSERT INTO matter_holder (matter, principal, due) SELECT m.id, r.principal, r.due FROM matter m, matter_holder r"
	" WHERE m.code LIKE 'c%' AND m.title = 'x' AND r.matter = $1" };
static const struct stmt st_crowd_keyed = { "test_crowd_keyed",
	"INSERT INTO matter_key_text (field, text, matter) SELECT k.field, k.text, m.id FROM matter m, matter_key_text k"
	" WHERE m.code LIKE 'c%' AND m.title = 'x' AND k.matter = $1 AND k.field = 'penal.party'" };

static bool crowd(struct db *db, const void *ctx, struct err *err)
{
	const int64_t *m = ctx;
	const struct db_in in[] = { db_i64(*m) };

	return db_exec(db, &st_crowd, DB_IN(in), NULL, err) && db_exec(db, &st_crowd_seen, DB_IN(in), NULL, err)
	       && db_exec(db, &st_crowd_held, DB_IN(in), NULL, err) && db_exec(db, &st_crowd_keyed, DB_IN(in), NULL, err);
}

/* 2,500 matters of one party and one with the cause that is asked for as well: it is found by its keys, not by
 * reading the others, in lists and on the desk. */
BOTH(every_filter_is_part_of_the_query)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	const struct list_filter both[] = { { STR("party"), STR("142727199001010012") }, { STR("cause"), STR("未如实记录") } };
	const struct list_filter other[] = { { STR("party"), STR("142727199001010013") } };
	struct list_query q = { .kind = STR("penal"), .order = LIST_UPDATED, .filter = both, .n_filter = 2 };
	const struct list_row *r;
	int64_t m = lead(&c, c.wang, "张三");
	struct err err = { 0 };

	OK(db_tx(c.db, "crowd", crowd, &m, &err));
	cr_assert_eq(list(&c, c.wang, q, &r), 1);
	cr_assert_eq(r[0].snap->id, m);
	q.mine = true;
	cr_assert_eq(list(&c, c.li, q, &r), 1);
	cr_assert_eq(r[0].snap->id, m);
	q.filter = other;
	q.n_filter = 1;
	cr_assert_eq(list(&c, c.li, q, &r), 0, "the first filter counts on the desk too");
	county_free(&c);
}

static const struct stmt st_messages = { "test_messages",
	"SELECT count(*) FROM message WHERE person = $1 AND kind = 'next' AND done_at IS NULL" };
static const struct stmt st_told = { "test_told", "SELECT count(*) FROM message WHERE person = $1 AND kind = 'tell'" };

BOTH(messages_go_to_who_is_next)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = lead(&c, c.wang, "张三");

	cr_assert_eq(count_rows(&c, &st_messages, c.li), 1);
	cr_assert(acts(&c, c.li, m, "file", str_fmt(c.a, "{'officers': [%lld, %lld]}", (long long)c.wang, (long long)c.zhao).p));
	cr_assert_eq(count_rows(&c, &st_messages, c.li), 0, "the finished one cleared itself");
	cr_assert_eq(count_rows(&c, &st_messages, c.zhao), 1);
	cr_assert(acts(&c, c.wang, m, "report", "{}"));
	cr_assert(acts(&c, c.li, m, "decide", "{'fine': 1}"), "%s", why(&c));
	cr_assert_eq(count_rows(&c, &st_told, c.zhao), 1);
	county_free(&c);
}

BOTH(supervision_sees_what_was_decided)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t m = filed(&c, "张三");
	struct actor sun = as(&c, c.sun);
	struct matter_view v;
	struct err err = { 0 };

	FAILS(matter_see(c.e, c.db, c.a, &sun, m, SEE_FIELDS, &v, &err), ERR_NOT_FOUND);
	cr_assert(acts(&c, c.wang, m, "report", "{}"));
	cr_assert(acts(&c, c.li, m, "decide", "{'fine': 1}"));
	OK(matter_see(c.e, c.db, c.a, &sun, m, SEE_FIELDS, &v, &err));
	county_free(&c);
}

/* ---- the log ---- */

struct appended {
	struct arena *a;
	int64_t *size;
};

static bool append(struct db *db, const void *ctx, struct err *err)
{
	const struct appended *x = ctx;

	return log_append(db, x->a, x->size, err);
}

static const struct stmt st_unlogged = { "test_unlogged",
	"SELECT count(*) FROM event e WHERE e.id > $1 AND NOT EXISTS (SELECT 1 FROM leaf l WHERE l.event = e.id)" };
static const struct stmt st_events = { "test_events", "SELECT count(*) FROM event WHERE id > $1" };

BOTH(each_event_has_its_leaf)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	int64_t size = 0;
	const struct appended x = { c.a, &size };
	struct err err = { 0 };

	filed(&c, "张三");
	OK(db_tx(c.db, "append", append, &x, &err));
	cr_assert_eq(size, count_rows(&c, &st_events, 0));
	lead(&c, c.wang, "李四");
	cr_assert_eq(count_rows(&c, &st_unlogged, 0), 1);
	OK(db_tx(c.db, "append", append, &x, &err));
	cr_assert_eq(count_rows(&c, &st_unlogged, 0), 0);
	cr_assert_eq(size, count_rows(&c, &st_events, 0));
	county_free(&c);
}

/* ---- numbers under 64 deciders ---- */

struct decider {
	struct county *c;
	struct writer *w;
	int64_t matter;
	bool ok;
};

static bool decide_job(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct decider *d = ctx;
	const struct form_entry fine = { STR("fine"), { .t = T_MONEY, .n = 1000 * DEC_ONE } };
	const struct act act = { .who = as(d->c, d->c->li), .matter = d->matter, .version = -1, .action = STR("decide"),
				 .form = { &fine, 1 } };
	struct act_result r;

	if (!matter_act(d->c->e, db, a, &act, &r, err))
		return false;
	d->ok = r.n_refused == 0;
	return true;
}

static void *decide_thread(void *ctx)
{
	struct decider *d = ctx;
	struct err err = { 0 };

	if (!writer_run(d->w, "decide", decide_job, d, &err))
		d->ok = false;
	return NULL;
}

static const struct stmt st_numbers = { "test_numbers",
	"SELECT count(DISTINCT fields) FROM matter WHERE kind = 'penal' AND state = 'decided' AND id > $1" };
static const struct stmt st_last = { "test_last", "SELECT max(last) FROM sequence WHERE series LIKE '%罚%' AND organ = $1" };

BOTH(numbers_without_gaps_under_64_deciders)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	struct decider d[64];
	pthread_t t[64];
	struct writer *w[2];
	const struct writer_hooks hooks = { 0 };
	bool used[65] = { 0 };
	struct err err = { 0 };

	for (int i = 0; i < 64; i++) {
		int64_t m = filed(&c, "张三");

		cr_assert(acts(&c, c.wang, m, "report", "{}"));
		d[i] = (struct decider){ .c = &c, .matter = m };
	}
	OK(writer_start(f->address, &hooks, &w[0], &err));
	w[1] = w[0];
	if (f->dialect == DB_POSTGRES)
		OK(writer_start(f->address, &hooks, &w[1], &err)); /* two processes share one database */
	for (int i = 0; i < 64; i++) {
		d[i].w = w[i % 2];
		cr_assert_eq(pthread_create(&t[i], NULL, decide_thread, &d[i]), 0);
	}
	for (int i = 0; i < 64; i++)
		cr_assert_eq(pthread_join(t[i], NULL), 0);
	writer_stop(w[0]);
	if (w[1] != w[0])
		writer_stop(w[1]);
	for (int i = 0; i < 64; i++) {
		struct str n = now_of(&c, d[i].matter)->number[1];
		long long seq = 0;

		cr_assert(d[i].ok);
		cr_assert_eq(sscanf(str_cstr(c.a, n), "临应急罚〔2026〕%lld号", &seq), 1, "%.*s", STR_FMT(n));
		cr_assert(seq >= 1 && seq <= 64 && !used[seq], "%lld twice", seq);
		used[seq] = true;
	}
	cr_assert_eq(count_rows(&c, &st_numbers, 0), 64);
	cr_assert_eq(count_rows(&c, &st_last, c.bureau), 64);
	county_free(&c);
}
