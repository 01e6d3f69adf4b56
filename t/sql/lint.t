#!/usr/bin/env python3
"""lint - every statement of every service means the same on SQLite and on PostgreSQL (docs/sql-subset.md)

A tenond with sql.trace is asked a little of everything; each statement that it prepared is then prepared on both
engines over the schema that its services migrate to, and its text is looked through for what preparing does not show.
A statement of the sources that was never traced fails the test: add a request to exercise.py that needs it.

Environment: SQL_TRACE, a trace that is there already (then no tenond is started, nor are the sources compared).
"""
# SPDX-License-Identifier: Apache-2.0
import json
import os
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [HERE, os.path.join(HERE, "..", "lib")]
import engines  # noqa: E402
import exercise  # noqa: E402
import subset  # noqa: E402
import tap  # noqa: E402

LIKE = [("Alpha", "A%"), ("Alpha", "a%"), ("gr\u00fc\u00df", "gr__"), ("\u00fc", "\u00dc"), ("a%b", "a\\%b"), ("a\\xb", "a\\%b"), ("", "%"),
        ("mississippi", "%iss%ip%"), ("x", "")]
LIKE_SEEN = [("t", "t"), ("f", "t"), ("t", "t"), ("f", "f"), ("f", "f"), ("t", "t"), ("t", "t"), ("t", "t"), ("f", "f")]


def read_trace(path):
    """(statements, {(service, version): text})"""
    statements, migrations = [], {}
    with open(path, encoding="utf-8") as f:
        for line in f:
            entry = json.loads(line)
            if isinstance(entry, str):
                statements.append(entry)
            else:
                migrations[entry["service"], entry["version"]] = entry["sql"]
    return sorted(set(statements)), dict(sorted(migrations.items()))


def make_trace():
    with tempfile.TemporaryDirectory(prefix="tenon-sql-") as folder:
        path = os.path.join(folder, "trace")
        exercise.run(path)
        return read_trace(path)


def migrate(engine, name, migrations):
    for (service, version), text in migrations.items():
        failed = None
        for sql in subset.statements(text):
            try:
                engine.run(subset.with_words(sql, name))
            except Exception as error:  # whatever an engine has against it
                failed = "%s\n%s" % (error, sql)
                break
        tap.ok(failed is None, "%s version %d on %s" % (service, version, name), failed)


def check_statement(sql, lite_error, pg_error, types, not_null):
    wrong = [("SQLite: " + lite_error)] if lite_error else []
    wrong += [("PostgreSQL: " + pg_error)] if pg_error else []
    wrong += engines.wrong_kinds(types) + subset.complaints(sql, not_null)
    short = " ".join(sql.split())
    tap.ok(not wrong, short if len(short) < 90 else short[:87] + "...", "\n".join(wrong + [sql]))


def check_matching(pg):
    cases = ", ".join("(%d, '%s', '%s')" % (i, s, p) for i, (s, p) in enumerate(LIKE))
    got = pg.rows("SELECT t_like(s, p), t_ilike(s, p) FROM (VALUES %s) AS c (i, s, p) ORDER BY i" % cases)
    tap.is_([tuple(row) for row in got], LIKE_SEEN, "t_like and t_ilike match alike on both (t/unit/sqlite_driver.c has the cases)")


def main():
    given = os.environ.get("SQL_TRACE")
    statements, migrations = read_trace(given) if given else make_trace()
    tap.ok(migrations and statements, "%d statements, %d migrations were traced" % (len(statements), len(migrations)))
    lite = engines.Sqlite()
    with engines.Postgres() as pg:
        check_matching(pg)
        migrate(lite, "sqlite", migrations)
        migrate(pg, "postgresql", migrations)
        not_null = lite.not_null_columns()
        for sql, (error, types) in zip(statements, pg.prepare(statements)):
            check_statement(sql, lite.prepare(sql), error, types, not_null)
    if not given:
        untraced = exercise.untraced(statements)
        tap.ok(not untraced, "every statement of the sources was exercised", "\n".join(untraced))
    tap.done_testing()


main()
