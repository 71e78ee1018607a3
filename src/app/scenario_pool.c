/* SPDX-License-Identifier: MulanPSL-2.0 */
/* Tasks over several processes: forked after loading, so that packs are loaded once; what they find lies in
 * shared memory. Processes and not threads, because nodes are switched off while a scenario runs. */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/scenario.h"

#define JOBS_MAX 16

struct pool {
	atomic_size_t next;
	atomic_bool failed;
	struct err err; /* of the process that failed first */
};

void *pool_share(size_t bytes)
{
	void *p = mmap(NULL, bytes ? bytes : 1, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		abort(); /* as when memory is exhausted */
	return p;
}

static bool work(struct pool *pool, struct scenario_set *s, const char *address, size_t n,
		 void (*task)(void *ctx, struct world_of_scenarios *w, size_t i), void *ctx, struct err *err)
{
	struct world_of_scenarios *w;

	if (!scenario_world_open(s, address, &w, err))
		return false;
	for (;;) {
		size_t i = atomic_fetch_add(&pool->next, 1);

		if (i >= n)
			break;
		task(ctx, w, i);
	}
	scenario_world_close(w);
	return true;
}

static pid_t start(struct pool *pool, struct scenario_set *s, const char *address, size_t n,
		   void (*task)(void *ctx, struct world_of_scenarios *w, size_t i), void *ctx)
{
	struct err err = { 0 };
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	if (!work(pool, s, address, n, task, ctx, &err) && !atomic_exchange(&pool->failed, true))
		pool->err = err;
	_exit(0);
}

static bool ended_well(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool pool_run(struct scenario_set *s, const char *address, int jobs, size_t n,
	      void (*task)(void *ctx, struct world_of_scenarios *w, size_t i), void *ctx, struct err *err)
{
	struct pool *pool = pool_share(sizeof(*pool));
	pid_t pid[JOBS_MAX];
	int started = 0;
	bool ok = true;

	if (jobs <= 1) {
		ok = work(pool, s, address, n, task, ctx, err);
		(void)munmap(pool, sizeof(*pool));
		return ok;
	}
	(void)fflush(stdout);
	while (started < jobs && started < JOBS_MAX && (pid[started] = start(pool, s, address, n, task, ctx)) > 0)
		started++;
	if (!started)
		ok = err_set(err, ERR_IO, "不能启动进程");
	for (int i = 0; i < started; i++)
		if (!ended_well(pid[i]))
			ok = err_set(err, ERR_BUG, "一个场景进程意外结束");
	if (ok && atomic_load(&pool->failed)) {
		*err = pool->err;
		ok = false;
	}
	(void)munmap(pool, sizeof(*pool));
	return ok;
}
