/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <criterion/criterion.h>

#include "app/exhibit.h"

Test(exhibit, moments_are_written_as_clocks_do)
{
	static const struct {
		const char *text;
		int64_t seconds; /* -1: it is none */
	} list[] = { { "0:00", 0 }, { "12:31", 751 }, { "00:12:31", 751 }, { "1:02:03", 3723 }, { "75:00", 4500 }, { "0:59", 59 },
		     { "0:60", -1 }, { "1:60:00", -1 }, { "12", -1 }, { "", -1 }, { "1:2:3:4", -1 }, { "-1:00", -1 }, { "1:x", -1 }, { "12:31.5", -1 } };

	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		int64_t s = -1;

		cr_expect_eq(exhibit_moment(str_of(list[i].text), &s), list[i].seconds >= 0, "%s", list[i].text);
		cr_expect_eq(s, list[i].seconds, "%s: %lld", list[i].text, (long long)s);
	}
}

Test(exhibit, a_note_that_begins_so_is_a_mark)
{
	static const char *const none[] = { "", "查封", "〔证据3〕查封", "〔证据 0:12〕查封", "〔证据x 0:12〕查封", "〔证据0 0:12〕查封",
					    "〔证据3 0:12", " 〔证据3 0:12〕查封", "〔证据3 0:99〕查封" };
	struct str text;
	int64_t n, at;

	cr_assert(exhibit_mark_read(STR("〔证据3 00:12:31〕查封〔二〕"), &n, &at, &text));
	cr_expect(n == 3 && at == 751 && str_is(text, "查封〔二〕"));
	for (size_t i = 0; i < ARRAY_LEN(none); i++)
		cr_expect(!exhibit_mark_read(str_of(none[i]), &n, &at, &text), "%s", none[i]);
}
