/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "law/yaml.h"

#include <libfyaml.h>
#include <stdlib.h>

#include "base/buf.h"

struct reader {
	struct arena *a, *nodes;
	const char *file;
	struct fy_parser *fyp;
	struct yaml_fault *fault;
	struct ynode *stack[YAML_DEPTH_MAX];
	struct key {
		bool waits; /* for its value */
		struct str text;
		int line, col;
	} key[YAML_DEPTH_MAX]; /* of the map at this depth */
	size_t depth;
	struct ynode *root;
	struct ynode **doc;
	size_t n, cap;
};

static bool fault_at(struct reader *r, int line, int col, struct str text, struct str hint)
{
	*r->fault = (struct yaml_fault){ r->file, line, col, text, hint };
	return false;
}

/* ---- nodes ---- */

struct ynode *ynode_find(const struct ynode *y, struct str key)
{
	for (size_t i = 0; y && y->sort == YNODE_MAP && i < y->n; i++)
		if (str_eq(y->child[i]->key, key))
			return y->child[i];
	return NULL;
}

struct ynode *ynode_get(const struct ynode *y, const char *key)
{
	return ynode_find(y, str_of(key));
}

void ynode_add(struct ynode *y, struct ynode *child)
{
	if (y->n == y->cap) {
		size_t cap = y->cap ? y->cap * 2 : 4;
		struct ynode **more = arena_many(y->arena, cap, struct ynode *);

		for (size_t i = 0; i < y->n; i++)
			more[i] = y->child[i];
		y->child = more;
		y->cap = cap;
	}
	y->child[y->n++] = child;
}

struct ynode *ynode_new(const struct ynode *at, enum ynode_sort sort)
{
	struct ynode *y = arena_one(at->arena, struct ynode);

	*y = *at;
	y->sort = sort;
	y->text = (struct str){ 0 };
	y->child = NULL;
	y->n = y->cap = 0;
	return y;
}

struct ynode *ynode_scalar(const struct ynode *at, struct str text)
{
	struct ynode *y = ynode_new(at, YNODE_SCALAR);

	y->text = text;
	return y;
}

struct ynode *ynode_dup(const struct ynode *y)
{
	struct ynode *copy = ynode_new(y, y->sort);

	copy->text = y->text;
	for (size_t i = 0; i < y->n; i++)
		ynode_add(copy, ynode_dup(y->child[i]));
	return copy;
}

bool ynode_equal(const struct ynode *a, const struct ynode *b)
{
	if (!a || !b)
		return a == b;
	if (a->sort != b->sort || a->n != b->n || !str_eq(a->text, b->text))
		return false;
	for (size_t i = 0; i < a->n; i++) {
		const struct ynode *other = a->sort == YNODE_MAP ? ynode_find(b, a->child[i]->key) : b->child[i];

		if (!ynode_equal(a->child[i], other))
			return false;
	}
	return true;
}

static void put_brief(struct buf *b, const struct ynode *y)
{
	if (y->sort == YNODE_SCALAR) {
		buf_add(b, y->text);
		return;
	}
	buf_addc(b, y->sort == YNODE_MAP ? '{' : '[');
	for (size_t i = 0; i < y->n; i++) {
		if (i)
			buf_adds(b, ", ");
		if (y->sort == YNODE_MAP) {
			buf_add(b, y->child[i]->key);
			buf_adds(b, ": ");
		}
		put_brief(b, y->child[i]);
	}
	buf_addc(b, y->sort == YNODE_MAP ? '}' : ']');
}

struct str ynode_brief(struct arena *a, const struct ynode *y)
{
	struct buf b;

	buf_init(&b, a, YAML_FILE_MAX);
	put_brief(&b, y);
	if (str_chars(buf_str(&b)) <= 200)
		return buf_str(&b);
	return str_fmt(a, "%.*s…", STR_FMT(str_head(buf_str(&b), 200)));
}

/* ---- reading ---- */

static struct ynode *node_at(struct reader *r, enum ynode_sort sort, const struct fy_mark *m)
{
	struct ynode *y = arena_one(r->nodes, struct ynode);

	y->sort = sort;
	y->arena = r->nodes;
	y->file = r->file;
	y->line = y->key_line = m ? m->line + 1 : 1;
	y->col = y->key_col = m ? m->column + 1 : 1;
	return y;
}

static bool plain(struct reader *r, const struct fy_mark *m, const void *anchor, const void *tag)
{
	int line = m ? m->line + 1 : 1, col = m ? m->column + 1 : 1;

	if (anchor)
		return fault_at(r, line, col, STR("定义文件中不用锚点（&）"), STR("把内容写全"));
	if (tag)
		return fault_at(r, line, col, STR("定义文件中不用类型标签（!）"), STR("值的类型由所在的键决定，去掉标签"));
	return true;
}

