/* SPDX-License-Identifier: MulanPSL-2.0 */
/* package.h - the archive package (归档包) of a matter: a ZIP that is read and checked without this program. In it:
 *
 *	README.txt check.sh     what it is; a script of public tools that checks it (sha256sum, openssl)
 *	main.pdf secondary.pdf  the bound files
 *	papers/NNN-ID.pdf       each paper as it was frozen
 *	files/NNN.EXT           what was uploaded, under numbers: names are in metadata.json
 *	metadata.json           the matter: cover, fields, record of acts, and of each file its name, digests and place
 *	log/key log/NNN.tlog-proof .entry .act  that each act stands in the signed record log, and what it was
 *	log/proved.txt          which file which act brought, with its salt (docs/verify.md, section 2)
 *	sha256sum.txt sm3sum.txt digests of all the others, as `sha256sum` writes them
 *
 * The same matter gives the same bytes. Files of more than 32 MB, and what is beyond 96 MB in all, are handed over
 * beside the package: metadata.json says so and tells their digests, outside.txt lists them for `sha256sum -c`. */
#ifndef MINGFA_APP_PACKAGE_H
#define MINGFA_APP_PACKAGE_H

#include "app/dossier.h"
#include "base/zip.h"

struct package {
	struct str zip;
	struct str digest; /* SHA-256 of sha256sum.txt */
	size_t files;
};

/* The files of log/. held: what is in the package, by SHA-256.
 * ERR_CONFLICT: the log is not signed so far yet. */
struct package_held {
	struct str sha256, name;
};
struct package_log {
	struct zip_entry *v;
	size_t n;
};
MUST_USE bool package_log(struct job *j, const struct dossier *d, const struct package_held *held, size_t n_held,
			  struct package_log *ret, struct err *err);
MUST_USE bool package_make(struct job *j, const struct dossier *d, struct package *ret, struct err *err);

/* A package that was taken apart into a folder, for `mingfa verify`. key: the log's public key as it was told by who handed
 * it over, NULL: the one inside. ERR_ALTERED: the sentence says what does not hold. */
struct package_checked {
	size_t files, acts;
	struct str key;
};
bool package_is(struct arena *a, const char *dir);
MUST_USE bool package_check(struct arena *a, const char *dir, const char *key, struct package_checked *ret, struct err *err);

#endif
