/* SPDX-License-Identifier: MulanPSL-2.0 */
/* openapi.c - the JSON interface described as OpenAPI 3.1, made from the definitions that are in force, and the same as a
 * page for people. What stands here about a kind is read from the kind: it cannot be out of date. */
#include "app/api.h"
#include "app/api_page.h"
#include "app/frame.h"
#include "pages.h"

#define TEXT_MOST ((size_t)8 << 20) /* some 20,000 fields */

/* ---- small parts ---- */

static void schema_ref(struct json_out *o, const char *key, struct arena *a, struct str name)
{
	json_open(o, key, '{');
	json_out_str(o, "$ref", str_fmt(a, "#/components/schemas/%.*s", STR_FMT(name)));
	json_close(o, '}');
}

static void type_is(struct json_out *o, const char *type)
{
	json_out_str(o, "type", str_of(type));
}

static struct str schema_of_open(struct arena *a, const struct kind *k)
{
	return str_fmt(a, "open_%.*s", STR_FMT(k->id));
}

static struct str schema_of_act(struct arena *a, const struct kind *k, const struct action *ac)
{
	return str_fmt(a, "form_%.*s_%.*s", STR_FMT(k->id), STR_FMT(ac->id));
}

static struct str schema_of_fields(struct arena *a, const struct kind *k)
{
	return str_fmt(a, "fields_%.*s", STR_FMT(k->id));
}

/* ---- fields ---- */

enum side { SENT, ANSWERED };

static void put_type(struct json_out *o, struct arena *a, const struct type *t, enum side side);

static void put_enum(struct json_out *o, const struct enum_def *values)
{
	type_is(o, "string");
	json_open(o, "enum", '[');
	for (size_t i = 0; values && i < values->n; i++)
		json_out_str(o, NULL, values->v[i].id);
	json_close(o, ']');
}

static void put_array_open(struct json_out *o)
{
	type_is(o, "array");
	json_open(o, "items", '{');
}

static void put_reference(struct json_out *o, struct arena *a, enum side side)
{
	if (side == ANSWERED) {
		json_out_str(o, "$ref", STR("#/components/schemas/Named"));
		return;
	}
	(void)a;
	type_is(o, "string");
	json_out_str(o, "format", STR("uuid"));
}

static void put_rows(struct json_out *o, struct arena *a, const struct type *t, enum side side)
{
	put_array_open(o);
	type_is(o, "object");
	json_open(o, "properties", '{');
	for (size_t i = 0; i < t->n_row; i++) {
		json_key(o, t->row[i].id);
		json_open(o, NULL, '{');
		json_out_str(o, "title", t->row[i].name);
		put_type(o, a, &t->row[i].type, side);
		json_close(o, '}');
	}
	json_close(o, '}');
	json_close(o, '}');
}

static void put_list_of(struct json_out *o, struct arena *a, enum side side)
{
	put_array_open(o);
	put_reference(o, a, side);
	json_close(o, '}');
}

static void put_type(struct json_out *o, struct arena *a, const struct type *t, enum side side)
{
	switch (t->tag) {
	case T_BOOL:
		type_is(o, "boolean");
		break;
	case T_INT:
		type_is(o, "integer");
		break;
	case T_NUM:
		type_is(o, "number");
		break;
	case T_MONEY:
		type_is(o, "number");
		json_out_str(o, "description", STR("元，两位小数"));
		break;
	case T_DATE:
		type_is(o, "string");
		json_out_str(o, "format", STR("date"));
		break;
	case T_TIME:
		type_is(o, "string");
		if (side == ANSWERED)
			json_out_str(o, "format", STR("date-time"));
		else
			json_out_str(o, "description", STR("北京时间，例如 2026-03-02 09:00"));
		break;
	case T_ENUM:
		put_enum(o, t->values);
		break;
	case T_PICKS:
		put_array_open(o);
		put_enum(o, t->values);
		json_close(o, '}');
		break;
	case T_USER:
	case T_ORGAN:
	case T_REF:
		put_reference(o, a, side);
		break;
	case T_USERS:
	case T_ORGANS:
	case T_REFS:
		put_list_of(o, a, side);
		break;
	case T_PARTY:
		json_out_str(o, "$ref", STR("#/components/schemas/Party"));
		break;
	case T_ROWS:
		put_rows(o, a, t, side);
		break;
	case T_FILES:
		put_array_open(o);
		json_out_str(o, "$ref", side == SENT ? STR("#/components/schemas/FileSent") : STR("#/components/schemas/File"));
		json_close(o, '}');
		break;
	case T_SHEET:
		type_is(o, "object");
		json_out_bool(o, "additionalProperties", true);
		break;
	case T_TEXT:
		type_is(o, "string");
		json_out_i64(o, "maxLength", t->n);
		break;
	default:
		type_is(o, "string");
		break;
	}
}

