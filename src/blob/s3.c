/* SPDX-License-Identifier: MulanPSL-2.0 */
#include "blob/s3.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/day.h"
#include "base/parse.h"

#define HANDLES 8                    /* connections kept open: two threads that read, one that writes */
#define CONNECT_MS 5000L
#define STALLED_S 30L                /* less than STALLED_BYTES a second for so long: it is away */
#define STALLED_BYTES 1024L
#define ANSWER ((size_t)64 * 1024)   /* of XML: errors and names, one part's line each */
#define UPLOAD_ID 1024
#define PARTS_MOST 10000
#define EMPTY_SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

struct s3 {
	struct arena *a;
	struct str base, host, path; /* https://host:port, host:port, /bucket/prefix */
	struct s3_key key;
	pthread_mutex_t lock;
	CURL *idle[HANDLES];
	size_t n_idle;
};

/* ---- signing (AWS Signature Version 4) ---- */

static void hmac(const unsigned char *key, size_t n, struct str s, unsigned char ret[32])
{
	unsigned got = 32;

	(void)HMAC(EVP_sha256(), key, (int)n, (const unsigned char *)s.p, s.n, ret, &got);
}

static struct str hex_digest(struct arena *a, struct str s)
{
	unsigned char d[32];
	unsigned n = 0;
	char *hex = arena_alloc(a, 65);

	(void)EVP_Digest(s.p ? s.p : "", s.n, d, &n, EVP_sha256(), NULL);
	parse_put_hex(hex, d, 32);
	return str_of(hex);
}

struct str s3_authorization(struct arena *a, const struct s3_key *key, const struct s3_request *q)
{
	static const char headers[] = "host;x-amz-content-sha256;x-amz-date";
	struct str asked = str_fmt(a, "%s\n%.*s\n%.*s\nhost:%.*s\nx-amz-content-sha256:%.*s\nx-amz-date:%s\n\n%s\n%.*s", q->method,
				   STR_FMT(q->path), STR_FMT(q->query), STR_FMT(q->host), STR_FMT(q->payload), q->time, headers,
				   STR_FMT(q->payload));
	struct str scope = str_fmt(a, "%.8s/%s/s3/aws4_request", q->time, key->region);
	struct str text = str_fmt(a, "AWS4-HMAC-SHA256\n%s\n%.*s\n%.*s", q->time, STR_FMT(scope), STR_FMT(hex_digest(a, asked)));
	const struct str steps[] = { str_sub(str_of(q->time), 0, 8), str_of(key->region), STR("s3"), STR("aws4_request"), text };
	struct str secret = str_fmt(a, "AWS4%s", key->secret);
	unsigned char k[32];
	char hex[65];

	hmac((const unsigned char *)secret.p, secret.n, steps[0], k);
	for (size_t i = 1; i < ARRAY_LEN(steps); i++)
		hmac(k, 32, steps[i], k);
	parse_put_hex(hex, k, 32);
	return str_fmt(a, "AWS4-HMAC-SHA256 Credential=%s/%.*s,SignedHeaders=%s,Signature=%s", key->id, STR_FMT(scope), headers, hex);
}

/* ---- one request ---- */

struct ask {
	const char *method;
	bool bucket;               /* asks for the bucket itself */
	struct str name, query;
	struct str body;           /* what is sent */
	struct str payload;        /* its SHA-256, when it is known */
	int64_t from;              /* GET: a piece of size n into `into`; -1: XML into a buffer */
	char *into;
	size_t n, got, sent;
	struct buf xml;
	char etag[80];
	int64_t length;
	long status;
};

static size_t take(char *p, size_t size, size_t n, void *ctx)
{
	struct ask *q = ctx;

	n *= size;
	if (q->status == 0 && q->into && q->got + n <= q->n) {
		memcpy(q->into + q->got, p, n);
	} else if (!q->into || q->status) {
		buf_add(&q->xml, (struct str){ p, n });
	}
	q->got += n;
	return !q->into || q->got <= q->n || q->status ? n : 0;
}

