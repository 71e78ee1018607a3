/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <criterion/criterion.h>

#include "app/app.h"
#include "app/region.h"

Test(region, names_of_shanxi)
{
	static const struct { const char *code, *name; } list[] = {
		{ "14", "山西省" }, { "1408", "山西省运城市" }, { "140821", "山西省运城市临猗县" },
		{ "140821100", "山西省运城市临猗县猗氏镇" }, { "140821100203", "山西省运城市临猗县猗氏镇" },
		{ "110101", "110101" }, { "", "" } };
	struct arena *a = arena_new();
	const struct regions *r;
	struct law_files files;
	struct err err = { 0 };
	size_t n;

	cr_assert(app_files(a, NULL, &files, &err), "%s", err.msg);
	cr_assert(regions_load(a, &files, &r, &err), "%s", err.msg);
	for (size_t i = 0; i < ARRAY_LEN(list); i++)
		cr_expect(str_is(region_name(r, a, str_of(list[i].code)), list[i].name), "%s: %.*s", list[i].code,
			  STR_FMT(region_name(r, a, str_of(list[i].code))));
	(void)regions_below(r, a, (struct str){ 0 }, &n);
	cr_expect_eq(n, 1);
	(void)regions_below(r, a, STR("14"), &n);
	cr_expect_eq(n, 11, "Shanxi has eleven cities");
	files.n = 0;
	cr_assert(regions_load(a, &files, &r, &err));
	cr_expect(str_is(region_name(r, a, STR("14")), "14"));
	(void)arena_free(a);
}
