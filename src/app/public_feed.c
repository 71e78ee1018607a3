/* SPDX-License-Identifier: MulanPSL-2.0 */
/* For programs that read along: an Atom feed (RFC 4287) of the newest decisions (all, or what its address asks for as the
 * search does), sitemaps, robots.txt. */
#include "app/app.h"
#include "app/public.h"
#include "base/day.h"
#include "base/parse.h"

#define FEED_ROWS 50
#define FEED_MAX ((size_t)1 << 20)
#define MAP_ROWS 50000                /* sitemaps.org: at most so many addresses a file */
#define MAP_MAX ((size_t)16 << 20)    /* an address takes some 200 bytes */
#define MAPS_MOST 200                 /* ten million decisions */

static void element(struct buf *b, const char *name, struct str text)
{
	buf_addc(b, '<');
	buf_adds(b, name);
	buf_addc(b, '>');
	buf_add_xml(b, text);
	buf_adds(b, "</");
	buf_adds(b, name);
	buf_adds(b, ">\n");
}

/* ---- the feed ---- */

struct feed {
	struct req *r;
	struct buf b;
	int64_t newest;
};

/* The instant of what the public knows last of it: its publication, by day. */
static int64_t shown_at(const struct matter_view *v)
{
	const struct field_view *on = public_field(v, "published_on");

	on = on && on->v.t == T_DATE ? on : public_field(v, "decided_on");
	return on && on->v.t == T_DATE ? day_start(on->v.i) : v->snap->opened;
}

static struct str instant(struct arena *a, int64_t ms)
{
	struct buf b;

	buf_init(&b, a, 40);
	time_put_iso(&b, ms);
	return buf_str(&b);
}

static void put_entry(struct feed *f, const struct decision_row *row, int64_t at)
{
	struct buf *b = &f->b;
	struct str address = str_fmt(f->r->a, "%.*s/decisions/%.*s", STR_FMT(public_origin(f->r)), STR_FMT(row->code));

	buf_adds(b, "<entry>\n");
	element(b, "id", str_fmt(f->r->a, "urn:uuid:%.*s", STR_FMT(row->code)));
	element(b, "title", row->title);
	element(b, "updated", instant(f->r->a, at));
	buf_adds(b, "<author>");
	element(b, "name", row->organ);
	buf_adds(b, "</author>\n<link rel=\"alternate\" type=\"text/html\" href=\"");
	buf_add_xml(b, address);
	buf_adds(b, "\"/>\n");
	element(b, "summary", str_fmt(f->r->a, "%.*s %.*s %.*s %.*s %.*s", STR_FMT(row->number), STR_FMT(row->party),
				      STR_FMT(row->what), STR_FMT(row->on), STR_FMT(row->why)));
	buf_adds(b, "</entry>\n");
}

static bool put_entries(struct feed *f, const struct search_hit *hit, size_t n, struct err *err)
{
	for (size_t i = 0; i < n; i++) {
		const struct decision_row *row;
		struct matter_view v;
		struct err no = { 0 };
		size_t n_row;

		if (!public_decision_rows(f->r, (struct str){ 0 }, &hit[i], 1, &row, &n_row, err))
			return false;
		if (!n_row || !matter_see(app_of(f->r)->engine, f->r->db, f->r->a, &anyone, hit[i].subject, SEE_FIELDS, &v, &no))
			continue;
		put_entry(f, row, shown_at(&v));
		f->newest = shown_at(&v) > f->newest ? shown_at(&v) : f->newest;
	}
	return true;
}

static void put_feed(struct feed *f, struct str entries, struct str site)
{
	struct req *r = f->r;
	struct str origin = public_origin(r), asked = public_page_link(r, "", (struct str){ 0 });
	struct buf *b = &f->b;

	buf_adds(b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"zh-CN\">\n");
	element(b, "id", str_fmt(r->a, "%.*s/feed.atom%.*s", STR_FMT(origin), STR_FMT(asked)));
	element(b, "title", str_fmt(r->a, "%.*s：新公开的决定", STR_FMT(site)));
	element(b, "updated", instant(r->a, f->newest));
	buf_adds(b, "<author>");
	element(b, "name", site);
	buf_adds(b, "</author>\n<link rel=\"self\" type=\"application/atom+xml\" href=\"");
	buf_add_xml(b, str_fmt(r->a, "%.*s/feed.atom%.*s", STR_FMT(origin), STR_FMT(asked)));
	buf_adds(b, "\"/>\n<link rel=\"alternate\" type=\"text/html\" href=\"");
	buf_add_xml(b, str_fmt(r->a, "%.*s/decisions%.*s", STR_FMT(origin), STR_FMT(asked)));
	buf_adds(b, "\"/>\n");
	buf_add(b, entries);
	buf_adds(b, "</feed>\n");
}