static size_t take_header(char *p, size_t size, size_t n, void *ctx)
{
	struct ask *q = ctx;
	struct str line = { p, size * n }, name;

	if (str_starts(line, STR("HTTP/")))
		q->status = str_find(line, STR(" 20"), 0) == SIZE_MAX; /* then what follows is an error's text, no content */
	if (!str_cut(&line, ':', &name) || name.n != 4 || strncasecmp(name.p, "etag", 4) != 0)
		return size * n;
	line = str_trim(line);
	if (line.n < sizeof(q->etag))
		(void)snprintf(q->etag, sizeof(q->etag), "%.*s", STR_FMT(line));
	return size * n;
}

static size_t give(char *p, size_t size, size_t n, void *ctx)
{
	struct ask *q = ctx;
	size_t left = q->body.n - q->sent, k = size * n < left ? size * n : left;

	memcpy(p, q->body.p + q->sent, k);
	q->sent += k;
	return k;
}

static int give_again(void *ctx, curl_off_t offset, int origin)
{
	struct ask *q = ctx;

	if (origin != SEEK_SET || offset < 0 || (size_t)offset > q->body.n)
		return CURL_SEEKFUNC_FAIL;
	q->sent = (size_t)offset;
	return CURL_SEEKFUNC_OK;
}

static CURL *handle(struct s3 *s)
{
	CURL *c = NULL;

	(void)pthread_mutex_lock(&s->lock);
	if (s->n_idle)
		c = s->idle[--s->n_idle];
	(void)pthread_mutex_unlock(&s->lock);
	return c ? c : curl_easy_init();
}

/* Its connection stays open for the next one. */
static void give_back(struct s3 *s, CURL *c)
{
	curl_easy_reset(c);
	(void)pthread_mutex_lock(&s->lock);
	if (s->n_idle < HANDLES) {
		s->idle[s->n_idle++] = c;
		c = NULL;
	}
	(void)pthread_mutex_unlock(&s->lock);
	curl_easy_cleanup(c);
}

static struct curl_slist *headers(struct s3 *s, struct arena *a, const struct ask *q, struct str path)
{
	struct curl_slist *h = NULL;
	struct buf b;
	char stamp[20];
	struct s3_request sign = { .method = q->method, .host = s->host, .path = path, .query = q->query, .time = stamp,
				   .payload = q->payload.n ? q->payload : hex_digest(a, q->body) };

	buf_init(&b, a, 40);
	time_put_iso(&b, time_now()); /* 2026-03-02T01:00:00.000Z */
	(void)snprintf(stamp, sizeof(stamp), "%.4s%.2s%.2sT%.2s%.2s%.2sZ", b.p, b.p + 5, b.p + 8, b.p + 11, b.p + 14, b.p + 17);
	h = curl_slist_append(h, str_cstr(a, str_fmt(a, "Authorization: %.*s", STR_FMT(s3_authorization(a, &s->key, &sign)))));
	h = curl_slist_append(h, str_cstr(a, str_fmt(a, "x-amz-content-sha256: %.*s", STR_FMT(sign.payload))));
	h = curl_slist_append(h, str_cstr(a, str_fmt(a, "x-amz-date: %s", stamp)));
	h = curl_slist_append(h, "Expect:"); /* a round trip less; the key was checked at the start */
	if (strcmp(q->method, "PUT") == 0)
		h = curl_slist_append(h, "Content-Type: application/octet-stream");
	if (strcmp(q->method, "POST") == 0)
		h = curl_slist_append(h, "Content-Type: application/xml");
	if (q->into)
		h = curl_slist_append(h, str_cstr(a, str_fmt(a, "Range: bytes=%lld-%lld", (long long)q->from,
							     (long long)(q->from + (int64_t)q->n - 1))));
	return h;
}

