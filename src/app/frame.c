/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/frame.h"

#include "app/menu.h"
#include "app/rows.h"
#include "app/ops.h"
#include "base/day.h"
#include "web/asset.h"

static const struct stmt st_unread = { "frame_unread",
	"SELECT COUNT(*) FROM (SELECT 1 FROM message WHERE person = $1 AND read_at IS NULL AND done_at IS NULL LIMIT 100) AS m" };
static const struct stmt st_identities = { "frame_identities",
	"SELECT o.name, o.code, o.id, p.role FROM post p JOIN organ o ON o.id = p.organ WHERE p.person = $1 "
	"AND p.from_day <= $2 AND p.to_day >= $2 ORDER BY o.id, p.role" };

bool kind_opened_by_people(const struct kind *k)
{
	const struct action *open = kind_action(k, STR("open"));

	for (size_t i = 0; open && i < open->by.n; i++)
		if (open->by.v[i].sort != WHO_SYSTEM && open->by.v[i].sort != WHO_PUBLIC)
			return true;
	return false;
}

bool kind_is_register(const struct kind *k)
{
	return k->n_clock == 0 || (k->n_number == 0 && k->n_paper == 0);
}

static void looks(struct req *r, struct frame *f)
{
	f->large = str_is(req_cookie(r, "large"), "1");
	f->dark = str_is(req_cookie(r, "dark"), "1");
	f->no_keys = str_is(req_cookie(r, "keys"), "0");
}

void frame_bare(struct req *r, struct str title, struct frame *f)
{
	const struct app *app = app_of(r);

	f->title = title;
	f->path = r->path;
	f->tabler = asset_url(r->a, "tabler.min.css");
	f->css = asset_url(r->a, "mingfa.css");
	f->js = asset_url(r->a, "mingfa.js");
	f->icons = asset_url(r->a, "icons.svg");
	f->asset = asset_url(r->a, "frame.js");
	looks(r, f);
	f->practice = app->practice;
	f->notice = ops_notice(app, r->a);
	if (engine_shifted(app->engine)) {
		struct buf b;

		buf_init(&b, r->a, 100);
		time_put(&b, engine_now(app->engine));
		f->shifted = buf_str(&b);
	}
	if (atomic_load(&app->catching_up))
		f->overdue = atomic_load(&app->overdue);
}

void frame_crumb(struct frame *f, struct str name, struct str href)
{
	if (f->n_crumb < ARRAY_LEN(f->crumb))
		f->crumb[f->n_crumb++] = (struct crumb){ name, href };
}

bool frame_law(struct req *r, const struct law **ret, struct err *err)
{
	int64_t def;

	return engine_law_of_organ(app_of(r)->engine, r->db, r->a, r->session->organ, ret, &def, err);
}

struct reading {
	struct req *r;
	struct frame *f;
	const struct law *law;
	struct str name, code, role;
	int64_t id;
	size_t first; /* of this organ's roles the one whose menu comes first */
};

static bool add_identity(void *ctx, struct err *err)
{
	struct reading *x = ctx;
	const struct role_def *role = law_role(x->law, x->role);
	struct frame *f = x->f;
	struct identity *id = &f->identity[f->n_identity];
	const bool organ = x->id == x->r->session->organ;

	(void)err;
	if (f->n_identity == ARRAY_LEN(f->identity))
		return true;
	*id = (struct identity){ .organ = x->name, .code = x->code, .role = x->role, .role_name = role ? role->name : x->role };
	if (organ) {
		f->organ = x->name;
		if (str_eq(x->role, x->r->session->role) || x->first == SIZE_MAX
		    || (!str_eq(f->identity[x->first].role, x->r->session->role)
			&& menu_rank(x->role) < menu_rank(f->identity[x->first].role)))
			x->first = f->n_identity;
	}
	f->n_identity++;
	return true;
}

#define NEXT_AMONG 50

/* After an act the next thing on the desk is one step away, the same act at another matter first: whoever signs many papers
 * goes from one to the other. */
static bool what_next(struct req *r, int64_t mine, struct frame *f, struct err *err)
{
	const struct list_query q = { .who = actor_of(r), .mine = true, .order = LIST_DUE, .limit = NEXT_AMONG };
	const struct list_row *row, *best = NULL;
	struct str did = req_query(r, "done");
	size_t n;

	if (!str_starts(r->path, STR("/m/")) || !did.n)
		return true;
	if (!matter_list(app_of(r)->engine, r->db, r->a, &q, &row, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (!row[i].next || str_ends(r->path, row[i].snap->code))
			continue;
		if (!best || (str_eq(row[i].next->id, did) && !str_eq(best->next->id, did)))
			best = &row[i];
	}
	if (best) {
		f->next = best->next->next.n ? best->next->next : best->next->name;
		f->next_title = title_once(best->title);
		f->next_href = str_fmt(r->a, "/m/%.*s/do/%.*s", STR_FMT(best->snap->code), STR_FMT(best->next->id));
		f->next_more = mine - 1;
	}
	return true;
}

bool frame_too_old(const struct req *r)
{
	return str_find(r->agent, STR("MSIE "), 0) != SIZE_MAX || str_find(r->agent, STR("Trident/"), 0) != SIZE_MAX;
}

bool frame_load(struct req *r, struct str title, struct frame *f, struct err *err)
{
	int64_t day = day_at(now_of(r)), mine;
	const struct actor who = actor_of(r);
	struct reading x = { .r = r, .f = f, .first = SIZE_MAX };
	const struct db_in person[] = { db_i64(who.person) };
	const struct db_in posts[] = { db_i64(who.person), db_i64(day) };
	const struct db_out unread[] = { db_to_i64(&f->unread) };
	const struct db_out identity[] = { db_to_str(&x.name), db_to_str(&x.code), db_to_i64(&x.id), db_to_str(&x.role) };

	frame_bare(r, title, f);
	f->person = r->session->name;
	f->csrf = r->session->csrf;
	if (!frame_law(r, &x.law, err) || !db_one(r->db, r->a, &st_unread, DB_IN(person), DB_OUT(unread), err)
	    || !db_each(r->db, r->a, &st_identities, DB_IN(posts), DB_OUT(identity), add_identity, &x, err)
	    || !matter_count_mine(app_of(r)->engine, r->db, r->a, &who, &mine, err))
		return false;
	if (x.first != SIZE_MAX) {
		f->identity[x.first].here = true;
		f->role = f->identity[x.first].role_name;
		f->role_id = f->identity[x.first].role;
	}
	menu_fill(r, x.law, f->role_id, mine, f);
	return what_next(r, mine, f, err);
}

bool frame_reply(struct req *r, int status, const struct html *h, struct err *err)
{
	if (!html_ok(h))
		return err_set(err, ERR_TOO_LARGE, "这一页的内容过多，请缩小范围");
	return reply_html(r, status, html_str(h));
}