bool feed_show(struct req *r, struct err *err)
{
	struct public_query q;
	struct feed f = { .r = r };
	struct public_frame frame;
	const struct search_hit *hit;
	struct str entries;
	size_t n;
	bool more;

	buf_init(&f.b, r->a, FEED_MAX);
	if (!public_decision_query(r, &q, NULL, err))
		return false;
	q.limit = FEED_ROWS;
	if (!public_find(r, &q, &hit, &n, &more, err) || !put_entries(&f, hit, n, err))
		return false;
	public_frame_fill(r, STR("订阅"), DOOR_DECISIONS, &frame);
	entries = str_dup(r->a, buf_str(&f.b));
	buf_init(&f.b, r->a, FEED_MAX);
	put_feed(&f, entries, frame.site);
	if (!buf_ok(&f.b))
		return err_set(err, ERR_TOO_LARGE, "订阅的内容过多");
	return public_kept(r, "application/atom+xml; charset=utf-8", buf_str(&f.b), 0);
}

/* ---- robots and sitemaps ---- */

bool robots_show(struct req *r, struct err *err)
{
	(void)err;
	if (app_of(r)->practice)
		return reply_text(r, 200, "text/plain; charset=utf-8", STR("User-agent: *\nDisallow: /\n"));
	return reply_text(r, 200, "text/plain; charset=utf-8",
			  str_fmt(r->a, "User-agent: *\nDisallow: /progress\nDisallow: /complain\nDisallow: /large\n"
				  "Disallow: /officers\nCrawl-delay: 2\nSitemap: %.*s/sitemap.xml\n",
				  STR_FMT(public_origin(r))));
}

/* What is open to anyone stands as rows: a map names addresses only, each page asks again. */
static const struct stmt st_public = { "sitemap_count",
	"SELECT COUNT(*) FROM matter_reader p JOIN matter m ON m.id = p.matter WHERE p.principal = 'public' "
	"AND m.kind IN ('disclosure', 'enforcement_item', 'organ', 'discretion', 'window_notice')" };
static const struct stmt st_map = { "sitemap_rows",
	"SELECT m.kind, m.code, m.updated FROM matter_reader p JOIN matter m ON m.id = p.matter "
	"WHERE p.principal = 'public' AND m.kind IN ('disclosure', 'enforcement_item', 'organ', 'discretion', 'window_notice') "
	"ORDER BY p.matter LIMIT 50000 OFFSET $1" };

struct map {
	struct req *r;
	struct buf b;
	struct str kind, code;
	int64_t updated;
};

static const char *folder_of(struct str kind)
{
	static const char *const folder[][2] = { { "disclosure", "decisions" }, { "enforcement_item", "items" },
						 { "organ", "organs" }, { "discretion", "standards" },
						 { "window_notice", "window" } };

	for (size_t i = 0; i < ARRAY_LEN(folder); i++)
		if (str_is(kind, folder[i][0]))
			return folder[i][1];
	return "decisions";
}

static bool put_map(void *ctx, struct err *err)
{
	struct map *m = ctx;

	(void)err;
	buf_adds(&m->b, "<url><loc>");
	buf_add_xml(&m->b, public_origin(m->r));
	buf_add_xml(&m->b, str_fmt(m->r->a, "/%s/%.*s", folder_of(m->kind), STR_FMT(m->code)));
	buf_adds(&m->b, "</loc><lastmod>");
	day_put(&m->b, day_at(m->updated));
	buf_adds(&m->b, "</lastmod></url>\n");
	return true;
}

bool sitemap_show(struct req *r, struct err *err)
{
	int64_t n;
	const struct db_out out[] = { db_to_i64(&n) };
	struct buf b;

	if (!db_one(r->db, r->a, &st_public, DB_NONE, DB_OUT(out), err))
		return false;
	buf_init(&b, r->a, FEED_MAX);
	buf_adds(&b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
		     "<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
	for (int64_t i = 1; i <= (n + MAP_ROWS - 1) / MAP_ROWS && i <= MAPS_MOST; i++) {
		buf_adds(&b, "<sitemap><loc>");
		buf_add_xml(&b, str_fmt(r->a, "%.*s/sitemap/%lld", STR_FMT(public_origin(r)), (long long)i));
		buf_adds(&b, "</loc></sitemap>\n");
	}
	buf_adds(&b, "</sitemapindex>\n");
	return public_kept(r, "application/xml; charset=utf-8", buf_str(&b), 0);
}

bool sitemap_page(struct req *r, struct err *err)
{
	struct map m = { .r = r };
	int64_t page;
	const struct db_out out[] = { db_to_str(&m.kind), db_to_str(&m.code), db_to_i64(&m.updated) };

	if (!parse_i64(req_param(r, "n"), 1, MAPS_MOST, &page))
		return err_set(err, ERR_NOT_FOUND, "没有这一页地图");
	{
		const struct db_in in[] = { db_i64((page - 1) * MAP_ROWS) };

		buf_init(&m.b, r->a, MAP_MAX);
		buf_adds(&m.b, "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
			       "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
		if (!db_each(r->db, r->a, &st_map, DB_IN(in), DB_OUT(out), put_map, &m, err))
			return false;
	}
	buf_adds(&m.b, "</urlset>\n");
	if (!m.code.n)
		return err_set(err, ERR_NOT_FOUND, "没有这一页地图");
	if (!buf_ok(&m.b))
		return err_set(err, ERR_TOO_LARGE, "地图的内容过多");
	return public_kept(r, "application/xml; charset=utf-8", buf_str(&m.b), 0);
}
