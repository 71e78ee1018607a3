/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <criterion/criterion.h>
#include <string.h>

#include "base/buf.h"
#include "law/yaml.h"

static struct arena *a;

static void before(void)
{
	a = arena_new();
}

static void after(void)
{
	arena_free(a);
}

TestSuite(law_yaml, .init = before, .fini = after);

static const struct ynode *one(const char *text)
{
	struct err err = { 0 };
	const struct ynode *doc;

	cr_assert(yaml_read_one(a, "t.yaml", str_of(text), &doc, &err), "%s", err.msg);
	return doc;
}

Test(law_yaml, scalars_stay_text)
{
	const struct ynode *y = one("a: on\nb: 1.10\nc: 'it''s'\nd: \"x: y\"\ne:\nf: |\n  two\n  lines\n");

	cr_assert(str_is(ynode_get(y, "a")->text, "on"));
	cr_assert(str_is(ynode_get(y, "b")->text, "1.10"));
	cr_assert(str_is(ynode_get(y, "c")->text, "it's"));
	cr_assert(str_is(ynode_get(y, "d")->text, "x: y"));
	cr_assert_eq(ynode_get(y, "e")->text.n, 0u);
	cr_assert(str_is(ynode_get(y, "f")->text, "two\nlines\n"));
	cr_assert_null(ynode_get(y, "g"));
}

Test(law_yaml, nodes_know_their_place)
{
	const struct ynode *y = one("a: 1\nb:\n  c: {d: [x, yy]}\n");
	const struct ynode *list = ynode_get(ynode_get(ynode_get(y, "b"), "c"), "d");

	cr_assert_eq(list->sort, YNODE_SEQ);
	cr_assert_eq(list->key_line, 3);
	cr_assert_eq(list->key_col, 7);
	cr_assert_eq(list->child[1]->line, 3);
	cr_assert_eq(list->child[1]->col, 14);
	cr_assert_str_eq(list->file, "t.yaml");
}

Test(law_yaml, a_file_holds_several_documents)
{
	struct ynode *const *doc;
	struct yaml_fault f;
	size_t n;

	cr_assert(yaml_read(a, a, "t.yaml", STR("kind: a\n---\nsheet: b\n---\nkind: c\n"), &doc, &n, &f));
	cr_assert_eq(n, 3u);
	cr_assert_eq(doc[1]->line, 3);
	cr_assert(str_is(ynode_get(doc[2], "kind")->text, "c"));
	cr_assert(yaml_read(a, a, "t.yaml", STR("# nothing\n"), &doc, &n, &f));
	cr_assert_eq(n, 0u);
}

Test(law_yaml, what_hides_content_is_refused_at_its_place)
{
	static const struct { const char *text, *words; int line, col; } list[] = {
		{ "a: 1\nb: &x 2\n", "锚点", 2, 0 },
		{ "a: &x 1\nb: *x\n", "锚点", 1, 0 },
		{ "a: !!int 1\n", "标签", 1, 0 },
		{ "a: !x {b: 1}\n", "标签", 1, 0 },
		{ "a: {b: 1}\n<<: {c: 1}\n", "合并键", 2, 1 },
		{ "a: 1\nb: 2\na: 3\n", "“a”重复", 3, 1 },
		{ "a:\n  b: 1\n  c: 1\n  b: 1\n", "“b”重复", 4, 3 },
		{ "a:\n\tb: 1\n", "制表符", 2, 1 },
		{ "[a, b]: 1\n", "键只能是文字", 1, 1 },
		{ "a: [1, 2\nb: 3\n", "不是有效的 YAML", 3, 0 },
		{ "a: \"x\\0y\"\n", "不可用的字符", 1, 5 },
		{ "a: \xff\n", "UTF-8", 1, 1 },
	};

	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		struct ynode *const *doc;
		struct yaml_fault f = { 0 };
		size_t n;

		cr_expect_not(yaml_read(a, a, "t.yaml", str_of(list[i].text), &doc, &n, &f), "%s", list[i].text);
		cr_expect(str_find(f.text, str_of(list[i].words), 0) != SIZE_MAX, "%s: %.*s", list[i].text, STR_FMT(f.text));
		cr_expect_eq(f.line, list[i].line, "%s: line %d", list[i].text, f.line);
		if (list[i].col)
			cr_expect_eq(f.col, list[i].col, "%s: column %d", list[i].text, f.col);
		cr_expect(f.hint.n > 0, "%s: no hint", list[i].text);
	}
}

Test(law_yaml, size_and_depth_are_limited)
{
	struct ynode *const *doc;
	struct yaml_fault f;
	struct buf b;
	size_t n;

	for (int depth = 31; depth <= 33; depth++) {
		buf_init(&b, a, 1000);
		for (int i = 0; i < depth; i++)
			buf_addc(&b, '[');
		for (int i = 0; i < depth; i++)
			buf_addc(&b, ']');
		cr_assert_eq(yaml_read(a, a, "t.yaml", buf_str(&b), &doc, &n, &f), depth <= YAML_DEPTH_MAX, "%d", depth);
	}
	buf_init(&b, a, YAML_FILE_MAX + 10);
	buf_adds(&b, "a: ");
	while (b.n < YAML_FILE_MAX)
		buf_addc(&b, 'x');
	cr_assert(yaml_read(a, a, "t.yaml", buf_str(&b), &doc, &n, &f));
	buf_addc(&b, 'x');
	cr_assert_not(yaml_read(a, a, "t.yaml", buf_str(&b), &doc, &n, &f));
}

Test(law_yaml, trees_compare_and_copy)
{
	const struct ynode *x = one("a: [1, {b: 2}]\nc: 3\n"), *y = one("c: 3\na: [1, {b: 2}]\n");

	cr_assert(ynode_equal(x, y), "the order of keys does not matter");
	cr_assert(ynode_equal(ynode_dup(x), x));
	cr_assert_not(ynode_equal(x, one("a: [{b: 2}, 1]\nc: 3\n")), "the order of a list does");
	cr_assert(str_is(ynode_brief(a, x), "{a: [1, {b: 2}], c: 3}"));
}
