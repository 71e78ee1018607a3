/* SPDX-License-Identifier: MulanPSL-2.0 */
/* act.c - acting on a matter, and opening one. Nothing typed is lost: whatever stands against the act, the form
 * comes back with its text, and stays as a draft. Files are stored before the act is tried. */
#include "app/act.h"

#include "app/review.h"

#include "app/visits.h"
#include "base/day.h"
#include "base/json.h"
#include "base/parse.h"
#include "base/uuid.h"
#include "pages.h"
#include "web/asset.h"
#include "web/session.h"

#define FILES_AT_ONCE 40
#define REASON_LEAST 10 /* characters of the reason for passing a warning */
#define FORM_SHORT 8 /* so many fields are seen at a glance: nothing of them folds up */

struct filling {
	struct req *r;
	const struct kind *kind;
	const struct action *ac;
	struct matter_view m; /* unless opening */
	bool opening;
	int64_t matter, version;
	struct inputs in;
	struct blob *blob;
	size_t n_blob;
	struct str go, request, draft, draft_at;
	int64_t kept, saved;    /* when the draft was kept that the form was filled from; now */
	struct str clash;       /* a draft that was kept after that, in another window */
	int64_t clash_at, dropped;
	struct pairs other;     /* the other texts: of that draft, or of the matter as it stands */
	bool quiet;             /* autosave: a time comes back, no page */
	struct form form;
	struct field_error *error;
	size_t n_error;
	struct passed *passed;
	size_t n_passed;
	struct act_result result;
	struct str again, again_key; /* recall: the draft that it leaves, and of which form */
	struct form offer;      /* what the form proposes */
	bool stale, has_draft;
	bool acts;              /* the act itself is tried, not only a draft kept */
	bool discard;           /* the draft is thrown away */
	bool reviewing;         /* by the address of a review */
	const struct action_view *view;
};

/* ---- loading ---- */

static bool load_kind(struct filling *f, struct err *err)
{
	const struct law *law;

	if (!frame_law(f->r, &law, err))
		return false;
	f->kind = law_kind(law, req_param(f->r, "kind"));
	f->ac = f->kind ? kind_action(f->kind, STR("open")) : NULL;
	if (!f->ac)
		return err_set(err, ERR_NOT_FOUND, "没有这一类办件");
	return true;
}

/* /m/…/review: the action that asks for a checklist; in another state the one that the kind has. */
static const struct action *review_action(const struct filling *f)
{
	for (size_t i = 0; i < f->kind->n_action; i++)
		if (review_is(f->kind, &f->kind->action[i]))
			return &f->kind->action[i];
	return NULL;
}

static bool load_matter(struct filling *f, unsigned parts, struct err *err)
{
	if (!case_load(f->r, parts, &f->m, err))
		return false;
	f->kind = f->m.snap->kind;
	f->ac = f->reviewing ? review_action(f) : kind_action(f->kind, req_param(f->r, "action"));
	if (!f->ac || str_is(f->ac->id, "open"))
		return err_set(err, ERR_NOT_FOUND, "这类办件没有这种办理");
	f->matter = f->m.snap->id;
	f->version = f->m.snap->version;
	f->in.snap = f->m.snap;
	for (size_t i = 0; i < f->m.n_action; i++)
		if (f->m.action[i].def == f->ac)
			f->view = &f->m.action[i];
	return true;
}

#define FORM_PARTS (SEE_FIELDS | SEE_ACTIONS | SEE_CLOCKS | SEE_EVENTS | SEE_TERMS)
#define QUIET_PARTS (SEE_FIELDS | SEE_EVENTS) /* what comes every other second */

static struct str draft_key(const struct filling *f)
{
	return f->opening ? f->kind->id : f->ac->id;
}

static bool load(struct filling *f, unsigned parts, struct err *err)
{
	f->in.r = f->r;
	f->in.pairs.a = f->r->a;
	if (!shower_init(f->r, &f->in.shower, err) || !(f->opening ? load_kind(f, err) : load_matter(f, parts, err)))
		return false;
	f->in.kind = f->kind;
	f->in.form = draft_key(f);
	f->error = arena_many(f->r->a, f->ac->n_form + 4, struct field_error);
	return true;
}

static struct act act_of(const struct filling *f)
{
	return (struct act){ .who = actor_of(f->r), .matter = f->matter, .kind = f->kind->id, .version = f->version,
			     .action = f->ac->id, .form = f->form, .passed = f->passed, .n_passed = f->n_passed,
			     .reason = f->ac->builtin ? str_trim(pairs_get(&f->in.pairs, STR("f.reason"))) : (struct str){ 0 },
			     .request = f->request, .received = now_of(f->r) };
}

/* ---- what was typed ---- */

static struct str field_name(struct filling *f, const struct field *x)
{
	return str_fmt(f->r->a, "f.%.*s", STR_FMT(x->id));
}

/* What the matter's page hides or masks, its forms do not tell either. */
static bool sees_field(const struct filling *f, const struct field *x)
{
	return x->index < f->m.n_field && !f->m.field[x->index].hidden && !f->m.field[x->index].masked;
}

/* A share of a draw's secret: nobody thinks of 32 random bytes. */
static struct val fresh_share(struct arena *a)
{
	unsigned char share[32];
	char *hex = arena_alloc(a, 2 * sizeof(share) + 1);

	random_bytes(share, sizeof(share));
	parse_put_hex(hex, share, sizeof(share));
	return val_text(T_TEXT, str_of(hex));
}

static struct val offered(const struct filling *f, const struct field *x)
{
	for (size_t i = 0; i < f->offer.n; i++)
		if (str_eq(f->offer.v[i].field, x->id))
			return f->offer.v[i].v;
	for (size_t i = 0; i < f->kind->n_draw; i++)
		if (x == f->kind->draw[i].share[0] || x == f->kind->draw[i].share[1])
			return fresh_share(f->r->a);
	return VAL_NULL;
}

static bool load_offers(struct filling *f, struct err *err)
{
	const struct actor who = actor_of(f->r);

	return !f->ac->n_offer || f->opening
	    || matter_offers(app_of(f->r)->engine, f->r->db, f->r->a, &who, f->matter, f->ac->id, &f->offer, err);
}

/* What the form proposes goes before what stands there. */
static struct val first_value(const struct filling *f, const struct field *x)
{
	struct val v = offered(f, x);

	return val_is_null(v) ? f->in.snap->field[x->index] : v;
}

/* What the address says of a field. */
static struct str text_asked(const struct filling *f, struct str name)
{
	return req_query(f->r, str_cstr(f->r->a, name));
}

