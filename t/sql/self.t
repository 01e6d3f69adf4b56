#!/usr/bin/env python3
"""self - the lint finds what it is there to find, and lets pass what both engines mean alike"""
# SPDX-License-Identifier: Apache-2.0
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lib")]
import engines  # noqa: E402
import exercise  # noqa: E402
import subset  # noqa: E402
import tap  # noqa: E402

SCHEMA = """CREATE TABLE a (id $id, name $text NOT NULL UNIQUE, n $i64, f $f64, b $bytes) $table;
CREATE TABLE k (a $i64 NOT NULL, key $text NOT NULL, PRIMARY KEY (a, key)) $keyed;
"""

GOOD = [
    "SELECT id, name, n, f, b FROM a WHERE name = ? ORDER BY id LIMIT ?",
    "SELECT n FROM a ORDER BY n DESC NULLS LAST, a.name COLLATE \"C\"",
    "SELECT name FROM a WHERE t_like(name, ?) AND NOT t_ilike(name, '%LIKE?')",
    "SELECT CAST(sum(n) AS BIGINT), count(*), max(n), f * 2 FROM a GROUP BY f",
    "SELECT n FROM (SELECT n, row_number() OVER (PARTITION BY f ORDER BY id ROWS UNBOUNDED PRECEDING) AS r FROM a) AS t WHERE r = 1",
    "SELECT id FROM a WHERE n IS NOT DISTINCT FROM ?",
    "INSERT INTO k (a, key) VALUES (?, ?) ON CONFLICT (a, key) DO NOTHING",
    "INSERT INTO a (name, n) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET n = excluded.n RETURNING id",
    "WITH t (x) AS (SELECT n FROM a) SELECT x FROM t WHERE x > ? -- ORDER BY what",
]
BAD = [
    ("SELECT missing FROM a", "no such column"),
    ("SELECT name FROM a WHERE name LIKE ?", "t_like"),
    ("SELECT name FROM a WHERE name = id", "operator does not exist"),
    ("SELECT n FROM a ORDER BY n", "ORDER BY n: say NULLS"),
    ("SELECT n FROM a ORDER BY id, max(n, f)", "ORDER BY max ( n , f ): say NULLS"),
    ("SELECT max(n, 1) FROM a", "max and min of two"),
    ("SELECT min(abs(n), 1) FROM a", "max and min of two"),
    ("SELECT sum(n) FROM a", "numeric"),
    ("SELECT n > 1 FROM a", "boolean"),
    ("SELECT CAST(f AS REAL) FROM a", "DOUBLE PRECISION"),
    ("SELECT CAST(? AS INTEGER) FROM a", "BIGINT"),
    ("SELECT n FROM a WHERE f = TRUE", "booleans"),
    ("INSERT OR REPLACE INTO k VALUES (?, ?)", "PostgreSQL"),
    ("SELECT n FROM a FOR UPDATE", "SQLite"),
    ("WITH x AS (DELETE FROM k RETURNING a) SELECT a FROM x", "SQLite"),
    ("SELECT ifnull(n, 0) FROM a", "PostgreSQL"),
    ("SELECT name FROM a WHERE name IS ?", "PostgreSQL"),
    ("SELECT name FROM a WHERE id", "PostgreSQL"),
    ("SELECT ? + ?", "PostgreSQL"),
]


def main():
    lite = engines.Sqlite()
    with engines.Postgres() as pg:
        for sql in subset.statements(SCHEMA):
            lite.run(subset.with_words(sql, "sqlite"))
            pg.run(subset.with_words(sql, "postgresql"))
        not_null = lite.not_null_columns()
        described = pg.prepare(GOOD + [sql for sql, _ in BAD])
    tap.is_(sorted(not_null), ["a", "id", "key", "name"], "which columns are never NULL")
    for (sql, want), (error, types) in zip([(sql, None) for sql in GOOD] + BAD, described):
        found = ["SQLite: %s" % e for e in [lite.prepare(sql)] if e] + ["PostgreSQL: %s" % error for error in [error] if error]
        text = "\n".join(found + engines.wrong_kinds(types) + subset.complaints(sql, not_null))
        if want is None:
            tap.is_(text, "", sql)
        else:
            tap.like(text, want, sql)
    tap.is_(subset.numbered("SELECT '?', \"?\", ? -- ?\n, ?"), ("SELECT '?', \"?\", $1 -- ?\n, $2", 2), "parameters, not question marks")
    tap.is_(exercise.literals_of('f("SELECT a FROM b WHERE c = ?"\n  " AND d = \\"%s\\"", x); g("SELECTED", "INSERT INTO t")'),
            [(1, 'SELECT a FROM b WHERE c = ? AND d = "'), (2, "INSERT INTO t")], "statements of a source file")
    tap.done_testing()


main()
