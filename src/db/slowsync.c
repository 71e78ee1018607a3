/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "db/slowsync.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/parse.h"

#define DELAY_MAX 1000 /* ms; a disk slower than that is broken */

/* The usual file system with the delay; registered once for each delay, for the life of the
 * process. */
struct slow_vfs {
	sqlite3_vfs vfs;
	sqlite3_vfs *usual;
	int delay_ms;
	char name[32];
};

/* Stands in place of a file's own methods, all equal but xSync. First member: SQLite reads it as
 * such. */
struct slow_methods {
	sqlite3_io_methods m;
	const sqlite3_io_methods *usual;
	int delay_ms;
};

static int slow_sync(sqlite3_file *f, int flags)
{
	const struct slow_methods *slow = (const void *)f->pMethods;

	(void)usleep((useconds_t)slow->delay_ms * 1000);
	return slow->usual->xSync(f, flags);
}

static int slow_close(sqlite3_file *f)
{
	struct slow_methods *slow = (void *)(uintptr_t)f->pMethods;
	int rc;

	f->pMethods = slow->usual;
	rc = slow->usual->xClose(f);
	free(slow);
	return rc;
}

static int slow_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *ret_flags)
{
	const struct slow_vfs *v = (const void *)vfs;
	const int rc = v->usual->xOpen(v->usual, name, f, flags, ret_flags);
	struct slow_methods *slow;

	if (rc != SQLITE_OK || !f->pMethods)
		return rc;
	slow = malloc(sizeof(*slow));
	if (!slow) {
		(void)f->pMethods->xClose(f);
		f->pMethods = NULL;
		return SQLITE_NOMEM;
	}
	*slow = (struct slow_methods){ .m = *f->pMethods,
				       .usual = f->pMethods,
				       .delay_ms = v->delay_ms };
	slow->m.xSync = slow_sync;
	slow->m.xClose = slow_close;
	f->pMethods = &slow->m;
	return SQLITE_OK;
}

static const char *vfs_of(int delay_ms, struct err *err)
{
	char name[32];
	sqlite3_vfs *have;
	struct slow_vfs *v;

	(void)snprintf(name, sizeof(name), "mingfa-slow-%d", delay_ms);
	have = sqlite3_vfs_find(name);
	if (have)
		return have->zName;
	v = calloc(1, sizeof(*v));
	if (!v) {
		err_set(err, ERR_DB, "内存不足");
		return NULL;
	}
	v->usual = sqlite3_vfs_find(NULL);
	v->delay_ms = delay_ms;
	memcpy(v->name, name, sizeof(name));
	v->vfs = *v->usual;
	v->vfs.pNext = NULL;
	v->vfs.zName = v->name;
	v->vfs.xOpen = slow_open;
	(void)sqlite3_vfs_register(&v->vfs, 0);
	return v->name;
}

bool slowsync_of(char *file, const char **ret_vfs, struct err *err)
{
	static const char option[] = "?sync_delay_ms=";
	char *at = strstr(file, option);
	int64_t ms;

	*ret_vfs = NULL;
	if (!at)
		return true;
	if (!parse_i64(str_of(at + strlen(option)), 0, DELAY_MAX, &ms))
		return err_set(err, ERR_USAGE, "sync_delay_ms 应为 0 到 %d 的整数", DELAY_MAX);
	*at = '\0';
	*ret_vfs = vfs_of((int)ms, err);
	return *ret_vfs != NULL;
}