/* Each value of the address: a list has several. */
static void from_address(struct filling *f, struct str name)
{
	for (size_t i = 0; i < f->r->query.n; i++)
		if (str_eq(f->r->query.v[i].name, name) && f->r->query.v[i].value.n)
			pairs_add(&f->in.pairs, name, f->r->query.v[i].value);
}

static bool prefill(struct filling *f, struct err *err)
{
	for (size_t i = 0; i < f->ac->n_form; i++) {
		const struct form_field *ff = &f->ac->form[i];
		struct str name = field_name(f, ff->field), text;

		if (f->opening) {
			text = text_asked(f, name).n ? (struct str){ 0 } : default_text(&f->in, ff->field);
			if (text.n)
				pairs_add(&f->in.pairs, name, text);
			from_address(f, name);
		} else if (ff->field == f->kind->plans.into && text_asked(f, name).n) {
			pairs_add(&f->in.pairs, name, text_asked(f, name));
		} else if (!f->ac->joint && !ff->append && sees_field(f, ff->field)
			   && !pairs_of_val(&f->in, &ff->field->type, name, first_value(f, ff->field), err)) {
			return false;
		}
	}
	return true;
}

/* Of what was kept, only the form's own; the version says what the writer had seen of the matter. */
static bool read_draft(struct filling *f, struct str json, struct pairs *ret, int64_t *ret_version, struct err *err)
{
	struct pairs all = { .a = f->r->a };

	*ret_version = -1;
	*ret = (struct pairs){ .a = f->r->a };
	if (!pairs_read(json, &all, err))
		return false;
	for (size_t i = 0; i < all.n; i++) {
		struct str name = all.v[i].name;

		if (str_is(name, "version") && !parse_i64(all.v[i].value, 0, INT64_MAX, ret_version))
			*ret_version = -1;
		if (str_starts(name, STR("f.")) || str_starts(name, STR("w.")) || str_starts(name, STR("find:")))
			pairs_add(ret, name, all.v[i].value);
	}
	return true;
}

/* A paper that was drawn and a file that was read change nothing that somebody saw. */
static bool changes(const struct event_view *e)
{
	return !str_starts(e->action, STR("paper.")) && !str_starts(e->action, STR("file."));
}

/* Whether others changed the matter; what the writer did himself he knows. */
static bool moved_since(const struct filling *f, int64_t version)
{
	for (size_t i = 0; i < f->m.n_event; i++)
		if (f->m.event[i].seq > version && f->m.event[i].actor != f->r->session->person
		    && changes(&f->m.event[i]))
			return true;
	return false;
}

static bool restore(struct filling *f, struct err *err)
{
	struct draft d;
	int64_t version;

	if (!draft_load(f->r->db, f->r->a, f->r->session->person, f->matter, draft_key(f), &d, err))
		return false;
	f->has_draft = d.form.n > 0;
	if (!d.form.n)
		return prefill(f, err);
	f->draft_at = shown_time(f->r->a, d.at);
	f->kept = d.at;
	if (!read_draft(f, d.form, &f->in.pairs, &version, err))
		return false;
	if (!f->opening && version >= 0 && version < f->version && moved_since(f, version)) {
		f->stale = true;
		f->version = version;
	}
	return true;
}

static bool store_file(struct filling *f, const struct form_pair *p, struct err *err)
{
	struct str name = str_fmt(f->r->a, "%.*s.kept", STR_FMT(p->name));

	if (p->value.n > UPLOAD_MOST)
		return err_set(err, ERR_TOO_LARGE, "“%.*s”超过20 MB。可以压缩后再传，或者分成几份", STR_FMT(p->filename));
	if (f->n_blob == FILES_AT_ONCE)
		return err_set(err, ERR_TOO_LARGE, "一次最多上传%d份文件", FILES_AT_ONCE);
	if (!blob_prepare(f->r->a, app_of(f->r)->dir, p->value, &f->blob[f->n_blob], err))
		return false;
	pairs_add(&f->in.pairs, name, str_fmt(f->r->a, "%.*s %.*s", STR_FMT(f->blob[f->n_blob].sha256),
					      STR_FMT(str_head(p->filename, 120))));
	f->n_blob++;
	return true;
}

static bool take(struct filling *f, struct err *err)
{
	const struct form_data *d = &f->r->form;
	int64_t version;

	f->blob = arena_many(f->r->a, FILES_AT_ONCE, struct blob);
	for (size_t i = 0; i < d->n; i++) {
		const struct form_pair *p = &d->v[i];

		if (p->file) {
			if (p->value.n && str_starts(p->name, STR("f.")) && !store_file(f, p, err))
				return false;
		} else if (str_starts(p->name, STR("f.")) || str_starts(p->name, STR("w."))
			   || str_starts(p->name, STR("find:"))) {
			pairs_add(&f->in.pairs, p->name, p->value);
		}
	}
	f->in.fresh = f->blob;
	f->in.n_fresh = f->n_blob;
	f->go = req_form(f->r, "go");
	f->request = req_form(f->r, "request");
	f->quiet = form_has(&f->r->form, "quiet");
	if (!parse_i64(req_form(f->r, "kept"), 0, INT64_MAX, &f->kept))
		f->kept = INT64_MAX; /* whoever sends no such thing overruns nothing that it has seen */
	if (parse_i64(req_form(f->r, "version"), 0, INT64_MAX, &version) && !f->opening)
		f->version = version;
	if (!uuid_valid(f->request))
		return err_set(err, ERR_BAD_INPUT, "这个表单已经失效，请重新打开后再填写");
	return true;
}

static bool is_empty(struct val v)
{
	return val_is_null(v) || (type_is_list(v.t) && (!v.list || !v.list->n));
}

static bool had_value(const struct filling *f, const struct form_field *ff)
{
	return !f->opening && !f->ac->joint && !ff->append && sees_field(f, ff->field)
	    && !is_empty(f->in.snap->field[ff->field->index]);
}

static void add_error(struct filling *f, struct str id, struct str text)
{
	if (f->n_error < f->ac->n_form + 4)
		f->error[f->n_error++] = (struct field_error){ id, text };
}

/* Whom a note tells: no field of the kind. */
static const struct field persons_field = { .id = { "persons", 7 }, .name = { "提醒同事（@）", 19 }, .type = { .tag = T_USERS },
					    .node = &(struct node){ .sort = NODE_FIELD } };
static const struct form_field persons_asked = { .field = &persons_field };

/* A point a line. */
static struct val points_typed(struct filling *f)
{
	struct str rest = pairs_get(&f->in.pairs, STR("f.points")), line;
	struct val *v = arena_many(f->r->a, POINTS_MAX + 1, struct val);
	size_t n = 0;

	while (n <= POINTS_MAX && str_cut(&rest, '\n', &line))
		if (!str_blank(line))
			v[n++] = (struct val){ .t = T_TEXT, .s = str_trim(line) };
	return val_list(f->r->a, T_PICKS, v, n);
}

