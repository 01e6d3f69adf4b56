"""filters - search filters and order_by clauses: the grammar as MLflow documents it, and its edges

Ownership: pure functions of (rng, ctx), see values.py.
"""
# SPDX-License-Identifier: Apache-2.0
import values

NUMERIC = [">", ">=", "=", "!=", "<", "<="]
TEXT = ["=", "!=", "LIKE", "ILIKE", "like", "iLike", "Like"]
METRIC = ["metrics", "metric"]
PARAM = ["params", "param", "parameters", "parameter"]
TAG = ["tags", "tag"]
ATTRIBUTE = ["attributes", "attribute", "attr", "run"]
DATASET = ["datasets", "dataset"]

WEIRD = [
    "metrics.loss", "metrics.loss >", "> 1", "metrics.loss > 'a'", "metrics.loss > abc", "params.lr = 1",
    "params.lr = abc", "params.lr = \"0.1\"", "params.lr == '1'", "params.lr > '1'", "tags.a IN ('x')",
    "params.lr = 'a' OR params.lr = 'b'", "(params.lr = 'a')", "NOT params.lr = 'a'", "params.lr = 'a",
    "params.lr = 'a' AND", "AND params.lr = 'a'", "params.lr = 'a' params.acc = 'b'",
    "params.lr = 'a'; params.acc = 'b'", "params.lr = 'a';", ";", " ", "1 = 1", "'a' = 'a'", "-- x", "/* x */",
    "params.lr = 'a' -- x", "params.lr IS NULL", "params.lr is not null", "tags.x IS  NULL", "metrics.loss IS NULL",
    "status IS NULL", "tags.x IS", "tags.x IS NULL AND params.lr IS NOT NULL", "bogus.x = 'a'", "bogus = 'a'",
    "metrics.loss LIKE '1'", "metrics.loss = 1e3", "metrics.loss = .5", "metrics.loss = -1", "metrics.loss = +1",
    "metrics.loss = 0x10", "metrics.loss = 1_000", "metrics.loss = 1.", "metrics.loss = 1 AND metrics.loss = 1",
    "metrics.loss>=0.1", "metrics.loss ! = 1", "metrics.loss <> 1", "metrics.loss = NULL", "metrics.loss = NaN",
    "metrics . loss = 1", "metrics.`loss` > 0", "metrics.\"loss\" > 0", "`metrics`.loss > 0", "metrics.'loss' > 0",
    "`metrics.loss` > 0", "params.`a b` = 'x'", "params.a b = 'x'", "params.\"a b\" = 'x'", "params.k.1 = '1'",
    "metrics.m/x > 0", "metrics.`m/x` > 0", "params.x-y_z = 'a'", "params.val:loss = 'a'", "tags.mlflow.user = 'x'",
    "tags.`mlflow.user` = 'x'", "params.名前 = 'x'", "params.`名前` = 'x'", "params.order = 'x'", "tags.key = 'x'",
    "tags.value = 'x'", "params.select = 'x'", "tags.user = 'x'", "tags.`` = 'x'", "tags. = 'x'", ".x = 'a'",
    "tags.x = ''", "tags.x = ''''", "params.lr = 'it''s'", "params.lr = 'it\\'s'", "params.lr = \"it's\"",
    "params.lr = `a`", "params.lr LIKE '%'", "params.lr LIKE '_'", "params.lr LIKE '\\%'", "params.lr LIKE 'A%'",
    "params.lr ILIKE 'A%'", "params.lr NOT LIKE 'a'", "params.lr RLIKE 'a'", "params.lr BETWEEN 'a' AND 'b'",
    "run_id IN ('⟨run:0⟩')", "run_id IN ('⟨run:0⟩', '⟨run:1⟩')", "run_id NOT IN ('⟨run:0⟩')", "run_id IN ()",
    "run_id IN ('a',)", "run_id IN ('a' 'b')", "run_id IN (1, 2)", "run_id IN ('a', 1)", "run_id IN '⟨run:0⟩'",
    "run_id in ('⟨run:0⟩')", "run_id IN (\"⟨run:0⟩\")", "run_name IN ('a')", "status IN ('RUNNING')", "run_id IN (a)",
    "attributes.run_id IN ('⟨run:0⟩') AND metrics.loss > 0", "run_id = '⟨run:0⟩'", "run_id LIKE '⟨run:0⟩%'",
    "run_id != '⟨run:1⟩'", "run_id > '⟨run:0⟩'", "status = 'RUNNING'", "status = 'running'", "status != 'FINISHED'",
    "status LIKE 'R%'", "status ILIKE 'r%'", "status = RUNNING", "status = 1", "attributes.Status = 'RUNNING'",
    "start_time > 0", "start_time > '0'", "start_time > 1.5", "start_time = 1700000001000", "start_time LIKE '1'",
    "start_time IN (1)", "end_time > 0", "end_time != 0", "end_time <= 1700000000500", "created > 0", "Created < 5",
    "attribute.created >= 0", "attr.start_time > 0", "run.start_time > 0", "lifecycle_stage = 'active'",
    "artifact_uri LIKE '%artifacts'", "artifact_uri = 'x'", "experiment_id = '0'", "user_id = 'ann'",
    "user_id != 'ann'", "user_id LIKE '%n'", "run_name = 'name-1'", "run_name LIKE 'name%'", "run_name ILIKE 'NAME%'",
    "run_name != 'name-1'", "`run name` = 'name-1'", "`Run name` LIKE 'name%'", "attributes.`run name` = 'name-1'",
    "attributes.\"Run Name\" = 'name-1'", "run name = 'x'", "tags.`mlflow.runName` = 'name-1'", "Metrics.loss > 0",
    "METRICS.loss > 0", "params.LR = '1'", "dataset.name = 'train'", "datasets.name LIKE 'tr%'", "dataset.name IN ('train')",
    "dataset.name NOT IN ('train')", "dataset.digest IN ('d1', 'd2')", "dataset.context = 'training'",
    "dataset.context IN ('eval', 'x')", "dataset.context != 'eval'", "dataset.bogus = 'x'", "dataset.name > 'x'",
    "dataset.name = 5", "dataset.name = 'train' AND dataset.context = 'eval'", "datasets.name ILIKE 'TR%'",
    "dataset.name = 'train' AND dataset.name = 'eval'", "dataset.name IS NULL", "metrics.loss > 1 AND params.lr = 'a'",
    "metrics.loss > 0\nAND metrics.acc < 9", "metrics.loss > 0\tand\tmetrics.acc < 9", "metrics.loss = 1 and and x = 1",
    "metrics.loss = 0.1", "metrics.loss = 9007199254740993", "metrics.loss < 1e400", "metrics.loss >= 1.7976931348623157e308",
    "metrics.loss > 1" + " AND metrics.loss > 1" * 20, "tags.x = '\U0001f600'", "tags.x = 'a\nb'", "tags.x = 'ünï'",
    "tags.x ILIKE 'ÜNÏ'", "params.lr = 'x" + "y" * 500 + "'", "tags.x = 'a' AND tags.x = 'b'", "order_by = 'x'",
    "timestamp > 0", "name = 'x'", "date = 'x'", "true = true", "metrics.loss > ALL", "metrics.loss = (1)",
    "metrics.loss + 1 > 2", "-metrics.loss > 2", "metrics.loss > metrics.acc", "params.lr = params.acc",
    "count(metrics.loss) > 1", "metrics.* > 1", "* = 1", "\u0000", "metrics.loss > 1 \u0000", "'", "\"", "`", "(", ")",
]

