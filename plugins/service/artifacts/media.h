/* SPDX-License-Identifier: Apache-2.0 */
/* media - the media type of a file, by its name, as MLflow answers it. */
#ifndef ARTIFACTS_MEDIA_H
#define ARTIFACTS_MEDIA_H

const char *media_type(const char *name); /* a static string; application/octet-stream if the name says nothing */

#endif
