/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/media.h"
#include "base/day.h"

/* A reader that does as the script says. */
static const char *program(struct arena *a, const char *script)
{
	char *path = str_cstr(a, STR("/tmp/mingfa-reader-XXXXXX"));
	int fd = mkstemp(path);

	cr_assert(fd >= 0 && write(fd, script, strlen(script)) == (ssize_t)strlen(script) && fchmod(fd, 0700) == 0 && close(fd) == 0);
	return path;
}

static struct facts ask(struct arena *a, const char *script)
{
	const char *path = program(a, script);
	struct facts f = { .length = -2 };
	struct err err = { 0 };

	cr_assert(media_ask(a, path, open("/dev/null", O_RDONLY), 300, &f, &err), "%s", err.msg);
	(void)unlink(path);
	return f;
}

Test(media, a_reader_that_breaks_is_a_fault_of_the_file)
{
	static const char *const bad[] = { "#!/bin/sh\nexit 3\n", "#!/bin/sh\nkill -SEGV $$\n", "#!/bin/sh\necho '<b>'\n",
					   "#!/bin/sh\nexec yes\n", "#!/bin/sh\necho 'length 1'\nexec sleep 20\n",
					   "#!/bin/sh\nprintf 'length 1'\n" };
	struct arena *a = arena_new();
	struct facts f;
	struct err err = { 0 };
	int64_t from = time_monotonic();

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		f = ask(a, bad[i]);
		cr_expect(f.fault == FACTS_GIVEN_UP && f.length == -1, "%s", bad[i]);
	}
	cr_expect_lt(time_monotonic() - from, 5000, "nobody waited for the one that slept");
	cr_expect_eq(ask(a, "#!/bin/sh\necho length 5\n").length, 5);
	cr_expect(ask(a, "#!/bin/sh\ntest -e /proc/$$/fd/7 || echo fault cut\n").fault == FACTS_CUT, "no descriptor is handed on");
	cr_expect(!media_ask(a, "/nowhere/mingfa-media", open("/dev/null", O_RDONLY), 300, &f, &err) && err.code == ERR_IO);
	(void)arena_free(a);
}

Test(media, a_sheet_has_no_codes_when_its_reader_breaks)
{
	struct arena *a = arena_new();
	struct err err = { 0 };
	struct str codes = STR("x");

	/* the test's own folder has no such program: it cannot be started, and that is said */
	cr_expect(!media_codes(a, STR("no picture"), &codes, &err) && err.code == ERR_IO, "%.*s", STR_FMT(codes));
	(void)arena_free(a);
}

#define NOON ((int64_t)1794895330000) /* 2026-11-17 14:02:10 in Shanghai */

static bool says(const struct str *v, size_t n, const char *what)
{
	for (size_t i = 0; i < n; i++)
		if (str_find(v[i], str_of(what), 0) != SIZE_MAX)
			return true;
	return false;
}

Test(media, what_is_found_is_told_in_chinese)
{
	struct arena *a = arena_new();
	const struct facts f = { .length = 4714034, .width = 1920, .height = 1080, .video = STR("hevc"), .audio = STR("pcm_alaw"), .made = NOON,
				 .device = STR("DSJ-A1"), .placed = true, .lat = -36012300, .lon = 111512300 };
	const struct facts none = { .length = -1, .fault = FACTS_NO_INDEX };
	struct media_view v;

	media_view(a, &f, 0, (struct str){ 0 }, NOON, &v);
	cr_expect(says(v.line, v.n_line, "时长1小时18分，画面1920×1080，图像H.265，声音G.711"));
	cr_expect(says(v.line, v.n_line, "设备时间2026-11-17 14:02（由世界时换算）"));
	cr_expect(says(v.line, v.n_line, "设备DSJ-A1"));
	cr_expect(says(v.line, v.n_line, "位置南纬36.012300°，东经111.512300°"));
	cr_expect_eq(v.n_warn, (size_t)0);
	media_view(a, &none, 0, (struct str){ 0 }, NOON, &v);
	cr_expect(v.n_line == 0 && v.n_warn == 1 && says(v.warn, 1, "缺少索引") && says(v.warn, 1, "原件照样保存"));
	(void)arena_free(a);
}

Test(media, clocks_that_differ_are_told)
{
	static const struct {
		int64_t stated, came; /* from what the device says */
		bool local;
		const char *warn, *line;
	} list[] = {
		{ 600000, 0, false, NULL, "设备时间" },
		{ -600000, 0, false, NULL, "设备时间" },
		{ 600001, 0, false, "相差10分0秒", "设备时间" },
		{ -660000, 0, true, "登记的记录开始时间是2026-11-17 13:51，相差11分0秒", "设备时间" },
		{ -SHANGHAI_MS, 0, false, NULL, "晚8小时" },
		{ -SHANGHAI_MS, 0, true, "相差8小时0分", "设备时间" }, /* without a zone there is nothing to mistake */
		{ SHANGHAI_MS, 0, false, "相差8小时0分", "设备时间" },
		{ 0, -600001, true, "晚于上传的时间", "设备时间" },
		{ 0, -600000, true, NULL, "设备时间" },
		{ 0, -SHANGHAI_MS, false, NULL, "设备时间" },
	};
	struct arena *a = arena_new();

	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		const struct facts f = { .length = -1, .made = NOON, .local = list[i].local };
		struct media_view v;

		media_view(a, &f, list[i].stated ? NOON + list[i].stated : 0, STR("记录开始时间"), list[i].came ? NOON + list[i].came : 0, &v);
		cr_expect(list[i].warn ? says(v.warn, v.n_warn, list[i].warn) : v.n_warn == 0, "%zu", i);
		cr_expect(says(v.line, v.n_line, list[i].line), "%zu", i);
	}
	(void)arena_free(a);
}
