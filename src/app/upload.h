/* SPDX-License-Identifier: MulanPSL-2.0 */
/* upload.h - large files, sent piece by piece and gone on with after a break (tus 1.0.0, web/tus.h), by whoever may act on
 * the matter whose form they are for. Upload-Metadata: action and matter (its code), or kind of a matter that is opened;
 * filename. When all has come, the content is stored under its digest and belongs to the form's draft, as if it had been
 * sent with the form: the page then sends f.FIELD.kept (app/input.h). */
#ifndef MINGFA_APP_UPLOAD_H
#define MINGFA_APP_UPLOAD_H

#include "app/app.h"
#include "web/req.h"

#define UPLOAD_PATH "/upload"

extern const struct stream upload_creating, upload_going_on;

/* Routes. */
bool upload_options(struct req *r, struct err *err);
bool upload_create(struct req *r, struct err *err);
bool upload_patch(struct req *r, struct err *err);
bool upload_show(struct req *r, struct err *err);   /* HEAD of the protocol; GET tells the page how far it is, as JSON */
bool upload_delete(struct req *r, struct err *err);
/* A refusal in one line, with the headers of the protocol. */
void upload_error(struct req *r, const struct err *err);

/* What this person sends or sent for a field (its input's name) of a form and is not sealed; for the page's script. */
struct sent_view {
	struct str id, name, mark; /* mark: name, size and time of the file, as the browser told: the same one is gone on with */
	struct str says;           /* 已传71% */
	bool growing;
};
const struct sent_view *upload_waiting(struct req *r, int64_t matter, struct str form, struct str field, size_t *ret_n);

/* Follower: seals what is whole, sweeps what is too old. */
void uploads_work(struct app *app, struct follower *f);

#endif
