"""engines - the two engines that a statement must mean alike on: prepare(sql) gives an error text, or None

    with engines.Postgres() as pg:            # started for the test, in a folder of its own
        pg.run("CREATE TABLE ...")
        pg.prepare(["SELECT ?", ...])         # [(error or None, [column types]), ...]
    lite = engines.Sqlite()

Failure: EngineError when an engine cannot be started.
"""
# SPDX-License-Identifier: Apache-2.0
import glob
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile

import subset

# What t_like and t_ilike are on PostgreSQL; the driver brings them with its first migration (docs/sql-subset.md)
FUNCTIONS = """
CREATE FUNCTION t_like(s text, p text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $f$ SELECT s COLLATE "C" LIKE p COLLATE "C" ESCAPE '' $f$;
CREATE FUNCTION t_ilike(s text, p text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $f$ SELECT lower(s COLLATE "C") LIKE lower(p COLLATE "C") ESCAPE '' $f$;
"""
# kinds of columns that a driver hands over as i64, f64, text, bytes
KINDS = {"bigint", "integer", "smallint", "double precision", "text", "bytea"}
HINTS = {"numeric": "sum() of BIGINT is NUMERIC there: CAST(... AS BIGINT)", "boolean": "a condition is 0 or 1 on SQLite only: CASE"}


class EngineError(Exception):
    pass


class Sqlite:
    def __init__(self):
        self.db = sqlite3.connect(":memory:", isolation_level=None)
        for name in ("t_like", "t_ilike"):
            self.db.create_function(name, 2, lambda s, p: 1, deterministic=True)
        self.db.create_collation("C", lambda a, b: (a > b) - (a < b))

    def run(self, sql):
        self.db.execute(sql)

    def prepare(self, sql):
        _, count = subset.numbered(sql)
        try:
            self.db.execute("EXPLAIN " + sql, [None] * count).close()
        except (sqlite3.Error, sqlite3.Warning) as error:
            return str(error)
        return None

    def not_null_columns(self):
        """Names of columns that no table lets be NULL."""
        nullable, all_names = set(), set()
        for (table,) in self.db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for _, name, _, not_null, _, key in self.db.execute('PRAGMA table_info("%s")' % table).fetchall():
                all_names.add(name.lower())
                if not (not_null or key):
                    nullable.add(name.lower())
        return all_names - nullable


def folder_of_programs():
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    if not found:
        raise EngineError("no PostgreSQL: apt-get install postgresql")
    return os.path.dirname(found[-1])


class Postgres:
    """A server on a unix socket in a temporary folder; as user postgres if we are root, which it refuses to be."""

    def __init__(self):
        self.bin = folder_of_programs()
        self.as_user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
        self.user = "postgres" if self.as_user else None

    def call(self, program, *args, **more):
        command = self.as_user + [os.path.join(self.bin, program)] + list(args)
        return subprocess.run(command, stdin=more.pop("stdin", subprocess.DEVNULL), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, cwd=self.dir, **more)

    def __enter__(self):
        self.dir = tempfile.mkdtemp(prefix="tenon-pg-")
        if self.user:
            shutil.chown(self.dir, self.user)
        self.data = os.path.join(self.dir, "data")
        try:
            self.check(self.call("initdb", "-D", self.data, "-U", "tenon", "-E", "UTF8", "--locale=C", "-A", "trust", "--no-sync"))
            options = "-c listen_addresses='' -c fsync=off -c unix_socket_directories='%s'" % self.dir
            # its log goes to a file: a pipe would stay open as long as the server
            self.check(self.call("pg_ctl", "-D", self.data, "-o", options, "-l", os.path.join(self.dir, "log"), "-w", "start"))
            self.run(FUNCTIONS)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        if os.path.exists(os.path.join(self.data, "postmaster.pid")):
            self.call("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")
        shutil.rmtree(self.dir, ignore_errors=True)

    @staticmethod
    def check(done):
        if done.returncode:
            raise EngineError(done.stdout.strip())

    def psql(self, script, *args):
        """(exit status, standard output, standard error)"""
        command = [os.path.join(self.bin, "psql"), "-X", "-q", "-A", "-t", "-F", "|", "-h", self.dir, "-U", "tenon", "-d", "postgres", *args]
        done = subprocess.run(command, input=script, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              env=dict(os.environ, PGCLIENTENCODING="UTF8"))
        return done.returncode, done.stdout, done.stderr

    def run(self, sql):
        status, _, error = self.psql(sql + ";\n", "-v", "ON_ERROR_STOP=1")
        if status:
            raise EngineError(error.strip())

    def rows(self, sql):
        return [line.split("|") for line in self.psql(sql + ";\n")[1].splitlines()]

    def prepare(self, statements):
        """[(error or None, column types)]: each is parsed and described by the server, not run."""
        script = "".join("\\echo @@@%d\n\\warn @@@%d\n%s\n\\gdesc\n" % (i, i, subset.numbered(sql)[0].rstrip().rstrip(";"))
                         for i, sql in enumerate(statements))
        _, out, error = self.psql(script)
        columns, errors = by_mark(out), by_mark(error)
        result = []
        for i in range(len(statements)):
            text = re.sub(r"^psql:<stdin>:\d+: ", "", errors.get(i, "").strip())
            types = [line.rsplit("|", 1)[1] for line in columns.get(i, "").splitlines() if "|" in line]
            result.append((text or None, types))
        return result


def by_mark(text):
    """The pieces of a text between lines @@@0, @@@1, ..."""
    parts = re.split(r"^@@@(\d+)\n", text, flags=re.M)
    return {int(number): piece for number, piece in zip(parts[1::2], parts[2::2])}


def wrong_kinds(types):
    return ["a column is %s on PostgreSQL%s" % (t, ": " + HINTS[t] if t in HINTS else "") for t in types if t not in KINDS]
