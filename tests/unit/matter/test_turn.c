/* SPDX-License-Identifier: MulanPSL-2.0 */
/* An act in the writing turn with every statement of its group failing in turn, from the act's first to the next
 * group's BEGIN, and in each way in which a database fails: what the caller is told is what is there. */
#include <stdatomic.h>

#include "county.h"
#include "db/driver.h"
#include "db/fault.h"
#include "db/writer.h"
#include "log/log.h"

/* An act with its number, a child, a message and a reaction's question. */
struct job {
	struct county *c;
	int64_t matter;
	struct form form;
	struct str request;
	int fault_in;
	enum db_fault fault;
	bool armed; /* once, however often the job runs */
	atomic_bool over;
	bool ok;
	enum err_code code;
	bool struck;
};

static bool decide(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct job *j = ctx;
	const struct act x = { .who = as(j->c, j->c->li), .matter = j->matter, .version = -1, .action = STR("decide"),
			       .form = j->form, .request = j->request };
	struct act_result r;

	if (!j->armed)
		db_fault_arm(db, j->fault_in, j->fault);
	j->armed = true;
	if (!matter_act(j->c->e, db, a, &x, &r, err))
		return false;
	return !r.n_refused || err_set(err, ERR_REFUSED, "%.*s", STR_FMT(r.refused[0].say));
}

static void decided(void *ctx, bool ok, const struct err *err)
{
	struct job *j = ctx;

	j->ok = ok;
	j->code = ok ? ERR_NONE : err->code;
	atomic_store(&j->over, true);
}

/* A group of its own behind the act: the fault may strike its beginning. */
static bool nothing(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	(void)db;
	(void)a;
	(void)ctx;
	(void)err;
	return true;
}

static bool disarm(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct job *j = ctx;

	(void)a;
	(void)err;
	j->struck = !db_fault_armed(db);
	db_fault_arm(db, 0, DB_FAULT_NONE);
	return true;
}

static bool begin_group(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct county *c = ctx;
	int done;

	return matter_timers(c->e, db, a, engine_now(c->e), 64, &done, err);
}

static bool end_group(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	(void)ctx;
	return log_append(db, a, NULL, err);
}

static const struct stmt st_stored = { "turn_stored", "SELECT count(*) FROM event WHERE request = 'once-' || $1" };
static const struct stmt st_events = { "turn_events", "SELECT count(*) FROM event WHERE id > $1" };
/* Everything that may never be: each part is 0. */
static const struct stmt st_broken = { "turn_broken",
	"SELECT (SELECT count(*) FROM event e LEFT JOIN event_body b ON b.event = e.id WHERE b.event IS NULL AND e.id > $1)"
	" + (SELECT count(*) FROM event e LEFT JOIN leaf l ON l.event = e.id WHERE l.event IS NULL)"
	" + (SELECT abs(size - (SELECT count(*) FROM event)) FROM log_head)"
	" + (SELECT abs(count(*) - coalesce(max(idx), -1) - 1) FROM leaf)"
	" + (SELECT count(*) FROM matter m WHERE m.version <> (SELECT count(*) FROM event e WHERE e.matter = m.id))"
	" + (SELECT abs(coalesce(sum(last), 0) - (SELECT count(*) FROM event WHERE action IN ('file', 'decide'))) FROM sequence)"
	" + (SELECT abs(count(*) - (SELECT count(*) FROM event WHERE action = 'decide')) FROM matter WHERE kind = 'notice')" };

static void make_form(struct county *c, int64_t matter, struct form *ret)
{
	const struct kind *k = now_of(c, matter)->kind;
	const struct refusal *no;
	const struct json *j;
	struct err err = { 0 };
	size_t n;

	OK(json_read(c->a, STR("{\"fine\": 100}"), &j, &err));
	OK(form_of_json(c->db, c->a, k, kind_action(k, STR("decide")), j, NULL, ret, &no, &n, &err));
	cr_assert_eq(n, 0);
}

static int64_t deciding(struct county *c, int i)
{
	int64_t m;

	cr_assert(opens(c, c->wang, "penal", str_fmt(c->a, "{'party': '第%d号', 'cause': '未如实记录', 'found_on': '2026-03-01'}",
						    i).p), "%s", why(c));
	m = c->r.matter;
	cr_assert(acts(c, c->li, m, "file", str_fmt(c->a, "{'officers': [%lld, %lld]}", (long long)c->wang,
						    (long long)c->zhao).p), "%s", why(c));
	cr_assert(acts(c, c->wang, m, "report", "{}"));
	return m;
}

/* One act with a fault; false when the fault did not strike any more. */
static bool strike(struct county *c, struct writer *w, int i, int n, enum db_fault fault)
{
	struct job j = { .c = c, .matter = deciding(c, i), .request = str_fmt(c->a, "once-%d", i), .fault_in = n, .fault = fault };
	const struct writer_job job = { decide, decided, &j, "decide" };
	const int64_t before = count_rows(c, &st_events, 0);
	struct err err = { 0 };

	make_form(c, j.matter, &j.form);
	OK(writer_submit(w, &job, &err));
	while (!atomic_load(&j.over))
		db_wait(1);
	if (!writer_run(w, "nothing", nothing, NULL, &err)) /* the fault struck it */
		err_clear(&err);
	if (!writer_run(w, "disarm", disarm, &j, &err)) /* it, then: nothing is armed any more */
		j.struck = true;
	cr_assert_eq(count_rows(c, &st_stored, i), j.ok, "fault %d at statement %d: told %d (%s)", fault, n, j.ok, err_key(j.code));
	cr_assert_eq(count_rows(c, &st_broken, 0), 0, "fault %d at statement %d left something broken", fault, n);
	if (!j.ok)
		cr_assert_eq(count_rows(c, &st_events, 0), before, "fault %d at statement %d left events", fault, n);
	cr_assert(in_state(c, j.matter, j.ok ? "decided" : "deciding"));
	if (fault == DB_FAULT_LOST || fault == DB_FAULT_LOST_AFTER)
		cr_assert(j.ok, "a lost connection at statement %d: %s", n, err_key(j.code));
	return j.struck;
}

static void each_statement(struct fresh *f, enum db_fault fault)
{
	struct county c = county_new(f, "2026-03-02 09:00");
	const struct writer_hooks hooks = { begin_group, end_group, NULL, &c };
	struct writer *w = NULL;
	struct err err = { 0 };
	int n = 1;

	OK(writer_start(f->address, &hooks, &w, &err));
	while (strike(&c, w, n, n, fault))
		n++;
	cr_assert_gt(n, 40, "only %d statements were tried", n);
	writer_stop(w);
	county_free(&c);
}

BOTH(full_disk_at_each_statement)
{
	each_statement(f, DB_FAULT_FULL);
}
BOTH(io_error_at_each_statement)
{
	each_statement(f, DB_FAULT_IOERR);
}
BOTH(refusal_at_each_statement)
{
	each_statement(f, DB_FAULT_REFUSED);
}
BOTH(connection_lost_before_each_statement)
{
	each_statement(f, DB_FAULT_LOST);
}
BOTH(connection_lost_after_each_statement)
{
	each_statement(f, DB_FAULT_LOST_AFTER);
}