static void put_field(struct json_out *o, struct arena *a, const struct field *f, enum side side)
{
	json_key(o, f->id);
	json_open(o, NULL, '{');
	json_out_str(o, "title", f->name);
	put_type(o, a, &f->type, side);
	json_close(o, '}');
}

/* ---- schemas of kinds ---- */

static void put_form_schema(struct json_out *o, struct arena *a, const struct action *ac)
{
	bool required = false;

	type_is(o, "object");
	json_out_str(o, "title", ac->name);
	json_open(o, "properties", '{');
	for (size_t i = 0; i < ac->n_form; i++)
		put_field(o, a, ac->form[i].field, SENT);
	json_close(o, '}');
	for (size_t i = 0; i < ac->n_form; i++) {
		if (!ac->form[i].required)
			continue;
		if (!required)
			json_open(o, "required", '[');
		required = true;
		json_out_str(o, NULL, ac->form[i].field->id);
	}
	if (required)
		json_close(o, ']');
	json_out_bool(o, "additionalProperties", false);
}

static void put_open_schema(struct json_out *o, struct arena *a, const struct kind *k, const struct action *open)
{
	json_key(o, schema_of_open(a, k));
	json_open(o, NULL, '{');
	type_is(o, "object");
	json_out_str(o, "title", k->name);
	json_open(o, "properties", '{');
	json_open(o, "kind", '{');
	type_is(o, "string");
	json_out_str(o, "const", k->id);
	json_close(o, '}');
	json_open(o, "parent", '{');
	type_is(o, "string");
	json_out_str(o, "format", STR("uuid"));
	json_close(o, '}');
	json_open(o, "form", '{');
	put_form_schema(o, a, open);
	json_close(o, '}');
	schema_ref(o, "passed", a, STR("Passed"));
	json_close(o, '}');
	json_open(o, "required", '[');
	json_out_str(o, NULL, STR("kind"));
	json_out_str(o, NULL, STR("form"));
	json_close(o, ']');
	json_close(o, '}');
}

static bool by_people(const struct action *ac)
{
	for (size_t i = 0; i < ac->by.n; i++)
		if (ac->by.v[i].sort != WHO_SYSTEM && ac->by.v[i].sort != WHO_PUBLIC)
			return true;
	return false;
}

static bool is_act(const struct action *ac)
{
	return !ac->builtin && !str_is(ac->id, "open") && by_people(ac);
}

static void put_kind_schemas(struct json_out *o, struct arena *a, const struct kind *k)
{
	const struct action *open = kind_action(k, STR("open"));

	if (open && by_people(open))
		put_open_schema(o, a, k, open);
	for (size_t i = 0; i < k->n_action; i++) {
		if (!is_act(&k->action[i]))
			continue;
		json_key(o, schema_of_act(a, k, &k->action[i]));
		json_open(o, NULL, '{');
		put_form_schema(o, a, &k->action[i]);
		json_close(o, '}');
	}
	json_key(o, schema_of_fields(a, k));
	json_open(o, NULL, '{');
	type_is(o, "object");
	json_out_str(o, "title", k->name);
	json_open(o, "properties", '{');
	for (size_t i = 0; i < k->n_field; i++)
		put_field(o, a, &k->field[i], ANSWERED);
	json_close(o, '}');
	json_close(o, '}');
}

