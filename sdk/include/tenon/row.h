/* SPDX-License-Identifier: Apache-2.0 */
/* row - how a message is declared: one list gives the C struct, its presence bits and its field table.
 *
 *	#define LOG_METRIC_ARGS(F, S) \
 *		F(S, const char *, run_id, .flags = TENON_REQUIRED, .doc = "the run to write to") \
 *		F(S, double,       value,  .flags = TENON_REQUIRED, .doc = "any double, NaN included") \
 *		F(S, int64_t,      step,   .dflt = "0",             .doc = "training step")
 *	TENON_MESSAGE(log_metric_args, LOG_METRIC_ARGS)
 *
 * declares `struct log_metric_args` and `log_metric_args_table`. `a->has.step` says whether the caller gave
 * `step`; a default fills the member and leaves the bit clear. The C type decides the field type:
 *
 *	bool                     BOOL        struct tenon_bytes  BYTES (JSON: base64)
 *	int64_t                  I64         struct tenon_json   JSON  (a checked slice of the caller's own text)
 *	int64_t with .names      ENUM        struct tenon_strs   STR array
 *	double                   F64         struct tenon_i64s   I64 array
 *	const char *             STR         struct tenon_map    STR map
 *	struct X with TENON_SUB(X)   MSG     struct X_list with TENON_MANY(X)  MSG array
 *
 * Strings are UTF-8, NUL-terminated, never NULL in decoded arguments (absent = "" and a clear bit). Everything that
 * a decoded message points to lives in the arena of its call. Row types never grow within an ABI: a new column
 * comes in a parallel table. C11 or C++17, with GCC's or Clang's extensions as far as -Wall -Wextra lets them pass. */
#ifndef TENON_ROW_H
#define TENON_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tenon_bytes { const void *p; size_t n; };
struct tenon_json { const char *p; size_t n; };
struct tenon_strs { const char **v; size_t n; };
struct tenon_i64s { int64_t *v; size_t n; };
struct tenon_pair { const char *key, *value; };
struct tenon_map { struct tenon_pair *v; size_t n; };

enum tenon_type { TENON_BOOL = 1, TENON_I64, TENON_F64, TENON_STR, TENON_BYTES, TENON_ENUM, TENON_JSON, TENON_MSG };
enum tenon_card { TENON_ONE, TENON_ARRAY, TENON_MAP };

enum tenon_field_flag {
	TENON_REQUIRED = 1 << 0, /* absent is an error */
	TENON_EMIT     = 1 << 1, /* result array handed over one by one (tenon_emit), never whole in memory */
	TENON_TYPED    = 1 << 2, /* a dialect that forgives wrong types must not forgive this one */
	TENON_KEEP     = 1 << 3, /* print an empty string, array or message instead of leaving it out */
	TENON_SECRET   = 1 << 4, /* config: never printed, logged or shown */
	TENON_RELOAD   = 1 << 5, /* config: may change without a restart of the instance */
};

/* a spelling of an ENUM value; the list ends with name == NULL */
struct tenon_name { const char *name; int64_t value; };

/* a named rule for strings. `regex` documents it (OpenAPI `pattern`); `accepts` decides. Pure, any thread. NULL in the
 * core's copy of a table whose plugin runs in a process of its own: there it is checked. */
struct tenon_pattern {
	const char *name, *regex;
	bool (*accepts)(const char *s);
};

struct tenon_field {
	const char *name;
	uint8_t     type, card;
	uint8_t     group;   /* fields of one group (> 0) exclude each other */
	uint16_t    flags;   /* enum tenon_field_flag */
	uint32_t    offset;  /* of the member within the struct */
	const struct tenon_table *sub;       /* MSG: the table of the sub-message */
	const struct tenon_name  *names;     /* ENUM: its spellings */
	const struct tenon_pattern *pattern; /* STR: a rule each value must meet */
	const char *aliases; /* other spellings of the name, separated by spaces */
	const char *dflt;    /* default as JSON text; a string without quotes */
	const char *range;   /* "1..100", "0..", "..250": numbers by value, strings by characters, arrays by items */
	const char *label;   /* what to call the value in an error, where not the name; config: its unit ("ms", "bytes") */
	const char *doc;
};

struct tenon_table {
	const char *name;
	uint32_t    size;    /* bytes of the struct */
	uint32_t    n;       /* rows; bit i of the struct's leading uint64_t words is row i's presence */
	const struct tenon_field *fields;
};

#ifdef __cplusplus
#include "row.hpp"
#else
#define TENON__ROWTYPE(member) _Generic((member), \
	bool: TENON_BOOL, int64_t: TENON_I64, double: TENON_F64, const char *: TENON_STR, \
	struct tenon_bytes: TENON_BYTES, struct tenon_json: TENON_JSON, struct tenon_strs: TENON_STR, \
	struct tenon_i64s: TENON_I64, struct tenon_map: TENON_STR, default: TENON_MSG)
#define TENON__ROWCARD(member) _Generic((member), \
	struct tenon_strs: TENON_ARRAY, struct tenon_i64s: TENON_ARRAY, struct tenon_map: TENON_MAP, default: TENON_ONE)

#define TENON__ROW(S, ctype, member_, ...) \
	{ .name = #member_, .type = TENON__ROWTYPE(((struct S *)0)->member_), \
	  .card = TENON__ROWCARD(((struct S *)0)->member_), .offset = offsetof(struct S, member_), __VA_ARGS__ },
#define TENON__QUIET _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Woverride-init\"")
#define TENON__LOUD  _Pragma("GCC diagnostic pop")
#endif

#define TENON__BIT(S, ctype, member, ...) uint64_t member : 1;
#define TENON__MEMBER(S, ctype, member, ...) ctype member;

/* attributes of a row that holds a sub-message, or an array of them */
#define TENON_SUB(sub_) .sub = &sub_##_table
#define TENON_MANY(sub_) .sub = &sub_##_table, .card = TENON_ARRAY

/* the struct alone (for a header) and the table alone (for one source file) */
#define TENON_STRUCT(name_, LIST) \
	struct name_ { struct { LIST(TENON__BIT, name_) } has; LIST(TENON__MEMBER, name_) }; \
	struct name_##_list { struct name_ *v; size_t n; }
#define TENON_TABLE(storage, name_, LIST) \
	TENON__QUIET \
	static const struct tenon_field name_##_fields[] = { LIST(TENON__ROW, name_) }; \
	__attribute__((unused)) storage const struct tenon_table name_##_table = { \
		#name_, sizeof(struct name_), sizeof name_##_fields / sizeof *name_##_fields, name_##_fields }; \
	TENON__LOUD struct name_
/* both, private to the including file: what interface headers and small plugins use */
#define TENON_MESSAGE(name_, LIST) \
	TENON_STRUCT(name_, LIST); \
	TENON_TABLE(static, name_, LIST)

/* a message without fields */
struct tenon_empty { uint64_t has; };
__attribute__((unused)) static const struct tenon_table tenon_empty_table = { "empty", sizeof(struct tenon_empty), 0, NULL };

#endif
