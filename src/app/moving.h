/* SPDX-License-Identifier: MulanPSL-2.0 */
/* moving.h - with `serve --blobs s3:…`, stored files go on into the object store (decision 33): they were received, checked
 * and acknowledged in the data folder, so that nobody waits for the store, and nothing is lost while it is away. */
#ifndef MINGFA_APP_MOVING_H
#define MINGFA_APP_MOVING_H

#include "app/app.h"

/* Opens the store named by address, with the key of the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION).
 * NULL: none, *ret is NULL. ERR_USAGE. */
MUST_USE bool moving_open(const char *address, struct s3 **ret, struct err *err);
/* Before serving: a key that is not accepted and a bucket that is missing are errors; a store that is away is only told. */
MUST_USE bool moving_check(struct app *app, struct err *err);
/* Follower: moves one file a round, and takes out one that was let go (matter/removal.h); waits a while when the store is away. */
void moving_work(struct app *app, struct follower *f);

#endif
