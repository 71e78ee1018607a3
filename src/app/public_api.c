/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The public side for programs: the search and a decision as JSON, and what there is as OpenAPI 3.1. The same rights, limits and
 * masks as on the pages; there are no keys and nothing to sign up for. */
#include "app/public.h"

#include "base/json.h"

#define JSON_MOST ((size_t)2 << 20)

/* An empty text is null: nothing stands there, or nobody may see it. */
static void text(struct json_out *o, const char *key, struct str s)
{
	if (s.n)
		json_out_str(o, key, s);
	else
		json_out_null(o, key);
}

static void address(struct json_out *o, struct req *r, const char *key, struct str code, const char *more)
{
	json_out_str(o, key, str_fmt(r->a, "%.*s/decisions/%.*s%s", STR_FMT(public_origin(r)), STR_FMT(code), more));
}

static bool reply(struct req *r, struct buf *b, struct err *err)
{
	if (!buf_ok(b))
		return err_set(err, ERR_TOO_LARGE, "内容过多，请缩小范围");
	return public_kept(r, "application/json; charset=utf-8", buf_str(b), 0);
}

static void put_row(struct json_out *o, struct req *r, const struct decision_row *x)
{
	json_open(o, NULL, '{');
	json_out_str(o, "code", x->code);
	text(o, "title", x->title);
	text(o, "party", x->party);
	text(o, "organ", x->organ);
	text(o, "number", x->number);
	text(o, "outcome", x->what);
	text(o, "decided", x->decided);
	text(o, "published", x->published);
	json_out_str(o, "status", str_of(x->badge));
	text(o, "reason", x->why);
	address(o, r, "href", x->code, "");
	json_close(o, '}');
}

bool decisions_json(struct req *r, struct err *err)
{
	const struct decision_row *row;
	const struct search_hit *hit;
	struct json_out o = { 0 };
	struct public_query q;
	size_t n, n_row;
	struct buf b;
	bool more;

	if (!public_decision_query(r, &q, NULL, err) || !public_find(r, &q, &hit, &n, &more, err)
	    || !public_decision_rows(r, q.typed, hit, n, &row, &n_row, err))
		return false;
	buf_init(&b, r->a, JSON_MOST);
	o.b = &b;
	json_open(&o, NULL, '{');
	json_open(&o, "decisions", '[');
	for (size_t i = 0; i < n_row; i++)
		put_row(&o, r, &row[i]);
	json_close(&o, ']');
	text(&o, "next", more && n_row ? str_fmt(r->a, "%.*s%.*s", STR_FMT(public_origin(r)),
						  STR_FMT(public_page_link(r, "/decisions.json", row[n_row - 1].code)))
				       : (struct str){ 0 });
	json_close(&o, '}');
	return reply(r, &b, err);
}

static const char *const told[] = { "title", "category", "licence_result", "decision_no", "permit_no", "valid_from", "valid_to",
				    "sanctions", "sanction_text", "violation", "fine", "confiscated", "facts", "basis", "conclusion",
				    "decided_on", "served_on", "published_on", "update_reason", "redress", "redress_no", "redress_on",
				    "withdrawn_on", "public_reason" };

bool decision_json(struct req *r, struct err *err)
{
	struct json_out o = { 0 };
	struct matter_view m;
	struct buf b;

	if (!public_see(r, req_param(r, "code"), "disclosure", SEE_FIELDS, &m, err))
		return false;
	buf_init(&b, r->a, JSON_MOST);
	o.b = &b;
	json_open(&o, NULL, '{');
	json_out_str(&o, "code", m.snap->code);
	json_out_str(&o, "status", m.snap->state->name);
	text(&o, "organ", m.organ_name);
	text(&o, "party", public_party(r, &m));
	for (size_t i = 0; i < ARRAY_LEN(told); i++) {
		const struct field_view *f = public_field(&m, told[i]);

		text(&o, told[i], f && f->v.t == T_DATE ? public_iso(r, &m, told[i]) : public_text(r, &m, told[i]));
	}
	address(&o, r, "href", m.snap->code, "");
	address(&o, r, "proof", m.snap->code, "/proof");
	json_close(&o, '}');
	return reply(r, &b, err);
}

