/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "db/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <signal.h>
#include <spawn.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define SQLITE_ADDRESS "sqlite:"

static bool is_sqlite(const char *address)
{
	return strncmp(address, SQLITE_ADDRESS, sizeof(SQLITE_ADDRESS) - 1) == 0;
}

const char *backup_name(const char *address)
{
	return is_sqlite(address) ? "mingfa.db" : "mingfa.dump";
}

/* The file of an address, without its settings. */
static char *file_of(struct arena *a, const char *address)
{
	struct str s = str_of(address + sizeof(SQLITE_ADDRESS) - 1);
	size_t ask = str_chr(s, '?', 0);

	return str_cstr(a, ask == SIZE_MAX ? s : str_sub(s, 0, ask));
}

static const struct stmt st_size = { "backup_size_postgres", "SELECT pg_database_size(current_database())" };

static bool postgres_size(const char *address, struct arena *a, int64_t *ret, struct err *err)
{
	const struct db_out out[] = { db_to_i64(ret) };
	struct db *db;
	bool ok;

	if (!db_open(address, DB_READ, &db, err))
		return false;
	ok = db_one(db, a, &st_size, DB_NONE, DB_OUT(out), err);
	db_close(db);
	return ok;
}

bool backup_size(const char *address, int64_t *ret, struct err *err)
{
	struct arena *a = arena_new();
	struct stat st;
	bool ok = true;

	*ret = 0;
	if (is_sqlite(address)) {
		char *file = file_of(a, address);

		if (stat(file, &st) == 0)
			*ret = st.st_size;
		else
			ok = err_set(err, ERR_IO, "没有数据库 %s", file);
		if (stat(str_cstr(a, str_fmt(a, "%s-wal", file)), &st) == 0)
			*ret += st.st_size;
	} else {
		ok = postgres_size(address, a, ret, err);
	}
	(void)arena_free(a);
	return ok;
}

/* ---- SQLite ---- */

static int quick_row(void *ctx, int n, char **value, char **name)
{
	bool *ok = ctx;

	(void)name;
	*ok = n == 1 && value[0] && strcmp(value[0], "ok") == 0;
	return 0;
}

static bool quick_check(sqlite3 *h, struct err *err)
{
	bool ok = false;

	if (sqlite3_exec(h, "PRAGMA quick_check(1)", quick_row, &ok, NULL) == SQLITE_OK && ok)
		return true;
	return err_set(err, ERR_IO, "备份出来的数据库没有通过检查：%s", sqlite3_errmsg(h));
}

static bool copy_pages(sqlite3 *from, sqlite3 *to, struct err *err)
{
	sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
	int rc = b ? sqlite3_backup_step(b, -1) : sqlite3_errcode(to);

	if (b)
		(void)sqlite3_backup_finish(b);
	if (rc == SQLITE_DONE)
		return true;
	return err_set(err, rc == SQLITE_FULL ? ERR_DISK_FULL : ERR_IO, "数据库没有备份完：%s", sqlite3_errstr(rc));
}

static bool to_disk(const char *path, struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (fd >= 0)
		(void)close(fd);
	return ok || err_set(err, ERR_IO, "备份没有写到盘上：%s", strerror(errno));
}

