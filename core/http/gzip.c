/* SPDX-License-Identifier: Apache-2.0 */
/* gzip - zlib at its quickest level: the network is the reason to pack, not the disk. */
#include "gzip.h"
#include "base/buf.h"
#include "base/mem.h"
#include <tenon/error.h>

#include <zlib.h>

enum { STEP = 16384, WINDOW_GZIP = 15 + 16, WINDOW_DETECT = 15 + 32, MEMORY = 8 };

struct gzip { z_stream z; };
struct inflater { z_stream z; bool done; };

struct gzip *gzip_open(void)
{
	struct gzip *g = mem_zero(sizeof *g);

	if (g == NULL || deflateInit2(&g->z, Z_BEST_SPEED, Z_DEFLATED, WINDOW_GZIP, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK) {
		mem_free(g);
		return NULL;
	}
	return g;
}

bool gzip_add(struct gzip *g, const void *p, size_t n, bool last, struct buf *out)
{
	int rc = Z_OK;

	g->z.next_in = (Bytef *)p;
	g->z.avail_in = (uInt)n;
	do {
		if (!buf_reserve(out, STEP))
			return false;
		g->z.next_out = (Bytef *)out->p + out->n;
		g->z.avail_out = STEP;
		rc = deflate(&g->z, last ? Z_FINISH : Z_NO_FLUSH);
		out->n += STEP - g->z.avail_out;
	} while (rc == Z_OK && (g->z.avail_out == 0 || g->z.avail_in > 0));
	return rc == (last ? Z_STREAM_END : Z_OK) || (!last && rc == Z_BUF_ERROR);
}

void gzip_close(struct gzip *g)
{
	if (g == NULL)
		return;
	deflateEnd(&g->z);
	mem_free(g);
}

struct inflater *inflater_open(void)
{
	struct inflater *i = mem_zero(sizeof *i);

	if (i == NULL || inflateInit2(&i->z, WINDOW_DETECT) != Z_OK) {
		mem_free(i);
		return NULL;
	}
	return i;
}

int inflater_add(struct inflater *i, const void *p, size_t n, struct buf *out, size_t most)
{
	i->z.next_in = (Bytef *)p;
	i->z.avail_in = (uInt)n;
	while (i->z.avail_in > 0) {
		if (i->done) /* something behind its end */
			return TENON_INVALID_ARGUMENT;
		if (!buf_reserve(out, STEP))
			return TENON_NO_MEMORY;
		i->z.next_out = (Bytef *)out->p + out->n;
		i->z.avail_out = STEP;
		int rc = inflate(&i->z, Z_NO_FLUSH);
		out->n += STEP - i->z.avail_out;
		if (rc == Z_MEM_ERROR)
			return TENON_NO_MEMORY;
		if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
			return TENON_INVALID_ARGUMENT;
		i->done = rc == Z_STREAM_END;
		if (out->n > most)
			return TENON_TOO_LARGE;
	}
	return TENON_OK;
}

bool inflater_done(const struct inflater *i) { return i->done; }

void inflater_close(struct inflater *i)
{
	if (i == NULL)
		return;
	inflateEnd(&i->z);
	mem_free(i);
}