/* Typed texts as values. What is empty and was empty is not sent: defaults and older values stand. A preview tells no
 * errors: what cannot be read yet is left out. */
static bool read_typed(struct filling *f, bool tell, struct form *ret, struct err *err)
{
	struct form_entry *e = arena_many(f->r->a, f->ac->n_form + 3, struct form_entry);
	const struct type user = { .tag = T_USER };
	int64_t point;
	size_t n = 0;

	for (size_t i = 0; i < f->ac->n_form; i++) {
		const struct form_field *ff = &f->ac->form[i];
		struct str name = field_name(f, ff->field), wrong = { 0 };
		struct val v;

		if (!val_of_pairs(&f->in, &ff->field->type, name, &v, &wrong, err))
			return false;
		if (wrong.n && tell)
			add_error(f, name, str_fmt(f->r->a, "%.*s：%.*s", STR_FMT(ff->field->name), STR_FMT(wrong)));
		else if (!wrong.n && (!is_empty(v) || had_value(f, ff)))
			e[n++] = (struct form_entry){ ff->field->id, v };
	}
	if (f->ac->points)
		e[n++] = (struct form_entry){ STR("points"), points_typed(f) };
	if (str_is(f->ac->id, "tick") && parse_i64(pairs_get(&f->in.pairs, STR("f.point")), 1, POINTS_MAX, &point))
		e[n++] = (struct form_entry){ STR("point"), val_int(point) };
	if (str_is(f->ac->id, "note")) {
		struct str wrong = { 0 };
		struct val v;

		if (!val_of_pairs(&f->in, &persons_asked.field->type, STR("f.persons"), &v, &wrong, err))
			return false;
		if (!is_empty(v))
			e[n++] = (struct form_entry){ STR("persons"), v };
	}
	if (f->ac->builtin && pairs_has(&f->in.pairs, STR("f.person"))) {
		struct str wrong = { 0 };
		struct val v;

		if (!val_of_pairs(&f->in, &user, STR("f.person"), &v, &wrong, err))
			return false;
		if (!val_is_null(v))
			e[n++] = (struct form_entry){ STR("person"), v };
	}
	*ret = (struct form){ e, n };
	return true;
}

static bool read_form(struct filling *f, struct err *err)
{
	return read_typed(f, true, &f->form, err);
}

/* What the act would bring about as typed so far. */
static bool foresee(struct filling *f, const struct form *form, struct foreseen *ret, struct err *err)
{
	struct act act = act_of(f);

	act.form = *form;
	act.version = -1;
	act.request = (struct str){ 0 };
	return matter_foresee(app_of(f->r)->engine, f->r->db, f->r->a, &act, ret, err);
}

static bool preview(struct filling *f, struct str at, struct preview_view *ret, struct err *err)
{
	struct foreseen seen;
	struct form form;

	if (!read_typed(f, false, &form, err) || !foresee(f, &form, &seen, err))
		return false;
	preview_fill(&f->in, f->ac, &form, &seen, at, ret);
	return true;
}

/* How like cases were decided, and what stands against the amount as typed so far. */
static bool like_cases(struct filling *f, struct alike_view *ret, struct err *err)
{
	struct act_result tried = { 0 };
	struct alike found;
	struct form form;
	struct act act;

	*ret = (struct alike_view){ .set = false };
	if (f->opening || !alike_is(f->kind, f->ac))
		return true;
	if (!read_typed(f, false, &form, err))
		return false;
	act = act_of(f);
	act.form = form;
	act.version = -1;
	act.request = (struct str){ 0 };
	if (!matter_alike(app_of(f->r)->engine, f->r->db, f->r->a, &act, &found, err)
	    || (found.ready && !matter_try(app_of(f->r)->engine, f->r->db, f->r->a, &act, &tried, err)))
		return false;
	alike_fill(f->r, f->m.snap, f->ac, &found, tried.refused, tried.n_refused, ret);
	return true;
}

static void read_passed(struct filling *f)
{
	f->passed = arena_many(f->r->a, f->in.pairs.n, struct passed);
	for (size_t i = 0; i < f->in.pairs.n; i++) {
		const struct pair *p = &f->in.pairs.v[i];

		if (str_starts(p->name, STR("w.")) && str_chars(str_trim(p->value)) >= REASON_LEAST)
			f->passed[f->n_passed++] = (struct passed){ str_sub(p->name, 2, p->name.n), str_trim(p->value) };
	}
}

/* ---- what stands in the form already ---- */

/* The event that gave a field its value last; NULL: none that is shown. */
static const struct event_view *giver(const struct filling *f, const struct field *x)
{
	for (size_t i = f->m.n_event; i-- > 0;)
		for (size_t k = 0; k < f->m.event[i].n_changed; k++)
			if (f->m.event[i].changed[k] == x)
				return &f->m.event[i];
	return NULL;
}

/* 取自呈报立案: what the matter holds stands in the form, untouched. */
static bool taken_from(struct filling *f, const struct form_field *ff, struct str *ret, struct err *err)
{
	struct inputs stored = f->in;
	const struct event_view *e;
	struct val v = offered(f, ff->field);

	stored.pairs = (struct pairs){ .a = f->r->a };
	if (!val_is_null(v) && !val_equal(v, f->in.snap->field[ff->field->index])) {
		if (!pairs_of_val(&stored, &ff->field->type, field_name(f, ff->field), v, err))
			return false;
		if (pairs_same(&stored.pairs, &f->in.pairs, field_name(f, ff->field)))
			*ret = STR("系统拟写，请核对");
		return true;
	}
	if (!had_value(f, ff))
		return true;
	if (!pairs_of_val(&stored, &ff->field->type, field_name(f, ff->field), f->in.snap->field[ff->field->index], err))
		return false;
	if (!pairs_same(&stored.pairs, &f->in.pairs, field_name(f, ff->field)))
		return true;
	e = giver(f, ff->field);
	*ret = e ? str_fmt(f->r->a, "取自%.*s", STR_FMT(e->action_name)) : STR("取自本件");
	return true;
}

/* ---- the page ---- */

static const struct field_error *error_at(const struct filling *f, struct str name)
{
	for (size_t i = 0; i < f->n_error; i++)
		if (str_eq(f->error[i].id, name))
			return &f->error[i];
	return NULL;
}

/* What cures it stands in this very form. */
static void way_here(struct filling *f, const struct refusal *x, struct reason_view *v)
{
	for (size_t i = 0; i < f->ac->n_form; i++) {
		const struct field *field = f->ac->form[i].field;

		if (!str_eq(field->id, x->way) || kind_action(f->kind, x->way))
			continue;
		if (!v->own_way)
			v->way = str_fmt(f->r->a, "填写%.*s", STR_FMT(field->name));
		v->way_href = str_fmt(f->r->a, "#f.%.*s", STR_FMT(field->id));
	}
}

