/* SPDX-License-Identifier: MulanPSL-2.0 */
/* admin.h - the pages of the three administrators (三员): running state and backups (系统管理员), accounts (安全管理员),
 * what was done by whom (审计员). Each sees only its own; none sees what stands in a case. */
#ifndef MINGFA_APP_ADMIN_H
#define MINGFA_APP_ADMIN_H

#include "app/frame.h"

/* sysadmin, secadmin or auditor when the person holds it today in the identity in force, else empty. */
MUST_USE bool admin_role(struct req *r, struct str *ret, struct err *err);

struct state_view {
	struct frame frame;
	const struct state_group {
		struct str name;
		const struct state_line {
			struct str name, value;
			bool bad;
		} *line;
		size_t n;
	} *group;
	size_t n_group;
	struct str backup_to;
};

struct accounts_view {
	struct frame frame;
	struct str q;
	const struct account_line {
		struct str code, name, organ, roles, login, state, seen, request;
		bool has, disabled, own;
		int64_t sessions;
	} *line;
	size_t n;
	/* 账号交接单; after a loss 账号找回登记单, which says how the person was known */
	struct str done, refused, sheet_name, sheet_organ, sheet_login, sheet_password, sheet_identity, sheet_reason, at;
	const struct enum_def *identity; /* the ways to know a person */
	struct str lost, lost_identity, lost_reason; /* code of whose loss is being entered, and what was entered */
};

struct roles_view {
	struct frame frame;
	struct str q, organ, role, done, at, today;
	const struct role_line {
		int64_t id, organ_id, from_day;
		struct str person, name, organ, organ_name, role, role_name, from, to, by, at; /* by whom and when it was entered */
		bool later, own;
	} *line;
	size_t n;
	const struct role_choice {
		struct str id, name;
		bool now;
	} *organs, *roles;
	size_t n_organ, n_role;
	bool may;                     /* grant and withdraw; the auditor only reads */
};

struct reason_view;               /* case.h */
struct role_check_view {
	struct frame frame;
	struct str person, name, organ, organ_name, role, role_name, from, to, request;
	bool grants, at_once;
	const struct reason_view *wrong;
	size_t n_wrong;
};

struct audit_view {
	struct frame frame;
	struct str q, from, to, tab, csv, older;
	const struct audit_line {
		struct str at, who, what, about;
	} *line;
	size_t n;
};

/* ERR_FORBIDDEN for whoever is not the system administrator here. */
MUST_USE bool admin_only_system(struct req *r, struct err *err);

/* Routes. */
bool admin_show(struct req *r, struct err *err);
bool state_show(struct req *r, struct err *err);
bool backup_post(struct req *r, struct err *err);
bool accounts_show(struct req *r, struct err *err);
bool accounts_post(struct req *r, struct err *err);
bool roles_show(struct req *r, struct err *err);
bool roles_post(struct req *r, struct err *err);
bool audit_show(struct req *r, struct err *err);
bool audit_csv(struct req *r, struct err *err);

#endif
