/* SPDX-License-Identifier: MulanPSL-2.0 */
/* hook.h - telling other systems what happened, and people by other ways.
 *
 * A webhook is a matter of the kind webhook. For each event that it asks for there is a delivery: a POST of
 * {"id","event","matter","kind","organ","at"} without case content; the receiver fetches the rest by the JSON interface,
 * with its rights. It carries X-Mingfa-Event, X-Mingfa-Delivery, X-Mingfa-Time (UTC seconds) and
 * X-Mingfa-Signature: sha256=HEX, the HMAC-SHA256 of "TIME.BODY" with the webhook's secret. Anything but 2xx is tried
 * again, six times in all, each wait five times the one before; then it stands in the dead-letter list.
 * What is handed on to a platform (a push_record that begins to wait) goes to the webhooks that carry the platform, as
 * "platform.push"; how each attempt ended is noted there by note_sent and note_refused, in the turn that keeps the outcome.
 * The message hook (serve --message-hook URL) gets {"to","phone","text"} for each person with new messages:
 * 您有1件办件11月25日届满. It is signed with the secret of the name "message". */
#ifndef MINGFA_APP_HOOK_H
#define MINGFA_APP_HOOK_H

#include "app/frame.h"

#define HOOK_TRIES 6
#define HOOK_PUSH "platform.push"
#define HOOK_WAIT_MS ((int64_t)60 * 1000) /* before the second try; serve --hook-wait changes it */

/* Follower: looks through new events and messages, then sends what is due. */
void hook_work(struct app *app, struct follower *f);

/* The secret by which the receiver knows that a delivery comes from here: made of the installation's key
 * (keys/webhook.key, made at the first use) and the webhook's code; hexadecimal. */
MUST_USE bool hook_key_ok(const struct app *app, struct err *err); /* false: the key is there and broken; says what to do */
MUST_USE bool hook_secret(struct app *app, struct arena *a, struct str code, struct str *ret, struct err *err);

struct hooks_view {
	struct frame frame;
	const struct hook_line {
		struct str title, href, url, state, secret, last;
		int64_t waiting, done, dead;
	} *line;
	size_t n_line;
	const struct dead_line {
		struct str code, title, event, at, error;
		int64_t tries;
	} *dead;
	size_t n_dead;
	struct str done;
	bool may; /* the system administrator: may add and send again */
};

req_handler hooks_show, hooks_again;

#endif
