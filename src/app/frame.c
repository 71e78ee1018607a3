/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/frame.h"

#include "base/day.h"
#include "web/asset.h"

static const struct stmt st_unread = { "frame_unread",
	"SELECT COUNT(*) FROM (SELECT 1 FROM message WHERE person = $1 AND read_at IS NULL AND done_at IS NULL LIMIT 100) AS m" };
static const struct stmt st_identities = { "frame_identities",
	"SELECT o.name, o.code, o.id FROM organ o WHERE EXISTS (SELECT 1 FROM post p WHERE p.organ = o.id "
	"AND p.person = $1 AND p.from_day <= $2 AND p.to_day >= $2) ORDER BY o.id" };
static const struct stmt st_roles = { "frame_roles",
	"SELECT DISTINCT role FROM post WHERE person = $1 AND organ = $2 AND from_day <= $3 AND to_day >= $3 ORDER BY role" };

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

void frame_bare(struct req *r, struct str title, struct frame *f)
{
	const struct app *app = app_of(r);

	f->title = title;
	f->path = r->path;
	f->tabler = asset_url(r->a, "tabler.min.css");
	f->css = asset_url(r->a, "mingfa.css");
	f->js = asset_url(r->a, "mingfa.js");
	f->icons = asset_url(r->a, "icons.svg");
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

static void menu(struct frame *f, const char *icon, struct str name, struct str href, int64_t count)
{
	bool here = str_is(href, "/") ? str_is(f->path, "/") : str_starts(f->path, href);

	if (f->n_menu < ARRAY_LEN(f->menu))
		f->menu[f->n_menu++] = (struct menu_item){ icon, name, href, count, here, href.n == 0 };
}

bool frame_law(struct req *r, const struct law **ret, struct err *err)
{
	int64_t def;

	return engine_law_of_organ(app_of(r)->engine, r->db, r->a, r->session->organ, ret, &def, err);
}

static const char *icon_of(const struct kind *k)
{
	if (str_is(k->id, "penalty"))
		return "gavel";
	if (str_is(k->id, "legal_review"))
		return "clipboard-check";
	if (str_is(k->id, "disclosure"))
		return "speakerphone";
	return "file-text";
}

static void fill_menu(struct req *r, const struct law *law, int64_t mine, struct frame *f)
{
	menu(f, "home", STR("工作台"), STR("/"), mine);
	menu(f, "inbox", STR("收件箱"), STR("/inbox"), f->unread);
	menu(f, "plus", STR("新建"), STR("/new"), 0);
	menu(f, "", STR("办件"), (struct str){ 0 }, 0);
	for (size_t i = 0; i < law->n_kind; i++) {
		const struct kind *k = &law->kind[i];

		if (!kind_is_register(k) && kind_opened_by_people(k))
			menu(f, icon_of(k), k->name, str_fmt(r->a, "/k/%.*s", STR_FMT(k->id)), 0);
	}
	menu(f, "", STR("资料"), (struct str){ 0 }, 0);
	menu(f, "folders", STR("名录与其他"), STR("/kinds"), 0);
}

struct reading {
	struct req *r;
	struct frame *f;
	const struct law *law;
	struct str name, code, role;
	int64_t id;
	struct buf roles;
};

static bool add_identity(void *ctx, struct err *err)
{
	struct reading *x = ctx;
	bool here = x->id == x->r->session->organ;

	(void)err;
	if (here)
		x->f->organ = x->name;
	if (x->f->n_identity < ARRAY_LEN(x->f->identity))
		x->f->identity[x->f->n_identity++] = (struct identity){ x->name, x->code, here };
	return true;
}

static bool add_role(void *ctx, struct err *err)
{
	struct reading *x = ctx;
	const struct role_def *role = law_role(x->law, x->role);

	(void)err;
	buf_adds(&x->roles, x->roles.n ? "、" : "");
	buf_add(&x->roles, role ? role->name : x->role);
	return true;
}

bool frame_load(struct req *r, struct str title, struct frame *f, struct err *err)
{
	int64_t day = day_at(now_of(r)), mine;
	const struct actor who = actor_of(r);
	struct reading x = { .r = r, .f = f };
	const struct db_in person[] = { db_i64(who.person) };
	const struct db_in posts[] = { db_i64(who.person), db_i64(day) };
	const struct db_in roles[] = { db_i64(who.person), db_i64(who.organ), db_i64(day) };
	const struct db_out unread[] = { db_to_i64(&f->unread) };
	const struct db_out identity[] = { db_to_str(&x.name), db_to_str(&x.code), db_to_i64(&x.id) };
	const struct db_out role[] = { db_to_str(&x.role) };

	frame_bare(r, title, f);
	buf_init(&x.roles, r->a, 1000);
	f->person = r->session->name;
	f->csrf = r->session->csrf;
	if (!frame_law(r, &x.law, err) || !db_one(r->db, r->a, &st_unread, DB_IN(person), DB_OUT(unread), err)
	    || !db_each(r->db, r->a, &st_identities, DB_IN(posts), DB_OUT(identity), add_identity, &x, err)
	    || !db_each(r->db, r->a, &st_roles, DB_IN(roles), DB_OUT(role), add_role, &x, err)
	    || !matter_count_mine(app_of(r)->engine, r->db, r->a, &who, &mine, err))
		return false;
	f->roles = buf_str(&x.roles);
	fill_menu(r, x.law, mine, f);
	return true;
}

bool frame_reply(struct req *r, int status, const struct html *h, struct err *err)
{
	if (!html_ok(h))
		return err_set(err, ERR_TOO_LARGE, "这一页的内容过多，请缩小范围");
	return reply_html(r, status, html_str(h));
}
