/* SPDX-License-Identifier: MulanPSL-2.0 */
/* media.c - asks mingfa-media about what became evidence. */
#include "app/media.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/day.h"
#include "base/log.h"
#include "blob/blob.h"

#define A_ROUND 200 /* pieces of evidence looked at */
#define COMPLAIN_MS 3600000

/* ---- one file ---- */

/* Reads what the program says until it ends; kills it when it is too late. */
static size_t listen_to(int fd, pid_t pid, int64_t wait_ms, char *ret, size_t most)
{
	const int64_t end = time_monotonic() + wait_ms;
	size_t n = 0;

	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		int64_t left = end - time_monotonic();
		ssize_t k;

		if (left <= 0 || n == most || (poll(&p, 1, (int)left) < 0 && errno != EINTR)) {
			(void)kill(pid, SIGKILL);
			return n;
		}
		if (!p.revents)
			continue;
		k = read(fd, ret + n, most - n);
		if (k <= 0)
			return n;
		n += (size_t)k;
	}
}

static bool start(const char *program, const char *what, int file, int out, pid_t *ret)
{
	char *argv[] = { (char *)(uintptr_t)"mingfa-media", (char *)(uintptr_t)what, NULL }, *env[] = { NULL };
	posix_spawn_file_actions_t acts;
	posix_spawnattr_t attr;
	sigset_t none;
	int rc;

	(void)sigemptyset(&none);
	(void)posix_spawn_file_actions_init(&acts);
	(void)posix_spawnattr_init(&attr);
	(void)posix_spawnattr_setsigmask(&attr, &none); /* ours blocks what ends it */
	(void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
	(void)posix_spawn_file_actions_adddup2(&acts, file, 0);
	(void)posix_spawn_file_actions_adddup2(&acts, out, 1);
	(void)posix_spawn_file_actions_addopen(&acts, 2, "/dev/null", O_WRONLY, 0);
	(void)posix_spawn_file_actions_addclosefrom_np(&acts, 3);
	rc = posix_spawn(ret, program, &acts, &attr, argv, env);
	(void)posix_spawn_file_actions_destroy(&acts);
	(void)posix_spawnattr_destroy(&attr);
	errno = rc;
	return rc == 0;
}

/* What the program says of fd, which is closed in any case; *ret_whole: it came to its end by itself and found nothing wrong.
 * what: NULL facts, "codes" QR codes. */
static bool ask(struct arena *a, const char *program, const char *what, int fd, int64_t wait_ms, struct str *ret, bool *ret_whole,
		struct err *err)
{
	char *text = arena_alloc(a, FACTS_TEXT + 1);
	int out[2], status = 0;
	bool started;
	pid_t pid;

	if (pipe2(out, O_CLOEXEC) != 0) {
		(void)close(fd);
		return err_set(err, ERR_IO, "不能读取音像信息：%s", strerror(errno));
	}
	started = start(program, what, fd, out[1], &pid);
	(void)close(fd);
	(void)close(out[1]);
	if (!started) {
		(void)err_set(err, ERR_IO, "不能启动 %s：%s", program, strerror(errno));
		(void)close(out[0]);
		return false;
	}
	*ret = (struct str){ text, listen_to(out[0], pid, wait_ms, text, FACTS_TEXT + 1) };
	(void)close(out[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return err_set(err, ERR_IO, "不能启动 %s", program);
	*ret_whole = WIFEXITED(status) && WEXITSTATUS(status) == 0;
	return true;
}

bool media_ask(struct arena *a, const char *program, int fd, int64_t wait_ms, struct facts *ret, struct err *err)
{
	static const struct facts given_up = { .fault = FACTS_GIVEN_UP, .length = -1 };
	struct err unread = { 0 };
	struct str text;
	bool whole;

	if (!ask(a, program, NULL, fd, wait_ms, &text, &whole, err))
		return false;
	if (!whole || !facts_read(text, ret, &unread))
		*ret = given_up;
	return true;
}

/* ---- what became evidence ---- */

struct piece {
	int64_t evidence, size;
	struct str digest, media, known;
};

struct reader {
	struct arena *a;
	const char *program;
	int64_t mark; /* evidence up to here was looked at; -1: it is not known yet */
	struct piece row, v[A_ROUND];
	size_t n;
	struct str facts;
	const struct piece *putting;
	int64_t now;
};

static const struct stmt st_mark = { "media_mark", "SELECT COALESCE(MAX(evidence), 0) FROM media_fact" };
static const struct stmt st_new = { "media_new",
	"SELECT e.id, b.digest, b.size, b.media, COALESCE(f.digest, '') FROM evidence e JOIN blob b ON b.digest = e.blob"
	" LEFT JOIN media_fact f ON f.digest = b.digest WHERE e.id > $1 AND e.removed_event IS NULL ORDER BY e.id LIMIT 200" };
static const struct stmt st_put = { "media_put",
	"INSERT INTO media_fact (digest, evidence, at, facts) VALUES ($1, $2, $3, $4) ON CONFLICT (digest) DO NOTHING" };

static bool add_piece(void *ctx, struct err *err)
{
	struct reader *x = ctx;

	(void)err;
	x->v[x->n++] = x->row;
	return true;
}

static bool worth(const struct piece *p)
{
	return !p->known.n && p->size > 0 && (str_starts(p->media, STR("video/")) || str_starts(p->media, STR("audio/"))
					      || str_is(p->media, "image/jpeg") || str_is(p->media, "application/octet-stream"));
}

static bool put_run(struct db *db, struct arena *a, void *ctx, struct err *err)
{
	const struct reader *x = ctx;
	const struct db_in in[] = { db_str(x->putting->digest), db_i64(x->putting->evidence), db_i64(x->now), db_str(x->facts) };

	(void)a;
	return db_exec(db, &st_put, DB_IN(in), NULL, err);
}

/* The content on a descriptor that cannot be written to. */
static int sealed(struct str content)
{
	int fd = memfd_create("evidence", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd >= 0 && (write(fd, content.p, content.n) != (ssize_t)content.n
			|| fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK) != 0)) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static bool read_piece(struct app *app, struct db *db, struct reader *x, const struct piece *p, struct err *err)
{
	struct facts f;
	struct blob b;
	struct buf out;
	int fd;

	if (!blob_open(db, x->a, &app->blobs, p->digest, &b, &fd, err))
		return false;
	if (str_is(b.place, "store") && !blob_fetch(x->a, &app->blobs, &b, &fd, err))
		return false;
	fd = fd >= 0 ? fd : sealed(b.data);
	if (fd < 0)
		return err_set(err, ERR_IO, "不能读取音像信息：%s", strerror(errno));
	if (!media_ask(x->a, x->program, fd, MEDIA_WAIT_MS, &f, err))
		return false;
	buf_init(&out, x->a, FACTS_TEXT);
	facts_put(&out, &f);
	x->facts = buf_str(&out);
	x->putting = p;
	x->now = engine_now(app->engine);
	return writer_run(app->writer, "media", put_run, x, err);
}

/* The first new piece that can be read, and whatever comes before it. */
static bool next(struct app *app, struct db *db, struct reader *x, bool *ret_more, struct err *err)
{
	const struct db_in in[] = { db_i64(x->mark) };
	struct piece *r = &x->row;
	const struct db_out out[] = { db_to_i64(&r->evidence), db_to_str(&r->digest), db_to_i64(&r->size), db_to_str(&r->media),
				      db_to_str(&r->known) };
	const struct db_out mark[] = { db_to_i64(&x->mark) };

	x->n = 0;
	if (x->mark < 0 && !db_one(db, x->a, &st_mark, NULL, 0, DB_OUT(mark), err))
		return false;
	if (!db_each(db, x->a, &st_new, DB_IN(in), DB_OUT(out), add_piece, x, err))
		return false;
	for (size_t i = 0; i < x->n; i++) {
		bool reads = worth(&x->v[i]);

		if (reads && !read_piece(app, db, x, &x->v[i], err))
			return false;
		x->mark = x->v[i].evidence;
		if (reads)
			break;
	}
	*ret_more = x->n > 0;
	return true;
}

/* Beside the program that runs. */
static const char *program_path(struct arena *a)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self));
	size_t end = n > 0 ? (size_t)n : 0;

	while (end && self[end - 1] != '/')
		end--;
	return str_cstr(a, str_fmt(a, "%.*smingfa-media", (int)end, self));
}