static void set_up(CURL *c, struct ask *q, const char *url, struct curl_slist *h)
{
	(void)curl_easy_setopt(c, CURLOPT_URL, url);
	(void)curl_easy_setopt(c, CURLOPT_PATH_AS_IS, 1L);
	(void)curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	(void)curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, STALLED_BYTES);
	(void)curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, STALLED_S);
	(void)curl_easy_setopt(c, CURLOPT_USERAGENT, "mingfa");
	(void)curl_easy_setopt(c, CURLOPT_HTTPHEADER, h);
	(void)curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	(void)curl_easy_setopt(c, CURLOPT_WRITEDATA, q);
	(void)curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, take_header);
	(void)curl_easy_setopt(c, CURLOPT_HEADERDATA, q);
	if (strcmp(q->method, "HEAD") == 0) {
		(void)curl_easy_setopt(c, CURLOPT_NOBODY, 1L);
	} else if (strcmp(q->method, "PUT") == 0 || strcmp(q->method, "POST") == 0) {
		(void)curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
		(void)curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)q->body.n);
		(void)curl_easy_setopt(c, CURLOPT_READFUNCTION, give);
		(void)curl_easy_setopt(c, CURLOPT_READDATA, q);
		(void)curl_easy_setopt(c, CURLOPT_SEEKFUNCTION, give_again);
		(void)curl_easy_setopt(c, CURLOPT_SEEKDATA, q);
	}
	if (strcmp(q->method, "GET") != 0 && strcmp(q->method, "HEAD") != 0)
		(void)curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, q->method);
}

/* "<Code>SignatureDoesNotMatch</Code>" */
static struct str element(struct str xml, const char *name)
{
	char open[40], shut[40];
	size_t from, to;

	(void)snprintf(open, sizeof(open), "<%s>", name);
	(void)snprintf(shut, sizeof(shut), "</%s>", name);
	from = str_find(xml, str_of(open), 0);
	to = from == SIZE_MAX ? SIZE_MAX : str_find(xml, str_of(shut), from);
	return to == SIZE_MAX ? (struct str){ 0 } : str_sub(xml, from + strlen(open), to);
}

static bool judge(const struct ask *q, CURLcode code, struct err *err)
{
	struct str why = element(buf_str(&q->xml), "Code");

	if (code != CURLE_OK && code != CURLE_WRITE_ERROR) {
		(void)err_set(err, ERR_BUSY, "存放音像文件的对象存储暂时连接不上，请稍后再试");
		return err_wrap(err, "s3 %s: %s", q->method, curl_easy_strerror(code));
	}
	if (q->status >= 200 && q->status < 300 && code == CURLE_OK)
		return true;
	if (q->status == 404)
		(void)err_set(err, ERR_NOT_FOUND, "对象存储里没有这份文件");
	else if (q->status == 401 || q->status == 403)
		(void)err_set(err, ERR_FORBIDDEN, "对象存储不接受访问密钥，请系统管理员核对");
	else if (q->status >= 500 || q->status == 429)
		(void)err_set(err, ERR_BUSY, "存放音像文件的对象存储现在较忙，请稍后再试");
	else
		(void)err_set(err, ERR_IO, "对象存储没有照办，请系统管理员核对");
	return err_wrap(err, "s3 %s: %ld %.*s", q->method, q->status, STR_FMT(str_sub(why, 0, 100)));
}

static bool ask(struct s3 *s, struct arena *a, struct ask *q, struct err *err)
{
	struct str path = q->bucket ? str_sub(s->path, 0, str_chr(s->path, '/', 1))
				    : str_fmt(a, "%.*s/%.*s", STR_FMT(s->path), STR_FMT(q->name));
	char *url = str_cstr(a, str_fmt(a, "%.*s%.*s%s%.*s", STR_FMT(s->base), STR_FMT(path), q->query.n ? "?" : "", STR_FMT(q->query)));
	struct curl_slist *h = headers(s, a, q, path);
	curl_off_t length = -1;
	CURL *c = handle(s);
	CURLcode code;

	buf_init(&q->xml, a, ANSWER);
	if (!c || !h) {
		curl_slist_free_all(h);
		curl_easy_cleanup(c);
		return err_set(err, ERR_BUSY, "内存不足");
	}
	set_up(c, q, url, h);
	code = curl_easy_perform(c);
	(void)curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &q->status);
	(void)curl_easy_getinfo(c, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
	q->length = length;
	curl_slist_free_all(h);
	give_back(s, c);
	return judge(q, code, err);
}

/* ---- what is asked ---- */

bool s3_check(struct s3 *s, struct err *err)
{
	struct arena *a = arena_new();
	struct ask q = { .method = "HEAD", .bucket = true };
	bool ok = ask(s, a, &q, err);

	(void)arena_free(a);
	if (!ok && q.status == 404)
		return err_set(err, ERR_NOT_FOUND, "对象存储里没有这个存储桶");
	return ok;
}

