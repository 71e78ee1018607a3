/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "unit/paper/pdf.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"

struct str told(struct arena *a, struct str pdf, const char *tool)
{
	char path[] = "/tmp/mingfa-draw.XXXXXX";
	int fd = mkstemp(path);
	struct buf b;
	char part[4096];
	size_t n;
	FILE *f;

	cr_assert(fd >= 0 && write(fd, pdf.p, pdf.n) == (ssize_t)pdf.n);
	setenv("PDF", path, 1);
	f = popen(tool, "r");
	cr_assert_not_null(f);
	buf_init(&b, a, 4000000);
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		buf_add(&b, (struct str){ part, n });
	cr_assert_eq(pclose(f), 0, "%s", tool);
	close(fd);
	unlink(path);
	return buf_str(&b);
}