static bool copy_sqlite(const char *file, const char *to, struct err *err)
{
	sqlite3 *from = NULL, *new = NULL;
	bool ok = sqlite3_open_v2(file, &from, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK
	       && sqlite3_busy_timeout(from, 30000) == SQLITE_OK
	       && sqlite3_open_v2(to, &new, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL) == SQLITE_OK;

	if (!ok)
		(void)err_set(err, ERR_IO, "不能打开 %s", from && sqlite3_errcode(from) ? file : to);
	ok = ok && copy_pages(from, new, err) && quick_check(new, err);
	if (ok) /* one file; whoever serves it turns its log on again */
		ok = sqlite3_exec(new, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL) == SQLITE_OK;
	(void)sqlite3_close(from);
	(void)sqlite3_close(new);
	return ok && to_disk(to, err);
}

/* ---- PostgreSQL ---- */

/* An address has up to as many parts as libpq knows; each that is given becomes a variable. */
#define PARTS_MOST 64

static bool replaced(const char *entry, const PQconninfoOption *o)
{
	for (; o->keyword; o++)
		if (o->val && o->envvar && strncmp(entry, o->envvar, strlen(o->envvar)) == 0 && entry[strlen(o->envvar)] == '=')
			return true;
	return false;
}

/* The program's environment with the address in it as libpq's own variables: a command line can be read by everybody on
 * the machine, an environment by its owner only. */
static bool environment(struct arena *a, const char *address, char ***ret, struct err *err)
{
	PQconninfoOption *parts = PQconninfoParse(address, NULL);
	size_t n = 0, had = 0;
	bool ok = true;

	if (!parts)
		return err_set(err, ERR_USAGE, "数据库地址有误，应写作 postgresql://用户@主机/数据库");
	while (environ[had])
		had++;
	*ret = arena_many(a, had + PARTS_MOST + 1, char *);
	for (size_t i = 0; i < had; i++)
		if (!replaced(environ[i], parts))
			(*ret)[n++] = environ[i];
	for (const PQconninfoOption *o = parts; ok && o->keyword; o++) {
		if (o->val && o->envvar && n < had + PARTS_MOST)
			(*ret)[n++] = str_cstr(a, str_fmt(a, "%s=%s", o->envvar, o->val));
		else if (o->val && o->dispchar[0] == '*')
			ok = err_set(err, ERR_USAGE, "备份和恢复不能用地址里的 %s，请写进密码文件", o->keyword);
	}
	(*ret)[n] = NULL;
	PQconninfoFree(parts);
	return ok;
}

/* Ours block the signals that end them (sigwait): the child shall not. */
static int spawn(pid_t *pid, char *const *argv, char *const *env)
{
	posix_spawnattr_t attr;
	sigset_t none;
	int rc;

	(void)sigemptyset(&none);
	(void)posix_spawnattr_init(&attr);
	(void)posix_spawnattr_setsigmask(&attr, &none);
	(void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	rc = posix_spawnp(pid, argv[0], NULL, &attr, argv, env);
	(void)posix_spawnattr_destroy(&attr);
	return rc;
}

static bool run(struct arena *a, const char *address, char *const *argv, struct err *err)
{
	char **env = NULL;
	pid_t pid;
	int status = 0;

	if (!environment(a, address, &env, err))
		return false;
	if (spawn(&pid, argv, env) != 0)
		return err_set(err, ERR_IO, "没有找到 %s，请安装 postgresql-client", argv[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	return err_set(err, ERR_IO, "%s 没有做完（返回值%d）", argv[0], WIFEXITED(status) ? WEXITSTATUS(status) : -1);
}

/* -d names no database, which stands in PGDATABASE; pg_restore wants to be told that it shall go to one. */
#define WHERE "application_name=mingfa"

static bool dump(struct arena *a, const char *address, const char *to, struct err *err)
{
	char *argv[] = { str_cstr(a, STR("pg_dump")), str_cstr(a, STR("-Fc")), str_cstr(a, STR("--no-owner")), str_cstr(a, STR("--no-password")),
			 str_cstr(a, STR("-f")), str_cstr(a, str_of(to)), str_cstr(a, STR("-d")), str_cstr(a, STR(WHERE)), NULL };

	return run(a, address, argv, err) && to_disk(to, err);
}

static const struct stmt st_tables = { "backup_tables_postgres",
	"SELECT COUNT(*) FROM pg_tables WHERE schemaname = current_schema()" };

/* Whose the rights were may not be here: `migrate --grant` gives them anew. */
static bool undump(struct arena *a, const char *from, const char *address, struct err *err)
{
	char *argv[] = { str_cstr(a, STR("pg_restore")), str_cstr(a, STR("--no-owner")), str_cstr(a, STR("--no-privileges")),
			 str_cstr(a, STR("--no-password")),
			 str_cstr(a, STR("--exit-on-error")), str_cstr(a, STR("--single-transaction")), str_cstr(a, STR("-d")),
			 str_cstr(a, STR(WHERE)), str_cstr(a, str_of(from)), NULL };
	struct db *db;
	int64_t n = 1;
	const struct db_out out[] = { db_to_i64(&n) };
	bool ok;

	if (!db_open(address, DB_READ, &db, err))
		return false;
	ok = db_one(db, a, &st_tables, DB_NONE, DB_OUT(out), err);
	db_close(db);
	if (ok && n > 0)
		return err_set(err, ERR_USAGE, "这个数据库里已经有表：只恢复到空的数据库");
	return ok && run(a, address, argv, err);
}

/* ---- both ---- */

bool backup_write(const char *address, const char *to, struct err *err)
{
	struct arena *a = arena_new();
	char *part = str_cstr(a, str_fmt(a, "%s.part", to));
	bool ok;

	(void)unlink(part);
	ok = is_sqlite(address) ? copy_sqlite(file_of(a, address), part, err) : dump(a, address, part, err);
	if (ok && (chmod(part, 0600) != 0 || rename(part, to) != 0))
		ok = err_set(err, ERR_IO, "不能写文件 %s：%s", to, strerror(errno));
	if (!ok)
		(void)unlink(part);
	(void)arena_free(a);
	return ok;
}

bool backup_read(const char *from, const char *address, struct err *err)
{
	struct arena *a = arena_new();
	struct stat st;
	bool ok;

	if (stat(from, &st) != 0)
		ok = err_set(err, ERR_USAGE, "没有备份文件 %s", from);
	else if (!is_sqlite(address))
		ok = undump(a, from, address, err);
	else if (stat(file_of(a, address), &st) == 0)
		ok = err_set(err, ERR_USAGE, "已经有数据库 %s：只恢复到空的文件夹", file_of(a, address));
	else
		ok = copy_sqlite(from, file_of(a, address), err);
	(void)arena_free(a);
	return ok;
}
