/* SPDX-License-Identifier: MulanPSL-2.0 */
/* command.h - the subcommands of `mingfa`, a row each in commands.c, where their options and help stand too. A command
 * gets its own arguments (argv[0] is its name) and returns 0 fine, 1 found wrong, 2 misuse. It speaks Chinese to people
 * on stdout and stderr. */
#ifndef MINGFA_APP_COMMAND_H
#define MINGFA_APP_COMMAND_H

#include "base/err.h"
#include "base/str.h"

/* Options: `--name value` and `--flag`. Positional arguments stay in order. */
struct options {
	const char *arg[16]; /* positional */
	int n;
	struct option_value {
		const char *name, *value; /* value NULL: a flag */
	} opt[16];
	int n_opt;
};
/* What follows the words of `of` (argv[0]: "serve", of law "check") may only be options of commands.c. False (and a
 * sentence on stderr) for an unknown option or too many arguments. */
bool options_read(int argc, char **argv, struct options *ret);
const char *option(const struct options *o, const char *name); /* NULL when not given; "" for a flag */
/* The whole program: finds the command and runs it; --help, version. Returns what the program exits with. */
int command_main(int argc, char **argv);
/* How a command is called and its options, on stderr; returns 2. */
int command_misused(const char *name);
/* Whether `of` has the option, and whether a value follows it. */
bool command_option(const char *of, const char *option, bool *ret_takes);
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
int cmd_running(int argc, char **argv);
int cmd_unheld(int argc, char **argv);
int cmd_scenario(int argc, char **argv);

#endif
