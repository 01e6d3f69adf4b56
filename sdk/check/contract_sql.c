/* SPDX-License-Identifier: Apache-2.0 */
/* contract_sql - interface sql: methods and what they mean. */
#include "contract.h"

#include <tenon/iface/sql.h>

#define ROW(name_, args_t, result_t) .name = name_, .since = 1, .args = &args_t##_table, .result = &result_t##_table
static const struct tenon_method methods[] = {
	{ ROW("query", sql_query_args, sql_rows), .flags = TENON_IDEMPOTENT, .errors = "DATA_LOSS", .doc = "Runs one SELECT of the common subset (docs/sql-subset.md)." },
	{ ROW("tx", sql_tx_args, sql_tx_result), .flags = TENON_WRITE, .errors = "CONFLICT STORAGE_FULL DATA_LOSS",
	  .doc = "Applies steps, with the conditions that must hold, whole or not at all; answered when it is durable. An expectation that fails is no error: "
	         "`failed` names its step, and nothing of the message was applied." },
	{ ROW("migrate", sql_migrate_args, tenon_empty), .flags = TENON_WRITE | TENON_IDEMPOTENT, .errors = "FAILED_PRECONDITION STORAGE_FULL DATA_LOSS",
	  .doc = "Brings a service's tables to its newest numbered version. In statements $i64 $f64 $text $bytes stand for column types, $table ends a CREATE TABLE." },
	{ 0 },
};

#define TABLE "CREATE TABLE check_t (id $i64 NOT NULL, name $text UNIQUE, x $f64, raw $bytes, PRIMARY KEY (id)) $table;\\n"
#define INSERT "\"sql\":\"INSERT INTO check_t (id, name, x) VALUES (?, ?, ?)\""
#define VALUES(id, name) "\"params\":[{\"i\":" id "},{\"text\":\"" name "\"},{\"f\":0.5}]"
#define COUNT "{\"sql\":\"SELECT count(*) FROM check_t\"}"
static const struct step steps[] = {
	{ "tables come by migrate, and a second time changes nothing", "migrate", "{\"service\":\"check\",\"versions\":[\"" TABLE "\"]}" },
	{ NULL, "migrate", "{\"service\":\"check\",\"versions\":[\"" TABLE "\"]}" },
	{ "a service's tables that are newer than it knows: FAILED_PRECONDITION", "migrate", "{\"service\":\"check\",\"versions\":[]}", .code = TENON_FAILED_PRECONDITION },
	{ "what is written is read", "tx", "{\"steps\":[{" INSERT "," VALUES("1", "one") "}]}", .has = "\"affected\":1" },
	{ NULL, "query", "{\"sql\":\"SELECT id, name, x, raw FROM check_t WHERE id = ?\",\"params\":[{\"i\":1}]}",
	  .has = "\"values\":[{\"i\":1},{\"text\":\"one\"},{\"f\":0.5},{}]" },
	{ "a statement runs once for each group of params", "tx", "{\"steps\":[{\"sql\":\"INSERT INTO check_t (id, name) VALUES (?, ?)\",\"columns\":2,"
	  "\"params\":[{\"i\":2},{\"text\":\"two\"},{\"i\":3},{\"text\":\"three\"}]}]}", .has = "\"affected\":2" },
	{ "a step that breaks takes the whole message back", "tx", "{\"steps\":[{" INSERT "," VALUES("4", "four") "},{" INSERT "," VALUES("5", "one") "}]}", .code = TENON_CONFLICT },
	{ NULL, "query", COUNT, .has = "{\"i\":3}" },
	{ "an expectation that fails takes the whole message back, and says which", "tx", "{\"steps\":[{" INSERT "," VALUES("6", "six") "},"
	  "{\"sql\":\"UPDATE check_t SET x = ? WHERE id = ?\",\"params\":[{\"f\":1},{\"i\":99}],\"expect\":2,\"count\":1}]}", .has = "\"failed\":1" },
	{ NULL, "query", COUNT, .has = "{\"i\":3}" },
	{ "an expectation that holds lets it through", "tx", "{\"steps\":[{\"sql\":\"SELECT id FROM check_t WHERE id = ?\",\"params\":[{\"i\":1}],\"expect\":1,\"count\":1},"
	  "{" INSERT "," VALUES("7", "seven") "}]}", .lacks = "failed" },
	{ NULL, "query", COUNT, .has = "{\"i\":4}" },
	{ "SQL_NO_ROWS: nothing may be there", "tx", "{\"steps\":[{\"sql\":\"SELECT id FROM check_t WHERE id = ?\",\"params\":[{\"i\":1}],\"expect\":3}]}", .has = "\"failed\":0" },
	{ "text is not SQL", "query", "{\"sql\":\"SELECT count(*) FROM check_t WHERE name = ?\",\"params\":[{\"text\":\"x' OR '1'='1\"}]}", .has = "{\"i\":0}" },
	{ "SQL that does not prepare is INTERNAL, and says why", "query", "{\"sql\":\"SELEC nonsense\"}", .code = TENON_INTERNAL },
	{ NULL, "query", COUNT, .has = "{\"i\":4}" },
	{ "the greatest and least integers come back", "tx", "{\"steps\":[{\"sql\":\"INSERT INTO check_t (id) VALUES (?)\",\"columns\":1,"
	  "\"params\":[{\"i\":9223372036854775807},{\"i\":-9223372036854775808}]}]}" },
	{ NULL, "query", "{\"sql\":\"SELECT min(id), max(id) FROM check_t\"}", .has = "[{\"i\":-9223372036854775808},{\"i\":9223372036854775807}]" },
	{ "a query does not write", "query", "{\"sql\":\"DELETE FROM check_t\"}", .code = TENON_INTERNAL },
	{ NULL, "query", COUNT, .has = "{\"i\":6}" },
	{ 0 },
};

const struct contract sql_contract = {
	"sql", "What a relational store does for services. `query` reads; `tx` is one transaction in one message; `migrate` brings a service's tables to "
	"their newest version. Nothing else touches a store. Errors of all three: UNAVAILABLE (locked, gone, read-only), OVERLOADED, INTERNAL (SQL that "
	"does not prepare).", methods, steps,
};