bool media_codes(struct arena *a, struct str content, struct str *ret, struct err *err)
{
	int fd = sealed(content);
	bool whole;

	if (fd < 0 || lseek(fd, 0, SEEK_SET) != 0)
		return err_set(err, ERR_IO, "不能读取扫描件：%s", strerror(errno));
	if (!ask(a, program_path(a), "codes", fd, MEDIA_WAIT_MS, ret, &whole, err))
		return false;
	if (!whole)
		*ret = (struct str){ 0 };
	return true;
}

void media_work(struct app *app, struct follower *f)
{
	struct reader *x = f->priv;
	struct err err = { 0 };
	struct db *db;

	if (f->stop || !app->writer || app->read_only)
		return;
	if (!x) {
		f->priv = x = arena_one(app->a, struct reader);
		x->program = program_path(app->a);
		x->mark = -1;
	}
	x->a = arena_new();
	if (!follower_db(f, app, &db, &err) || !next(app, db, x, &f->more, &err)) {
		f->more = false;
		follower_lost(f);
		if (!f->done_at || time_monotonic() - f->done_at > COMPLAIN_MS) {
			log_line(LOG_WARNING, "media: %s (%s)", err.msg, err.detail);
			f->done_at = time_monotonic();
		}
	}
	x->a = arena_free(x->a);
}

