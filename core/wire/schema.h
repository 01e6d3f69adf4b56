/* SPDX-License-Identifier: Apache-2.0 */
/* schema - what a table says, as JSON Schema (2020-12, which OpenAPI 3.1 uses), and an example of it.
 *
 * Sub-messages are `$ref`s to #/components/schemas/<table name>; schema_collect finds the tables that these need. Of a
 * SECRET row neither default nor example is shown. Failure: the buffer's. */
#ifndef WIRE_SCHEMA_H
#define WIRE_SCHEMA_H

#include "shape.h"

struct buf;
struct map;

void schema_print(struct buf *, const struct tenon_table *);   /* an object */
void schema_field(struct buf *, const struct tenon_field *);   /* one row, as a parameter needs it */
/* A message that the row's types and limits accept, as far as a pattern leaves that to be known. */
void schema_example(struct buf *, const struct tenon_table *);
/* Adds the table and all that it refers to: component name -> const struct tenon_table *. Of two tables with one name the
 * first is kept: one name is one message on the wire. 0 or TENON_NO_MEMORY. */
int  schema_collect(struct map *components, const struct tenon_table *);

#endif
