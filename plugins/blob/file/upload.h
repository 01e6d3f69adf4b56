/* SPDX-License-Identifier: Apache-2.0 */
/* upload - one object on its way in: a temporary file, its digest, and the rename that makes it visible.
 *
 * All functions block: they run on a worker. Nothing is visible before upload_commit; upload_drop removes all trace.
 * What a crash leaves in the temporary folder is swept at the next start. */
#ifndef FILE_UPLOAD_H
#define FILE_UPLOAD_H

#include <openssl/evp.h>
#include <stddef.h>
#include <stdint.h>

struct upload {
	int tmp, fd;          /* the folder of temporary files; the file */
	char name[40];
	EVP_MD_CTX *sha;
	int64_t size;
	char digest[65];      /* after upload_commit */
};

int  upload_open(struct upload *, int tmp, uint64_t id);
int  upload_add(struct upload *, const void *, size_t n);
int  upload_commit(struct upload *, int root, const char *key); /* durable when it returns 0 */
void upload_drop(struct upload *);
void upload_sweep(int tmp);

#endif