/* Refusals of the engine: those of a field stand at their field, the others above the form. */
static void place_refusals(struct filling *f, const struct refusal *v, size_t n, struct form_view *view)
{
	struct refusal *wrong = arena_many(f->r->a, n, struct refusal), *pass = arena_many(f->r->a, n, struct refusal);
	struct str href = f->opening ? (struct str){ 0 } : case_href(f->r, f->m.snap);
	struct reason_view *p;

	for (size_t i = 0; i < n; i++) {
		struct str name = str_fmt(f->r->a, "f.%.*s", STR_FMT(v[i].field));

		if (v[i].sort == REFUSED_FORM && v[i].field.n && !str_is(v[i].field, "reason")) {
			if (!error_at(f, name))
				add_error(f, name, v[i].say);
		} else if (v[i].can_pass) {
			pass[view->n_pass++] = v[i];
		} else {
			wrong[view->n_wrong++] = v[i];
		}
	}
	p = (struct reason_view *)case_reasons(f->r, f->kind, f->opening ? NULL : &f->m, wrong, view->n_wrong, href);
	for (size_t i = 0; i < view->n_wrong; i++)
		way_here(f, &wrong[i], &p[i]);
	view->wrong = p;
	view->report = report_of(f->r, f->kind->law, wrong, view->n_wrong);
	p = (struct reason_view *)case_reasons(f->r, f->kind, f->opening ? NULL : &f->m, pass, view->n_pass, href);
	for (size_t i = 0; i < view->n_pass; i++)
		p[i].given = pairs_get(&f->in.pairs, str_fmt(f->r->a, "w.%.*s", STR_FMT(p[i].key)));
	view->pass = p;
}

/* ---- two texts for one field ---- */

static bool matter_pairs(struct filling *f, struct pairs *ret, struct err *err)
{
	struct inputs stored = f->in;

	stored.pairs = (struct pairs){ .a = f->r->a };
	for (size_t i = 0; i < f->ac->n_form; i++) {
		const struct field *x = f->ac->form[i].field;

		if (!f->ac->joint && !f->ac->form[i].append && sees_field(f, x)
		    && !pairs_of_val(&stored, &x->type, field_name(f, x), f->in.snap->field[x->index], err))
			return false;
	}
	*ret = stored.pairs;
	return true;
}

/* Where the other texts stand: in the matter, which somebody changed, or in a draft of another window. */
static bool load_other(struct filling *f, struct str from, struct err *err)
{
	struct draft d;
	int64_t version;

	f->other = (struct pairs){ .a = f->r->a };
	if (str_is(from, "matter"))
		return f->opening || matter_pairs(f, &f->other, err);
	if (f->clash.n)
		return read_draft(f, f->clash, &f->other, &version, err);
	return draft_load(f->r->db, f->r->a, f->r->session->person, f->matter, draft_key(f), &d, err)
	    && (!d.form.n || read_draft(f, d.form, &f->other, &version, err));
}

/* 用另一份: what was chosen replaces what was typed. */
static bool pick(struct filling *f, struct err *err)
{
	struct str from = req_form(f->r, "other");

	if (!from.n)
		return true;
	if (!load_other(f, from, err))
		return false;
	for (size_t i = 0; i < f->ac->n_form; i++) {
		struct str name = field_name(f, f->ac->form[i].field);

		if (str_is(req_form(f->r, str_fmt(f->r->a, "pick.%.*s", STR_FMT(name)).p), "theirs"))
			pairs_take(&f->in.pairs, &f->other, name);
	}
	return true;
}

static bool one_text(struct filling *f, const struct pairs *from, const struct field *x, struct str *ret, struct err *err)
{
	struct inputs in = f->in;
	struct str wrong = { 0 };
	struct val v;

	in.pairs = *from;
	if (!val_of_pairs(&in, &x->type, field_name(f, x), &v, &wrong, err))
		return false;
	*ret = wrong.n ? pairs_get(from, field_name(f, x)) : is_empty(v) ? STR("（空）") : shown_text(&f->in.shower, v);
	return true;
}

/* 赵刚在10:40改过; in another window; empty: the field is not in question. */
static struct str rival_of(const struct filling *f, const struct field *x)
{
	const struct event_view *e;

	if (f->clash.n)
		return str_fmt(f->r->a, "%.*s在另一个窗口写的", STR_FMT(shown_clock_time(f->r->a, f->clash_at)));
	e = giver(f, x);
	if (!e || e->seq <= f->version || e->actor == f->r->session->person)
		return (struct str){ 0 };
	return str_fmt(f->r->a, "%.*s在%.*s改过", STR_FMT(e->actor_name.n ? e->actor_name : STR("系统")),
		       STR_FMT(str_sub(shown_time(f->r->a, e->at), 5, 16)));
}

static bool rival(struct filling *f, const struct field *x, struct input *in, struct err *err)
{
	struct str who = f->other.a ? rival_of(f, x) : (struct str){ 0 }, name = field_name(f, x);
	struct rival *r;

	if (!who.n || pairs_same(&f->in.pairs, &f->other, name))
		return true;
	r = arena_one(f->r->a, struct rival);
	*r = (struct rival){ .who = who, .pick = str_fmt(f->r->a, "pick.%.*s", STR_FMT(name)) };
	in->rival = r;
	return one_text(f, &f->in.pairs, x, &r->mine, err) && one_text(f, &f->other, x, &r->theirs, err);
}

static struct str reason_label(const struct action *ac)
{
	if (str_is(ac->id, "recall"))
		return (struct str){ 0 };
	if (str_is(ac->id, "note"))
		return STR("批注（供内部查看，不入正卷）");
	if (str_is(ac->id, "expedite") || str_is(ac->id, "tick"))
		return STR("说明（可不填）");
	return STR("理由");
}

/* Whether nothing was typed into it, searched for it, or said about it. */
static bool untouched(struct filling *f, const struct form_field *ff, const struct input *in)
{
	struct str name = field_name(f, ff->field), usual = default_text(&f->in, ff->field);
	struct str part = str_fmt(f->r->a, "%.*s.", STR_FMT(name)), rows = str_fmt(f->r->a, "%.*s.n", STR_FMT(name));

	if (ff->required || in->error.n || in->taken.n || in->rival || in->before || in->find.n || in->n_kept
	    || ff->field == f->ac->opinions)
		return false;
	for (size_t i = 0; i < f->in.pairs.n; i++) {
		const struct pair *p = &f->in.pairs.v[i];
		struct str value = str_trim(p->value);

		if (!value.n || str_eq(value, usual) || !(str_eq(p->name, name) || str_starts(p->name, part)))
			continue;
		if (!str_eq(p->name, rows) || !str_is(value, "1"))
			return false;
	}
	return true;
}

