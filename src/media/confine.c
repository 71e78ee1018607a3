/* SPDX-License-Identifier: MulanPSL-2.0 */
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "media/media.h"

static bool limit(int what, size_t most)
{
	const struct rlimit l = { most, most };

	return setrlimit((__rlimit_resource_t)what, &l) == 0;
}

/* Only what reading and reckoning need. Whatever else is asked fails, as if it were forbidden. */
static bool only_reading(void)
{
	static const int calls[] = { SCMP_SYS(read), SCMP_SYS(pread64), SCMP_SYS(lseek), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(brk), SCMP_SYS(madvise), SCMP_SYS(futex),
				     SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(getrandom), SCMP_SYS(sched_getaffinity),
				     SCMP_SYS(rt_sigreturn), SCMP_SYS(exit), SCMP_SYS(exit_group) };
	const struct scmp_arg_cmp out = SCMP_A0(SCMP_CMP_EQ, 1), no_code = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	scmp_filter_ctx c = seccomp_init(SCMP_ACT_ERRNO(1)); /* EPERM */
	bool ok = c != NULL;

	for (size_t i = 0; ok && i < ARRAY_LEN(calls); i++)
		ok = seccomp_rule_add(c, SCMP_ACT_ALLOW, calls[i], 0) == 0;
	ok = ok && seccomp_rule_add_array(c, SCMP_ACT_ALLOW, SCMP_SYS(write), 1, &out) == 0
	     && seccomp_rule_add_array(c, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, &no_code) == 0
	     && seccomp_rule_add_array(c, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, &no_code) == 0 && seccomp_load(c) == 0;
	seccomp_release(c);
	return ok;
}

bool media_confine(struct err *err)
{
	if (close_range(3, ~0U, 0) != 0 || !limit(RLIMIT_AS, MEDIA_MEMORY) || !limit(RLIMIT_CPU, MEDIA_SECONDS)
	    || !limit(RLIMIT_NOFILE, 0) || !limit(RLIMIT_FSIZE, FACTS_TEXT) || !limit(RLIMIT_CORE, 0) || prctl(PR_SET_DUMPABLE, 0) != 0
	    || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || !only_reading())
		return err_set(err, ERR_IO, "不能把读取音像信息的程序隔离起来");
	return true;
}
