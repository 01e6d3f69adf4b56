/* SPDX-License-Identifier: Apache-2.0 */
/* schema - tables as JSON Schema (2020-12, as OpenAPI 3.1 uses it), and an example of each. */
#ifndef WIRE_SCHEMA_H
#define WIRE_SCHEMA_H

#include "shape.h"

struct buf;
struct map;

void schema_print(struct buf *, const struct tenon_table *);   /* the object; sub-messages by $ref to #/components/schemas/NAME */
void schema_field(struct buf *, const struct tenon_field *);   /* one member, for a parameter */
void schema_example(struct buf *, const struct tenon_table *); /* a value that fits it */
/* Adds the table and those it refers to: component name -> table. */
int  schema_collect(struct map *components, const struct tenon_table *);

#endif
