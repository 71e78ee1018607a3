#!/bin/sh
# SPDX-License-Identifier: MulanPSL-2.0
# The lint: each rule finds its offence and leaves the lawful neighbour alone.
. tests/tools/lib.sh

lint="$BUILD/tools/lint"
# file LAYER/NAME TEXT makes $tmp/src/LAYER/NAME; prints its path.
file() {
	mkdir -p "$tmp/src/${1%/*}"
	printf '/* SPDX-License-Identifier: MulanPSL-2.0 */\n%s\n' "$2" >"$tmp/src/$1"
	echo "$tmp/src/$1"
}
# yes NAME FILE TEXT: accepted. no NAME WORDS FILE TEXT: refused.
yes() { if "$lint" "$(file "$2" "$3")"; then ok; else bad "$1: refused"; fi; }
no() { refused "$1" "$2" "$lint" "$(file "$3" "$4")"; }

no 'law knows no database' 'may not be included here: db/db.h' law/a.c '#include "db/db.h"'
no 'matter knows no web' 'may not be included here: web/req.h' matter/a.c '#include "web/req.h"'
no 'matter never calls papers' 'may not be included here: paper/paper.h' matter/a.h '#include "paper/paper.h"'
no 'web knows no law' 'may not be included here: law/kind.h' web/a.c '#include "law/kind.h"'
no 'base stands alone' 'may not be included here: db/db.h' base/a.c '#include "db/db.h"'
no 'pages are for app' 'pages are for app alone' web/a.c '#include "pages.h"'
no 'libpq stays in db' 'library of libpq-fe.h' matter/a.c '#include <libpq-fe.h>'
no 'sqlite stays in db' 'library of sqlite3.h' app/a.c '#include <sqlite3.h>'
yes 'app knows all' app/a.c '#include "matter/matter.h"
#include "pages.h"
#include "web/html.h"'
yes 'db knows libpq' db/a.c '#include <libpq-fe.h>
#include "base/str.h"'
yes 'matter knows law' matter/a.c '#include "law/kind.h"'

for f in strcpy strcat sprintf strtok atoi strtol gmtime localtime system; do
	no "banned $f" "instead of $f" base/a.c "int x(void) { return $f(1); }"
done
yes 'a banned word in a text or comment' base/a.c '/* never strcpy(a, b) */ const char *s = "atoi(x)";'
yes 'a field named like a banned call' base/a.c 'int x(struct y *y) { return y->system(1) + y->z.system(2); }'
yes 'a longer name' base/a.c 'int my_strtol(int a);'

no 'SQL by format' 'SQL is constant text' db/a.c 'f("SELECT a FROM b WHERE c = %s", x);'
no 'SQL by format in two literals' 'SQL is constant text' db/a.c 'f("SELECT a "
	"FROM b WHERE c = %d", x);'
no 'SQL by PRI' 'SQL is constant text' db/a.c 'f("DELETE FROM b WHERE c = %" PRId64, x);'
yes 'SQL with places' db/a.c 'f("SELECT a FROM b WHERE c = $1 AND d LIKE '"'%'"'");'
yes 'words of a message' db/a.c 'f("cannot select %s", x);'
no 'HTML by format' 'HTML is written by pages' app/a.c 'f("<td>%s</td>", x);'
no 'HTML by format, attribute' 'HTML is written by pages' app/a.c 'f("<a href=\"%s\">", x);'
yes 'HTML as literal' app/a.c 'html_lit(h, "<td>");'
yes 'less-than in a message' app/a.c 'f("%d < %d", x, y);'
no 'built statement' 'constant statement' matter/a.c 'db_one(db, a, str_fmt(a, "x"), i, o, err);'
no 'built statement over lines' 'constant statement' matter/a.c 'return db_exec(db, a,
	buf_str(&b), err);'
yes 'constant statement' matter/a.c 'db_one(db, a, &st_x, DB_IN(in), DB_OUT(out), err); x = str_fmt(a, "y");'
no 'statement made on the spot' 'static const struct stmt' matter/a.c 'f(&(struct stmt){ "x", text });'
no 'safe html from anywhere' 'only web/html.c' app/a.c 'return (struct safe_html){ s };'
no 'typedef of a struct' 'no typedef' base/a.h 'typedef struct x x;'

yes 'excused with a reason' db/a.c 'f("SELECT %s", x); /* lint-ok: constant fragments of the plan */'
no 'excused without a reason' 'SQL is constant text' db/a.c 'f("SELECT %s", x); /* lint-ok: x */'
no 'the line is right' 'src/base/a.c:4: lint' base/a.c '/* one
two */
int x = atoi(y);'
printf 'int x;\n' >"$tmp/src/base/bare.c"
refused 'no licence' 'names the licence' "$lint" "$tmp/src/base/bare.c"
refused 'no such file' 'cannot be read' "$lint" "$tmp/src/base/none.c"

# In the build: an offence fails make and names the file.
refused 'lint in the build' "$tmp/src/base/a.c:4: lint" \
	env -u MAKEFLAGS -u MFLAGS make --no-print-directory BUILD="$tmp/b" DIRS="$tmp/src/base" "$tmp/b/lint.ok"
finish