/* Schemas that no kind changes. */
static const char fixed_schemas[] =
	"\"Error\":{\"type\":\"object\",\"required\":[\"error\"],\"properties\":{\"error\":{\"type\":\"object\",\"required\":[\"key\",\"say\"],"
	"\"properties\":{\"key\":{\"type\":\"string\"},\"say\":{\"type\":\"string\"}}}}},"
	"\"Cite\":{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\"},\"text\":{\"type\":\"string\"}}},"
	"\"Refusal\":{\"type\":\"object\",\"required\":[\"say\",\"cite\"],\"properties\":{\"say\":{\"type\":\"string\"},"
	"\"cite\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Cite\"}},\"facts\":{\"type\":\"string\"},"
	"\"field\":{\"type\":\"string\"},\"way\":{\"type\":\"string\"},\"target\":{\"type\":\"string\"},"
	"\"can_pass\":{\"type\":\"boolean\"},\"check\":{\"type\":\"string\"}}},"
	"\"Refused\":{\"type\":\"object\",\"required\":[\"refused\"],\"properties\":{\"refused\":{\"type\":\"array\",\"items\":"
	"{\"$ref\":\"#/components/schemas/Refusal\"}}}},"
	"\"Named\":{\"type\":\"object\",\"properties\":{\"code\":{\"type\":\"string\",\"format\":\"uuid\"},\"name\":{\"type\":\"string\"}}},"
	"\"Party\":{\"type\":\"object\",\"properties\":{\"sort\":{\"type\":\"string\",\"enum\":[\"person\",\"unit\"]},"
	"\"name\":{\"type\":\"string\"},\"code\":{\"type\":\"string\"},\"address\":{\"type\":\"string\"},"
	"\"contact\":{\"type\":\"string\"},\"phone\":{\"type\":\"string\"}}},"
	"\"File\":{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"},\"digest\":{\"type\":\"string\"},"
	"\"media\":{\"type\":\"string\"},\"size\":{\"type\":\"integer\"}}},"
	"\"FileSent\":{\"type\":\"object\",\"required\":[\"name\",\"content\"],\"properties\":{\"name\":{\"type\":\"string\",\"maxLength\":120},"
	"\"content\":{\"type\":\"string\",\"contentEncoding\":\"base64\"}}},"
	"\"Passed\":{\"type\":\"object\",\"description\":\"提醒（can_pass）的 check 和理由\",\"additionalProperties\":{\"type\":\"string\"}},"
	"\"Clock\":{\"type\":\"object\",\"properties\":{\"clock\":{\"type\":\"string\"},\"name\":{\"type\":\"string\"},"
	"\"run\":{\"type\":\"integer\"},\"light\":{\"type\":\"string\",\"enum\":[\"none\",\"green\",\"yellow\",\"red\",\"paused\",\"met\",\"met_late\"]},"
	"\"due\":{\"type\":\"string\",\"format\":\"date-time\",\"description\":\"届满日的次日零时\"},"
	"\"provisional\":{\"type\":\"boolean\"},\"say\":{\"type\":\"string\"}}},"
	"\"Row\":{\"type\":\"object\",\"required\":[\"id\",\"kind\",\"state\"],\"properties\":{\"id\":{\"type\":\"string\",\"format\":\"uuid\"},"
	"\"kind\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"},\"state\":{\"type\":\"string\"},"
	"\"state_name\":{\"type\":\"string\"},\"version\":{\"type\":\"integer\"},\"opened\":{\"type\":\"string\",\"format\":\"date-time\"},"
	"\"numbers\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}},\"organ\":{\"type\":\"string\"},"
	"\"holder\":{\"type\":\"string\"},\"clocks\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Clock\"}}}},"
	"\"Done\":{\"type\":\"object\",\"required\":[\"id\",\"version\"],\"properties\":{\"id\":{\"type\":\"string\",\"format\":\"uuid\"},"
	"\"version\":{\"type\":\"integer\"},\"repeated\":{\"type\":\"boolean\"}}},"
	"\"Event\":{\"type\":\"object\",\"properties\":{\"seq\":{\"type\":\"integer\"},\"at\":{\"type\":\"string\",\"format\":\"date-time\"},"
	"\"action\":{\"type\":\"string\"},\"name\":{\"type\":\"string\"},\"actor\":{\"type\":\"string\"},\"organ\":{\"type\":\"string\"},"
	"\"role\":{\"type\":\"string\"},\"reason\":{\"type\":\"string\"},\"set\":{\"type\":\"object\",\"additionalProperties\":true}}}";