bool s3_size(struct s3 *s, struct str name, int64_t *ret, struct err *err)
{
	struct arena *a = arena_new();
	struct ask q = { .method = "HEAD", .name = name };
	struct err why = { 0 };
	bool ok = ask(s, a, &q, &why);

	if (ok)
		*ret = q.length;
	else if (q.status == 404)
		*ret = -1;
	else
		*err = why;
	(void)arena_free(a);
	return ok || q.status == 404;
}

bool s3_delete(struct s3 *s, struct str name, struct err *err)
{
	struct arena *a = arena_new();
	struct ask q = { .method = "DELETE", .name = name };
	struct err why = { 0 };
	bool ok = ask(s, a, &q, &why) || q.status == 404;

	if (!ok)
		*err = why;
	(void)arena_free(a);
	return ok;
}

bool s3_read(struct s3 *s, struct str name, int64_t from, size_t n, char *ret, struct err *err)
{
	struct arena *a = arena_new();
	struct ask q = { .method = "GET", .name = name, .from = from, .into = ret, .n = n };
	bool ok = n == 0 || ask(s, a, &q, err);

	if (ok && q.got != n)
		ok = err_set(err, ERR_IO, "对象存储给的内容比登记的短");
	(void)arena_free(a);
	return ok;
}

static bool read_part(int fd, char *ret, size_t n, int64_t at, struct err *err)
{
	for (size_t done = 0; done < n;) {
		ssize_t k = pread(fd, ret + done, n - done, (off_t)at + (off_t)done);

		if (k <= 0)
			return err_set(err, ERR_IO, "文件没有读完");
		done += (size_t)k;
	}
	return true;
}

/* Upload ids are any text; the query wants it escaped (RFC 3986). */
static struct str escaped(struct arena *a, struct str s)
{
	struct buf b;

	buf_init(&b, a, 3 * UPLOAD_ID);
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~", c))
			buf_addc(&b, (char)c);
		else
			buf_addf(&b, "%%%02X", c);
	}
	return buf_str(&b);
}

static bool begin_parts(struct s3 *s, struct arena *a, struct str name, struct str *ret, struct err *err)
{
	struct ask q = { .method = "POST", .name = name, .query = STR("uploads=") };
	struct str id;

	if (!ask(s, a, &q, err))
		return false;
	id = element(buf_str(&q.xml), "UploadId");
	if (!id.n || id.n > UPLOAD_ID)
		return err_set(err, ERR_IO, "对象存储没有给出上传编号");
	*ret = escaped(a, id);
	return true;
}

/* The parts one after the other; their marks go into the list that ends the upload. */
static bool send_parts(struct s3 *s, struct arena *a, int fd, struct str name, struct str id, int64_t size, struct buf *list,
		       struct err *err)
{
	char *part = malloc((size_t)S3_PART);
	bool ok = part || err_set(err, ERR_BUSY, "内存不足");

	for (int64_t at = 0, n = 1; ok && at < size; at += S3_PART, n++) {
		struct arena_mark m = arena_mark(a);
		struct ask q = { .method = "PUT", .name = name,
				 .query = str_fmt(a, "partNumber=%lld&uploadId=%.*s", (long long)n, STR_FMT(id)),
				 .body = { part, (size_t)(size - at < S3_PART ? size - at : S3_PART) } };

		ok = read_part(fd, part, q.body.n, at, err) && ask(s, a, &q, err);
		arena_rewind(a, m);
		if (ok && !q.etag[0])
			ok = err_set(err, ERR_IO, "对象存储没有给出这一段的标记");
		buf_addf(list, "<Part><PartNumber>%lld</PartNumber><ETag>%s</ETag></Part>", (long long)n, q.etag);
	}
	free(part);
	return ok;
}

