/* SPDX-License-Identifier: MulanPSL-2.0 */
/* What a browser calls itself, in words that its owner knows. */
#include <criterion/criterion.h>

#include "app/places.h"

Test(places, devices_have_names)
{
	static const struct {
		const char *agent, *name;
	} x[] = {
		{ "Mozilla/5.0 (Windows NT 6.1; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36", "Windows 7 · Chrome" },
		{ "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/108.0 Safari/537.36 QIHU 360SE", "Windows · 360浏览器" },
		{ "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0 Safari/537.36 UOS Qaxbrowser", "统信 · 奇安信浏览器" },
		{ "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Mobile MicroMessenger/8.0", "苹果手机 · 微信" },
		{ "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36 Edg/120.0", "安卓 · Edge" },
		{ "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.0 Safari/605.1.15", "苹果电脑 · Safari" },
		{ "curl/8.0", "接口或者其他程序" }, { "", "没有说明" },
	};
	struct arena *a = arena_new();

	for (size_t i = 0; i < ARRAY_LEN(x); i++) {
		struct str name = device_name(a, str_of(x[i].agent));

		cr_expect(str_is(name, x[i].name), "%s: %.*s", x[i].agent, STR_FMT(name));
	}
	(void)arena_free(a);
}