static void put_matter_schema(struct json_out *o, struct arena *a, const struct law *law)
{
	json_open(o, "Matter", '{');
	json_open(o, "allOf", '[');
	schema_ref(o, NULL, a, STR("Row"));
	json_open(o, NULL, '{');
	type_is(o, "object");
	json_open(o, "properties", '{');
	json_open(o, "fields", '{');
	json_open(o, "anyOf", '[');
	for (size_t i = 0; i < law->n_kind; i++)
		schema_ref(o, NULL, a, schema_of_fields(a, &law->kind[i]));
	json_close(o, ']');
	json_close(o, '}');
	json_out_raw(o, "masked", STR("{\"type\":\"array\",\"items\":{\"type\":\"string\"}}"));
	json_out_raw(o, "papers", STR("{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\",\"format\":"
				      "\"uuid\"},\"name\":{\"type\":\"string\"},\"number\":{\"type\":\"string\"},\"state\":"
				      "{\"type\":\"string\"},\"digest\":{\"type\":\"string\"},\"corrected_by\":{\"type\":\"string\"}}}}"));
	json_out_raw(o, "links", STR("{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\",\"format\":"
				     "\"uuid\"},\"relation\":{\"type\":\"string\"},\"title\":{\"type\":\"string\"}}}}"));
	json_out_raw(o, "actions", STR("{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"action\":{\"type\":\"string\"},"
				       "\"name\":{\"type\":\"string\"},\"can\":{\"type\":\"boolean\"},\"refused\":{\"type\":\"array\","
				       "\"items\":{\"$ref\":\"#/components/schemas/Refusal\"}}}}}"));
	json_close(o, '}');
	json_close(o, '}');
	json_close(o, ']');
	json_close(o, '}');
}

static void put_components(struct json_out *o, struct arena *a, const struct law *law)
{
	json_open(o, "components", '{');
	json_out_raw(o, "securitySchemes", STR("{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":"
					       "\"会话令牌（POST /api/v1/session）或者机关的接口令牌（mfk_…）\"}}"));
	json_open(o, "schemas", '{');
	json_out_raw(o, NULL, str_of(fixed_schemas));
	put_matter_schema(o, a, law);
	for (size_t i = 0; i < law->n_kind; i++)
		put_kind_schemas(o, a, &law->kind[i]);
	json_close(o, '}');
	json_close(o, '}');
}

/* ---- addresses ---- */

/* One row of the interface: also what the page shows. */
static const struct api_row rows[] = {
	{ "post", "/api/v1/session", "signIn", "登录，取得会话令牌", "login 和 password；令牌 30 分钟不用或者满 12 小时失效", API_ANYONE },
	{ "post", "/api/v1/session/end", "signOut", "结束会话", "", API_PERSON },
	{ "get", "/api/v1/kinds", "listKinds", "办件种类", "", API_PERSON },
	{ "get", "/api/v1/kinds/{kind}", "getKind", "一个种类的内容、状态和办理", "", API_PERSON },
	{ "get", "/api/v1/matters", "listMatters", "办件列表",
	  "kind、state、organ、due（red、yellow、green）、mine=true、order（due、updated、opened）、q（全文），以及可以筛选的内容；"
	  "每次 50 件，接着用回答里的 next 作 cursor", API_PERSON },
	{ "post", "/api/v1/matters", "openMatter", "登记一件办件", "", API_PERSON },
	{ "get", "/api/v1/matters/{id}", "getMatter", "一件办件，连同期限、文书、能办的办理和不能办的原因", "", API_PERSON },
	{ "get", "/api/v1/matters/{id}/events", "listEvents", "一件办件的办理记录", "", API_PERSON },
	{ "get", "/api/v1/matters/{id}/papers/{paper}", "getPaper", "一份文书的 PDF", "", API_PERSON },
	{ "get", "/api/v1/search", "search", "搜索办件、文书、当事人、条文和帮助",
	  "q：要找的字；in（matters、papers、parties、articles、help）：只要其中一类，每次20条，接着用回答里的 next；"
	  "每类的 count 最多数到50，over 表示还有", API_PERSON },
	{ "post", "/api/v1/matters/{id}/actions/{action}", "actOnMatter", "办理",
	  "version 是读到的版本，已被他人更新的回答 409；不能办理的回答 422 和全部原因", API_PERSON },
};