static bool wants_key(const struct reader *r)
{
	return r->depth && r->stack[r->depth - 1]->sort == YNODE_MAP && !r->key[r->depth - 1].waits;
}

/* Puts a finished or opened node into its parent. */
static bool place(struct reader *r, struct ynode *y)
{
	struct key *key = &r->key[r->depth ? r->depth - 1 : 0];

	if (!r->depth) {
		r->root = y;
		return true;
	}
	if (wants_key(r))
		return fault_at(r, y->line, y->col, STR("键只能是文字"), STR("键以小写字母开头"));
	if (key->waits) {
		y->key = key->text;
		y->key_line = key->line;
		y->key_col = key->col;
		key->waits = false;
	}
	ynode_add(r->stack[r->depth - 1], y);
	return true;
}

static bool keep_key(struct reader *r, struct str text, int line, int col)
{
	if (str_is(text, "<<"))
		return fault_at(r, line, col, STR("定义文件中不用合并键（<<）"), STR("把内容写全"));
	r->key[r->depth - 1] = (struct key){ true, text, line, col };
	return true;
}

static bool push(struct reader *r, struct ynode *y)
{
	if (!place(r, y))
		return false;
	if (r->depth == YAML_DEPTH_MAX)
		return fault_at(r, y->line, y->col, str_fmt(r->a, "嵌套超过%d层", YAML_DEPTH_MAX), STR("拆分定义"));
	r->stack[r->depth] = y;
	r->key[r->depth].waits = false;
	r->depth++;
	return true;
}

static int by_key(const void *a, const void *b)
{
	const struct ynode *x = *(const struct ynode *const *)a, *y = *(const struct ynode *const *)b;
	int c = str_cmp(x->key, y->key);

	if (c)
		return c;
	return x->key_line != y->key_line ? (x->key_line > y->key_line) - (x->key_line < y->key_line)
					  : (x->key_col > y->key_col) - (x->key_col < y->key_col);
}

static bool no_doubles(struct reader *r, const struct ynode *y)
{
	const struct arena_mark mark = arena_mark(r->nodes);
	struct ynode **sorted = arena_many(r->nodes, y->n, struct ynode *);

	for (size_t i = 0; i < y->n; i++)
		sorted[i] = y->child[i];
	if (y->n > 1)
		qsort(sorted, y->n, sizeof(*sorted), by_key);
	for (size_t i = 1; i < y->n; i++)
		if (str_eq(sorted[i]->key, sorted[i - 1]->key))
			return fault_at(r, sorted[i]->key_line, sorted[i]->key_col,
					str_fmt(r->a, "键“%.*s”重复", STR_FMT(sorted[i]->key)),
					str_fmt(r->a, "已在第%d行写过", sorted[i - 1]->key_line));
	arena_rewind(r->nodes, mark);
	return true;
}

static bool pop(struct reader *r)
{
	const struct ynode *y = r->stack[--r->depth];

	return y->sort != YNODE_MAP || no_doubles(r, y);
}

static bool end_document(struct reader *r)
{
	if (!r->root)
		return true;
	if (r->n == r->cap) {
		struct ynode **more = arena_many(r->nodes, r->cap ? r->cap * 2 : 8, struct ynode *);

		for (size_t i = 0; i < r->n; i++)
			more[i] = r->doc[i];
		r->doc = more;
		r->cap = r->cap ? r->cap * 2 : 8;
	}
	r->doc[r->n++] = r->root;
	r->root = NULL;
	return true;
}

static bool scalar(struct reader *r, struct fy_event *e, const struct fy_mark *m)
{
	const int line = m ? m->line + 1 : 1, col = m ? m->column + 1 : 1;
	struct ynode *y;
	struct str text = { 0 };
	size_t n = 0;
	const char *p = e->scalar.value ? fy_token_get_text(e->scalar.value, &n) : NULL;

	if (!plain(r, m, e->scalar.anchor, e->scalar.tag))
		return false;
	if (p)
		text = str_dup(r->a, (struct str){ p, n });
	if (!str_utf8(text)) /* an escape may make what the file itself may not hold */
		return fault_at(r, line, col, STR("文字中有不可用的字符"), STR("去掉转义写出的控制字符"));
	if (wants_key(r))
		return keep_key(r, text, line, col);
	y = node_at(r, YNODE_SCALAR, m);
	y->text = text;
	return place(r, y);
}

