/* SPDX-License-Identifier: MulanPSL-2.0 */
/* public_lists.h - 清单公示: registers and lists that the law opens to everybody and that have no page of their own. What is told
 * of one are the fields that the definitions let the public see. */
#ifndef MINGFA_APP_PUBLIC_LISTS_H
#define MINGFA_APP_PUBLIC_LISTS_H

#include "app/public.h"

struct open_list_row {
	struct str href, title, organ, state, on; /* on: the day on which it was entered */
};
struct open_lists_view {
	struct public_frame frame;
	const struct fact *list; /* name, what it is, address */
	size_t n_list;
};
struct open_list_view {
	struct public_frame frame;
	struct str name, says;
	const struct open_list_row *row;
	size_t n_row;
	bool more; /* older ones are left out */
};
/* A field that is a table. */
struct open_table {
	struct str name;
	const struct str *head;
	size_t n_head;
	const struct open_line {
		const struct str *cell;
	} *line;
	size_t n_line;
};
struct open_entry_view {
	struct public_frame frame;
	struct str list, list_href, title, organ, state;
	const struct fact *fact;
	size_t n_fact;
	const struct open_table *table;
	size_t n_table;
	struct history history;
};

bool open_lists_show(struct req *r, struct err *err);
bool open_list_show(struct req *r, struct err *err);
bool open_entry_show(struct req *r, struct err *err);

#endif
