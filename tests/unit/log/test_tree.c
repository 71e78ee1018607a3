/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The Merkle tree against known heads (RFC 6962; computed with another program), and the form of entries. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/parse.h"
#include "log/log.h"

static void root_is(const struct log_tree *t, const char *hex)
{
	unsigned char root[LOG_HASH];
	char text[2 * LOG_HASH + 1];

	log_tree_root(t, root);
	parse_put_hex(text, root, LOG_HASH);
	cr_assert_str_eq(text, hex, "size %lld", (long long)t->size);
}

static const char *const leaf_a[] = {
	"",
	"00",
	"10",
	"2021",
	"3031",
	"40414243",
	"5051525354555657",
	"606162636465666768696a6b6c6d6e6f",
};
static const char *const root_a[] = {
	"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
	"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
	"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
	"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
	"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
	"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
	"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
	"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};
static const struct {
	int64_t size;
	const char *root;
} root_b[] = {
	{ 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
	{ 1, "847dbf3ba5aa33c4976d1acfd38c2445c7710675e34840f77eba8f1b54a59aaa" },
	{ 2, "88363295b1d6d137dcf133eff59b26ded9c649e1b8e665cc43e12aca6e56fdac" },
	{ 3, "34dd65ba0281a02e5de38f39154448ed2b66d5fa8840e80ac2d094e1217a003a" },
	{ 255, "0d8b6ba854ce2a2bd14111614424b5ddfa0838ac4525410f99172907da4f0ced" },
	{ 256, "60ce2af41db2c498d0cc8df08d2dbc4127b996155e9cb391abfd07b51266deae" },
	{ 257, "41d27957e4277f889682f11547dc71a4f0e054c915ce011b6172350d5264d8a8" },
	{ 511, "05e51c456aadb02d0f715dd18ec7a2ceff16b0c4876847f6c5d0b83909fe977d" },
	{ 512, "03b818271fb8c4a43261fc7a32226c0f0d45dafbc9f7d358300aab048b648869" },
	{ 513, "f26e3feca29554a6bf5d1271b28226c2ee8d333c02fb4307c8b68a76cb5236e4" },
	{ 600, "2d8ee06e536f1d439786d8051e8ef977d2980c8b174fd0e40822d286f59f03b8" },
	{ 65535, "d295169faf08eb7e51eb0f36171b894286940f61c93986de6b3397fe7a007d39" },
	{ 65536, "78c9055f1a226df9af8b4361d843b5449aa8bb1c11ce83379e574a4e98ccc9a6" },
	{ 65537, "77d4a8cc18e6100b4e153eefeaca792ea2a933aa3cafd0ad535887087306a062" },
	{ 70000, "abd1cc0a0c3e8b154d032a5c895cfc6590d0bb1531c33068074062e15df06dd2" },
};
Test(tree, eight_customary_leaves)
{
	struct log_tree t = { 0 };
	unsigned char leaf[16];

	root_is(&t, root_a[0]);
	for (size_t i = 0; i < 8; i++) {
		size_t n = strlen(leaf_a[i]) / 2;

		cr_assert(parse_hex(str_of(leaf_a[i]), leaf, n));
		log_tree_add(&t, (struct str){ (const char *)leaf, n });
		root_is(&t, root_a[i + 1]);
	}
}

Test(tree, many_records)
{
	struct log_tree t = { 0 };
	char text[40];
	size_t next = 0;

	for (int64_t size = 0; next < sizeof(root_b) / sizeof(root_b[0]); size++) {
		if (size == root_b[next].size)
			root_is(&t, root_b[next++].root);
		(void)snprintf(text, sizeof(text), "record %lld\n", (long long)size);
		log_tree_add(&t, str_of(text));
	}
}

Test(entry, two_salted_digests_a_line)
{
	struct arena *a = arena_new();
	const unsigned char salt[LOG_SALT] = { 1 };
	struct log_digest d;
	struct buf b;
	struct str rest, line;

	log_digest_of(STR("abc"), &d);
	char hex[65];
	parse_put_hex(hex, d.sha256, LOG_HASH);
	cr_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	parse_put_hex(hex, d.sm3, LOG_HASH);
	cr_assert_str_eq(hex, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
	buf_init(&b, a, LOG_ENTRY_MAX);
	log_entry_begin(&b);
	log_entry_line(&b, salt, &d);
	rest = buf_str(&b);
	cr_assert(str_cut(&rest, '\n', &line));
	cr_assert(str_is(line, "mingfa/event/2"));
	cr_assert(str_cut(&rest, '\n', &line));
	cr_assert_eq(line.n, 89);
	cr_assert_eq(line.p[44], ' ');
	cr_assert(str_ends(buf_str(&b), STR("\n")));
	arena_free(a);
}

Test(entry, head_of_an_act)
{
	struct arena *a = arena_new();
	const struct log_act x = { .event = 9, .matter = 7, .seq = 2, .at = 1000, .entered = 1001, .actor = 3, .organ = 1,
				   .role = STR("head"), .action = STR("approve"), .kind = STR("penalty"), .def = STR("ab"),
				   .code = STR("c"), .of = 1, .opened = 900 };
	struct log_digest joined, whole;

	cr_assert(str_is(log_act_head(a, &x), "{\"action\":\"approve\",\"actor\":3,\"at\":1000,\"code\":\"c\",\"def\":\"ab\","
			 "\"entered\":1001,\"event\":9,\"kind\":\"penalty\",\"matter\":7,\"of\":1,\"opened\":900,"
			 "\"organ\":1,\"role\":\"head\",\"seq\":2}"));
	log_digest_act(STR("ab"), STR("cd"), &joined);
	log_digest_of(STR("ab\ncd"), &whole);
	cr_assert(memcmp(&joined, &whole, sizeof(whole)) == 0);
	arena_free(a);
}
