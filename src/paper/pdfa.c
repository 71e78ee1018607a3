/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "paper/pdfa.h"

#include <qpdf/qpdf-c.h>
#include <string.h>

#include "base/buf.h"
#include "base/day.h"
#include "paper/srgb.h"

#define SELF "Mingfa"
#define XMP_MOST ((size_t)64 * 1024)
#define CIDS 65536

/* ---- fonts ---- */

/* /W is: first [width width …] or first last width. */
static void mark_widths(qpdf_data q, qpdf_oh w, unsigned char *bits, int *most)
{
	int n = qpdf_oh_get_array_n_items(q, w);

	for (int i = 0; i + 1 < n;) {
		int first = qpdf_oh_get_int_value_as_int(q, qpdf_oh_get_array_item(q, w, i));
		qpdf_oh next = qpdf_oh_get_array_item(q, w, i + 1);
		bool list = qpdf_oh_is_array(q, next);
		int last = list ? first + qpdf_oh_get_array_n_items(q, next) - 1 : qpdf_oh_get_int_value_as_int(q, next);

		for (int cid = first; cid >= 0 && cid <= last && cid < CIDS; cid++) {
			bits[cid / 8] |= (unsigned char)(0x80 >> cid % 8);
			*most = cid > *most ? cid : *most;
		}
		i += list ? 2 : 3;
	}
}

/* A subset must say which characters it has: CID 0 and those whose width is told. */
static void add_cid_set(struct arena *a, qpdf_data q, qpdf_oh font)
{
	unsigned char *bits = arena_alloc(a, CIDS / 8);
	qpdf_oh descriptor = qpdf_oh_get_key(q, font, "/FontDescriptor"), set = qpdf_oh_new_stream(q);
	int most = 0;

	bits[0] = 0x80;
	mark_widths(q, qpdf_oh_get_key(q, font, "/W"), bits, &most);
	qpdf_oh_replace_stream_data(q, set, bits, (size_t)most / 8 + 1, qpdf_oh_new_null(q), qpdf_oh_new_null(q));
	qpdf_oh_replace_key(q, descriptor, "/CIDSet", set);
}

/* Every object once: which fonts and pages there are does not depend on how they hang together. */
static void mend_objects(struct arena *a, qpdf_data q)
{
	int n = qpdf_oh_get_int_value_as_int(q, qpdf_oh_get_key(q, qpdf_get_trailer(q), "/Size"));

	for (int i = 1; i < n; i++) {
		qpdf_oh o = qpdf_get_object_by_id(q, i, 0);

		if (qpdf_oh_is_dictionary(q, o)) {
			if (qpdf_oh_is_dictionary_of_type(q, o, "/Page", ""))
				qpdf_oh_remove_key(q, o, "/Group");
			else if (qpdf_oh_is_dictionary_of_type(q, o, "/Font", "/CIDFontType0")
				 || qpdf_oh_is_dictionary_of_type(q, o, "/Font", "/CIDFontType2"))
				add_cid_set(a, q, o);
		}
		qpdf_oh_release(q, o);
	}
}

/* ---- what the file says of itself ---- */

static struct str metadata(struct arena *a, const struct pdfa_says *says, struct str day)
{
	struct buf b;

