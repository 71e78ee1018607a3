/* SPDX-License-Identifier: MulanPSL-2.0 */
/* QR codes: the picture holds the modules of the standard, and nothing is drawn that no printer could print. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "paper/qr.h"

#define PATH_OF_A_MATTER "/m/019a0000-0000-7000-8000-000000000001"
#define SIDE 29 /* version 3: 42 bytes at level M */

static bool dark[SIDE + 8][SIDE + 8];

/* The path, again as modules. */
static void read_path(const char *p)
{
	memset(dark, 0, sizeof(dark));
	for (p = strchr(p, 'M'); p; p = strchr(p + 1, 'M')) {
		char *end;
		long x = strtol(p + 1, &end, 10), y = strtol(end, &end, 10), n = strtol(end + 1, &end, 10);

		for (long i = 0; i < n; i++)
			dark[y][x + i] = true;
	}
}

/* A finder pattern: dark ring, light ring, dark square. */
static void finder(int x0, int y0)
{
	for (int y = 0; y < 7; y++)
		for (int x = 0; x < 7; x++) {
			bool ring = x == 0 || x == 6 || y == 0 || y == 6, middle = x > 1 && x < 5 && y > 1 && y < 5;

			cr_expect_eq(dark[4 + y0 + y][4 + x0 + x], ring || middle, "%d %d", x0 + x, y0 + y);
		}
}

Test(qr, a_matter_s_address_is_a_code_of_version_three)
{
	struct arena *a = arena_new();
	struct qr_view v = qr_of(a, STR(PATH_OF_A_MATTER));

	cr_assert_eq(v.side, SIDE + 8);
	read_path(str_cstr(a, v.path));
	finder(0, 0);
	finder(SIDE - 7, 0);
	finder(0, SIDE - 7);
	for (int i = 8; i < SIDE - 8; i++)
		cr_expect(dark[4 + 6][4 + i] == (i % 2 == 0) && dark[4 + i][4 + 6] == (i % 2 == 0), "timing %d", i);
	for (int i = 0; i < SIDE + 8; i++)
		cr_expect_not(dark[3][i] || dark[i][3] || dark[SIDE + 4][i] || dark[i][SIDE + 4], "quiet zone %d", i);
	cr_expect_not(str_eq(v.path, qr_of(a, STR("/m/019a0000-0000-7000-8000-000000000002")).path));
	(void)arena_free(a);
}

Test(qr, too_much_and_nothing_are_not_drawn)
{
	struct arena *a = arena_new();
	char most[QR_MOST + 2];

	memset(most, 'x', sizeof(most));
	cr_expect(qr_of(a, (struct str){ most, QR_MOST }).side > 0);
	cr_expect_eq(qr_of(a, (struct str){ most, QR_MOST + 1 }).side, 0);
	cr_expect_eq(qr_of(a, STR("")).side, 0);
	(void)arena_free(a);
}
