/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Signed notes, checkpoints and .tlog-proof files against vectors made by another program (golang.org/x/mod/sumdb/note);
 * Ed25519 gives the same bytes each time, so ours must be theirs. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/base64.h"
#include "lib/vectors.h"
#include "log/proof.h"

struct world {
	struct arena *a;
	const struct json *file;
	struct key key[3]; /* the log, the witness, the log's SM2 */
	struct signer *log, *witness;
	struct err err;
};

static struct signer *seeded(struct world *w, enum key_type type, const char *who, const char *name)
{
	const struct json *j = vector(w->file, who);
	struct signer *s;

	cr_assert(signer_seed(w->a, type, vector_str(j, name), (const unsigned char *)vector_hex(w->a, j, "seed_hex").p, &s,
			      &w->err), "%s", w->err.msg);
	cr_assert_eq(memcmp(signer_key(s)->pub, vector_hex(w->a, j, "public_hex").p, 32), 0);
	return s;
}

static struct world world(void)
{
	struct world w = { .a = arena_new() };
	const struct json *sm2 = vectors(w.a, "tlog/sm2-note.json");

	w.file = vectors(w.a, "tlog/checkpoint.json");
	cr_assert(key_read(vector_str(vector(w.file, "log"), "vkey"), &w.key[0], &w.err));
	cr_assert(key_read(vector_str(vector(w.file, "witness"), "vkey"), &w.key[1], &w.err));
	cr_assert(key_read(vector_str(sm2, "vkey"), &w.key[2], &w.err));
	w.log = seeded(&w, KEY_ED25519, "log", "origin");
	w.witness = seeded(&w, KEY_COSIGN, "witness", "name");
	return w;
}

static void done(struct world *w)
{
	arena_free(w->a);
}

static bool opens(struct world *w, struct str note, struct checkpoint *ret)
{
	return checkpoint_open(w->a, note, w->key, 3, ret, NULL, &w->err);
}

Test(key, is_written_as_it_was_read)
{
	struct world w = world();
	const struct json *file[] = { vector(w.file, "log"), vector(w.file, "witness"), vectors(w.a, "tlog/sm2-note.json") };
	struct key k;
	struct buf b;

	for (size_t i = 0; i < 3; i++) {
		buf_init(&b, w.a, 400);
		key_put(&b, &w.key[i]);
		cr_assert(str_eq(buf_str(&b), vector_str(file[i], "vkey")));
	}
	cr_assert_eq(w.key[2].id, 0x2b88956b);
	cr_assert_not(key_read(STR("log.example/enforcement+b8714a25+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"), &k,
			       &w.err), "an id that does not fit");
	cr_assert_not(key_read(STR("log.example/enforcement+b8714a24"), &k, &w.err));
	cr_assert_not(key_read(STR("+b8714a24+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"), &k, &w.err));
	cr_assert_not(key_read(STR("a b+b8714a24+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"), &k, &w.err));
	done(&w);
}

Test(note, is_signed_byte_for_byte)
{
	struct world w = world();
	const struct json *x;

	json_each(x, vector(w.file, "checkpoints")) {
		struct str text = vector_str(x, "text");
		struct checkpoint c;
		struct buf b;

		buf_init(&b, w.a, NOTE_MAX);
		buf_add(&b, text);
		buf_addc(&b, '\n');
		cr_assert(note_sign(w.log, text, 0, &b, &w.err));
		cr_assert(str_eq(buf_str(&b), vector_str(x, "checkpoint")));
		cr_assert(note_sign(w.witness, text, vector_i64(vector(w.file, "witness"), "timestamp"), &b, &w.err));
		cr_assert(str_eq(buf_str(&b), vector_str(x, "cosigned")));
		cr_assert(opens(&w, buf_str(&b), &c), "%s", w.err.msg);
		cr_assert_eq(c.size, vector_i64(x, "tree_size"));
		buf_init(&b, w.a, NOTE_MAX);
		checkpoint_put(&b, &c);
		cr_assert(str_eq(buf_str(&b), text));
	}
	done(&w);
}