/* On a long form what may stay empty comes last and folds up, so that a short entry looks short; opinions that go back to
 * be ticked are what a review is for, and stay in sight. */
static void fold(struct filling *f, struct form_view *v, struct input *x, const struct form_field *const *of)
{
	struct input *late = arena_many(f->r->a, v->n_input + 1, struct input);
	size_t n_late = 0;

	v->n_open = v->n_input;
	if (v->n_input <= FORM_SHORT)
		return;
	v->n_open = 0;
	for (size_t i = 0; i < v->n_input; i++) {
		if (of[i] && untouched(f, of[i], &x[i]))
			late[n_late++] = x[i];
		else
			x[v->n_open++] = x[i];
	}
	for (size_t i = 0; i < n_late; i++)
		x[v->n_open + i] = late[i];
}

static bool inputs(struct filling *f, struct form_view *v, struct err *err)
{
	struct input *x = arena_many(f->r->a, f->ac->n_form + 1, struct input);
	const struct form_field **of = arena_many(f->r->a, f->ac->n_form + 1, const struct form_field *);

	if (f->ac->builtin && str_is(f->ac->id, "note") && !input_of(&f->in, &persons_asked, &x[v->n_input++], err))
		return false;
	if ((str_is(f->ac->id, "recuse") || str_is(f->ac->id, "ask_recuse"))
	    && !input_of_person(&f->in, STR("回避的人员"), &x[v->n_input++], err))
		return false;
	for (size_t i = 0; i < f->ac->n_form; i++) {
		if (f->ac->form[i].field->has_is)
			continue;
		if (!input_of(&f->in, &f->ac->form[i], &x[v->n_input], err)
		    || !taken_from(f, &f->ac->form[i], &x[v->n_input].taken, err)
		    || !rival(f, f->ac->form[i].field, &x[v->n_input], err))
			return false;
		v->upload = v->upload || f->ac->form[i].field->type.tag == T_FILES;
		of[v->n_input++] = &f->ac->form[i];
	}
	for (size_t i = 0; i < v->n_input; i++) {
		const struct field_error *e = error_at(f, x[i].name);

		if (e)
			x[i].error = e->text;
		for (size_t k = 0; k < v->preview.n_echo; k++)
			if (str_eq(v->preview.echo[k].id, x[i].name))
				x[i].echo = v->preview.echo[k].text;
	}
	fold(f, v, x, of);
	v->input = x;
	v->asks_points = f->ac->points;
	v->points = pairs_get(&f->in.pairs, STR("f.points"));
	if (error_at(f, STR("f.points")))
		v->points_error = error_at(f, STR("f.points"))->text;
	if (f->ac->builtin) {
		v->reason_label = reason_label(f->ac);
		v->reason_free = str_is(f->ac->id, "expedite") || str_is(f->ac->id, "tick");
		v->reason = pairs_get(&f->in.pairs, STR("f.reason"));
	}
	return true;
}

/* 赵刚 在 10:40 办理了 …: what happened since the form was opened. */
static void since(struct filling *f, struct form_view *v)
{
	struct event_line *l = arena_many(f->r->a, f->m.n_event, struct event_line);

	for (size_t i = 0; f->stale && i < f->m.n_event; i++)
		if (f->m.event[i].seq > f->version && changes(&f->m.event[i]))
			l[v->n_since++] = (struct event_line){ .at = shown_time(f->r->a, f->m.event[i].at),
							       .name = f->m.event[i].action_name,
							       .actor = f->m.event[i].actor_name };
	v->since = l;
	v->stale = f->stale;
}

/* While a visit is planned, whoever decides on it sees what else is planned there. */
static bool plans_at(const struct filling *f)
{
	const struct action *merge = f->kind->plans.merge;

	for (size_t i = 0; merge && i < merge->n_from; i++)
		if (merge->from[i] == f->m.snap->state)
			return true;
	return false;
}

static void around(struct filling *f, struct form_view *v)
{
	struct arena *a = f->r->a;
	struct str base = f->opening ? str_fmt(a, "/k/%.*s/new", STR_FMT(f->kind->id))
				     : str_fmt(a, "/m/%.*s/do/%.*s", STR_FMT(f->m.snap->code), STR_FMT(f->ac->id));
	struct clock_line *l = arena_many(a, f->m.n_clock, struct clock_line);

	frame_crumb(&v->frame, f->kind->name, str_fmt(a, "/k/%.*s", STR_FMT(f->kind->id)));
	if (!f->opening) {
		v->title = title_once(f->m.title);
		v->title_href = case_href(f->r, f->m.snap);
		frame_crumb(&v->frame, case_short(f->m.snap, f->m.title), v->title_href);
		for (size_t i = 0; i < f->m.n_clock; i++)
			if (f->m.clock[i].v.state == CLOCK_RUNNING || f->m.clock[i].v.state == CLOCK_PAUSED)
				case_clock(f->r, &f->m, &f->m.clock[i], &l[v->n_clock++]);
	}
	frame_crumb(&v->frame, f->ac->name, (struct str){ 0 });
	v->clock = l;
	if (!f->opening && plans_at(f))
		v->plans_href = visits_href(f->r, f->m.snap);
	v->heading = f->ac->name;
	v->help = f->ac->help;
	v->cite = cite_links(f->r, &f->ac->node->cite, &v->n_cite);
	v->base = base;
	v->post = v->upload ? str_fmt(a, "%.*s/send", STR_FMT(base)) : base;
	if (v->upload) {
		v->tus = asset_url(a, "tus.min.js");
		v->sender = asset_url(a, "upload.js");
	}
	v->go = f->ac->confirm ? STR("check") : STR("act");
	v->submit = f->ac->confirm ? STR("核对并提交") : f->ac->name;
	/* What was seen when the form was opened; only after saying what happened since, the newer one. */
	v->version = str_fmt(a, "%lld", (long long)(f->opening ? 0 : f->stale ? f->m.snap->version : f->version));
	v->request = uuid_valid(f->request) && !f->stale ? f->request : uuid_new(a, now_of(f->r));
	v->has_draft = f->has_draft;
	v->draft_at = f->draft_at;
}

bool act_blocked(const struct refusal *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!v[i].can_pass && !v[i].early && v[i].sort != REFUSED_FORM && v[i].sort != REFUSED_PAPER)
			return true;
	return false;
}

static bool contents(struct filling *f, struct form_view *v, struct err *err)
{
	struct case_view *c = arena_one(f->r->a, struct case_view);

	if (!case_contents(&f->in.shower, &f->m, c, err))
		return false;
	v->group = c->group;
	v->n_group = c->n_group;
	return true;
}

