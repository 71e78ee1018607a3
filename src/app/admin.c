/* SPDX-License-Identifier: MulanPSL-2.0 */
/* admin.c - who of the three administrators is here; backups. */
#include "app/admin.h"

#include "app/job.h"
#include "base/day.h"

static const struct stmt st_role = { "admin_role",
	"SELECT role FROM post WHERE person = $1 AND organ = $2 AND from_day <= $3 AND to_day >= $3 "
	"AND role IN ('sysadmin', 'secadmin', 'auditor') ORDER BY role LIMIT 1" };

bool admin_role(struct req *r, struct str *ret, struct err *err)
{
	const struct db_in in[] = { db_i64(r->session->person), db_i64(r->session->organ), db_i64(day_at(now_of(r))) };
	const struct db_out out[] = { db_to_str(ret) };
	bool found;

	*ret = (struct str){ 0 };
	return db_maybe(r->db, r->a, &st_role, DB_IN(in), DB_OUT(out), &found, err);
}

bool admin_show(struct req *r, struct err *err)
{
	struct str role;

	if (!admin_role(r, &role, err))
		return false;
	return reply_see_other(r, str_is(role, "sysadmin") ? STR("/admin/state") : str_is(role, "secadmin") ? STR("/admin/accounts")
			       : STR("/admin/audit"));
}

bool admin_only_system(struct req *r, struct err *err)
{
	struct str role;

	return admin_role(r, &role, err)
	    && (str_is(role, "sysadmin") || err_set(err, ERR_FORBIDDEN, "运行状态和备份由系统管理员负责"));
}

bool backup_post(struct req *r, struct err *err)
{
	const struct job_new job = { .sort = "backup", .title = STR("备份") };

	return admin_only_system(r, err) && job_ask(r, &job, err);
}
