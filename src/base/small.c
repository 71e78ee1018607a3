/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "base/small.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void sync_folder(struct arena *a, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? arena_dup(a, path, (size_t)(slash - path)) : arena_dup(a, ".", 1);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		(void)fsync(fd);
		(void)close(fd);
	}
}

static bool write_whole(const char *path, struct str text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	size_t done = 0;
	bool ok = fd >= 0;

	while (ok && done < text.n) {
		ssize_t n = write(fd, text.p + done, text.n - done);

		ok = n > 0;
		done += ok ? (size_t)n : 0;
	}
	ok = ok && fsync(fd) == 0;
	if (fd >= 0 && close(fd) != 0)
		ok = false;
	return ok;
}

bool small_put(struct arena *a, const char *path, struct str text, bool replace, struct err *err)
{
	char *part = str_cstr(a, str_fmt(a, "%s.part.%d", path, (int)getpid()));
	bool ok = write_whole(part, text);

	ok = ok && (replace ? rename(part, path) == 0 : link(part, path) == 0 || errno == EEXIST);
	if (!ok)
		(void)err_set(err, errno == ENOSPC ? ERR_DISK_FULL : ERR_IO, "不能写文件 %s：%s", path, strerror(errno));
	if (!ok || !replace)
		(void)unlink(part);
	if (ok)
		sync_folder(a, path);
	return ok;
}

bool small_get(struct arena *a, const char *path, size_t most, struct str *ret, bool *ret_found, struct err *err)
{
	FILE *f = fopen(path, "rb");
	char *p;
	size_t n;
	bool bad;

	*ret_found = f != NULL;
	if (!f)
		return errno == ENOENT || err_set(err, ERR_IO, "不能读取文件 %s：%s", path, strerror(errno));
	p = arena_raw(a, most + 1);
	n = fread(p, 1, most + 1, f);
	bad = ferror(f) != 0;
	(void)fclose(f);
	if (bad)
		return err_set(err, ERR_IO, "不能读取文件 %s", path);
	if (n > most)
		return err_set(err, ERR_TOO_LARGE, "文件 %s 超过%zu个字节", path, most);
	*ret = (struct str){ p, n };
	return true;
}
