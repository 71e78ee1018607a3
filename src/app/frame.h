/* SPDX-License-Identifier: MulanPSL-2.0 */
/* frame.h - what stands around every page of the working side: who is here, the menu, the path, notices. */
#ifndef MINGFA_APP_FRAME_H
#define MINGFA_APP_FRAME_H

#include "app/gate.h"
#include "web/html.h"

#define KEPT_MOST ((size_t)512 * 1024) /* a form's text, percent-encoded, kept through signing in again */

struct menu_item {
	const char *icon;
	struct str name, href;
	int64_t count; /* what waits for me; 0: not shown, 100: so many or more */
	bool here;
};
#define MENU_MOST 7

struct crumb {
	struct str name, href;
};

/* 身份: an organ and a role in it. */
struct identity {
	struct str organ, code, role, role_name;
	bool here;
};

struct frame {
	struct str title;
	struct str person, organ, role; /* person empty: nobody is signed in; role: whose menu is shown */
	struct str role_id;
	struct str csrf, path;
	struct str tabler, css, js, icons;
	struct menu_item menu[MENU_MOST];
	size_t n_menu;
	struct crumb crumb[4];           /* after 工作台 */
	size_t n_crumb;
	struct identity identity[24];    /* when there are several */
	size_t n_identity;
	int64_t unread;
	struct str shifted;              /* the program's time, when it was set */
	int64_t overdue;                 /* catching up */
	bool practice;                   /* a practice county: said on every page */
	struct str notice;               /* what the operator tells everybody (ops.h) */
	bool refresh;                    /* comes back by itself in 3 seconds */
	bool script;                     /* the page has a form that keeps itself */
	bool large, dark, no_keys;       /* 大字, 深色, single keys off: cookies of this browser */
	struct str next, next_title, next_href; /* after an act: what waits next on this desk */
	int64_t next_more;               /* and how many after that */
	struct str asset;                /* frame.js */
};

struct sign_in_view {
	struct frame frame;
	struct str login, error, next, kept;
};

/* Kernels of Internet Explorer, which draw nothing of this: they get one plain page. */
bool frame_too_old(const struct req *r);

struct error_view {
	struct frame frame;
	struct str heading, text, hint, way, way_href, home;
};

/* For someone who is signed in. */
MUST_USE bool frame_load(struct req *r, struct str title, struct frame *f, struct err *err);
/* Without menu and database. */
void frame_bare(struct req *r, struct str title, struct frame *f);
void frame_crumb(struct frame *f, struct str name, struct str href);
/* The law under which this person works. */
MUST_USE bool frame_law(struct req *r, const struct law **ret, struct err *err);
MUST_USE bool frame_reply(struct req *r, int status, const struct html *h, struct err *err);
/* Whether people open such a matter themselves; and whether it is an entry of a 名录: without limits, or without
 * numbers and papers. */
bool kind_opened_by_people(const struct kind *k);
bool kind_is_register(const struct kind *k);

#endif