/* ---- what there is ---- */

struct parameter {
	const char *name, *what;
	bool in_path;
};
static const struct parameter search[] = {
	{ "q", "两个以上的字，在企业、文书号、事由中查", false }, { "type", "类别", false }, { "change", "更正或者撤下的", false },
	{ "year", "决定日期所在的年", false }, { "organ", "机关的编码", false }, { "after", "上一页最后一条的编码", false } };
static const struct parameter one[] = { { "code", "决定的编码", true } };
static const struct parameter year[] = { { "year", "年度，不填为本年", false } };

static const struct operation {
	const char *path, *id, *name, *media, *schema;
	const struct parameter *parameter;
	size_t n_parameter;
} operations[] = {
	{ "/decisions.json", "findDecisions", "查执法决定，新公开的在前", "application/json", "Decisions", search, ARRAY_LEN(search) },
	{ "/decisions/{code}/data.json", "getDecision", "一个执法决定", "application/json", "Decision", one, 1 },
	{ "/feed.atom", "getFeed", "新公开的决定的订阅（Atom），条件与查询相同", "application/atom+xml", NULL, search, ARRAY_LEN(search) - 1 },
	{ "/sitemap.xml", "getSitemap", "公开页面的地图", "application/xml", NULL, NULL, 0 },
	{ "/statistics.json", "getStatistics", "年度行政执法统计", "application/json", "Statistics", year, 1 },
	{ "/statistics.csv", "getStatisticsCsv", "年度行政执法统计（CSV）", "text/csv", NULL, year, 1 },
	{ "/log/checkpoint", "getCheckpoint", "存证记录最新的签名", "text/plain", NULL, NULL, 0 },
};

static const struct {
	const char *name, *schema;
} schemas[] = {
	{ "Text", "{\"type\":[\"string\",\"null\"]}" },
	{ "Decisions", "{\"type\":\"object\",\"required\":[\"decisions\",\"next\"],\"properties\":{\"decisions\":{\"type\":\"array\",\"items\":"
		       "{\"type\":\"object\",\"required\":[\"code\",\"title\",\"status\",\"href\"],\"properties\":{\"code\":{\"type\":\"string\",\"format\":\"uuid\"},"
		       "\"href\":{\"type\":\"string\",\"format\":\"uri\"},\"status\":{\"type\":\"string\"}},\"additionalProperties\":"
		       "{\"$ref\":\"#/components/schemas/Text\"}}},\"next\":{\"$ref\":\"#/components/schemas/Text\"}}}" },
	{ "Decision", "{\"type\":\"object\",\"required\":[\"code\",\"status\",\"href\",\"proof\"],\"properties\":{\"code\":{\"type\":\"string\",\"format\":\"uuid\"},"
		      "\"href\":{\"type\":\"string\",\"format\":\"uri\"},\"proof\":{\"type\":\"string\",\"format\":\"uri\"},\"status\":{\"type\":\"string\"}},"
		      "\"additionalProperties\":{\"$ref\":\"#/components/schemas/Text\"}}" },
	{ "Statistics", "{\"type\":\"object\",\"required\":[\"year\",\"counted\",\"tables\"],\"properties\":{\"year\":{\"type\":\"integer\"},\"counted\":{\"type\":"
			"\"string\",\"format\":\"date-time\"},\"tables\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"id\",\"name\",\"columns\",\"organs\",\"sum\"],"
			"\"properties\":{\"id\":{\"type\":\"string\"},\"name\":{\"type\":\"string\"},\"columns\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
			"\"organs\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"organ\",\"figures\"],\"properties\":{\"organ\":{\"type\":\"string\"},"
			"\"figures\":{\"$ref\":\"#/components/schemas/Figures\"}}}},\"sum\":{\"$ref\":\"#/components/schemas/Figures\"}}}}}}" },
	{ "Figures", "{\"type\":\"array\",\"items\":{\"type\":[\"number\",\"null\"]}}" },
};

/* The choices that the form of the search has. */
static void put_choices(struct json_out *o, const struct choice *c, size_t n)
{
	json_open(o, "enum", '[');
	for (size_t i = 0; i < n; i++)
		if (c[i].value.n)
			json_out_str(o, NULL, c[i].value);
	json_close(o, ']');
}

