/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The .tlog-proof of an event, for whoever sees the event: to be handed to a party or kept. */
#include "app/app.h"
#include "app/case.h"
#include "app/log_proof.h"
#include "base/parse.h"

static int64_t event_of(const struct matter_view *m, int64_t seq)
{
	for (size_t i = 0; i < m->n_event; i++)
		if (m->event[i].seq == seq)
			return m->event[i].id;
	return 0;
}

bool event_proof_get(struct req *r, struct err *err)
{
	struct matter_view m;
	struct event_proof p;
	int64_t seq, event;
	bool found = false;

	if (!parse_i64(req_param(r, "seq"), 1, INT64_MAX, &seq))
		return err_set(err, ERR_NOT_FOUND, "没有这条记录");
	if (!case_load(r, SEE_EVENTS, &m, err))
		return false;
	event = event_of(&m, seq);
	if (event && !event_proof_load(r->db, r->a, event, &p, &found, err))
		return false;
	if (!found)
		return err_set(err, ERR_NOT_FOUND, "没有这条记录");
	if (!p.file.n)
		return err_set(err, ERR_NOT_FOUND, "日志还没有签到这一条，一般几秒钟内签好，请返回后再下载一次");
	return reply_file(r, PROOF_TYPE, p.file, str_fmt(r->a, "%.*s-%lld.tlog-proof", STR_FMT(str_head(m.snap->code, 40)),
							 (long long)seq), true);
}
