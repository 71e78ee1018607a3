/* SPDX-License-Identifier: MulanPSL-2.0 */
/* api_out.c - values as the JSON interface shows them. */
#include "app/api.h"
#include "app/practice.h"
#include "base/day.h"
#include "law/sheet.h"
#include "web/html.h"

void api_out_init(struct req *r, struct api_out *out)
{
	buf_init(&out->b, r->a, HTML_MAX);
	out->o = (struct json_out){ .b = &out->b };
}

/* An object of a practice county begins with the word that it is one. */
static struct str practised(struct req *r, struct str object)
{
	const bool empty = object.n < 2 || object.p[1] == '}';

	if (!app_of(r)->practice || !str_starts(object, STR("{")))
		return object;
	return str_fmt(r->a, "{\"practice\":\"%s\"%s%.*s", PRACTICE_SAYS, empty ? "" : ",", STR_FMT(str_sub(object, 1, object.n)));
}

bool api_reply(struct req *r, int status, struct api_out *out, struct err *err)
{
	if (!buf_ok(&out->b))
		return err_set(err, ERR_TOO_LARGE, "这一次的内容过多，请缩小范围");
	return reply_json(r, status, practised(r, buf_str(&out->b)));
}

bool api_names_init(struct req *r, struct api_names *n, struct err *err)
{
	const struct actor who = actor_of(r);

	n->r = r;
	return matter_names(app_of(r)->engine, r->db, r->a, &who, &n->names, err);
}

void api_put_time(struct json_out *o, const char *key, int64_t ms)
{
	struct buf b;

	buf_init(&b, o->b->a, 40);
	time_put_iso(&b, ms);
	json_out_str(o, key, buf_str(&b));
}

void api_put_cites(struct req *r, struct json_out *o, const struct node *node)
{
	json_open(o, "cite", '[');
	for (size_t i = 0; node && i < node->cite.n; i++) {
		struct buf b;

		buf_init(&b, r->a, 400);
		ledger_put_cite(engine_ledger(app_of(r)->engine), node->cite.id[i], &b);
		json_open(o, NULL, '{');
		json_out_str(o, "id", node->cite.id[i]);
		json_out_str(o, "text", buf_str(&b));
		json_close(o, '}');
	}
	json_close(o, ']');
}

static const struct stmt st_code = { "api_code", "SELECT code FROM matter WHERE id = $1" };

static void put_reference(struct api_names *n, struct json_out *o, struct val v)
{
	const struct db_in in[] = { db_i64(v.i) };
	struct str code = { 0 };
	const struct db_out out[] = { db_to_str(&code) };
	struct err err = { 0 };
	bool found = false;

	json_open(o, NULL, '{');
	if (db_maybe(n->r->db, n->r->a, &st_code, DB_IN(in), DB_OUT(out), &found, &err) && found)
		json_out_str(o, "code", code);
	json_out_str(o, "name", n->names.name(n->names.ctx, n->r->a, v.t, v.i));
	json_close(o, '}');
}

static struct str plain(struct arena *a, struct val v)
{
	struct buf b;

	buf_init(&b, a, 4000);
	val_put_plain(&b, v);
	return buf_str(&b);
}

static void put_party(struct json_out *o, const struct party *p)
{
	json_open(o, NULL, '{');
	if (p->sort != PARTY_UNKNOWN)
		json_out_str(o, "sort", p->sort == PARTY_PERSON ? STR("person") : STR("unit"));
	json_out_str(o, "name", p->name);
	json_out_str(o, "code", p->code);
	json_out_str(o, "address", p->address);
	json_out_str(o, "contact", p->contact);
	json_out_str(o, "phone", p->phone);
	json_close(o, '}');
}

static void put_file(struct json_out *o, const struct file_ref *f)
{
	json_open(o, NULL, '{');
	json_out_str(o, "name", f->name);
	json_out_str(o, "digest", f->digest);
	json_out_str(o, "media", f->media);
	json_out_i64(o, "size", f->size);
	json_close(o, '}');
}

static void put_row(struct api_names *n, struct json_out *o, const struct val_row *row)
{
	json_open(o, NULL, '{');
	json_out_i64(o, "id", row->id);
	for (size_t i = 0; i < row->n; i++) {
		if (val_is_null(row->cell[i]))
			continue;
		json_key(o, row->col[i].id);
		api_put_val(n, o, row->cell[i]);
	}
	json_close(o, '}');
}

static void put_list(struct api_names *n, struct json_out *o, const struct val_list *l)
{
	json_open(o, NULL, '[');
	for (size_t i = 0; l && i < l->n; i++)
		api_put_val(n, o, l->v[i]);
	json_close(o, ']');
}

void api_put_val(struct api_names *n, struct json_out *o, struct val v)
{
	if (type_is_list(v.t)) {
		put_list(n, o, v.list);
		return;
	}
	switch (v.t) {
	case T_NONE:
		json_out_null(o, NULL);
		break;
	case T_BOOL:
		json_out_bool(o, NULL, v.b);
		break;
	case T_INT:
	case T_NUM:
	case T_MONEY:
		json_out_raw(o, NULL, plain(n->r->a, v));
		break;
	case T_TIME:
		api_put_time(o, NULL, v.i);
		break;
	case T_USER:
	case T_ORGAN:
	case T_REF:
		put_reference(n, o, v);
		break;
	case T_PARTY:
		put_party(o, v.party);
		break;
	case T_ROW:
		put_row(n, o, v.row);
		break;
	case T_FILE:
		put_file(o, v.file);
		break;
	case T_SHEET:
		val_put_json(o, (struct str){ 0 }, v);
		break;
	default:
		json_out_str(o, NULL, plain(n->r->a, v));
		break;
	}
}
