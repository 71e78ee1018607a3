/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What a page of a list says about itself. */
#include <criterion/criterion.h>
#include <string.h>

#include "app/rows.h"
#include "pages.h"

static const char *page_of(struct arena *a, int filling)
{
	struct list_view v = { .kind = STR("行政处罚"), .kind_id = STR("penalty"), .looked = true, .filling = filling };
	struct html h;

	html_init(&h, a, 65536);
	page_list(&h, &v);
	cr_assert(html_ok(&h));
	return str_cstr(a, html_str(&h));
}

Test(list, says_how_far_its_index_is)
{
	struct arena *a = arena_new();

	cr_assert(strstr(page_of(a, 0), "索引正在建立（已完成0%），结果可能不全，请稍后再看。"));
	cr_assert(strstr(page_of(a, 43), "索引正在建立（已完成43%），结果可能不全，请稍后再看。"));
	cr_assert_not(strstr(page_of(a, -1), "索引"));
	arena_free(a);
}
