/* SPDX-License-Identifier: MulanPSL-2.0 */
/* fuzz_yaml.c - any bytes as a definition file of a lower pack: reader, overlays, binding, compiler and checker
 * say what is wrong and never break. What the reader accepts is a tree without doubled keys, of limited depth. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "law/law.h"
#include "law/yaml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char upper[] =
	"pack: p\nname: 包\nversion: 1\nfrom: 2020-01-01\norgans: {justice: 司法局}\n"
	"roles: {officer: {name: 承办人}, head: {name: 负责人}, legal: {name: 审核人}}\n"
	"settings: {wait: {name: 等待, type: span, default: 3 workday}}\n"
	"functions: {big: {of: {x: money}, gives: bool, is: x > 5}}\n";
static const char lower[] = "pack: p/low\nname: 下级\nabove: p\nversion: 1\nfrom: 2020-01-01\n";
static const char kinds[] =
	"kind: person\nname: 人员\nfields: {name: {name: 姓名, type: text(20)}}\n"
	"states: {valid: 在册, gone: {name: 离开, end: true}}\n"
	"actions: {open: {name: 登记, by: head, form: name}, leave: {name: 离开, from: valid, to: gone, by: head}}\n"
	"---\nkind: organ\nname: 单位\nstates: {valid: 在册, gone: {name: 撤销, end: true}}\n"
	"actions: {open: {name: 登记, by: head}, leave: {name: 撤销, from: valid, to: gone, by: head}}\n"
	"---\nkind: review\nname: 审核\nfields:\n"
	"  opinion: {name: 意见, type: enum, of: {agree: 同意, refuse: 不同意}}\n"
	"  reviewers: {name: 审核人员, type: users}\n  fine: {name: 罚款, type: money, min: 0, max: 100}\n"
	"  goods: {name: 物品, type: rows, of: {what: {name: 品名, type: text(9)}}}\n"
	"states: {sent: 已送, agreed: 同意, closed: {name: 已结, end: true}}\n"
	"terms: {major: {name: 重大, is: big(fine)}}\n"
	"actions:\n  open: {name: 送审, by: officer, may: [fine, goods, reviewers]}\n"
	"  agree:\n    name: 同意\n    from: sent\n    to: agreed\n    by: [legal, head]\n    form: opinion\n    may: goods+\n"
	"    checks: {yes: {if: major, must: opinion == agree, say: \"意见{opinion}\", cite: T1}}\n"
	"  close: {name: 结束, from: agreed, to: closed, by: head}\n"
	"clocks: {review: {name: 期限, from: open, until: agree, limit: 7 workday, warn: 1 workday, cite: T1}}\n";

static void check_tree(const struct ynode *y, int depth)
{
	assert(depth <= YAML_DEPTH_MAX + 1);
	assert(y->line > 0 && y->col > 0);
	for (size_t i = 0; i < y->n; i++) {
		if (y->sort == YNODE_MAP)
			assert(ynode_find(y, y->child[i]->key) == y->child[i] && "no doubled keys");
		check_tree(y->child[i], depth + 1);
	}
}

static void check_reader(struct arena *a, struct str text)
{
	struct ynode *const *doc;
	struct yaml_fault f = { 0 };
	size_t n;

	if (!yaml_read(a, a, "fuzz.yaml", text, &doc, &n, &f)) {
		assert(f.line > 0 && f.col > 0 && f.text.n && "a fault has its place and words");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		check_tree(doc[i], 1);
		assert(ynode_equal(ynode_dup(doc[i]), doc[i]));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *a = arena_new();
	const struct str text = { (const char *)data, size };
	const struct law_file file[] = { { "p/pack.yaml", str_of(upper) }, { "p/kinds.yaml", str_of(kinds) },
					 { "p/low/pack.yaml", str_of(lower) }, { "p/low/fuzz.yaml", text } };
	const struct law_files files = { file, ARRAY_LEN(file) };
	struct diag d = { .a = a };
	struct law *law;
	struct buf b;

	check_reader(a, text);
	law = law_load(a, &files, STR("p/low"), &d);
	assert((law == NULL) == (d.errors > 0) && "refused for a reason");
	if (law) {
		buf_init(&b, a, (size_t)1 << 22);
		law_put_changes(law, &b);
	}
	arena_free(a);
	return 0;
}
