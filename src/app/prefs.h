/* SPDX-License-Identifier: MulanPSL-2.0 */
/* prefs.h - what a person has chosen for the pages (偏好), kept from one sign-in to the next. Not part of the record.
 *
 * Keys are literals of ours or begin with one (`list.penalty`):
 *	identity    code of the organ and id of the role chosen last
 *	tour        1: the first-login tour was seen
 *	cols.KIND   ids of the columns of this kind's lists, with commas
 *	rows        loose: rows of lists are 48 px high, else 36
 *	filters, filters.before    常用筛选: saved.h
 * How the pages look on one machine (large print, dark, single keys) are cookies: frame.h. */
#ifndef MINGFA_APP_PREFS_H
#define MINGFA_APP_PREFS_H

#include "db/db.h"

#define PREF_KEY_MOST 80          /* bytes */
#define PREF_VALUE_MOST ((size_t)32 * 1024) /* bytes: 20 filter sets of 1200 bytes (saved.h) */

/* Empty when there is none. */
MUST_USE bool prefs_get(struct db *db, struct arena *a, int64_t person, struct str key, struct str *ret, struct err *err);
/* In the writing turn. An empty value takes the choice away. ERR_TOO_LARGE. */
MUST_USE bool prefs_put(struct db *db, int64_t person, struct str key, struct str value, struct err *err);

#endif