Test(note, tells_who_signed_and_when)
{
	struct world w = world();
	const struct json *second = json_next(vector(w.file, "checkpoints"), json_first(vector(w.file, "checkpoints")));
	struct note n;
	struct checkpoint c;
	bool is_signed[3];
	int64_t time;

	cr_assert(checkpoint_open(w.a, vector_str(second, "cosigned"), w.key, 3, &c, is_signed, &w.err));
	cr_assert(is_signed[0] && is_signed[1] && !is_signed[2]);
	cr_assert(note_read(w.a, vector_str(second, "cosigned"), &n, &w.err));
	cr_assert(note_signed_by(w.a, &n, &w.key[1], is_signed, &time, &w.err));
	cr_assert(is_signed[0] && time == vector_i64(vector(w.file, "witness"), "timestamp"));
	cr_assert_eq(n.n, 2);
	cr_assert_not(checkpoint_open(w.a, vector_str(second, "cosigned"), &w.key[1], 1, &c, NULL, &w.err),
		      "a witness's signature alone makes no checkpoint");
	done(&w);
}

static size_t each_of(struct world *w, const char *list, bool good)
{
	const struct json *x;
	struct checkpoint c;
	size_t n = 0;

	json_each(x, vector(w->file, list)) {
		cr_assert_eq(opens(w, vector_str(x, "note"), &c), good, "%.*s", STR_FMT(vector_str(x, "why")));
		n++;
	}
	return n;
}

Test(note, accepts_and_rejects_what_it_must)
{
	struct world w = world();

	cr_assert_eq(each_of(&w, "must_accept", true), 1);
	cr_assert_eq(each_of(&w, "must_reject", false), 4);
	cr_assert_eq(each_of(&w, "must_reject_though_signed", false), 5);
	done(&w);
}

Test(note, any_changed_byte_of_the_text_is_noticed)
{
	struct world w = world();
	struct str good = vector_str(json_first(vector(w.file, "must_accept")), "note");
	size_t end = str_find(good, STR("\n\n"), 0);
	struct checkpoint c;

	for (size_t i = 0; i <= end; i++) {
		char *p = arena_dup(w.a, good.p, good.n);

		p[i] ^= 1;
		cr_assert_not(opens(&w, (struct str){ p, good.n }, &c), "byte %zu", i);
	}
	done(&w);
}

Test(note, two_heads_of_one_size_prove_a_fork)
{
	struct world w = world();
	const struct json *split = vector(w.file, "split_view");
	struct checkpoint one, two;

	cr_assert(opens(&w, vector_str(split, "first"), &one) && opens(&w, vector_str(split, "second"), &two));
	cr_assert(one.size == two.size && memcmp(one.root, two.root, LOG_HASH) != 0);
	done(&w);
}

Test(note, has_an_sm2_line_too)
{
	struct world w = world();
	const struct json *sm2 = vectors(w.a, "tlog/sm2-note.json");
	struct str good = vector_str(sm2, "note"), pem, sig = vector_hex(w.a, sm2, "signature_hex");
	struct signer *ours;
	struct checkpoint c;
	bool is_signed[3];
	struct buf b;

	cr_assert(checkpoint_open(w.a, good, w.key, 3, &c, is_signed, &w.err), "%s", w.err.msg);
	cr_assert(is_signed[0] && is_signed[1] && is_signed[2]);
	cr_assert(key_verify(&w.key[2], vector_str(sm2, "text"), (const unsigned char *)sig.p));
	cr_assert(checkpoint_open(w.a, good, w.key, 1, &c, NULL, &w.err), "who knows no SM2 reads it too");
	/* SM2 signs with chance: a new key signs, and what it signed is read. */
	cr_assert(signer_new_pem(w.a, KEY_SM2, STR(""), &pem, &w.err) && signer_pem(w.a, KEY_SM2, w.key[0].name, pem, STR(""), &ours, &w.err),
		  "%s", w.err.msg);
	w.key[2] = *signer_key(ours);
	for (int i = 0; i < 8; i++) {
		buf_init(&b, w.a, NOTE_MAX);
		buf_add(&b, vector_str(json_first(vector(w.file, "checkpoints")), "checkpoint"));
		cr_assert(note_sign(ours, vector_str(json_first(vector(w.file, "checkpoints")), "text"), 0, &b, &w.err));
		cr_assert(checkpoint_open(w.a, buf_str(&b), w.key, 3, &c, is_signed, &w.err), "%s", w.err.msg);
		cr_assert(is_signed[2]);
		b.p[b.n - 10] = b.p[b.n - 10] == 'A' ? 'B' : 'A';
		cr_assert_not(opens(&w, buf_str(&b), &c), "a changed SM2 signature is not noticed");
	}
	done(&w);
}

