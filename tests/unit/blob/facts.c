/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <criterion/criterion.h>

#include "blob/facts.h"

Test(facts, what_is_written_is_read)
{
	struct arena *a = arena_new();
	const struct facts f = { .fault = FACTS_CUT, .length = 4714034, .width = 1920, .height = 1080, .video = STR("h264"), .audio = STR("aac"),
				 .made = 1794895330000, .local = true, .device = STR("大华 DSJ-A1"), .placed = true, .lat = -36012300, .lon = 111512300 };
	struct facts r;
	struct err err = { 0 };
	struct buf b;

	buf_init(&b, a, FACTS_TEXT);
	facts_put(&b, &f);
	cr_assert(facts_read(buf_str(&b), &r, &err), "%s", err.msg);
	cr_expect(r.fault == FACTS_CUT && r.length == f.length && r.width == 1920 && r.height == 1080 && r.made == f.made && r.local);
	cr_expect(str_eq(r.video, f.video) && str_eq(r.audio, f.audio) && str_eq(r.device, f.device));
	cr_expect(r.placed && r.lat == f.lat && r.lon == f.lon);
	cr_assert(facts_read((struct str){ 0 }, &r, &err));
	cr_expect(r.fault == FACTS_FINE && r.length == -1 && !r.made && !r.placed);
	(void)arena_free(a);
}

Test(facts, nothing_else_is_taken)
{
	static const char *const bad[] = { "length 1", "length -1\n", "length 8640000001\n", "x 1\n", "video H264\n", "video \n",
					   "audio aac\nvideo h264\n", "length 1\nlength 2\n", "made 1\n", "made 1 here\n", "made 0 utc\n",
					   "place 90000001 1\n", "place 1 180000001\n", "place 1\n", "device \n", "device a\tb\n",
					   "device \xff\n", "size 0 1\n", "size 1 100001\n", "fault fine\n", "\n\n" };
	struct facts f;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct err err = { 0 };

		cr_expect(!facts_read(str_of(bad[i]), &f, &err) && err.code == ERR_BAD_INPUT, "%s", bad[i]);
	}
}

Test(facts, texts_of_files_are_made_harmless)
{
	struct arena *a = arena_new();
	struct buf b;

	cr_expect(str_is(facts_clean(a, STR(" DSJ\n\xff\x01-A1 ")), "DSJ-A1"));
	buf_init(&b, a, 1000);
	for (int i = 0; i < 100; i++)
		buf_adds(&b, "仪");
	cr_expect_eq(str_chars(facts_clean(a, buf_str(&b))), (size_t)FACTS_DEVICE);
	cr_expect_eq(facts_clean(a, STR("\x01\x02")).n, (size_t)0);
	(void)arena_free(a);
}
