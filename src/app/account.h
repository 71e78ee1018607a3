/* SPDX-License-Identifier: MulanPSL-2.0 */
/* account.h - accounts by the system: for the command line, the demonstration and the first start. Like every act on an
 * account they are events of its matter (law/national/administration.yaml); all of these run in the writing turn. */
#ifndef MINGFA_APP_ACCOUNT_H
#define MINGFA_APP_ACCOUNT_H

#include "matter/matter.h"

/* Opens one in the person's organ. secret: password_hash; it must be changed at the first sign-in. ERR_REFUSED with the
 * first reason. */
MUST_USE bool account_open(struct engine *e, struct db *db, struct arena *a, int64_t person, struct str login, struct str secret,
			   struct str reason, struct err *err);
/* A new one-time password; whoever is signed in with the old one no longer is. */
MUST_USE bool account_reset(struct engine *e, struct db *db, struct arena *a, int64_t matter, struct str secret,
			    struct str reason, struct err *err);
/* Accounts from before they were matters get theirs, disabled ones as frozen. Nothing when all have one. */
MUST_USE bool accounts_adopt(struct engine *e, struct db *db, struct arena *a, struct err *err);

#endif