static bool is_stated(const struct action *ac, const struct term *t)
{
	for (size_t i = 0; i < ac->n_shows_term; i++)
		if (ac->shows_term[i] == t)
			return true;
	return false;
}

/* Of the terms that this person sees those that the form is filled in by. */
static bool stated(struct filling *f, struct form_view *v, struct err *err)
{
	struct matter_view some = { .term = NULL };
	struct term_view *t = arena_many(f->r->a, f->m.n_term, struct term_view);

	for (size_t i = 0; i < f->m.n_term; i++)
		if (is_stated(f->ac, f->m.term[i].def))
			t[some.n_term++] = f->m.term[i];
	some.term = t;
	return case_terms(&f->in.shower, &some, &v->stated, err);
}

/* What else stands open here: sending back, recusal, a longer limit. */
static void other_acts(struct filling *f, struct form_view *v)
{
	struct act_view *a = arena_many(f->r->a, f->m.n_action, struct act_view);

	for (size_t i = 0; i < f->m.n_action; i++)
		if (f->m.action[i].can && f->m.action[i].def != f->ac && !f->m.action[i].def->builtin)
			a[v->n_others++] = (struct act_view){
				.name = f->m.action[i].def->name,
				.href = str_fmt(f->r->a, "%.*s/do/%.*s", STR_FMT(case_href(f->r, f->m.snap)),
						STR_FMT(f->m.action[i].def->id)) };
	v->others = a;
}

static bool review(struct filling *f, struct form_view *v, struct err *err)
{
	v->review = !f->opening && !v->blocked && review_is(f->kind, f->ac);
	if (!v->review)
		return true;
	other_acts(f, v);
	return review_fill(&f->in.shower, &f->m, v, err);
}

static bool render(struct filling *f, int status, struct err *err)
{
	struct form_view v = { .n_input = 0 };
	struct html h;

	if (!frame_load(f->r, f->ac->name, &v.frame, err))
		return false;
	if (f->clash.n || (f->stale && !f->opening)) {
		v.other = f->clash.n ? STR("draft") : STR("matter");
		if (!load_other(f, v.other, err))
			return false;
	}
	if (f->clash.n) {
		v.other_says = str_fmt(f->r->a, "这张表单%.*s在另一个窗口改过。", STR_FMT(shown_clock_time(f->r->a, f->clash_at)));
		f->kept = f->clash_at;
	}
	v.frame.script = true;
	v.kept = str_fmt(f->r->a, "%lld", (long long)(f->kept == INT64_MAX ? 0 : f->kept));
	v.idle = SESSION_IDLE_MS / 60000;
	if (f->r->method == METHOD_GET)
		v.dropped = req_query(f->r, "dropped");
	place_refusals(f, f->result.refused, f->result.n_refused, &v);
	if (f->r->method == METHOD_GET)
		v.blocked = act_blocked(f->result.refused, f->result.n_refused);
	if (!v.blocked && (!preview(f, (struct str){ 0 }, &v.preview, err) || !like_cases(f, &v.alike, err)))
		return false;
	if (!inputs(f, &v, err) || (!f->opening && (!contents(f, &v, err) || !stated(f, &v, err))) || !review(f, &v, err))
		return false;
	v.error = f->error;
	v.n_error = f->n_error;
	since(f, &v);
	around(f, &v);
	html_init(&h, f->r->a, HTML_MAX);
	page_form(&h, &v);
	return frame_reply(f->r, status, &h, err);
}

/* ---- showing ---- */

static struct str form_address(const struct filling *f)
{
	const struct req *r = f->r;

	return str_ends(r->path, STR("/send")) ? str_sub(r->path, 0, r->path.n - STR("/send").n) : r->path;
}

static bool show(struct req *r, bool opening, bool reviewing, struct err *err)
{
	struct filling *f = arena_one(r->a, struct filling);
	struct act act;

	f->r = r;
	f->opening = opening;
	f->reviewing = reviewing;
	if (!load(f, FORM_PARTS, err) || !load_offers(f, err) || !restore(f, err))
		return false;
	act = act_of(f);
	act.version = -1;
	act.reason = (struct str){ 0 };
	if (!f->view) {
		if (!matter_try(app_of(r)->engine, r->db, r->a, &act, &f->result, err))
			return false;
	} else {
		f->result.refused = f->view->refused;
		f->result.n_refused = f->view->n_refused;
	}
	return render(f, 200, err);
}

bool act_show(struct req *r, struct err *err)
{
	return show(r, false, false, err);
}

bool review_show(struct req *r, struct err *err)
{
	return show(r, false, true, err);
}

bool open_show(struct req *r, struct err *err)
{
	return show(r, true, false, err);
}

/* ---- 核对: what will happen ---- */

/* 作出处罚决定：● 剩90日 · 2月17日届满 */
static struct str *clock_says(struct filling *f, const struct clock_view *v, size_t n, const char *after)
{
	struct str *out = arena_many(f->r->a, n, struct str);

	for (size_t i = 0; i < n; i++)
		out[i] = str_fmt(f->r->a, "%.*s%s%.*s", STR_FMT(v[i].def->name), after, STR_FMT(v[i].chip));
	return out;
}

static bool consequences(struct filling *f, struct check_view *v, struct err *err)
{
	struct arena *a = f->r->a;
	struct str *paper, *number, *open = arena_many(a, f->ac->n_then, struct str);
	struct foreseen x;

	if (!foresee(f, &f->form, &x, err))
		return false;
	x.n_paper = x.n_made;
	paper = arena_many(a, x.n_paper, struct str);
	number = arena_many(a, x.n_number, struct str);
	for (size_t i = 0; i < x.n_paper; i++)
		paper[v->n_paper++] = x.paper[i].def->name;
	for (size_t i = 0; i < x.n_number; i++)
		number[v->n_number++] = str_fmt(a, "%.*s %.*s", STR_FMT(x.number[i].def->name), STR_FMT(x.number[i].text));
	for (size_t i = 0; i < f->ac->n_then; i++)
		if (f->ac->then[i].sort == EFFECT_OPEN && f->ac->then[i].target)
			open[v->n_open++] = f->ac->then[i].target->name;
	v->start = clock_says(f, x.start, x.n_start, "：");
	v->n_start = x.n_start;
	v->stop = clock_says(f, x.stop, x.n_stop, "：");
	v->n_stop = x.n_stop;
	v->number = number;
	v->open = open;
	v->paper = paper;
	v->told = x.told;
	v->holder = x.holder;
	if (x.to && x.moves)
		v->to = x.to->name;
	preview_fill(&f->in, f->ac, &f->form, &x, (struct str){ 0 }, &v->preview);
	return true;
}

