/* SPDX-License-Identifier: MulanPSL-2.0 */
/* command.h - the subcommands of `mingfa`, a row each in main.c. A command gets its own arguments
 * (argv[0] is its name) and returns 0 fine, 1 found wrong, 2 misuse. It speaks Chinese to people on stdout and
 * stderr; --help is handled by main.c. */
#ifndef MINGFA_APP_COMMAND_H
#define MINGFA_APP_COMMAND_H

#include "base/err.h"
#include "base/str.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *usage; /* "init DIR [--pack P] [--demo]" */
	const char *help;  /* what it does, in Chinese */
};

/* Options: `--name value` and `--flag`. Positional arguments stay in order. */
struct options {
	const char *arg[16]; /* positional */
	int n;
	struct option_value {
		const char *name, *value; /* value NULL: a flag */
	} opt[16];
	int n_opt;
};
/* names: options that take a value, flags: those that do not; each NULL-terminated. False (and a sentence on
 * stderr) for an unknown option or too many arguments. */
bool options_read(int argc, char **argv, const char *const *names, const char *const *flags, struct options *ret);
const char *option(const struct options *o, const char *name); /* NULL when not given; "" for a flag */
/* Prints the sentence of an error (and its detail); returns 1. */
int command_failed(const struct err *err);

int cmd_init(int argc, char **argv);
int cmd_serve(int argc, char **argv);
int cmd_migrate(int argc, char **argv);
int cmd_account(int argc, char **argv);
int cmd_import(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_backup(int argc, char **argv);
int cmd_restore(int argc, char **argv);
int cmd_log(int argc, char **argv);
int cmd_key(int argc, char **argv);
int cmd_verify(int argc, char **argv);
int cmd_draw(int argc, char **argv);
int cmd_search(int argc, char **argv);
int cmd_unheld(int argc, char **argv);
int cmd_scenario(int argc, char **argv);

#endif