static bool event(struct reader *r, struct fy_event *e)
{
	const struct fy_mark *m = fy_event_start_mark(e);

	switch (e->type) {
	case FYET_SCALAR:
		return scalar(r, e, m);
	case FYET_ALIAS:
		return fault_at(r, m ? m->line + 1 : 1, m ? m->column + 1 : 1, STR("定义文件中不用引用（*）"),
				STR("把内容写全"));
	case FYET_MAPPING_START:
		return plain(r, m, e->mapping_start.anchor, e->mapping_start.tag)
		    && push(r, node_at(r, YNODE_MAP, m));
	case FYET_SEQUENCE_START:
		return plain(r, m, e->sequence_start.anchor, e->sequence_start.tag)
		    && push(r, node_at(r, YNODE_SEQ, m));
	case FYET_MAPPING_END:
	case FYET_SEQUENCE_END:
		return pop(r);
	case FYET_DOCUMENT_END:
		return end_document(r);
	default:
		return true;
	}
}

/* What libfyaml found wrong, in its own (English) words: they are exact, and rare for whoever has an editor
 * that knows YAML. */
static bool syntax(struct reader *r, struct fy_diag *diag)
{
	void *iter = NULL;
	const struct fy_diag_error *e = fy_diag_errors_iterate(diag, &iter);
	struct str hint = STR("检查缩进（只用空格）、冒号后的空格、引号和括号是否成对");

	if (!e)
		return fault_at(r, 1, 1, STR("不是有效的 YAML"), hint);
	return fault_at(r, e->line > 0 ? e->line : 1, e->column > 0 ? e->column : 1,
			str_fmt(r->a, "不是有效的 YAML：%s", e->msg ? e->msg : ""), hint);
}

static bool events(struct reader *r, struct fy_diag *diag)
{
	struct fy_event *e;
	bool ok = true;

	while (ok && (e = fy_parser_parse(r->fyp))) {
		bool last = e->type == FYET_STREAM_END;

		ok = event(r, e);
		fy_parser_event_free(r->fyp, e);
		if (last)
			return ok;
	}
	return ok ? syntax(r, diag) : false;
}

/* Tabs before the first word of a line: YAML allows some of them, editors show them as they like. */
static bool no_tabs(struct reader *r, struct str text)
{
	int line = 1, col = 1;
	bool margin = true;

	for (size_t i = 0; i < text.n; i++, col++) {
		if (text.p[i] == '\n') {
			line++;
			col = 0;
			margin = true;
		} else if (text.p[i] == '\t' && margin) {
			return fault_at(r, line, col, STR("缩进中有制表符"), STR("缩进只用空格"));
		} else if (text.p[i] != ' ') {
			margin = false;
		}
	}
	return true;
}

bool yaml_read(struct arena *a, struct arena *nodes, const char *file, struct str text, struct ynode *const **ret, size_t *ret_n,
	       struct yaml_fault *fault)
{
	struct reader r = { .a = a, .nodes = nodes, .file = str_cstr(a, str_of(file)), .fault = fault };
	const struct fy_diag_cfg dc = { .level = FYET_ERROR, .module_mask = ~0U };
	struct fy_diag *diag;
	struct fy_parse_cfg cfg = { .search_path = "", .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG };
	char *copy;
	bool ok;

	if (text.n > YAML_FILE_MAX)
		return fault_at(&r, 1, 1, STR("文件超过 1 MiB"), STR("拆成几个文件"));
	if (!str_utf8(text))
		return fault_at(&r, 1, 1, STR("文件不是 UTF-8 编码"), STR("用 UTF-8（无 BOM）保存"));
	if (!no_tabs(&r, text))
		return false;
	copy = str_cstr(nodes, text);
	diag = fy_diag_create(&dc);
	if (diag)
		fy_diag_set_collect_errors(diag, true);
	cfg.diag = diag;
	r.fyp = diag ? fy_parser_create(&cfg) : NULL;
	ok = r.fyp && fy_parser_set_string(r.fyp, copy, text.n) == 0 ? events(&r, diag)
								      : fault_at(&r, 1, 1, STR("无法读取"), STR(""));
	if (r.fyp)
		fy_parser_destroy(r.fyp);
	if (diag)
		fy_diag_destroy(diag);
	if (!ok)
		return false;
	*ret = r.doc;
	*ret_n = r.n;
	return true;
}

bool yaml_read_one(struct arena *a, const char *file, struct str text, const struct ynode **ret, struct err *err)
{
	struct ynode *const *doc;
	struct yaml_fault f;
	size_t n;

	if (!yaml_read(a, a, file, text, &doc, &n, &f))
		return err_set(err, ERR_LAW, "%s:%d:%d: %.*s", f.file, f.line, f.col, STR_FMT(f.text));
	if (n != 1)
		return err_set(err, ERR_LAW, "%s: 应当恰有一个文档，现有%zu个", file, n);
	*ret = doc[0];
	return true;
}