static bool check_page(struct filling *f, struct err *err)
{
	struct check_view v = { .heading = f->ac->name, .pair = f->in.pairs.v, .n_pair = f->in.pairs.n,
				.request = f->request, .version = str_fmt(f->r->a, "%lld", (long long)f->version) };
	struct field_line *l = arena_many(f->r->a, f->form.n, struct field_line);
	struct html h;

	if (!frame_load(f->r, str_fmt(f->r->a, "核对：%.*s", STR_FMT(f->ac->name)), &v.frame, err))
		return false;
	for (size_t i = 0; i < f->form.n; i++) {
		const struct field *x = kind_field(f->kind, f->form.v[i].field);

		if (!x)
			continue;
		l[v.n_line].name = x->name;
		if (!shown_of(&f->in.shower, &x->type, f->form.v[i].v, &l[v.n_line++].shown, err))
			return false;
	}
	v.line = l;
	if (!consequences(f, &v, err))
		return false;
	if (!f->opening) {
		v.title = title_once(f->m.title);
		v.title_href = case_href(f->r, f->m.snap);
		frame_crumb(&v.frame, case_short(f->m.snap, f->m.title), v.title_href);
	}
	frame_crumb(&v.frame, STR("核对"), (struct str){ 0 });
	v.post = form_address(f);
	html_init(&h, f->r->a, HTML_MAX);
	page_check(&h, &v);
	return frame_reply(f->r, 200, &h, err);
}

/* ---- previews ---- */

/* What a script puts beside the form. */
static bool preview_part(struct filling *f, struct err *err)
{
	struct alike_view alike;
	struct preview_view v;
	struct html h;

	if (!preview(f, (struct str){ 0 }, &v, err) || !like_cases(f, &alike, err))
		return false;
	html_init(&h, f->r->a, HTML_MAX);
	page_preview_part(&h, &v);
	page_alike_part(&h, &alike);
	return frame_reply(f->r, 200, &h, err);
}

static bool whole_page(struct filling *f, struct err *err)
{
	struct whole_view v = { .heading = f->ac->name, .pair = f->in.pairs.v, .n_pair = f->in.pairs.n, .request = f->request,
				.post = form_address(f), .version = str_fmt(f->r->a, "%lld", (long long)f->version) };
	struct html h;

	if (!frame_load(f->r, str_fmt(f->r->a, "预览：%.*s", STR_FMT(f->ac->name)), &v.frame, err) 
	    || !preview(f, v.post, &v.preview, err))
		return false;
	if (!f->opening) {
		v.title = title_once(f->m.title);
		v.title_href = case_href(f->r, f->m.snap);
		frame_crumb(&v.frame, case_short(f->m.snap, f->m.title), v.title_href);
	}
	frame_crumb(&v.frame, STR("预览"), (struct str){ 0 });
	html_init(&h, f->r->a, HTML_MAX);
	page_preview(&h, &v);
	return frame_reply(f->r, 200, &h, err);
}

static bool peek(struct req *r, bool opening, struct err *err)
{
	struct filling *f = arena_one(r->a, struct filling);

	f->r = r;
	f->opening = opening;
	return load(f, QUIET_PARTS, err) && take(f, err) && pick(f, err) && preview_part(f, err);
}

bool act_preview(struct req *r, struct err *err)
{
	return peek(r, false, err);
}

bool open_preview(struct req *r, struct err *err)
{
	return peek(r, true, err);
}

/* ---- sending ---- */

/* A draft that another window kept since: it is not overwritten. An act goes on, the other text goes to the bin. What this
 * window itself was still keeping when its form was sent (a slow network) is older text of the same form. */
static bool overrun(struct db *db, struct arena *a, struct filling *f, int64_t now, struct err *err)
{
	int64_t person = f->r->session->person, bin;
	struct draft stored;

	f->clash = (struct str){ 0 };
	if (!draft_load(db, a, person, f->matter, draft_key(f), &stored, err))
		return false;
	if (!stored.form.n || stored.at <= f->kept || str_eq(stored.page, f->request) || str_eq(stored.form, f->draft) || f->discard)
		return true;
	if (f->acts)
		return draft_discard(db, a, person, f->matter, draft_key(f), now, &bin, err);
	f->clash = stored.form;
	f->clash_at = stored.at;
	return true;
}

static bool write_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	struct filling *f = ctx;
	int64_t now = now_of(f->r), person = f->r->session->person;
	const struct act act = act_of(f);
	const struct draft draft = { f->draft, f->request, now }, again = { .form = f->again, .at = now };

	for (size_t i = 0; i < f->n_blob; i++)
		if (!blob_put(db, &f->blob[i], now, err)
		    || !upload_put(db, person, f->matter, draft_key(f), f->blob[i].sha256, now, err))
			return false;
	f->result = (struct act_result){ 0 };
	f->saved = now;
	if (!overrun(db, a, f, now, err))
		return false;
	if (f->clash.n && !f->acts && !f->discard)
		return true;
	if (f->acts && !(f->opening ? matter_open(app_of(f->r)->engine, db, a, &act, &f->result, err)
				    : matter_act(app_of(f->r)->engine, db, a, &act, &f->result, err)))
		return false;
	if (f->discard)
		return draft_discard(db, a, person, f->matter, draft_key(f), now, &f->dropped, err);
	if (f->acts && !f->result.n_refused && f->again.n && !draft_save(db, person, f->matter, f->again_key, &again, err))
		return false;
	if (f->acts && !f->result.n_refused)
		return draft_drop(db, person, f->matter, draft_key(f), err);
	return draft_save(db, person, f->matter, draft_key(f), &draft, err);
}

/* What the page's script says: kept, and what happened meanwhile. */
static bool quiet_reply(struct filling *f)
{
	struct arena *a = f->r->a;
	struct json_out o = { 0 };
	struct buf b;

	buf_init(&b, a, 1000);
	o.b = &b;
	json_open(&o, NULL, '{');
	json_out_str(&o, "at", shown_clock_time(a, f->saved));
	if (f->clash.n)
		json_out_str(&o, "clash", shown_clock_time(a, f->clash_at));
	json_out_str(&o, "kept", str_fmt(a, "%lld", (long long)f->saved));
	for (size_t i = f->m.n_event; i-- > 0;)
		if (f->m.event[i].seq > f->version && changes(&f->m.event[i])) {
			json_out_str(&o, "since", str_fmt(a, "%.*s在%.*s办理了%.*s",
							  STR_FMT(f->m.event[i].actor_name.n ? f->m.event[i].actor_name : STR("系统")),
							  STR_FMT(str_sub(shown_time(a, f->m.event[i].at), 11, 16)),
							  STR_FMT(f->m.event[i].action_name)));
			break;
		}
	json_close(&o, '}');
	return reply_json(f->r, f->clash.n ? 409 : 200, buf_str(&b));
}