ORDER_GOOD = [
    "metrics.loss", "metrics.loss DESC", "metrics.acc asc", "metrics.`a b` DESC", "metrics.`m/x`", "params.lr",
    "params.lr DESC", "param.acc ASC", "tags.loss", "tag.lr desc", "attributes.start_time DESC", "start_time ASC",
    "start_time", "created DESC", "end_time", "attribute.end_time DESC", "status", "attributes.status DESC",
    "metrics.nope", "params.nope DESC", "metrics.\"loss\" DESC", "attributes.lifecycle_stage", "user_id", "metric.名前",
]
ORDER_BAD = [
    "", " ", "metrics", "bogus.x", "bogus", "metrics.loss ASC DESC", "metrics.loss sideways", "metrics.loss, params.lr",
    "metrics.a b", "metrics.loss DESC;", "1", "'x'", "dataset.name", "params.`a", "metrics. ", ".", "DESC",
    "metrics.loss NULLS FIRST", "Start_time", "attributes.bogus", "attributes.experiment_id", "metrics.loss  DESC",
    " metrics.loss", "metrics.loss ", "(metrics.loss)", "metrics.loss\nDESC", "-metrics.loss", "timestamp", "timestamp DESC",
    "name", "tags.`mlflow.note.content`", "attribute.start_time, start_time", "`metrics`.loss", "metrics.`loss` DESC",
    "lower(params.lr)", "metrics.loss;metrics.acc", "attributes.`start_time`", "created", "attr.Created desc",
]
ORDER_CHANCE = ["run_name", "attributes.run_name DESC", "run_id", "artifact_uri DESC", "tags.`mlflow.runName`",
                "attributes.`run name`", "`Run name` DESC"]

