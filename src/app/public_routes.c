/* SPDX-License-Identifier: MulanPSL-2.0 */
/* The public side: what anyone may ask for, nothing else. There is no session: a form is held to the same origin. */
#include "app/public.h"

#include "web/asset.h"

#define VERIFY_BODY ((size_t)21 << 20) /* VERIFY_FILE_MAX and the number */
#define CORRECT_BODY ((size_t)32 << 20) /* the words and five scanned proofs */

const struct route public_routes[] = {
	{ METHOD_GET, "/", home_show, AUDIENCE_PUBLIC, "what can be done here, and the newest decisions" },
	{ METHOD_GET, "/decisions", decisions_show, AUDIENCE_PUBLIC, "search in published decisions",
	  .rate = RATE_SEARCH },
	{ METHOD_GET, "/decisions/{code}", decision_show, AUDIENCE_PUBLIC, "one decision" },
	{ METHOD_GET, "/decisions/{code}/file/{n}", decision_file, AUDIENCE_PUBLIC, "its published text", .slow = true },
	{ METHOD_GET, "/decisions/{code}/proof", decision_proof, AUDIENCE_PUBLIC, "where it stands in the record log" },
	{ METHOD_GET, "/decisions/{code}/proof/{part}", decision_proof_part, AUDIENCE_PUBLIC, "what proves it, as files" },
	{ METHOD_GET, "/decisions/{code}/correct", correct_show, AUDIENCE_PUBLIC, "form of a request for correction" },
	{ METHOD_POST, "/decisions/{code}/correct", correct_send, AUDIENCE_PUBLIC, "makes the request",
	  .max_body = CORRECT_BODY, .slow = true, .no_csrf = true, .rate = RATE_FORM },
	{ METHOD_GET, "/verify", verify_show, AUDIENCE_PUBLIC, "asks for a paper's file or number" },
	{ METHOD_POST, "/verify", verify_send, AUDIENCE_PUBLIC, "whether the organ issued it", .max_body = VERIFY_BODY, .slow = true,
	  .no_csrf = true, .rate = RATE_ASK },
	{ METHOD_GET, "/keys", organ_keys_show, AUDIENCE_PUBLIC, "the organs' public keys" },
	{ METHOD_GET, "/progress", ask_show, AUDIENCE_PUBLIC, "asks for number and query code" },
	{ METHOD_POST, "/progress", ask_send, AUDIENCE_PUBLIC, "what they open", .no_csrf = true, .rate = RATE_ASK },
	{ METHOD_GET, "/complain", complain_show, AUDIENCE_PUBLIC, "form of a complaint about enforcement" },
	{ METHOD_POST, "/complain", complain_send, AUDIENCE_PUBLIC, "makes it", .max_body = CORRECT_BODY, .slow = true,
	  .no_csrf = true, .rate = RATE_FORM },
	{ METHOD_GET, "/visit/{code}", visit_show, AUDIENCE_PUBLIC, "what an enterprise sees of a visit", .rate = RATE_ASK },
	{ METHOD_POST, "/visit/{code}", visit_rate, AUDIENCE_PUBLIC, "its rating, once", .no_csrf = true, .rate = RATE_FORM },
	{ METHOD_GET, "/organs", organs_show, AUDIENCE_PUBLIC, "who may enforce" },
	{ METHOD_GET, "/organs/{code}", organ_show, AUDIENCE_PUBLIC, "one organ and its officers" },
	{ METHOD_GET, "/notice-board/{organ}", board_show, AUDIENCE_PUBLIC, "a screen on a wall, its pages turn" },
	{ METHOD_GET, "/officers", officers_show, AUDIENCE_PUBLIC, "check of a certificate's number",
	  .rate = RATE_SEARCH },
	{ METHOD_GET, "/items", items_show, AUDIENCE_PUBLIC, "what is enforced", .rate = RATE_SEARCH },
	{ METHOD_GET, "/items/{code}", item_show, AUDIENCE_PUBLIC, "guide of one item" },
	{ METHOD_GET, "/items/{code}/flow", item_flow, AUDIENCE_PUBLIC, "its flow chart", .slow = true },
	{ METHOD_GET, "/standards", standards_show, AUDIENCE_PUBLIC, "discretion standards in force", .rate = RATE_SEARCH },
	{ METHOD_GET, "/standards/{code}", standard_show, AUDIENCE_PUBLIC, "one discretion standard" },
	{ METHOD_GET, "/feed.atom", feed_show, AUDIENCE_PUBLIC, "the newest decisions for feed readers" },
	{ METHOD_GET, "/sitemap.xml", sitemap_show, AUDIENCE_PUBLIC, "index of the sitemaps", .slow = true },
	{ METHOD_GET, "/sitemap/{n}", sitemap_page, AUDIENCE_PUBLIC, "50,000 addresses", .slow = true },
	{ METHOD_GET, "/robots.txt", robots_show, AUDIENCE_PUBLIC, "what crawlers may read" },
	{ METHOD_GET, "/a11y", a11y_show, AUDIENCE_PUBLIC, "large print, keyboard, other ways" },
	{ METHOD_GET, "/large", large_set, AUDIENCE_PUBLIC, "large print on or off, back to the page" },
	{ METHOD_GET, "/log/checkpoint", log_checkpoint_show, AUDIENCE_PUBLIC, "the record log's signed head" },
	{ METHOD_GET, "/log/tile/{a}/{b}", log_tile_show, AUDIENCE_PUBLIC, "its tiles and entries, by number" },
	{ METHOD_GET, "/log/tile/{a}/{b}/{c}", log_tile_show, AUDIENCE_PUBLIC, "its tiles and entries, by number" },
	{ METHOD_GET, "/log/tile/{a}/{b}/{c}/{d}", log_tile_show, AUDIENCE_PUBLIC, "its tiles and entries, by number" },
	{ METHOD_GET, "/log/tile/{a}/{b}/{c}/{d}/{e}", log_tile_show, AUDIENCE_PUBLIC, "its tiles and entries, by number" },
	{ METHOD_GET, "/log/tile/{a}/{b}/{c}/{d}/{e}/{f}", log_tile_show, AUDIENCE_PUBLIC, "its tiles and entries, by number" },
	{ METHOD_GET, "/logs/{log}/checkpoint", log_checkpoint_show, AUDIENCE_PUBLIC, "the last signed head of a log that ended" },
	{ METHOD_GET, "/logs/{log}/tile/{a}/{b}", log_tile_show, AUDIENCE_PUBLIC, "its tiles and entries, by number" },
	{ METHOD_GET, "/logs/{log}/tile/{a}/{b}/{c}", log_tile_show, AUDIENCE_PUBLIC, "its tiles and entries, by number" },
	{ METHOD_GET, "/logs/{log}/tile/{a}/{b}/{c}/{d}", log_tile_show, AUDIENCE_PUBLIC, "its tiles and entries, by number" },
	{ METHOD_GET, "/logs/{log}/tile/{a}/{b}/{c}/{d}/{e}", log_tile_show, AUDIENCE_PUBLIC, "its tiles and entries, by number" },
	{ METHOD_GET, "/logs/{log}/tile/{a}/{b}/{c}/{d}/{e}/{f}", log_tile_show, AUDIENCE_PUBLIC, "its tiles and entries, by number" },
	{ METHOD_GET, "/static/{digest}/{name}", asset_get, AUDIENCE_PUBLIC, "styles" },
};
const size_t n_public_routes = ARRAY_LEN(public_routes);