static void put_parameter(struct json_out *o, const struct parameter *p, const struct decisions_view *v)
{
	json_open(o, NULL, '{');
	json_out_str(o, "name", str_of(p->name));
	json_out_str(o, "in", p->in_path ? STR("path") : STR("query"));
	json_out_bool(o, "required", p->in_path);
	json_out_str(o, "description", str_of(p->what));
	json_open(o, "schema", '{');
	json_out_str(o, "type", STR("string"));
	if (strcmp(p->name, "type") == 0)
		put_choices(o, v->type, v->n_type);
	if (strcmp(p->name, "change") == 0)
		put_choices(o, v->change, v->n_change);
	json_close(o, '}');
	json_close(o, '}');
}

static void put_answer(struct json_out *o, const char *status, const char *what, const char *media, const char *schema, struct arena *a)
{
	json_open(o, status, '{');
	json_out_str(o, "description", str_of(what));
	json_open(o, "content", '{');
	json_open(o, media, '{');
	json_out_raw(o, "schema", schema ? str_fmt(a, "{\"$ref\":\"#/components/schemas/%s\"}", schema) : STR("{\"type\":\"string\"}"));
	json_close(o, '}');
	json_close(o, '}');
	json_close(o, '}');
}

static void put_operation(struct json_out *o, struct arena *a, const struct operation *x, const struct decisions_view *v)
{
	json_open(o, x->path, '{');
	json_open(o, "get", '{');
	json_out_str(o, "operationId", str_of(x->id));
	json_out_str(o, "summary", str_of(x->name));
	json_out_raw(o, "tags", STR("[\"公示\"]"));
	json_open(o, "parameters", '[');
	for (size_t i = 0; i < x->n_parameter; i++)
		put_parameter(o, &x->parameter[i], v);
	json_close(o, ']');
	json_open(o, "responses", '{');
	put_answer(o, "200", x->name, x->media, x->schema, a);
	put_answer(o, "404", "没有找到", "text/html", NULL, a);
	put_answer(o, "429", "查得太快，过一会儿再查", "text/html", NULL, a);
	json_close(o, '}');
	json_close(o, '}');
	json_close(o, '}');
}

bool public_openapi(struct req *r, struct err *err)
{
	struct decisions_view v = { 0 };
	struct json_out o = { 0 };
	struct public_query q;
	struct buf b;

	public_frame_fill(r, STR("接口"), DOOR_HOME, &v.frame);
	if (!public_decision_query(r, &q, &v, err))
		return false;
	buf_init(&b, r->a, JSON_MOST);
	o.b = &b;
	json_open(&o, NULL, '{');
	json_out_str(&o, "openapi", STR("3.1.0"));
	json_open(&o, "info", '{');
	json_out_str(&o, "title", v.frame.site);
	json_out_str(&o, "version", STR("1"));
	json_out_str(&o, "description", STR("任何人都可以使用，不需要登录。与网页看到的内容相同，个人信息已经隐去；同一个网络的查询次数有限制。"));
	json_out_raw(&o, "license", STR("{\"name\":\"MulanPSL-2.0\",\"identifier\":\"MulanPSL-2.0\"}"));
	json_close(&o, '}');
	json_out_raw(&o, "servers", STR("[{\"url\":\"/\",\"description\":\"公示一侧\"}]"));
	json_out_raw(&o, "security", STR("[]"));
	json_out_raw(&o, "tags", STR("[{\"name\":\"公示\",\"description\":\"公开的执法决定和统计\"}]"));
	json_open(&o, "paths", '{');
	for (size_t i = 0; i < ARRAY_LEN(operations); i++)
		put_operation(&o, r->a, &operations[i], &v);
	json_close(&o, '}');
	json_open(&o, "components", '{');
	json_open(&o, "schemas", '{');
	for (size_t i = 0; i < ARRAY_LEN(schemas); i++)
		json_out_raw(&o, schemas[i].name, str_of(schemas[i].schema));
	json_close(&o, '}');
	json_close(&o, '}');
	json_close(&o, '}');
	return reply(r, &b, err);
}