EXPERIMENT_WEIRD = [
    "name = 'x'", "name LIKE '⟨q⟩%'", "name ILIKE '⟨q⟩-NAME%'", "name != 'Default'", "name > 'a'", "name IN ('a')",
    "name = 5", "name IS NULL", "tags.a = 'x'", "tags.a IS NULL", "tags.a IS NOT NULL", "tag.a LIKE 'x%'", "tags.a > 'x'",
    "attribute.name = '⟨q⟩-name-1'", "attributes.name = '⟨q⟩-name-1'", "attr.name = 'x'", "metrics.x > 1", "params.x = 'a'",
    "creation_time > 0", "creation_time >= ⟨exp:0.creation_time⟩", "creation_time = ⟨exp:1.creation_time⟩",
    "creation_time < ⟨exp:1.creation_time⟩", "last_update_time > ⟨exp:0.creation_time⟩", "creation_time = '5'",
    "creation_time > 1.5", "creation_time LIKE '1'", "last_update_time != 0", "experiment_id = '⟨exp:0⟩'",
    "experiment_id IN ('⟨exp:0⟩', '⟨exp:1⟩')", "experiment_id NOT IN ('⟨exp:0⟩')", "experiment_id > '0'",
    "experiment_id LIKE '%1'", "lifecycle_stage = 'active'", "name = 'a' OR name = 'b'", "(name = 'a')", "bogus = 'x'", ";",
    "name = 'a'; name = 'b'", "name", "name = ", "name LIKE 'x' AND", "tags.`a b` = 'x'", "tags.\"a b\" = 'x'", " ", "1 = 1",
    "NAME = 'x'", "name = \"Default\"", "name = `x`", "name=\"⟨q⟩-name-1\"", "attribute.creation_time > 0", "name = '日本'",
    "tags.a = 'x' AND tags.b = 'y'", "tags.a != 'x'", "tags.a ILIKE 'X'", "tags.`mlflow.note.content` = 'x'", "tags.a = 1",
    "artifact_location = 'x'", "tags.a IN ('x')", "name LIKE '%' AND name ILIKE '%'", "creation_time > -1", "\u0000", "'",
]
EXPERIMENT_ORDER = [["name"], ["name DESC"], ["experiment_id"], ["experiment_id DESC"], ["creation_time"],
                    ["creation_time ASC", "name"], ["last_update_time DESC"], ["attribute.name"], ["attributes.name desc"],
                    [], ["tags.a"], ["bogus"], [""], ["name sideways"], ["name", "name DESC"], "name", [5], None, ["name, experiment_id"],
                    ["metrics.x"], ["lifecycle_stage"], ["name ASC", "experiment_id DESC"], ["NAME"], [None]]


def quote(rng, text):
    if "'" in text or rng.random() < 0.15:
        return '"%s"' % text.replace('"', "")
    return "'%s'" % text


