/* SPDX-License-Identifier: MulanPSL-2.0 */
/* sheet.h - the arithmetic of filled sheets (language.md 9).
 *
 * While an item that takes part is unanswered, the sheet is not complete and its figures are
 * unknown: a check can never pass on an empty sheet. Points are marked by deducting, never below
 * zero. */
#ifndef MINGFA_LAW_SHEET_H
#define MINGFA_LAW_SHEET_H

#include "law/kind.h"

#define SHEET_ALL SIZE_MAX /* every part that takes part */

struct sheet_sum {
	bool complete;
	dec got, full;
	bool has_rate; /* false when nothing has points */
	dec rate;      /* 100 x got / full */
	int64_t bad;   /* answers that are a problem */
};

/* An empty sheet to be filled: nothing answered, every part takes part. */
struct sheet_val *sheet_new(struct arena *a, const struct sheet *s);
/* A mark for writing; NULL when the sheet has no such part and item. */
struct sheet_mark *sheet_mark(struct sheet_val *v, struct str part, struct str item);
/* Position of a part by id; SHEET_ALL when there is none. */
size_t sheet_part_at(const struct sheet *s, struct str id);
/* Whether an item's mark is whole: answered, and with a reason where one is asked. */
bool sheet_item_done(const struct sheet_item *item, const struct sheet_mark *mark);
bool sheet_item_bad(const struct sheet_item *item, const struct sheet_mark *mark);
struct sheet_sum sheet_sum(const struct sheet_val *v, size_t part);
/* Names of the bad items, in order of writing (T_LIST of T_TEXT). */
struct val sheet_fails(struct arena *a, const struct sheet_val *v, size_t part);
/* The value of one item: bool, points got, or enum; null while unanswered or out. */
struct val sheet_item_val(const struct sheet_val *v, size_t part, size_t item);

#endif
