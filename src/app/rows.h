/* SPDX-License-Identifier: MulanPSL-2.0 */
/* rows.h - matters as rows: desk, lists, search. */
#ifndef MINGFA_APP_ROWS_H
#define MINGFA_APP_ROWS_H

#include "paper/qr.h"
#include "app/shown.h"
#include "matter/together.h"

struct row_view {
	struct str code, title, parent, number, kind, state, holder, organ, updated;
	struct str chip, clock; /* ▲ 剩3个工作日 · 11月25日届满; name of the clock */
	const char *light;      /* class of the chip */
	struct str more;        /* +3个时限: further limits of the matter */
	struct str next, next_href;
	struct str since;                  /* 等他人: 11月20日送到, 今天送到 */
	struct str urge_href, recall_href; /* 等他人: what may be done about it; empty: not */
	struct safe_html found; /* search: the text around the hit */
	int64_t id;             /* of the matter; never shown */
	struct str stead;       /* 李强: the next act is done in this person's stead */
	const struct point_view *point; /* 退回要点, on the desk (rows_points) */
	size_t n_point;
	bool opinions; /* they are of a review: each is ticked with a word */
	struct str request;     /* once-token of their boxes */
	struct qr_view qr;    /* 待办单: the matter's address */
};

struct tab {
	struct str name, href;
	int64_t count;
	bool here, counted;
};

/* All kinds of a law, law->n_kind: what an office begins on most days stands before what it begins on some. */
const struct kind *const *kinds_daily_first(struct arena *a, const struct law *law);
const char *light_class(enum light l);
struct str title_once(struct str title);
void row_of_list(struct req *r, const struct list_row *x, struct row_view *ret);

struct saved_view { /* 常用筛选 */
	struct str id, name, kind, href;
	bool here; /* what the list shows is just this */
};

#define STRIP_DAYS 7 /* 本周: today and the six days after it */

struct duty_due { /* a duty that turned yellow or red */
	struct str name, say;
	const char *light;
};

struct desk_view {
	struct frame frame;
	struct tab tab[7];
	size_t n_tab;
	struct str heading; /* 工作台, 待签 */
	struct str printed; /* the sheet: when */
	struct str script;  /* and its button */
	bool sheet;
	const struct duty_due *duty;
	size_t n_duty;
	/* beside the rows */
	struct strip_view {
		struct str name, marks, say, href; /* 三25, ▲▲, for readers, the day in the calendar */
		bool off, today;
	} strip[STRIP_DAYS];
	const struct row_view *other; /* 等他人, the first few */
	size_t n_other;
	const struct link_view *watched, *recent; /* recent: the ten that this person did something in last */
	size_t n_watched, n_recent;
	const struct saved_view *saved; /* 常用筛选 of all kinds */
	size_t n_saved;
	bool watching;
	bool tour; /* not seen yet */
	const struct tab *often; /* 常办 */
	size_t n_often;
	const struct row_view *row;
	size_t n_row;
	bool cut;
	struct str none; /* why there is nothing */
	struct str notice, notice_href; /* 节前交接 */
	const struct draft_view {
		struct str title, what, href, at;
	} *draft;
	size_t n_draft;
	bool drafts;
};

struct inbox_view {
	struct frame frame;
	struct tab tab[4];
	const struct message_view {
		struct str text, href, at, kind;
		bool unread, done;
	} *message;
	size_t n_message;
	struct str older;
};

struct filter_view {
	struct str name, label, chosen; /* chosen: as people read it; empty: any */
	const struct option_view *option;
	size_t n_option;
};

struct chip_view { /* a chosen filter, and the address without it */
	struct str text, href;
};

struct column_view {
	struct str id, name, sort_href;
	const char *class;
	bool sorted;
};

struct cell_view {
	struct str text;
	const char *class, *light; /* light: the cell is a limit's chip */
};

struct listed_view {
	int64_t matter;
	struct str code, title, where;
	const struct cell_view *cell; /* aligned with the head */
	struct safe_html found;
};

struct list_view {
	struct frame frame;
	struct str kind, kind_id, q, sort, size, script, count, go, open_name, clear, here;
	const struct filter_view *filter;
	size_t n_filter;
	const struct chip_view *chip;
	size_t n_chip;
	const struct saved_view *saved; /* of this kind */
	size_t n_saved;
	struct str query;         /* of the address, for forms that come back to it */
	struct str chosen;        /* what 存为常用 would keep; empty: nothing is chosen, or it is kept already */
	struct str saved_full;    /* why no more can be kept; empty: there is room */
	struct str said;          /* what was just done here */
	bool undo;                /* and it can be taken back */
	const struct column_view *head;
	size_t n_head, link; /* link: the column that leads to the matter */
	const struct listed_view *row;
	size_t n_row;
	struct str first, before, after; /* pages; empty: there is none */
	int64_t page;
	const struct option_view *sorts, *sizes;
	size_t n_sorts, n_sizes;
	const struct column_view *shown, *column; /* in their order; those that may be added */
	size_t n_shown, n_column;
	struct str cols;          /* ids of those shown, with commas */
	bool own_columns, choosing; /* choosing: the chooser stays open */
	struct str xlsx, csv, xlsx_all, csv_all, print, statistic;
	bool exports; /* the kind has tables that are handed to others */
	const struct option_view *batch; /* actions for ticked rows */
	size_t n_batch;
	bool may_open, may_import, tight, ticks, looked; /* looked: words or filters were given */
	int filling; /* how far an index that the filters need is, in percent; -1: all are complete */
	struct str described, printed; /* the printed list: what it holds, and when */
};

struct kinds_view {
	struct frame frame;
	bool opening;
	const struct kind_view {
		struct str name, href, what, flow;
	} *kind;
	size_t n_kind;
	const struct kind_view *other;
	size_t n_other;
};

/* desk_side.c: what stands beside the rows of the desk. others: rows that wait for others, of which the first few get
 * their ways (催办, 撤回). */
MUST_USE bool desk_side(struct req *r, struct desk_view *v, struct row_view *others, size_t n, struct err *err);

/* Routes. */
bool desk_show(struct req *r, struct err *err);
bool tour_show(struct req *r, struct err *err);
bool tour_seen(struct req *r, struct err *err);
bool desk_sheet(struct req *r, struct err *err);
bool desk_count(struct req *r, struct err *err);
bool inbox_show(struct req *r, struct err *err);
bool inbox_read(struct req *r, struct err *err);
bool list_show(struct req *r, struct err *err);
bool list_print(struct req *r, struct err *err);
bool list_count(struct req *r, struct err *err);
bool search_show(struct req *r, struct err *err);
bool kinds_show(struct req *r, struct err *err);
bool new_show(struct req *r, struct err *err);

#endif