def field(rng, ctx, entities):
    name = values.good_key(rng, ctx)
    if rng.random() < 0.25 or not name.replace("_", "").isalnum():
        name = "`%s`" % name if rng.random() < 0.8 else '"%s"' % name
    return "%s.%s" % (rng.choice(entities), name)


def clause(rng, ctx):
    """One valid comparison."""
    kind = rng.choice("mmmppttad")
    if kind == "m":
        return "%s %s %s" % (field(rng, ctx, METRIC), rng.choice(NUMERIC),
                             rng.choice(["0", "1", "0.5", "-1", "0.1", "1e3", "2.5", "1e-7", "3"]))
    if kind in "pt":
        left = field(rng, ctx, PARAM if kind == "p" else TAG)
        if rng.random() < 0.25:
            return "%s IS %sNULL" % (left, rng.choice(["", "NOT "]))
        value = rng.choice(ctx.values)
        if rng.random() < 0.3:
            value = rng.choice(["%", "%" + value[:1], value[:1] + "%", "%" + value[1:2] + "%", "_" + value[1:]])
        return "%s %s %s" % (left, rng.choice(TEXT), quote(rng, value))
    if kind == "d":
        left = "%s.%s" % (rng.choice(DATASET), rng.choice(["name", "digest", "context"]))
        value = rng.choice(["train", "eval", "d1", "training", "tr%"])
        if rng.random() < 0.3:
            return "%s %s ('%s', 'eval')" % (left, rng.choice(["IN", "NOT IN"]), value)
        return "%s %s '%s'" % (left, rng.choice(TEXT[:4]), value)
    prefix = rng.choice(["", ""] + [a + "." for a in ATTRIBUTE])
    if rng.random() < 0.4:
        return "%s%s %s %d" % (prefix, rng.choice(["start_time", "end_time", "created"]), rng.choice(NUMERIC),
                               values.BASE_TIME + 1000 * rng.randrange(8))
    name, value = rng.choice([("status", "RUNNING"), ("status", "FINISHED"), ("run_name", "name-%d" % rng.randrange(5)),
                              ("user_id", "ann"), ("run_name", "name%"), ("run_id", "⟨run:0⟩")])
    return "%s%s %s '%s'" % (prefix, name, rng.choice(TEXT[:4]), value)


def runs(rng, ctx):
    roll = rng.random()
    if roll < 0.3:
        return rng.choice(WEIRD)
    if roll < 0.36:
        return mangle(rng, clause(rng, ctx))
    return rng.choice([" AND ", " and ", " And "]).join(clause(rng, ctx) for _ in range(rng.choice([0, 1, 1, 1, 2, 3])))


def mangle(rng, text):
    """One character dropped, doubled or put in."""
    if not text:
        return text
    at = rng.randrange(len(text))
    return rng.choice([text[:at] + text[at + 1:], text[:at] + text[at] + text[at:],
                       text[:at] + rng.choice("'\"`();,=<>! .AND%") + text[at:]])


def runs_order(rng, ctx):
    """The clauses, and whether chance (run ids, random names) orders the result."""
    made = [values.pick(rng, ORDER_GOOD, ORDER_GOOD, ORDER_BAD) for _ in range(rng.choice([0, 1, 1, 2, 3]))]
    if rng.random() < 0.08:
        return [rng.choice(ORDER_CHANCE)], True
    if rng.random() < 0.04:
        return rng.choice([None, "metrics.loss", [5], [None], {}, [["metrics.loss"]], ["metrics.loss"] * 2]), False
    return made, False


def experiments(rng, ctx):
    """Always with the sequence's own names, so that other sequences' experiments don't matter."""
    text = rng.choice(EXPERIMENT_WEIRD)
    if rng.random() < 0.1:
        text = mangle(rng, text)
    if rng.random() < 0.5:
        text = "%s AND name LIKE '⟨q⟩%%'" % text if rng.random() < 0.5 else "name LIKE '⟨q⟩%%' AND %s" % text
    return text
