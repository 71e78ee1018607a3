/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/places.h"

#include "app/shown.h"
#include "web/session.h"

struct known {
	const char *mark, *name; /* the first mark that is found wins */
};

static const struct known systems[] = {
	{ "iPhone", "苹果手机" }, { "iPad", "苹果平板" }, { "HarmonyOS", "鸿蒙" }, { "Android", "安卓" },
	{ "Windows NT 6.1", "Windows 7" }, { "Windows", "Windows" }, { "UOS", "统信" }, { "Kylin", "麒麟" },
	{ "Mac OS X", "苹果电脑" }, { "Linux", "Linux" },
};

/* Kernels name what they descend from: whoever stands on another comes before it. */
static const struct known browsers[] = {
	{ "MicroMessenger", "微信" }, { "wxwork", "政务微信" }, { "DingTalk", "钉钉" }, { "Qaxbrowser", "奇安信浏览器" },
	{ "QIHU", "360浏览器" }, { "360SE", "360浏览器" }, { "QQBrowser", "QQ浏览器" }, { "MetaSr", "搜狗浏览器" },
	{ "Edg", "Edge" }, { "Firefox/", "火狐" }, { "HeadlessChrome/", "Chrome" }, { "Chrome/", "Chrome" }, { "Safari/", "Safari" },
};

static const char *known_as(struct str agent, const struct known *k, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_find(agent, str_of(k[i].mark), 0) != SIZE_MAX)
			return k[i].name;
	return NULL;
}

struct str device_name(struct arena *a, struct str agent)
{
	const char *system = known_as(agent, systems, ARRAY_LEN(systems)), *browser = known_as(agent, browsers, ARRAY_LEN(browsers));

	if (!system && !browser)
		return agent.n ? STR("接口或者其他程序") : STR("没有说明");
	return str_fmt(a, "%s%s%s", system ? system : "", system && browser ? " · " : "", browser ? browser : "");
}

bool places_read(struct req *r, struct me_view *v, struct err *err)
{
	const struct session_place *p;
	struct place_view *x;

	if (!session_places(r->db, r->a, r->session->account, req_cookie(r, SESSION_COOKIE), now_of(r), &p, &v->n_place, err))
		return false;
	x = arena_many(r->a, v->n_place, struct place_view);
	for (size_t i = 0; i < v->n_place; i++)
		x[i] = (struct place_view){ .id = p[i].id, .address = p[i].address, .organ = p[i].organ,
					    .device = device_name(r->a, p[i].agent), .here = p[i].here,
					    .created = shown_time(r->a, p[i].created), .seen = shown_time(r->a, p[i].seen) };
	v->place = x;
	return true;
}

static bool end_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct req *r = ctx;

	(void)a;
	if (str_is(req_form(r, "do"), "others"))
		return session_end_others(db, r->session->account, req_cookie(r, SESSION_COOKIE), err);
	return session_end_one(db, r->session->account, req_form(r, "id"), err);
}

static bool end_after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	(void)ctx;
	if (!ok)
		return err_set(err, failed->code, "%s", failed->msg);
	return reply_see_other(r, STR("/me?done=2#sessions"));
}

bool places_post(struct req *r, struct err *err)
{
	(void)err;
	return req_write(r, end_run, r, end_after);
}