static void put_parameter(struct json_out *o, struct str name, const char *in, bool required, struct str what)
{
	json_open(o, NULL, '{');
	json_out_str(o, "name", name);
	json_out_str(o, "in", str_of(in));
	json_out_bool(o, "required", required);
	if (what.n)
		json_out_str(o, "description", what);
	json_out_raw(o, "schema", STR("{\"type\":\"string\"}"));
	json_close(o, '}');
}

static void put_parameters(struct json_out *o, const struct api_row *row)
{
	static const char *const query[] = { "kind", "state", "organ", "due", "mine", "order", "q", "cursor" };
	static const char *const search[] = { "q", "in", "after", "page" };
	struct str rest = str_of(row->path), part;

	json_open(o, "parameters", '[');
	while (str_cut(&rest, '/', &part))
		if (part.n && part.p[0] == '{')
			put_parameter(o, str_sub(part, 1, part.n - 1), "path", true, (struct str){ 0 });
	for (size_t i = 0; str_is(str_of(row->id), "listMatters") && i < ARRAY_LEN(query); i++)
		put_parameter(o, str_of(query[i]), "query", false, (struct str){ 0 });
	for (size_t i = 0; str_is(str_of(row->id), "search") && i < ARRAY_LEN(search); i++)
		put_parameter(o, str_of(search[i]), "query", i == 0, (struct str){ 0 });
	if (str_is(str_of(row->id), "openMatter") || str_is(str_of(row->id), "actOnMatter"))
		put_parameter(o, STR("Idempotency-Key"), "header", false, STR("UUID：同样的内容再发一次，得到第一次的结果"));
	json_close(o, ']');
}

static void put_body_open(struct json_out *o)
{
	json_open(o, "requestBody", '{');
	json_out_bool(o, "required", true);
	json_open(o, "content", '{');
	json_open(o, "application/json", '{');
	json_open(o, "schema", '{');
}

static void put_body_close(struct json_out *o)
{
	for (int i = 0; i < 4; i++)
		json_close(o, '}');
}

static void put_open_body(struct json_out *o, struct arena *a, const struct law *law)
{
	put_body_open(o);
	json_open(o, "oneOf", '[');
	for (size_t i = 0; i < law->n_kind; i++) {
		const struct action *open = kind_action(&law->kind[i], STR("open"));

		if (open && by_people(open))
			schema_ref(o, NULL, a, schema_of_open(a, &law->kind[i]));
	}
	json_close(o, ']');
	put_body_close(o);
}

static void put_act_body(struct json_out *o, struct arena *a, const struct law *law)
{
	put_body_open(o);
	type_is(o, "object");
	json_open(o, "properties", '{');
	json_out_raw(o, "version", STR("{\"type\":\"integer\"}"));
	json_out_raw(o, "reason", STR("{\"type\":\"string\"}"));
	schema_ref(o, "passed", a, STR("Passed"));
	json_open(o, "form", '{');
	json_open(o, "anyOf", '[');
	for (size_t i = 0; i < law->n_kind; i++)
		for (size_t j = 0; j < law->kind[i].n_action; j++)
			if (is_act(&law->kind[i].action[j]))
				schema_ref(o, NULL, a, schema_of_act(a, &law->kind[i], &law->kind[i].action[j]));
	json_close(o, ']');
	json_close(o, '}');
	json_close(o, '}');
	put_body_close(o);
}

