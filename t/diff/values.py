"""values - what the generator fills requests with: valid values, borderline ones and wrong ones

Model: a pool is a function of (rng, ctx) that returns a JSON value. ctx is the sequence's memory of
the symbols it made (gen.Sequence): strings may hold ⟨run:1⟩, ⟨exp:0⟩, ⟨q⟩ (a text that differs for
each execution, so that names are new) or ⟨exp:0.creation_time⟩; the driver puts in each side's own.

Server-made order must not depend on chance: start times are unique within a sequence.
"""
# SPDX-License-Identifier: Apache-2.0

BASE_TIME = 1_700_000_000_000

KEYS = ["loss", "acc", "lr", "m/x", "a b", "k.1", "val:loss", "x-y_z", "名前", "ключ", "Loss"]
KEYS_EDGE = ["é", "a\u0301", "²", "½", "١٢", "𝔘𝔫𝔦", "a/b/c.d-e", " a", "a ", "...", "a..b", "x" * 250,
             "ü" * 250, "_", "-", ":", "0", "mlflow.note.content", "mlflow.user", "order", "value"]
KEYS_BAD = ["", "/abs", "a//b", "../x", ".", "..", "./a", "a/", "a/..", "a/./b", "..a", "#bad", "a@b",
            "a*b", "a\n", "a\tb", "a\\b", "a\"b", "a'b", "a`b", "x" * 251, "é" * 251, "a\u0000b",
            "a\u00a0b", "a,b", "(a)", "\U0001f600"]
STRINGS = ["1", "0.1", "adam", "Adam", "a b", "", "true", "null", "NaN", "x%y", "x_y", "it's",
           'say "x"', "ünï", "日本", "\U0001f600", "a\nb", "{\"a\": 1}", "[1]", " lead"]
STRINGS_LONG = ["p" * 5999, "p" * 6000, "p" * 6001, "é" * 6001, "t" * 8000, "t" * 8001,
                "\U0001f600" * 6001, "t" * 20000, "t" * 20001]
NUMBERS = [0.5, 1, 0, -1, 0.1, 2.5, 1e-7, 1e22, 123456789, -0.0, 3, 0.30000000000000004]
NUMBERS_EDGE = [1e308, -1e308, 5e-324, 1.7976931348623157e308, "⟨1e400⟩", 9007199254740993,
                10 ** 30, "NaN", "Infinity", "-Infinity", "1.5", "-2", "1e3", float("nan"),
                float("inf")]
NUMBERS_BAD = ["nan", "inf", "abc", "", None, True, False, [], {}, [1], "1,5", " 1", "0x10", "1_0"]
INTS_EDGE = ["7", 1.0, 2 ** 31, 2 ** 53 + 1, 2 ** 63 - 1, -2 ** 63, "9223372036854775807", 1e3]
INTS_BAD = [2 ** 63, -2 ** 63 - 1, 10 ** 25, 1.5, "1.5", "x", "", True, None, [], {}, "1e3", "1.0",
            " 7", "NaN", float("nan"), 1e300]
WRONG = [5, 1.5, "text", True, False, None, [], {}, ["a"], {"key": "a"}, "", 2 ** 70, [None], [[]]]
STATUSES = ["RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED"]
STATUSES_EDGE = [1, 2, 3, 4, 5, "3"]
STATUSES_BAD = ["finished", "DONE", "", 0, 6, -1, True, None, 1.0, 2.5, [], "UNKNOWN"]
VIEWS = ["ACTIVE_ONLY", "DELETED_ONLY", "ALL"]
VIEWS_EDGE = [1, 2, 3, "3"]
VIEWS_BAD = ["all", "", 0, 4, -1, None, "ACTIVE", True, [], 1.0]
TOKENS_BAD = ["abc", "!!!!", "bm9wZQ==", "e30=", "eyJvZmZzZXQiOiAwfQ==", "eyJvZmZzZXQiOiAieCJ9",
              "W10=", "NQ==", " ", "bnVsbA==", "é", "YWJj\n", "AAAA"]
LOCATIONS = ["s3://bucket/path", "gs://b/p/q", "/tmp/tenon-diff/x", "file:///tmp/tenon-diff/y",
             "mlflow-artifacts:/custom/⟨q⟩", "dbfs:/x", "hdfs://host:8020/x", "s3://b/p?x=y",
             "http://host/p", "mlflow-artifacts://host:5000/a"]
LOCATIONS_BAD = ["s3://b/p#frag", "s3://b/p;x", "s3://b/../p", "s3://b/p?x=../y", "", "runs:/x/y", " ",
                 "s3://" + "b" * 2050, "\u0000", "s3://b/p?a=%2e%2e%2f", "file:///../x", "a:b", "/..//x",
                 "s3://b/%2e%2e/x", "s3:", "//x"]


def pick(rng, *pools):
    """A value of the first pool mostly, of the later ones now and then: weights 10, 3, 2, …"""
    weights = [12, 3, 2, 1][:len(pools)]
    return rng.choice(rng.choices(pools, weights)[0])


def key(rng, ctx):
    return pick(rng, ctx.keys, KEYS_EDGE, KEYS_BAD)


def good_key(rng, ctx):
    return rng.choice(ctx.keys)


def string(rng, ctx):
    return pick(rng, ctx.values, STRINGS, STRINGS_LONG)


