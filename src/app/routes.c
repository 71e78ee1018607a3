/* SPDX-License-Identifier: MulanPSL-2.0 */
/* routes.c - everything that the working side answers. */
#include "app/act.h"
#include "app/admin.h"
#include "app/batch.h"
#include "app/api.h"
#include "app/calendar_page.h"
#include "app/duty_page.h"
#include "app/export_page.h"
#include "app/dossier.h"
#include "app/draw_page.h"
#include "app/help.h"
#include "app/hook.h"
#include "app/export.h"
#include "app/import_page.h"
#include "app/job.h"
#include "app/law_cited.h"
#include "app/list_choice.h"
#include "app/ops.h"
#include "app/party.h"
#include "app/places.h"
#include "app/practice.h"
#include "app/ratings.h"
#include "app/exhibit.h"
#include "app/sign.h"
#include "app/statistic_page.h"
#include "app/token.h"
#include "app/upload.h"
#include "app/scan.h"
#include "app/visits.h"
#include "web/asset.h"

#define GET METHOD_GET
#define POST METHOD_POST
#define ANYONE AUDIENCE_PUBLIC
#define PERSON AUDIENCE_SIGNED_IN
#define ADMINISTRATOR AUDIENCE_ADMINISTRATOR

const struct route working_routes[] = {
	{ GET, "/", desk_show, PERSON, "The desk: what is due" },
	{ GET, "/desk/sheet", desk_sheet, PERSON, "The desk on paper, with boxes to tick" },
	{ GET, "/tour", tour_show, PERSON, "Five steps for who is new" },
	{ POST, "/tour", tour_seen, PERSON, "They were seen" },
	{ GET, "/practice", practice_show, PERSON, "Exercises of a practice county, and what of them is done" },
	{ POST, "/practice/as", practice_as, PERSON, "Goes on as somebody else, in a practice county" },
	{ GET, "/admin/practice", practice_again_show, ADMINISTRATOR, "What beginning again does" },
	{ POST, "/admin/practice", practice_again_post, ADMINISTRATOR, "Begins a practice county again" },
	{ GET, "/desk/count", desk_count, PERSON, "How many wait, for an open desk" },
	{ GET, "/calendar", calendar_show, PERSON, "What ends on which day of a month", .slow = true },
	{ GET, "/help", help_show, PERSON, "How to work with the program" },
	{ GET, "/help/{kind}", help_kind, PERSON, "How a kind of matter is done, made from its definition" },
	{ GET, "/scan", scan_show, PERSON, "Scanned sheets that file themselves" },
	{ POST, "/scan", scan_post, PERSON, "Reads their codes and files them", .max_body = UPLOAD_BODY, .slow = true },
	{ GET, "/visits", visits_show, PERSON, "What all organs plan at enterprises, to make one visit of several", .slow = true },
	{ GET, "/party/{code}/year/{year}", year_show, PERSON, "The visits to one enterprise in a year, for print", .slow = true },
	{ GET, "/ratings", ratings_show, PERSON, "What enterprises said of inspections" },
	{ GET, "/inbox", inbox_show, PERSON, "Messages" },
	{ POST, "/inbox/read", inbox_read, PERSON, "Marks all messages as read" },
	{ GET, "/drafts", drafts_show, PERSON, "Forms begun, and those thrown away in the last 30 days" },
	{ POST, "/drafts/restore", drafts_restore, PERSON, "Takes a draft back from the bin" },
	{ GET, "/new", new_show, PERSON, "What this person may begin" },
	{ GET, "/kinds", kinds_show, PERSON, "All kinds of matters" },
	{ GET, "/search", search_show, PERSON, "Full text over all kinds" },
	{ GET, "/duties", duties_show, PERSON, "How each organ stands with its duties", .slow = true },
	{ GET, "/duties/reports", reports_show, PERSON, "Reports: figures by subject and period", .slow = true },
	{ GET, "/duties/reports/print", reports_print, PERSON, "A report on A4 across", .slow = true },
	{ GET, "/duties/reports/export.xlsx", reports_export, PERSON, "A report as a table", .slow = true, .records = "export" },
	{ GET, "/stats", statistic_tables_show, PERSON, "Tables of figures that people made, and a new one" },
	{ GET, "/stats/{kind}", statistic_show, PERSON, "Makes a table of figures: groups, figures, period, conditions", .slow = true },
	{ GET, "/stats/{kind}/print", statistic_print, PERSON, "It on A4 across, with a place for the seal", .slow = true },
	{ GET, "/stats/{kind}/matters", statistic_matters, PERSON, "The matters that one figure counts", .slow = true },
	{ GET, "/stats/{kind}/table.xlsx", statistic_table, PERSON, "It as a table; as a job when asked", .slow = true, .records = "export" },
	{ GET, "/stats/{kind}/table.csv", statistic_table, PERSON, "The same as text", .slow = true, .records = "export" },
	{ POST, "/stats/{kind}/saved", statistic_saved, PERSON, "Keeps the table for oneself or the organ, drops one, takes back" },
	{ GET, "/duties/exports", exports_show, PERSON, "Prescribed tables of a range of days, and what they lack", .slow = true },
	{ GET, "/duties/exports/table.xlsx", exports_table, PERSON, "Their whole rows", .slow = true, .records = "export" },
	{ GET, "/duties/exports/table.csv", exports_table, PERSON, "The same as text", .slow = true, .records = "export" },
	{ GET, "/duties/exports/wanting.xlsx", exports_wanting, PERSON, "What the other rows lack", .slow = true, .records = "export" },
	{ GET, "/duties/exports/wanting.csv", exports_wanting, PERSON, "The same as text", .slow = true, .records = "export" },
	{ GET, "/duties/reports/export.csv", reports_export, PERSON, "The same as text", .slow = true, .records = "export" },
	{ GET, "/party", party_show, PERSON, "Matters and fines of a party without a code, by its name", .slow = true },
	{ GET, "/party/{code}", party_show, PERSON, "Matters and fines of one party", .slow = true },
	{ GET, "/k/{kind}", list_show, PERSON, "Matters of one kind with filters" },
	{ GET, "/k/{kind}/print", list_print, PERSON, "The list on A4 across", .slow = true },
	{ GET, "/k/{kind}/export.xlsx", export_show, PERSON, "The list as a table", .slow = true, .records = "export" },
	{ GET, "/k/{kind}/export.csv", export_show, PERSON, "The same as text", .slow = true, .records = "export" },
	{ POST, "/k/{kind}/saved", saved_post, PERSON, "Keeps what is chosen under a name, renames, drops, takes back" },
	{ POST, "/k/{kind}/columns", columns_post, PERSON, "Which columns this person's lists of the kind have" },
	{ POST, "/me/rows", density_post, PERSON, "How high the rows of lists are" },
	{ POST, "/k/{kind}/batch", batch_post, PERSON, "One action for the ticked rows", .max_body = FORM_BODY, .slow = true },
	{ GET, "/admin", admin_show, AUDIENCE_ADMINISTRATOR, "The first page of an administrator" },
	{ GET, "/admin/state", state_show, AUDIENCE_ADMINISTRATOR, "How the program is" },
	{ POST, "/admin/backup", backup_post, AUDIENCE_ADMINISTRATOR, "A backup now" },
	{ GET, "/admin/accounts", accounts_show, AUDIENCE_ADMINISTRATOR, "Accounts" },
	{ POST, "/admin/accounts", accounts_post, AUDIENCE_ADMINISTRATOR, "Opens, resets, disables one", .slow = true },
	{ GET, "/admin/roles", roles_show, AUDIENCE_ADMINISTRATOR, "Who holds which role where, since when, by whom", .slow = true },
	{ POST, "/admin/roles", roles_post, AUDIENCE_ADMINISTRATOR, "Grants or withdraws one, checked first" },
	{ GET, "/admin/audit", audit_show, AUDIENCE_ADMINISTRATOR, "Who did what" },
	{ GET, "/admin/audit.csv", audit_csv, AUDIENCE_ADMINISTRATOR, "The same as a table", .slow = true },
	{ GET, "/jobs", jobs_show, PERSON, "Long work that this person asked for" },
	{ GET, "/job/{code}", job_show, PERSON, "How far it is" },
	{ GET, "/job/{code}/file", job_get_file, PERSON, "What it made", .slow = true },
	{ GET, "/k/{kind}/count", list_count, PERSON, "How many the filters leave" },
	{ GET, "/k/{kind}/new", open_show, PERSON, "The form that opens a matter" },
	{ POST, "/k/{kind}/new", open_post, PERSON, "Opens a matter, keeps a draft", .max_body = FORM_BODY },
	{ POST, "/k/{kind}/new/send", open_post, PERSON, "The same with files", .max_body = UPLOAD_BODY, .slow = true },
	{ POST, "/k/{kind}/new/preview", open_preview, PERSON, "Its papers as they would be, and what is wanting", .max_body = FORM_BODY },
	{ GET, "/k/{kind}/import", import_show, PERSON, "What a table must look like" },
	{ GET, "/k/{kind}/import/template", import_template, PERSON, "An empty table" },
	{ POST, "/k/{kind}/import", import_post, PERSON, "Preview, then import", .max_body = IMPORT_PAGE_BODY, .slow = true },
	{ GET, "/k/{kind}/import/refused/{token}", import_refused, PERSON, "Rows that were refused, and why", .slow = true },
	{ GET, "/k/{kind}/flow", kind_flow, PERSON, "Flow chart of a kind", .slow = true },
	{ GET, "/m/{code}", case_show, PERSON, "One matter" },
	{ GET, "/m/{code}/papers", case_show, PERSON, "Its papers and dossier" },
	{ GET, "/m/{code}/dossier", dossier_show, PERSON, "Its dossier: order, what is missing, cover" },
	{ POST, "/m/{code}/dossier", dossier_post, PERSON, "Binds a file of it as PDF" },
	{ GET, "/m/{code}/read", loan_show, PERSON, "What a loan allows of a dossier" },
	{ GET, "/m/{code}/read/{n}", loan_get, PERSON, "One paper of it, with the reader's name on its pages", .records = "loan", .slow = true },
	{ GET, "/m/{code}/evidence", case_show, PERSON, "Its evidence and files" },
	{ GET, "/m/{code}/evidence/{n}", exhibit_show, PERSON, "One file of it: played or shown, with its marks" },
	{ POST, "/m/{code}/evidence/{n}/mark", exhibit_mark, PERSON, "Marks a moment of it, as a note" },
	{ GET, "/m/{code}/links", case_show, PERSON, "What it is linked with" },
	{ GET, "/m/{code}/notes", case_show, PERSON, "What colleagues noted" },
	{ GET, "/m/{code}/events", case_show, PERSON, "What happened" },
	{ GET, "/m/{code}/events/{seq}/proof", event_proof_get, PERSON, "The .tlog-proof file of one of its events" },
	{ GET, "/m/{code}/alike", alike_show, PERSON, "How like cases were decided: steps, distribution, the most alike" },
	{ GET, "/m/{code}/draw", draw_show, PERSON, "A random draw in seven steps, also for a wall" },
	{ GET, "/m/{code}/draw/whole.json", draw_whole, PERSON, "The whole list of a draw and its proof", .slow = true, .records = "export" },
	{ GET, "/replace", replace_show, PERSON, "Hand-overs (交接)" },
	{ POST, "/m/{code}/watch", watch_post, PERSON, "Watches a matter (盯办), or no longer" },
	{ GET, "/m/{code}/do/{action}", act_show, PERSON, "The form of an action" },
	{ POST, "/m/{code}/do/{action}", act_post, PERSON, "Acts, checks first, keeps a draft", .max_body = FORM_BODY },
	{ POST, "/m/{code}/do/{action}/send", act_post, PERSON, "The same with files", .max_body = UPLOAD_BODY,
	  .slow = true },
	{ GET, "/m/{code}/review", review_show, PERSON, "A review: its materials and its checklist" },
	{ POST, "/m/{code}/do/{action}/preview", act_preview, PERSON, "Its papers as they would be, and what is wanting",
	  .max_body = FORM_BODY },
	{ GET, "/m/{code}/clock/{clock}", clock_show, PERSON, "How a limit was counted, day by day" },
	{ GET, "/m/{code}/flow", case_flow, PERSON, "Flow chart with the current state", .slow = true },
	{ GET, "/law", law_cited_show, PERSON, "What rests on an article: definitions, papers, registers; to a notice of new law", .slow = true },
	{ GET, "/law/{id}", rule_show, PERSON, "A rule, and which checks use it" },
	{ GET, "/doc/{code}", doc_show, PERSON, "A paper" },
	{ GET, "/doc/{code}/pdf", doc_pdf, PERSON, "Its PDF" },
	{ GET, "/doc/{code}/signature", doc_signature, PERSON, "The organ's signature of it, as a file" },
	{ GET, "/doc/{code}/ofd", doc_ofd, PERSON, "The same as OFD (GB/T 33190)", .slow = true },
	{ GET, "/file/{digest}", file_get, PERSON, "A stored file", .records = "download", .slow = true },
	{ METHOD_OPTIONS, UPLOAD_PATH, upload_options, ANYONE, "What of the upload protocol tus is spoken" },
	{ POST, UPLOAD_PATH, upload_create, PERSON, "Begins a large file of a form", .slow = true, .stream = &upload_creating },
	{ METHOD_OPTIONS, UPLOAD_PATH "/{id}", upload_options, ANYONE, "The same" },
	{ GET, UPLOAD_PATH "/{id}", upload_show, PERSON, "How far it is", .slow = true },
	{ METHOD_PATCH, UPLOAD_PATH "/{id}", upload_patch, PERSON, "Goes on with it", .slow = true, .stream = &upload_going_on },
	{ METHOD_DELETE, UPLOAD_PATH "/{id}", upload_delete, PERSON, "Ends it", .slow = true },
	{ GET, "/me", me_show, PERSON, "One's own account" },
	{ GET, "/me/away", away_show, PERSON, "To the form of a delegation, with a week from today" },
	{ POST, "/me/password", password_post, PERSON, "A new password", .slow = true },
	{ POST, "/me/sessions", places_post, PERSON, "Ends one's other sessions, or one of them" },
	{ POST, "/me/identity", identity_post, PERSON, "Takes another identity" },
	{ GET, "/look", look_set, ANYONE, "Large print, dark, keys: of this browser" },
	{ GET, "/sign-in", sign_in_show, ANYONE, "The sign-in page" },
	{ POST, "/sign-in", sign_in_post, ANYONE, "Signs in", .max_body = 2 * KEPT_MOST, .slow = true, .no_csrf = true,
	  .rate = RATE_SIGN_IN },
	{ POST, "/sign-out", sign_out, PERSON, "Signs out" },
	{ POST, "/api/v1/session", api_session, ANYONE, "A session's token for the JSON interface", .slow = true, .no_csrf = true,
	  .rate = RATE_SIGN_IN },
	{ POST, "/api/v1/session/end", api_session_end, PERSON, "Ends it", .no_csrf = true },
	{ GET, "/api/v1/kinds", api_kinds, PERSON, "Kinds of matters" },
	{ GET, "/api/v1/kinds/{kind}", api_kind, PERSON, "Fields, states and actions of a kind" },
	{ GET, "/api/v1/matters", api_matters, PERSON, "Matters by kind, state, light, field or text" },
	{ POST, "/api/v1/matters", api_open, PERSON, "Opens a matter", .max_body = UPLOAD_BODY, .slow = true, .no_csrf = true },
	{ GET, "/api/v1/search", api_search, PERSON, "What the page of a search finds" },
	{ GET, "/api/v1/matters/{id}", api_matter, PERSON, "One matter" },
	{ GET, "/api/v1/matters/{id}/events", api_events, PERSON, "Its record" },
	{ GET, "/api/v1/matters/{id}/papers/{paper}", api_paper, PERSON, "A paper's PDF", .slow = true },
	{ POST, "/api/v1/matters/{id}/actions/{action}", api_act, PERSON, "Acts", .max_body = UPLOAD_BODY, .slow = true,
	  .no_csrf = true },
	{ GET, "/openapi.json", api_openapi, ANYONE, "The interface as OpenAPI 3.1, made from the definitions", .slow = true },
	{ GET, "/api", api_page, ANYONE, "The interface, for people", .slow = true },
	{ GET, "/admin/tokens", tokens_show, ADMINISTRATOR, "Tokens of organs" },
	{ POST, "/admin/tokens", tokens_post, ADMINISTRATOR, "Issues one" },
	{ GET, "/admin/webhooks", hooks_show, ADMINISTRATOR, "Webhooks, and what was not delivered" },
	{ POST, "/admin/webhooks/again", hooks_again, ADMINISTRATOR, "Tries one again" },
	{ GET, "/static/{digest}/{name}", asset_get, ANYONE, "Styles, scripts, icons" },
	{ GET, "/healthz", health, ANYONE, "Alive: whether to restart it" },
	{ GET, "/readyz", ready, ANYONE, "Ready: whether to send people to it" },
	{ GET, "/metrics", metrics, ANYONE, "Figures for the operator's watch, from this machine or with a token" },
};
const size_t n_working_routes = ARRAY_LEN(working_routes);
