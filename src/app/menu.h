/* SPDX-License-Identifier: MulanPSL-2.0 */
/* menu.h - the menu of each role (experience: information architecture). */
#ifndef MINGFA_APP_MENU_H
#define MINGFA_APP_MENU_H

#include "app/frame.h"

/* The place of a role among the menus: of several roles in one organ the first one's menu is shown until another is
 * chosen. Unknown roles come last. */
size_t menu_rank(struct str role);
/* Writes the role's menu into the frame; mine: what waits for the person, shown at the first entry. */
void menu_fill(struct req *r, const struct law *law, struct str role, int64_t mine, struct frame *f);

#endif
