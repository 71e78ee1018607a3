/* SPDX-License-Identifier: MulanPSL-2.0 */
/* flow.h - the flow chart (流程图) of a kind as SVG by graphviz: states as boxes, actions as arrows.
 *
 *	struct str svg;
 *	if (!flow_svg(a, kind, snap->state->id, &svg, err)) ...
 *
 * The text begins with <svg and may stand inside a page. Takes about 10 ms; one drawing at a time in the
 * whole program, since libgvc keeps state of its own. */
#ifndef MINGFA_APP_FLOW_H
#define MINGFA_APP_FLOW_H

#include "law/law.h"

/* state: id of the one that is marked as current; empty: none. ERR_BUG when graphviz cannot draw. */
MUST_USE bool flow_svg(struct arena *a, const struct kind *k, struct str state, struct str *ret_svg,
		       struct err *err);

#endif
