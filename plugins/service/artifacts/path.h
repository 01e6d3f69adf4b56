/* SPDX-License-Identifier: Apache-2.0 */
/* path - from an artifact path as clients send it to a blob key.
 *
 * Paths are decoded until they are stable (a client may hide `..` behind any number of %25), then refused when they hold
 * `#` or a segment `..`, or are absolute for POSIX or Windows: MLflow's «Invalid path». What is left is a key below the
 * caller's workspace: «default/1/<run>/artifacts/model/MLmodel». */
#ifndef ARTIFACTS_PATH_H
#define ARTIFACTS_PATH_H

struct tenon_call;

/* The safe form of `path` (call arena), or NULL with the call failed. "" stays "". */
const char *path_check(struct tenon_call *, const char *path);
/* The blob key of a safe path below `root` ("" or a safe path), both without a workspace. NULL: failed. */
const char *path_key(struct tenon_call *, const char *root, const char *path);
/* last segment */
const char *path_name(const char *path);

#endif
