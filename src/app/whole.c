/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "app/whole.h"

#include <errno.h>
#include <sys/stat.h>

bool file_read_whole(struct arena *a, const char *path, size_t most, struct str *ret, struct err *err)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	char *p;
	size_t n = 0;

	if (!f || fstat(fileno(f), &st) != 0) {
		(void)err_set(err, ERR_IO, "文件读不出来：%s", strerror(errno));
		if (f)
			(void)fclose(f);
		return false;
	}
	if ((size_t)st.st_size > most) {
		(void)fclose(f);
		return err_set(err, ERR_TOO_LARGE, "文件超过%zu MB，不能在网页上下载", most >> 20);
	}
	p = arena_many(a, (size_t)st.st_size + 1, char);
	n = fread(p, 1, (size_t)st.st_size, f);
	(void)fclose(f);
	*ret = (struct str){ p, n };
	return n == (size_t)st.st_size || err_set(err, ERR_IO, "文件没有读完");
}