static bool finished(struct filling *f)
{
	struct req *r = f->r;

	if (str_is(req_form(r, "back"), "desk"))
		return reply_see_other(r, STR("/"));
	return reply_see_other(r, str_fmt(r->a, "/m/%.*s?done=%.*s",
					  STR_FMT(f->result.code.n ? f->result.code : f->m.snap->code), STR_FMT(f->ac->id)));
}

static bool try_first(struct filling *f, struct err *err)
{
	const struct act act = act_of(f);

	return f->n_error || matter_try(app_of(f->r)->engine, f->r->db, f->r->a, &act, &f->result, err);
}

static bool write_after(struct req *r, void *ctx, bool ok, const struct err *failed, struct err *err)
{
	struct filling *f = ctx;

	if (!ok && failed->code == ERR_CONFLICT && !f->opening && f->acts) {
		f->stale = true;
		f->result = (struct act_result){ 0 };
		f->in.fresh = NULL;
		f->in.n_fresh = 0;
		return render(f, 409, err);
	}
	if (!ok) {
		(void)err_set(err, failed->code, "%s", failed->msg);
		return err_wrap(err, "%s", failed->detail);
	}
	if (f->quiet)
		return quiet_reply(f);
	if (f->discard)
		return reply_see_other(r, f->dropped ? str_fmt(r->a, "%.*s?dropped=%lld", STR_FMT(form_address(f)),
							       (long long)f->dropped) : form_address(f));
	if (f->acts && !f->result.n_refused)
		return finished(f);
	if (f->clash.n)
		return render(f, 409, err);
	f->has_draft = true;
	f->kept = f->saved;
	f->draft_at = shown_time(r->a, now_of(r));
	if (str_is(f->go, "whole"))
		return whole_page(f, err);
	if (str_is(f->go, "check")) {
		if (!try_first(f, err))
			return false;
		if (!f->n_error && !f->result.n_refused)
			return check_page(f, err);
	}
	return render(f, f->n_error || f->result.n_refused ? 422 : 200, err);
}

/* Buttons inside the form that change its shape; true when it was one. */
static bool reshape(struct filling *f)
{
	int64_t count;

	if (str_starts(f->go, STR("add:"))) {
		struct str name = str_sub(f->go, 4, f->go.n);

		if (!parse_i64(pairs_get(&f->in.pairs, name), 0, 499, &count))
			count = 0;
		pairs_drop(&f->in.pairs, name);
		pairs_add(&f->in.pairs, name, str_fmt(f->r->a, "%lld", (long long)count + 1));
		return true;
	}
	if (str_starts(f->go, STR("drop:"))) {
		struct str value = str_sub(f->go, 5, f->go.n);
		size_t n = 0;

		for (size_t i = 0; i < f->in.pairs.n; i++)
			if (!str_ends(f->in.pairs.v[i].name, STR(".kept")) || !str_eq(f->in.pairs.v[i].value, value))
				f->in.pairs.v[n++] = f->in.pairs.v[i];
		f->in.pairs.n = n;
		return true;
	}
	return str_starts(f->go, STR("find")) || str_is(f->go, "edit") || str_is(f->go, "preview");
}

static void keep_text(struct filling *f)
{
	struct pairs kept = f->in.pairs;

	if (!f->opening)
		pairs_add(&kept, STR("version"), str_fmt(f->r->a, "%lld", (long long)f->version));
	f->draft = pairs_json(&kept);
}

/* 看两份: what another window kept beside what stands here. */
static bool compare(struct filling *f, struct err *err)
{
	struct draft other;

	if (!draft_load(f->r->db, f->r->a, f->r->session->person, f->matter, draft_key(f), &other, err))
		return false;
	f->clash = other.form;
	f->clash_at = other.at;
	return render(f, 200, err);
}

/* What is taken back (撤回) leaves the matter; what was typed for it stays, as the draft of its form. */
static bool keep_recalled(struct filling *f, struct err *err)
{
	struct inputs typed = f->in;
	const struct action *ac = NULL;
	size_t at = f->m.n_event;

	while (at > 0 && (!ac || ac->builtin))
		ac = kind_action(f->kind, f->m.event[--at].action);
	if (!ac || ac->builtin)
		return true;
	typed.pairs = (struct pairs){ .a = f->r->a };
	for (size_t i = 0; i < ac->n_form; i++) {
		const struct field *x = ac->form[i].field;
		struct val v = ac->form[i].append ? VAL_NULL : f->in.snap->field[x->index];

		if (f->m.field[x->index].masked || f->m.field[x->index].hidden)
			continue;
		for (size_t k = 0; k < f->m.event[at].n_changed; k++)
			if (f->m.event[at].changed[k] == x)
				v = f->m.event[at].value[k];
		if (!pairs_of_val(&typed, &x->type, field_name(f, x), v, err))
			return false;
	}
	if (!typed.pairs.n)
		return true;
	pairs_add(&typed.pairs, STR("version"), str_fmt(f->r->a, "%lld", (long long)f->version + 1));
	f->again = pairs_json(&typed.pairs);
	f->again_key = ac->id;
	return true;
}

static bool post(struct req *r, bool opening, struct err *err)
{
	struct filling *f = arena_one(r->a, struct filling);
	bool shape, keep;

	f->r = r;
	f->opening = opening;
	if (!load(f, form_has(&r->form, "quiet") ? QUIET_PARTS : FORM_PARTS, err) || !take(f, err) || !pick(f, err))
		return false;
	if (str_is(f->go, "compare"))
		return compare(f, err);
	f->discard = str_is(f->go, "discard");
	shape = reshape(f);
	keep = str_is(f->go, "draft") || str_is(f->go, "whole") || f->quiet || f->discard;
	if (!shape && !keep) {
		if (!read_form(f, err))
			return false;
		read_passed(f);
		f->acts = !str_is(f->go, "check") && !f->n_error;
		if (str_is(f->ac->id, "recall") && !keep_recalled(f, err))
			return false;
	}
	keep_text(f);
	if (str_is(f->go, "check") && !f->n_blob) {
		if (!try_first(f, err))
			return false;
		if (!f->n_error && !f->result.n_refused)
			return check_page(f, err);
	}
	if (str_is(f->go, "whole") && !f->n_blob)
		return whole_page(f, err);
	if (shape && !f->n_blob)
		return render(f, 200, err);
	return req_write(r, write_run, f, write_after);
}

bool act_post(struct req *r, struct err *err)
{
	return post(r, false, err);
}

bool open_post(struct req *r, struct err *err)
{
	return post(r, true, err);
}
