/* SPDX-License-Identifier: MulanPSL-2.0 */
/* bind.h - inside the loader: from trees (yaml.h) to the structures of kind.h. Not for other folders.
 *
 * A loader lives during one law_load. Findings go to its diag and binding goes on, so that one run shows
 * all of them; a law with errors is thrown away. */
#ifndef MINGFA_LAW_BIND_H
#define MINGFA_LAW_BIND_H

#include "law/law.h"
#include "law/yaml.h"

/* A kind or sheet after all overlays. */
struct merged {
	struct str id;
	struct ynode *y;
	struct str pack; /* that defined it */
};

struct law_tree {
	struct merged *kind, *sheet;
	size_t n_kind, n_sheet, cap_kind, cap_sheet;
	struct law_change *change;
	size_t n_change, cap_change;
};

/* One pack of the chain, upper ones first. */
struct pack {
	struct str id;
	const struct ynode *y;
};

/* Terms and functions are compiled when first asked for. */
enum ready { READY_NOT, READY_BUSY, READY_DONE };

struct loader {
	struct arena *a;
	struct arena *nodes; /* of trees, which law_forget_tree gives back */
	struct diag *d;
	const struct law_files *files;
	const struct ledger *ledger; /* NULL: none in the files, citations are not looked up */
	struct law *law;
	struct law_tree *tree;
	struct pack *pack;
	size_t n_pack;
	struct kind *kind;          /* law->kind, writable; tree->kind has the same order */
	struct function_def *function;
	const struct ynode **function_y;
	struct setting_def *setting;
	const struct ynode **setting_y;
	enum ready *function_ready;
	enum ready **term_ready;    /* per kind, per term */
	const struct ynode **overlay_setting; /* other defaults, as overlays write them */
	size_t n_overlay_setting, cap_overlay_setting;
	struct node **node;
	size_t n_node, cap_node;
};

/* Keys that may stand in a map. */
enum { K_SCALAR = 1, K_LIST = 2, K_MAP = 4, K_ANY = 7, K_MUST = 8 };
struct key {
	const char *name;
	unsigned shape;
	const char *later; /* comes with a later part: parsed and refused */
};
/* Reports unknown keys (with the nearest known one), wrong shapes, missing and waiting keys. The table ends
 * with a NULL name. false when y is no map. */
bool bind_keys(struct loader *l, const struct ynode *y, const char *what, const struct key *keys);
/* The map under a key; NULL when absent (or not a map: reported). Ids of its keys are checked. */
const struct ynode *bind_ids(struct loader *l, const struct ynode *y, const char *key);

struct pos pos_key(const struct ynode *y);
struct pos pos_val(const struct ynode *y);
struct node *bind_node(struct loader *l, enum node_sort sort, const struct ynode *y, struct str path);
/* An id, one or a list of them: the scalars. */
size_t bind_list(struct loader *l, const struct ynode *y, const struct ynode *const **ret);
struct cites bind_cites(struct loader *l, const struct ynode *y);
/* Texts of a list; NULL and 0 when y is NULL. */
size_t bind_texts(struct loader *l, const struct ynode *y, const struct str **ret);
struct str bind_text(const struct ynode *y, const char *key);
bool bind_flag(struct loader *l, const struct ynode *y, const char *key);
struct str bind_name(struct loader *l, const struct ynode *y);

/* Types. y is the map of a field; key "type" (and "of"). kind_id names the path of enum texts. */
struct type bind_type(struct loader *l, const struct ynode *y, struct str path);
struct type bind_type_text(struct loader *l, const struct ynode *type, const struct ynode *of, struct str path);
struct field *bind_fields(struct loader *l, const struct ynode *map, struct str path, size_t *ret_n);
const struct enum_def *bind_enum(struct loader *l, const struct ynode *of);

/* Expressions. expect may be NULL. */
extern const struct type bind_bool, bind_span, bind_int;
struct scope bind_scope(struct loader *l, const struct kind *k);
const struct expr *bind_expr(struct loader *l, const struct scope *s, const struct ynode *y,
			     const struct type *expect);
/* The expression under a key; NULL when absent. */
const struct expr *bind_expr_at(struct loader *l, const struct scope *s, const struct ynode *y, const char *key,
				const struct type *expect);
/* `is: EXPR` or `choose: [rows]` of y; or y itself a scalar. */
struct choose bind_choose(struct loader *l, const struct scope *s, const struct ynode *y, const struct type *expect,
			  struct str path);
const struct say *bind_say(struct loader *l, const struct scope *s, const struct ynode *y);
struct whos bind_whos(struct loader *l, const struct scope *s, const struct ynode *y, enum node_sort sort,
		      struct str path);

/* kind.c: open, do or tell. */
const struct effect *bind_effect(struct loader *l, const struct scope *s, const struct ynode *y, struct str path);
/* duty.c */
void bind_duties(struct loader *l, struct kind *k, const struct ynode *kind);
/* export.c */
void bind_exports(struct loader *l, struct kind *k, const struct ynode *kind);
/* portal.c: the map under `portal`, after `see` and `list`; NULL: there is none, which is told when anyone may see the kind. */
void bind_portal(struct loader *l, struct kind *k, const struct ynode *y);
/* kind.c: structure first, then what is compiled. */
void bind_kind_structure(struct loader *l, struct kind *k);
void bind_kind(struct loader *l, struct kind *k);
bool bind_need(void *ctx, const struct kind *k, const struct term *t, const struct function_def *f);
/* draw.c: the map under `draws`, when everything else of the kind is bound; NULL: its ids are wrong, which is reported. */
void bind_draws(struct loader *l, struct kind *k, const struct ynode *map);
/* alike.c: the map under `alike`, when everything else of the kind is bound; NULL: there is none. */
void bind_alike(struct loader *l, struct kind *k, const struct ynode *y);
/* plans.c: the map under `plans`, the same. */
void bind_plans(struct loader *l, struct kind *k, const struct ynode *y);
/* sheets and packs */
void bind_sheets(struct loader *l);

/* overlay.c */
void tree_add_kind(struct loader *l, struct ynode *doc, struct str pack);
void tree_add_sheet(struct loader *l, struct ynode *doc, struct str pack);
void overlay_apply(struct loader *l, const struct ynode *doc, struct str pack);
void tree_change(struct loader *l, enum change_sort sort, struct str pack, struct str path, struct str before,
		 struct str after, const struct ynode *because, struct pos pos);
const struct merged *tree_kind(const struct law_tree *t, struct str id);

/* check.c: everything of language.md 14 that needs the whole law. */
void check_law(struct loader *l);
/* check_page.c: what pages need of a kind; findings are warnings. */
void check_page(struct loader *l, const struct kind *k);

#endif
