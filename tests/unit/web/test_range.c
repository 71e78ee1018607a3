/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <criterion/criterion.h>

#include "web/req.h"

Test(range, one_piece_of_a_content_or_all_of_it)
{
	static const struct {
		const char *asked;
		int64_t size;
		enum range sort;
		int64_t from, to;
	} list[] = {
		{ "", 10, RANGE_ALL, 0, 0 }, { "bytes=0-", 10, RANGE_PART, 0, 10 }, { "bytes=0-0", 10, RANGE_PART, 0, 1 },
		{ "bytes=2-5", 10, RANGE_PART, 2, 6 }, { "bytes=9-9", 10, RANGE_PART, 9, 10 }, { "bytes=9-99", 10, RANGE_PART, 9, 10 },
		{ "bytes=10-", 10, RANGE_BEYOND, 0, 0 }, { "bytes=-3", 10, RANGE_PART, 7, 10 }, { "bytes=-99", 10, RANGE_PART, 0, 10 },
		{ "bytes=-0", 10, RANGE_BEYOND, 0, 0 }, { "bytes=0-", 0, RANGE_BEYOND, 0, 0 }, { "bytes=5-2", 10, RANGE_ALL, 0, 0 },
		{ "bytes=0-1,3-4", 10, RANGE_ALL, 0, 0 }, { "bytes=x-1", 10, RANGE_ALL, 0, 0 }, { "lines=0-1", 10, RANGE_ALL, 0, 0 },
		{ "bytes=", 10, RANGE_ALL, 0, 0 }, { "bytes=-", 10, RANGE_ALL, 0, 0 }, { "bytes=1-2-3", 10, RANGE_ALL, 0, 0 },
		{ "bytes=99999999999999999999-", 10, RANGE_ALL, 0, 0 },
		{ "bytes=4294967296-4294967297", (int64_t)8 << 30, RANGE_PART, 4294967296, 4294967298 },
	};

	for (size_t i = 0; i < ARRAY_LEN(list); i++) {
		int64_t from = 0, to = 0;

		cr_expect_eq(req_range(str_of(list[i].asked), list[i].size, &from, &to), list[i].sort, "%s", list[i].asked);
		cr_expect(from == list[i].from && to == list[i].to, "%s: %lld to %lld", list[i].asked, (long long)from, (long long)to);
	}
}