static void put_session_body(struct json_out *o)
{
	put_body_open(o);
	type_is(o, "object");
	json_out_raw(o, "required", STR("[\"login\",\"password\"]"));
	json_out_raw(o, "properties", STR("{\"login\":{\"type\":\"string\"},\"password\":{\"type\":\"string\"}}"));
	put_body_close(o);
}

static void put_answer(struct json_out *o, const char *status, const char *what, struct str schema)
{
	json_open(o, status, '{');
	json_out_str(o, "description", str_of(what));
	if (schema.n) {
		json_open(o, "content", '{');
		json_open(o, "application/json", '{');
		json_out_raw(o, "schema", schema);
		json_close(o, '}');
		json_close(o, '}');
	}
	json_close(o, '}');
}

static struct str answer_of(const char *id)
{
	struct str s = str_of(id);

	if (str_is(s, "getMatter"))
		return STR("{\"$ref\":\"#/components/schemas/Matter\"}");
	if (str_is(s, "listMatters"))
		return STR("{\"type\":\"object\",\"properties\":{\"matters\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Row\"}},"
			   "\"next\":{\"type\":\"string\"}}}");
	if (str_is(s, "listEvents"))
		return STR("{\"type\":\"object\",\"properties\":{\"events\":{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Event\"}}}}");
	if (str_is(s, "openMatter") || str_is(s, "actOnMatter"))
		return STR("{\"$ref\":\"#/components/schemas/Done\"}");
	return STR("{\"type\":\"object\",\"additionalProperties\":true}");
}

static void put_answers(struct json_out *o, const struct api_row *row)
{
	static const struct { const char *status, *what; } errors[] = {
		{ "400", "填写的内容有误" }, { "401", "没有登录或者令牌失效" }, { "403", "没有权限" }, { "404", "没有找到" } };
	const struct str error = STR("{\"$ref\":\"#/components/schemas/Error\"}");
	bool acts = str_is(str_of(row->id), "openMatter") || str_is(str_of(row->id), "actOnMatter");

	json_open(o, "responses", '{');
	if (str_is(str_of(row->id), "getPaper"))
		json_out_raw(o, "200", STR("{\"description\":\"PDF\",\"content\":{\"application/pdf\":{\"schema\":{\"type\":\"string\",\"format\":"
					   "\"binary\"}}}}"));
	else
		put_answer(o, str_is(str_of(row->id), "openMatter") ? "201" : "200", row->name, answer_of(row->id));
	for (size_t i = 0; i < ARRAY_LEN(errors); i++)
		put_answer(o, errors[i].status, errors[i].what, error);
	if (acts) {
		put_answer(o, "409", "已被他人更新，或者同一个 Idempotency-Key 用于别的内容", error);
		put_answer(o, "422", "暂不能办理：全部原因", STR("{\"$ref\":\"#/components/schemas/Refused\"}"));
	}
	json_close(o, '}');
}

static void put_operation(struct json_out *o, struct arena *a, const struct law *law, const struct api_row *row)
{
	json_open(o, row->method, '{');
	json_out_str(o, "operationId", str_of(row->id));
	json_out_str(o, "summary", str_of(row->name));
	if (row->what[0])
		json_out_str(o, "description", str_of(row->what));
	json_out_raw(o, "tags", STR("[\"办件\"]"));
	if (row->who == API_ANYONE)
		json_out_raw(o, "security", STR("[]"));
	put_parameters(o, row);
	if (str_is(str_of(row->id), "signIn"))
		put_session_body(o);
	if (str_is(str_of(row->id), "openMatter"))
		put_open_body(o, a, law);
	if (str_is(str_of(row->id), "actOnMatter"))
		put_act_body(o, a, law);
	put_answers(o, row);
	json_close(o, '}');
}

