/* SPDX-License-Identifier: MulanPSL-2.0 */
/* fuzz_template.c - any bytes as the template of a paper, and as the value that a paper prints. A template is refused
 * with a line or expands to known blocks; what a value says is never more than text in the block around it. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/json.h"
#include "law/law.h"
#include "law/template.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char pack[] = "pack: p\nname: 包\nversion: 1\nfrom: 2020-01-01\nroles: {officer: {name: 承办人}, head: {name: 负责人}}\n";
static const char kinds[] =
	"kind: person\nname: 人员\nfields: {name: {name: 姓名, type: text(20)}}\n"
	"states: {valid: 在册, gone: {name: 离开, end: true}}\n"
	"actions: {open: {name: 登记, by: head, form: name}, leave: {name: 离开, from: valid, to: gone, by: head, next: 离开}}\n"
	"---\nkind: organ\nname: 单位\nfields: {title: {name: 名称, type: text(20)}}\nstates: {valid: 在册, gone: {name: 撤销, end: true}}\n"
	"actions: {open: {name: 登记, by: head, form: title}, leave: {name: 撤销, from: valid, to: gone, by: head, next: 撤销}}\n"
	"---\nkind: case\nname: 办件\nfields:\n"
	"  title: {name: 标题, type: text(50)}\n  facts: {name: 事实, type: note}\n  fine: {name: 罚款, type: money}\n"
	"  b1: {name: 重大, type: bool}\n"
	"  goods: {name: 物品, type: rows, of: {item: {name: 名称, type: text(20)}, pieces: {name: 数量, type: int}}}\n"
	"states: {draft: 拟办, closed: {name: 已结, end: true}}\n"
	"actions:\n  open: {name: 登记, by: officer, form: title, may: [facts, fine, b1, goods]}\n"
	"  close: {name: 结案, from: draft, to: closed, by: head, next: 结案}\n"
	"clocks: {close: {name: 期限, from: open, until: close, limit: 7 day, warn: 1 day, cite: T1}}\n";

static struct str name_of(void *ctx, struct arena *a, enum type_tag t, int64_t id)
{
	(void)a;
	(void)t;
	(void)id;
	return *(const struct str *)ctx;
}

static const struct snap *matter(struct arena *a, const struct kind *k, struct str value)
{
	const struct field *goods = kind_field(k, STR("goods"));
	struct val *field = arena_many(a, k->n_field, struct val), *cell = arena_many(a, 4, struct val);
	struct val_row *row = arena_many(a, 2, struct val_row);
	struct val *v = arena_many(a, 2, struct val);
	struct snap *m = arena_one(a, struct snap);

	for (int i = 0; i < 2; i++) {
		cell[2 * i] = (struct val){ .t = T_TEXT, .s = value };
		cell[2 * i + 1] = (struct val){ .t = T_INT, .n = dec_int(i) };
		row[i] = (struct val_row){ i + 1, goods->type.row, &cell[2 * i], 2 };
		v[i] = (struct val){ .t = T_ROW, .row = &row[i] };
	}
	field[goods->index] = val_list(a, T_ROWS, v, 2);
	field[kind_field(k, STR("title"))->index] = (struct val){ .t = T_TEXT, .s = value };
	field[kind_field(k, STR("facts"))->index] = (struct val){ .t = T_NOTE, .s = value };
	field[kind_field(k, STR("fine"))->index] = (struct val){ .t = T_MONEY, .n = dec_int(20000) };
	field[kind_field(k, STR("b1"))->index] = (struct val){ .t = T_BOOL, .b = true };
	*m = (struct snap){ .id = 1, .kind = k, .state = kind_state(k, STR("draft")), .organ = 2, .field = field,
			    .number = arena_many(a, k->n_number + 1, struct str) };
	return m;
}

/* The number of blocks; each is of a known sort. */
static size_t check_blocks(struct arena *a, struct str blocks, const char *only)
{
	static const char *const sorts[] = { "title", "head", "right", "centre", "plain", "para", "blank", "page", "seal", "sign",
					     "widths", "row" };
	const struct json *doc, *m;
	struct err err = { 0 };

	assert(json_read(a, blocks, &doc, &err) && doc->type == JSON_ARRAY);
	json_each(m, doc) {
		size_t i = 0;

		while (i < ARRAY_LEN(sorts) && !str_is(json_str(m, "t"), sorts[i]))
			i++;
		assert(i < ARRAY_LEN(sorts) && (json_get(m, "c") != NULL) == (i >= 10));
		assert(!only || str_is(json_str(m, "t"), only));
	}
	return doc->n;
}

/* The template around a value: as many blocks and cells as the template has, whatever the value says. */
static void check_value(struct arena *a, const struct scope *s, struct eval *ev)
{
	static const struct { const char *text, *only; size_t least, most; } list[] = {
		{ "  {{ title }}", "para", 0, SIZE_MAX },
		{ "|{{ title }}|{{ title }}|", "row", 1, 1 },
		{ "# {{ title }}", "title", 0, SIZE_MAX },
		{ "{% for g in goods %}\n|{{ g.item }}|\n{% end %}", "row", 2, 2 },
		{ "{% seal %}", "seal", 1, 1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		struct diag d = { .a = a };
		struct template *t = template_compile(a, s, str_of(list[i].text), "x", &d);
		struct template_result r;
		struct err err = { 0 };
		size_t n;

		assert(t);
		if (!template_expand(t, ev, &r, &err) || r.n_missing)
			continue;
		n = check_blocks(a, r.blocks, list[i].only);
		assert(n >= list[i].least && n <= list[i].most);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	struct str s = { (const char *)data, size };
	const struct law_file file[] = { { "p/pack.yaml", str_of(pack) }, { "p/kinds.yaml", str_of(kinds) } };
	const struct law_files files = { file, ARRAY_LEN(file) };
	struct diag d = { .a = a };
	struct law *law = law_load(a, &files, STR("p"), &d);
	struct scope scope = { .law = law, .kind = law ? law_kind(law, STR("case")) : NULL };
	struct eval ev = { .a = a, .now = INT64_C(1772413200000), .names = { name_of, &s } };
	struct template_result r;
	struct template *t;
	struct err err = { 0 };

	assert(law && scope.kind);
	ev.self = matter(a, scope.kind, str_utf8(s) ? s : STR("甲"));
	d = (struct diag){ .a = a };
	t = template_compile(a, &scope, s, "x", &d);
	assert((t == NULL) == (d.errors > 0) && "refused for a reason");
	for (size_t i = 0; i < d.n; i++)
		assert(d.item[i].pos.line >= 1 && d.item[i].text.n);
	if (t && template_expand(t, &ev, &r, &err))
		(void)check_blocks(a, r.blocks, NULL);
	if (str_utf8(s))
		check_value(a, &scope, &ev);
	arena_free(a);
	return 0;
}