Test(note, new_keys_are_read_again)
{
	struct world w = world();
	struct str ed, sm2;
	struct signer *s, *again;

	cr_assert(signer_new_pem(w.a, KEY_ED25519, STR(""), &ed, &w.err) && signer_new_pem(w.a, KEY_SM2, STR(""), &sm2, &w.err));
	cr_assert(signer_pem(w.a, KEY_ED25519, STR("a.example"), ed, STR(""), &s, &w.err));
	cr_assert(signer_pem(w.a, KEY_ED25519, STR("a.example"), ed, STR(""), &again, &w.err));
	cr_assert_eq(memcmp(signer_key(s)->pub, signer_key(again)->pub, 32), 0);
	cr_assert_not(signer_pem(w.a, KEY_ED25519, STR("a.example"), sm2, STR(""), &s, &w.err), "the wrong kind of key");
	cr_assert_not(signer_pem(w.a, KEY_SM2, STR("a.example"), STR("nothing"), STR(""), &s, &w.err));
	done(&w);
}

Test(tlog_proof, is_read_made_and_checked)
{
	struct world w = world();
	const struct json *x = vector(w.file, "tlog_proof");
	struct str text = vector_str(x, "text"), entry = vector_str(x, "entry");
	struct tlog_proof p;
	struct checkpoint c;
	struct buf b;

	cr_assert(tlog_proof_read(w.a, text, &p, &w.err), "%s", w.err.msg);
	cr_assert(p.index == 256 && p.path.n == 10 && p.extra.n == 0);
	cr_assert(tlog_proof_check(w.a, &p, entry, w.key, 3, &c, &w.err), "%s", w.err.msg);
	cr_assert_eq(c.size, 600);
	buf_init(&b, w.a, TLOG_PROOF_MAX);
	tlog_proof_put(&b, &p);
	cr_assert(str_eq(buf_str(&b), text));
	cr_assert_not(tlog_proof_check(w.a, &p, STR("record 257\n"), w.key, 3, NULL, &w.err));
	p.index++;
	cr_assert_not(tlog_proof_check(w.a, &p, entry, w.key, 3, NULL, &w.err));
	p.index--;
	p.extra = STR("more");
	buf_init(&b, w.a, TLOG_PROOF_MAX);
	tlog_proof_put(&b, &p);
	cr_assert(tlog_proof_read(w.a, buf_str(&b), &p, &w.err) && str_is(p.extra, "more"));
	done(&w);
}

Test(tlog_proof, that_is_none)
{
	static const char *const bad[] = {
		"",
		"c2sp.org/tlog-proof@v1",
		"c2sp.org/tlog-proof@v2\nindex 0\n\nx\n",
		"c2sp.org/tlog-proof@v1\nindex 01\n\nx\n",
		"c2sp.org/tlog-proof@v1\nindex -1\n\nx\n",
		"c2sp.org/tlog-proof@v1\nextra \nindex 1\n\nx\n",
		"c2sp.org/tlog-proof@v1\nextra A\nindex 1\n\nx\n",
		"c2sp.org/tlog-proof@v1\nindex 1\nAAAA\n\nx\n",
		"c2sp.org/tlog-proof@v1\nindex 1\n\n",
		"c2sp.org/tlog-proof@v1\nindex 1\n",
	};
	struct arena *a = arena_new();
	struct tlog_proof p;
	struct err err = { 0 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_not(tlog_proof_read(a, str_of(bad[i]), &p, &err), "%s", bad[i]);
	arena_free(a);
}

Test(base64, one_text_for_the_same_bytes)
{
	static const char *const bad[] = { "A", "AA", "AAA", "AAA=A", "====", "A===", "AB==", "AAB=", "AA=A", "AA\nA", "AA-_", "AAAA=" };
	struct arena *a = arena_new();
	struct str got;
	struct buf b;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_assert_not(base64_read(a, str_of(bad[i]), &got), "%s", bad[i]);
	for (size_t n = 0; n < 100; n++) {
		char bytes[100];

		for (size_t i = 0; i < n; i++)
			bytes[i] = (char)(i * 37 + n);
		buf_init(&b, a, 400);
		base64_put(&b, (struct str){ bytes, n });
		cr_assert(b.n == BASE64_LEN(n) && base64_read(a, buf_str(&b), &got) && str_eq(got, (struct str){ bytes, n }));
	}
	arena_free(a);
}
