/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Archives are opened by another program. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/zip.h"

static int runs(struct str zip, const char *command)
{
	char path[] = "/tmp/mingfa-zip.XXXXXX";
	int fd = mkstemp(path), code;
	FILE *p;

	cr_assert(fd >= 0 && write(fd, zip.p, zip.n) == (ssize_t)zip.n);
	setenv("ZIP_FILE", path, 1);
	p = popen(command, "r");
	cr_assert_not_null(p);
	while (fgetc(p) != EOF)
		;
	code = pclose(p);
	close(fd);
	unlink(path);
	return code;
}

static struct str zipped(struct arena *a, const struct zip_entry *v, size_t n)
{
	struct buf b;

	buf_init(&b, a, zip_size(v, n));
	zip_put(&b, v, n);
	cr_assert(buf_ok(&b));
	cr_expect_eq(b.n, zip_size(v, n), "the size is known beforehand");
	return buf_str(&b);
}

Test(zip, others_open_what_is_written)
{
	struct arena *a = arena_new();
	const struct zip_entry v[] = { { STR("a/一.txt"), STR("123456789") }, { STR("empty"), STR("") }, { STR("nul"), { "\0\1\2", 3 } } };
	struct str zip = zipped(a, v, 3);
	char *broken = str_cstr(a, zip);

	cr_expect_eq(runs(zip, "unzip -tq $ZIP_FILE"), 0);
	cr_expect_eq(runs(zip, "test \"$(unzip -p $ZIP_FILE 'a/*')\" = 123456789"), 0);
	cr_expect_eq(runs(zip, "unzip -v $ZIP_FILE | grep -q 'cbf43926'"), 0, "the check value of CRC-32");
	broken[40] ^= 1;
	cr_expect_neq(runs((struct str){ broken, zip.n }, "unzip -tq $ZIP_FILE 2>&1"), 0, "a changed content is noticed");
	cr_expect(str_eq(zip, zipped(a, v, 3)));
	arena_free(a);
}