/* ---- in Chinese ---- */

static struct str codec_name(struct str s)
{
	static const char *const names[][2] = { { "h264", "H.264" }, { "hevc", "H.265" }, { "mpeg4", "MPEG-4" }, { "mjpeg", "MJPEG" },
						{ "vp8", "VP8" }, { "vp9", "VP9" }, { "av1", "AV1" }, { "aac", "AAC" }, { "mp3", "MP3" },
						{ "amr_nb", "AMR" }, { "pcm_alaw", "G.711" }, { "pcm_mulaw", "G.711" } };

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (str_is(s, names[i][0]))
			return str_of(names[i][1]);
	return str_starts(s, STR("pcm_")) ? STR("PCM") : s;
}

static struct str span(struct arena *a, int64_t ms)
{
	int64_t s = (ms + 500) / 1000;

	return s < 60 ? str_fmt(a, "%lld秒", (long long)s)
	     : s < 3600 ? str_fmt(a, "%lld分%lld秒", (long long)(s / 60), (long long)(s % 60))
	     : s < 172800 ? str_fmt(a, "%lld小时%lld分", (long long)(s / 3600), (long long)(s / 60 % 60))
			  : str_fmt(a, "%lld天", (long long)(s / 86400));
}

static struct str instant(struct arena *a, int64_t ms)
{
	struct buf b;

	buf_init(&b, a, 40);
	time_put(&b, ms);
	return buf_str(&b);
}

static struct str degrees(struct arena *a, const char *positive, const char *negative, int64_t v)
{
	int64_t n = v < 0 ? -v : v;

	return str_fmt(a, "%s%lld.%06lld°", v < 0 ? negative : positive, (long long)(n / 1000000), (long long)(n % 1000000));
}