static bool put_parts(struct s3 *s, struct arena *a, int fd, struct str name, int64_t size, struct err *err)
{
	struct str id = { 0 };
	struct buf list;
	bool ok;

	buf_init(&list, a, (size_t)PARTS_MOST * 200);
	buf_adds(&list, "<CompleteMultipartUpload>");
	if (!begin_parts(s, a, name, &id, err))
		return false;
	ok = send_parts(s, a, fd, name, id, size, &list, err);
	buf_adds(&list, "</CompleteMultipartUpload>");
	if (ok) {
		struct ask q = { .method = "POST", .name = name, .query = str_fmt(a, "uploadId=%.*s", STR_FMT(id)), .body = buf_str(&list) };

		ok = ask(s, a, &q, err); /* it may say 200 and mean an error: s3_put looks whether it is there */
	}
	if (!ok) {
		struct ask q = { .method = "DELETE", .name = name, .query = str_fmt(a, "uploadId=%.*s", STR_FMT(id)) };
		struct err again = { 0 };

		(void)ask(s, a, &q, &again);
	}
	return ok;
}

static bool put_whole(struct s3 *s, struct arena *a, int fd, struct str name, int64_t size, struct err *err)
{
	char *body = arena_raw(a, (size_t)size + 1);
	struct ask q = { .method = "PUT", .name = name, .payload = name, .body = { body, (size_t)size } };

	return read_part(fd, body, (size_t)size, 0, err) && ask(s, a, &q, err);
}

bool s3_put(struct s3 *s, struct str name, const char *path, int64_t size, struct err *err)
{
	struct arena *a = arena_new();
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int64_t there = -1;
	bool ok = fd >= 0 || err_set(err, ERR_IO, "不能读取 %s", path);

	ok = ok && (size <= S3_PART ? put_whole(s, a, fd, name, size, err) : put_parts(s, a, fd, name, size, err))
	     && s3_size(s, name, &there, err)
	     && (there == size || err_set(err, ERR_IO, "对象存储里的文件与登记的大小不符"));
	if (fd >= 0)
		(void)close(fd);
	(void)arena_free(a);
	return ok;
}

/* ---- the address ---- */

static bool plain_path(struct str p)
{
	for (size_t i = 0; i < p.n; i++) {
		char c = p.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._/", c)))
			return false;
	}
	return p.n > 1 && str_find(p, STR("//"), 0) == SIZE_MAX && str_find(p, STR(".."), 0) == SIZE_MAX;
}

static bool local(struct str host)
{
	return str_starts(host, STR("127.0.0.1")) || str_starts(host, STR("localhost")) || str_starts(host, STR("[::1]"));
}

bool s3_open(const char *address, const struct s3_key *key, struct s3 **ret, struct err *err)
{
	struct str url = str_of(address), host, path;
	bool https = str_starts(url, STR("s3:https://")), http = str_starts(url, STR("s3:http://"));
	size_t skip = https ? 11 : 10, slash = str_chr(url, '/', skip);
	struct arena *a;
	struct s3 *s;

	if ((!https && !http) || slash == SIZE_MAX || slash == skip)
		return err_set(err, ERR_USAGE, "--blobs 应写 s3:https://主机/存储桶，存储桶后可以再写一段路径");
	host = str_sub(url, skip, slash);
	path = str_sub(url, slash, url.n);
	while (str_ends(path, STR("/")))
		path.n--;
	if (!plain_path(path))
		return err_set(err, ERR_USAGE, "--blobs 的存储桶和路径只用字母、数字、点、横线、下划线和斜线");
	if (http && !local(host))
		return err_set(err, ERR_USAGE, "--blobs 只有本机的对象存储可以用 http，其他的须用 https");
	if (!key->id || !key->id[0] || !key->secret || !key->secret[0])
		return err_set(err, ERR_USAGE, "对象存储的访问密钥写在环境变量 AWS_ACCESS_KEY_ID 和 AWS_SECRET_ACCESS_KEY 里");
	a = arena_new();
	s = arena_one(a, struct s3);
	s->a = a;
	s->base = str_dup(a, str_sub(url, 3, slash));
	s->host = str_dup(a, host);
	s->path = str_dup(a, path);
	s->key = (struct s3_key){ str_cstr(a, str_of(key->id)), str_cstr(a, str_of(key->secret)),
				  str_cstr(a, key->region && key->region[0] ? str_of(key->region) : STR("us-east-1")) };
	(void)pthread_mutex_init(&s->lock, NULL);
	*ret = s;
	return true;
}

void s3_close(struct s3 *s)
{
	if (!s)
		return;
	while (s->n_idle)
		curl_easy_cleanup(s->idle[--s->n_idle]);
	(void)pthread_mutex_destroy(&s->lock);
	(void)arena_free(s->a);
}
