/* SPDX-License-Identifier: MulanPSL-2.0 */
/* package.h - the archive package (归档包) of a matter: a ZIP that is read and checked without this program. In it:
 *
 *	README.txt check.sh     what it is; a script of public tools that checks it (sha256sum, openssl)
 *	main.pdf secondary.pdf  the bound files
 *	papers/NNN-ID.pdf       each paper as it was frozen
 *	files/NNN.EXT           what was uploaded, under numbers: names are in metadata.json
 *	metadata.json           the matter: cover, fields, record of acts, and of each file its name, digests and place
 *	sha256sum.txt sm3sum.txt digests of all the others, as `sha256sum` writes them
 *
 * The same matter gives the same bytes. Files of more than 32 MB, and what is beyond 96 MB in all, are handed over
 * beside the package: metadata.json says so and tells their digests, outside.txt lists them for `sha256sum -c`. */
#ifndef MINGFA_APP_PACKAGE_H
#define MINGFA_APP_PACKAGE_H

#include "app/dossier.h"

struct package {
	struct str zip;
	struct str digest; /* SHA-256 of sha256sum.txt */
	size_t files;
};
MUST_USE bool package_make(struct job *j, const struct dossier *d, struct package *ret, struct err *err);

#endif
