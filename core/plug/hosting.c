/* SPDX-License-Identifier: Apache-2.0 */
/* hosting - its table. */
#include "hosting.h"

TENON_TABLE(, hosting, HOSTING);