def number(rng, ctx):
    return pick(rng, NUMBERS, NUMBERS_EDGE, NUMBERS_BAD)


def stamp(rng, ctx):
    return pick(rng, [BASE_TIME + rng.randrange(50), rng.randrange(5)], [0, -1] + INTS_EDGE, INTS_BAD)


def step(rng, ctx):
    return pick(rng, [0, 1, 2, rng.randrange(100)], [-1, -5] + INTS_EDGE, INTS_BAD)


def run(rng, ctx):
    return pick(rng, ctx.runs or ["⟨run:0⟩"], ctx.runs or ["⟨run:0⟩"],
                ["0" * 32, "nope", "", "a/b", "../x", "x" * 257, "A" * 32, "a\n", 31, "é"])


def exp(rng, ctx):
    return pick(rng, ctx.exps, ctx.exps,
                ["999999", "abc", "", "-1", "1.5", " 1", "01", "9" * 30, 0, "x" * 70, "0x1", "9_99999",
                 "٣", "+1"])


def exp_name(rng, ctx):
    fresh = ["⟨q⟩-%d" % ctx.count("name"), "⟨q⟩ é/%d" % ctx.count("name"), "⟨q⟩-X%d" % ctx.count("name")]
    edge = ["⟨q⟩-0", "⟨q⟩-name-1", "Default", "⟨q⟩" + "n" * 480, " ⟨q⟩ pad%d " % ctx.count("name"),
            "⟨q⟩\n%d" % ctx.count("name"), "⟨q⟩'%d" % ctx.count("name")]
    bad = ["", " ", "\t\n", "n" * 500 + "⟨q⟩", "n" * 501, 5, None, True, ["x"], {"a": 1}]
    return pick(rng, fresh, edge, bad)


def run_name(rng, ctx):
    return pick(rng, ["name-%d" % ctx.count("run"), "Run é %d" % ctx.count("run")],
                ["", " ", "n" * 250, "n" * 251, "it's", "日本", "a\nb", "name-1"], WRONG)


def tag(rng, ctx):
    return {"key": key(rng, ctx), "value": string(rng, ctx)}


def tags(rng, ctx):
    return [tag(rng, ctx) for _ in range(rng.choice([0, 1, 1, 2, 3]))]


def param(rng, ctx):
    return {"key": key(rng, ctx), "value": string(rng, ctx)}


def metric(rng, ctx):
    made = {"key": key(rng, ctx), "value": number(rng, ctx), "timestamp": stamp(rng, ctx)}
    if rng.random() < 0.8:
        made["step"] = step(rng, ctx)
    return made


def good_metric(rng, ctx):
    value = rng.choice(NUMBERS + ["NaN", "Infinity", "-Infinity"] if rng.random() < 0.3 else NUMBERS)
    return {"key": good_key(rng, ctx), "value": value, "timestamp": BASE_TIME + rng.randrange(20),
            "step": rng.randrange(-2, 8)}


def good_param(rng, ctx):
    return {"key": good_key(rng, ctx), "value": rng.choice(ctx.values + STRINGS)}


def unique(items):
    """The first of each key."""
    seen = {}
    for item in items:
        seen.setdefault(item["key"], item)
    return list(seen.values())


def view(rng, ctx):
    return pick(rng, VIEWS, VIEWS_EDGE, VIEWS_BAD)


def status(rng, ctx):
    return pick(rng, STATUSES, STATUSES_EDGE, STATUSES_BAD)


def page_size(rng, ctx):
    return pick(rng, [1, 2, 3, 5, 100, 1000], [0, -1, 50000, 50001, "2", 1.0, 2 ** 31, "0"],
                ["x", "", 1.5, None, True, 2 ** 64, [], "1.0", "-1"])


def location(rng, ctx):
    return pick(rng, LOCATIONS, LOCATIONS_BAD)


def dataset(rng, ctx):
    made = {"name": rng.choice(["train", "Train", "eval", "ds é"]), "digest": rng.choice(["d1", "d2", "D1"]),
            "source_type": "local", "source": rng.choice(['{"uri": "x"}', "s3://x", "日本"])}
    if rng.random() < 0.4:
        made["schema"] = '{"mlflow_colspec": []}'
    if rng.random() < 0.4:
        made["profile"] = '{"num_rows": %d}' % rng.randrange(3)
    if rng.random() < 0.2:
        name = rng.choice(["name", "digest", "source_type", "source", "schema", "profile"])
        made[name] = rng.choice([None, "", 5, "n" * 36, "n" * 37, "n" * 500, "n" * 501, "s" * 65536, [], True])
        if rng.random() < 0.3:
            del made[name]
    return made


def dataset_input(rng, ctx):
    made = {"dataset": dataset(rng, ctx)}
    if rng.random() < 0.7:
        made["tags"] = [{"key": "mlflow.data.context",
                         "value": rng.choice(["training", "eval", "Training", ""])}]
    if rng.random() < 0.2:
        made["tags"] = rng.choice([[], None, [{"key": "a"}], [{"value": "b"}], [{"key": "", "value": "x"}],
                                   [{"key": "k" * 256, "value": "x"}], [{"key": "k", "value": "v" * 501}],
                                   [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}], "x", [5],
                                   [{"key": "#", "value": "x"}, {"key": "mlflow.data.context", "value": "x"}]])
    if rng.random() < 0.05:
        made["dataset"] = rng.choice([None, {}, [], "x"])
    return made
