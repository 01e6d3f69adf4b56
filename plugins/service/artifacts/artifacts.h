/* SPDX-License-Identifier: Apache-2.0 */
/* artifacts - the service's own state: which instances it works with. Set at create, then only read. */
#ifndef ARTIFACTS_ARTIFACTS_H
#define ARTIFACTS_ARTIFACTS_H

#include <tenon/iface/blob.h>

struct artifacts { char *blob, *tracking; };

#endif