static void put_paths(struct json_out *o, struct arena *a, const struct law *law)
{
	json_open(o, "paths", '{');
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		bool first = i == 0 || !str_is(str_of(rows[i].path), rows[i - 1].path);
		bool last = i + 1 == ARRAY_LEN(rows) || !str_is(str_of(rows[i].path), rows[i + 1].path);

		if (first)
			json_open(o, rows[i].path, '{');
		put_operation(o, a, law, &rows[i]);
		if (last)
			json_close(o, '}');
	}
	json_close(o, '}');
}

static void put_document(struct json_out *o, struct arena *a, const struct law *law)
{
	json_open(o, NULL, '{');
	json_out_str(o, "openapi", STR("3.1.0"));
	json_open(o, "info", '{');
	json_out_str(o, "title", STR("明法 办案接口"));
	json_out_str(o, "version", str_fmt(a, "1.%.*s", STR_FMT(law->version)));
	json_out_str(o, "description", str_fmt(a, "由规则包“%.*s”（%.*s）的定义生成。权限与网页相同，都由引擎核对。", STR_FMT(law->pack), STR_FMT(law->name)));
	json_out_raw(o, "license", STR("{\"name\":\"MulanPSL-2.0\",\"identifier\":\"MulanPSL-2.0\"}"));
	json_close(o, '}');
	json_out_raw(o, "servers", STR("[{\"url\":\"/\",\"description\":\"办案一侧\"}]"));
	json_out_raw(o, "security", STR("[{\"bearer\":[]}]"));
	json_out_raw(o, "tags", STR("[{\"name\":\"办件\",\"description\":\"办件的读取和办理\"}]"));
	put_paths(o, a, law);
	put_components(o, a, law);
	json_close(o, '}');
}

/* Under whose law: that of whoever is signed in, else the installation's. */
static bool law_of(struct req *r, const struct law **ret, struct err *err)
{
	int64_t def;

	return engine_law_of_organ(app_of(r)->engine, r->db, r->a, r->session ? r->session->organ : 0, ret, &def, err);
}

bool api_openapi(struct req *r, struct err *err)
{
	const struct law *law;
	struct json_out o = { 0 };
	struct buf b;

	if (!law_of(r, &law, err))
		return false;
	buf_init(&b, r->a, TEXT_MOST);
	o.b = &b;
	put_document(&o, r->a, law);
	if (!buf_ok(&b))
		return err_set(err, ERR_TOO_LARGE, "接口说明过大");
	return reply_json(r, 200, buf_str(&b));
}

/* ---- the page ---- */

bool api_page(struct req *r, struct err *err)
{
	struct api_view v = { .row = rows, .n_row = ARRAY_LEN(rows) };
	struct api_kind_line *l;
	const struct law *law;
	struct html h;

	if (!law_of(r, &law, err))
		return false;
	if (r->session) {
		if (!frame_load(r, STR("接口文档"), &v.frame, err))
			return false;
		frame_crumb(&v.frame, STR("接口文档"), (struct str){ 0 });
	} else {
		frame_bare(r, STR("接口文档"), &v.frame);
	}
	l = arena_many(r->a, law->n_kind, struct api_kind_line);
	for (size_t i = 0; i < law->n_kind; i++) {
		const struct kind *k = &law->kind[i];
		struct buf acts;

		buf_init(&acts, r->a, 16000);
		for (size_t j = 0; j < k->n_action; j++)
			if (!k->action[j].builtin && by_people(&k->action[j]))
				buf_addf(&acts, "%s%.*s %.*s", acts.n ? "、" : "", STR_FMT(k->action[j].id), STR_FMT(k->action[j].name));
		l[i] = (struct api_kind_line){ k->id, k->name, buf_str(&acts) };
	}
	v.kind = l;
	v.n_kind = law->n_kind;
	v.pack = law->name;
	html_init(&h, r->a, HTML_MAX);
	page_api(&h, &v);
	return frame_reply(r, 200, &h, err);
}