static void content_line(struct arena *a, const struct facts *f, struct media_view *v)
{
	struct buf b;

	buf_init(&b, a, 300);
	if (f->length >= 0)
		buf_addf(&b, "时长%.*s", STR_FMT(span(a, f->length)));
	if (f->width)
		buf_addf(&b, "%s画面%lld×%lld", buf_str(&b).n ? "，" : "", (long long)f->width, (long long)f->height);
	if (f->video.n)
		buf_addf(&b, "%s图像%.*s", buf_str(&b).n ? "，" : "", STR_FMT(codec_name(f->video)));
	if (f->audio.n)
		buf_addf(&b, "%s声音%.*s", buf_str(&b).n ? "，" : "", STR_FMT(codec_name(f->audio)));
	if (buf_str(&b).n)
		v->line[v->n_line++] = buf_str(&b);
}

#define APART_MS ((int64_t)10 * 60000) /* what people write down to the minute, and clocks that run on their own */

/* Cameras often write their own clock, Beijing's, where the format wants UTC. */
static bool eight_hours(int64_t difference)
{
	return difference > SHANGHAI_MS - APART_MS && difference < SHANGHAI_MS + APART_MS;
}

static void clocks(struct arena *a, const struct facts *f, int64_t stated, struct str name, int64_t came, struct media_view *v)
{
	int64_t apart = f->made - stated;

	if (f->made && stated && !f->local && eight_hours(apart)) {
		v->line[v->n_line++] = str_fmt(a, "比登记的%.*s晚8小时：这台设备多半把北京时间当作世界时写入，减去8小时与登记相符", STR_FMT(name));
	} else if (f->made && stated && (apart > APART_MS || apart < -APART_MS)) {
		v->warn[v->n_warn++] = str_fmt(a, "设备时间%.*s，登记的%.*s是%.*s，相差%.*s。请核对设备的时钟，写明原因",
					       STR_FMT(instant(a, f->made)), STR_FMT(name), STR_FMT(instant(a, stated)),
					       STR_FMT(span(a, apart < 0 ? -apart : apart)));
	} else if (f->made && !stated && came && f->made - came > APART_MS && !(!f->local && f->made - came < SHANGHAI_MS + APART_MS)) {
		v->warn[v->n_warn++] = str_fmt(a, "设备时间%.*s，晚于上传的时间。请核对设备的时钟", STR_FMT(instant(a, f->made)));
	}
}

static void fault(const struct facts *f, struct media_view *v)
{
	static const char *const says[] = {
		[FACTS_CUT] = "文件不完整：内容比文件自己写明的短，可能没有拷完或者录制时断电。原件照样保存，请向设备重新取一份核对",
		[FACTS_NO_INDEX] = "文件缺少索引，多半放不出来：可能录制时断电或者没有拷完。原件照样保存，请向设备重新取一份核对",
		[FACTS_UNREAD] = "读不出时长和编码：不认识这种格式，或者文件已经损坏。原件照样保存",
		[FACTS_GIVEN_UP] = "读取音像信息时出错或者超时，文件可能已经损坏。原件照样保存",
	};

	if (f->fault != FACTS_FINE)
		v->warn[v->n_warn++] = str_of(says[f->fault]);
}

void media_view(struct arena *a, const struct facts *f, int64_t stated, struct str stated_name, int64_t came,
		struct media_view *ret)
{
	*ret = (struct media_view){ 0 };
	fault(f, ret);
	content_line(a, f, ret);
	if (f->made)
		ret->line[ret->n_line++] = str_fmt(a, "设备时间%.*s%s", STR_FMT(instant(a, f->made)),
						   f->local ? "" : "（由世界时换算）");
	clocks(a, f, stated, stated_name, came, ret);
	if (f->device.n)
		ret->line[ret->n_line++] = str_fmt(a, "设备%.*s", STR_FMT(f->device));
	if (f->placed)
		ret->line[ret->n_line++] = str_fmt(a, "位置%.*s，%.*s", STR_FMT(degrees(a, "北纬", "南纬", f->lat)),
						   STR_FMT(degrees(a, "东经", "西经", f->lon)));
}