	buf_init(&b, a, XMP_MOST);
	buf_adds(&b, "<?xpacket begin=\"\xEF\xBB\xBF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
		     "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n");
	if (!says->plain)
		buf_adds(&b, "<rdf:Description rdf:about=\"\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\"><pdfaid:part>1</pdfaid:part>"
			     "<pdfaid:conformance>B</pdfaid:conformance></rdf:Description>\n");
	buf_adds(&b, "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\">"
		     "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">");
	buf_add_xml(&b, says->title);
	buf_adds(&b, "</rdf:li></rdf:Alt></dc:title><dc:creator><rdf:Seq><rdf:li>");
	buf_add_xml(&b, says->author);
	buf_adds(&b, "</rdf:li></rdf:Seq></dc:creator></rdf:Description>\n"
		     "<rdf:Description rdf:about=\"\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"><xmp:CreateDate>");
	buf_add(&b, str_sub(day, 0, 19));
	buf_adds(&b, "Z</xmp:CreateDate><xmp:CreatorTool>" SELF "</xmp:CreatorTool></rdf:Description>\n"
		     "<rdf:Description rdf:about=\"\" xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\"><pdf:Producer>" SELF "</pdf:Producer>"
		     "</rdf:Description>\n</rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>");
	return buf_str(&b);
}

/* D:20260302010000Z of 2026-03-02T01:00:00.000Z. */
static struct str pdf_day(struct arena *a, struct str iso)
{
	struct buf b;

	buf_init(&b, a, 20);
	buf_adds(&b, "D:");
	for (size_t i = 0; i < 19 && i < iso.n; i++)
		if (iso.p[i] >= '0' && iso.p[i] <= '9')
			buf_addc(&b, iso.p[i]);
	buf_addc(&b, 'Z');
	return buf_str(&b);
}

static void put_key(qpdf_data q, qpdf_oh dict, const char *key, struct str text)
{
	qpdf_oh_replace_key(q, dict, key, qpdf_oh_new_binary_unicode_string(q, text.p ? text.p : "", text.n));
}

static qpdf_oh stream(qpdf_data q, const char *dict, struct str data)
{
	qpdf_oh s = qpdf_oh_new_stream(q), keys = qpdf_oh_parse(q, dict);

	qpdf_oh_replace_stream_data(q, s, (const unsigned char *)data.p, data.n, qpdf_oh_new_null(q), qpdf_oh_new_null(q));
	qpdf_oh_begin_dict_key_iter(q, keys);
	while (qpdf_oh_dict_more_keys(q)) {
		const char *key = qpdf_oh_dict_next_key(q);

		qpdf_oh_replace_key(q, qpdf_oh_get_dict(q, s), key, qpdf_oh_get_key(q, keys, key));
	}
	return s;
}

static void describe(struct arena *a, qpdf_data q, const struct pdfa_says *says)
{
	qpdf_oh root = qpdf_get_root(q), info = qpdf_oh_new_dictionary(q), intents = qpdf_oh_new_array(q), intent;
	struct str day;
	struct buf b;

	buf_init(&b, a, 40);
	time_put_iso(&b, says->at);
	day = buf_str(&b);
	put_key(q, info, "/Title", says->title);
	put_key(q, info, "/Author", says->author);
	put_key(q, info, "/Creator", STR(SELF));
	put_key(q, info, "/Producer", STR(SELF));
	put_key(q, info, "/CreationDate", pdf_day(a, day));
	qpdf_oh_replace_key(q, qpdf_get_trailer(q), "/Info", qpdf_make_indirect_object(q, info));
	qpdf_oh_replace_key(q, root, "/Metadata", stream(q, "<< /Type /Metadata /Subtype /XML >>", metadata(a, says, day)));
	if (says->plain)
		return;
	intent = qpdf_oh_parse(q, "<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB IEC61966-2.1) >>");
	qpdf_oh_replace_key(q, intent, "/DestOutputProfile", stream(q, "<< /N 3 >>", srgb_profile(a)));
	qpdf_oh_append_item(q, intents, intent);
	qpdf_oh_replace_key(q, root, "/OutputIntents", intents);
}

/* ---- writing ---- */

static bool failed(qpdf_data q, struct err *err)
{
	(void)err_set(err, ERR_IO, "文书未能制成存档格式");
	return err_wrap(err, "qpdf: %s", qpdf_has_error(q) ? qpdf_get_error_full_text(q, qpdf_get_error(q)) : "no error told");
}

bool pdfa_finish(struct arena *a, qpdf_data q, const struct pdfa_says *says, struct str *ret, struct err *err)
{
	describe(a, q, says);
	if (qpdf_has_error(q) || qpdf_init_write_memory(q) & QPDF_ERRORS)
		return failed(q, err);
	if (says->plain)
		qpdf_set_minimum_pdf_version(q, "1.7");
	else
		qpdf_force_pdf_version(q, "1.4");
	if (says->plain) /* what came with a file is not decoded */
		qpdf_set_decode_level(q, qpdf_dl_none);
	qpdf_set_object_stream_mode(q, qpdf_o_disable);
	qpdf_set_newline_before_endstream(q, QPDF_TRUE);
	qpdf_set_deterministic_ID(q, QPDF_TRUE);
	if (qpdf_write(q) & QPDF_ERRORS)
		return failed(q, err);
	*ret = str_dup(a, (struct str){ (const char *)qpdf_get_buffer(q), qpdf_get_buffer_length(q) });
	return true;
}

bool pdfa_make(struct arena *a, struct str pdf, const struct pdfa_says *says, struct str *ret, struct err *err)
{
	qpdf_data q = qpdf_init();
	bool ok;

	qpdf_silence_errors(q);
	qpdf_set_suppress_warnings(q, QPDF_TRUE);
	ok = !(qpdf_read_memory(q, "paper", pdf.p, pdf.n, NULL) & QPDF_ERRORS) || failed(q, err);
	if (ok) {
		mend_objects(a, q);
		ok = pdfa_finish(a, q, says, ret, err);
	}
	qpdf_cleanup(&q);
	return ok;
}
