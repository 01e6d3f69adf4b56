#!/usr/bin/env python3
"""tracking.t - the real client logs: experiments, runs, params, metrics, tags, datasets, nested runs"""
# SPDX-License-Identifier: Apache-2.0
import math
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import client  # noqa: E402
import tap     # noqa: E402


def experiments(mlflow, name):
    from mlflow.entities import ViewType
    c = mlflow.MlflowClient()
    eid = c.create_experiment(name, tags={"team": "a", "ünï": "日本"})
    e = c.get_experiment(eid)
    tap.is_((e.name, e.lifecycle_stage, e.experiment_id), (name, "active", eid), "an experiment comes back")
    tap.is_(e.tags["ünï"], "日本", "with its tags")
    tap.ok(abs(e.creation_time / 1000 - time.time()) < 300, "its creation time is now", e.creation_time)
    tap.is_(c.get_experiment_by_name(name).experiment_id, eid, "it is found by name")
    tap.is_(c.get_experiment_by_name(name + "?"), None, "an unknown name is None, not an error")
    tap.raises(mlflow.MlflowException, "the same name again is refused", c.create_experiment, name)
    c.rename_experiment(eid, name + "/2")
    c.set_experiment_tag(eid, "team", "b")
    e = c.get_experiment(eid)
    tap.is_((e.name, e.tags["team"]), (name + "/2", "b"), "renamed and tagged")
    c.delete_experiment(eid)
    tap.is_(c.get_experiment(eid).lifecycle_stage, "deleted", "deleted")
    tap.raises(mlflow.MlflowException, "no run in a deleted experiment", c.create_run, eid)
    tap.ok(eid in [x.experiment_id for x in c.search_experiments(view_type=ViewType.DELETED_ONLY)], "found among the deleted")
    c.restore_experiment(eid)
    tap.is_(c.get_experiment(eid).lifecycle_stage, "active", "restored")
    tap.is_(c.get_experiment("0").name, "Default", "the Default experiment is there")
    error = tap.raises(mlflow.MlflowException, "an unknown id is an error", c.get_experiment, "987654")
    tap.is_(getattr(error, "error_code", None), "RESOURCE_DOES_NOT_EXIST", "with its code")


def fluent(mlflow, name):
    mlflow.set_experiment(name + "-fluent")
    with mlflow.start_run(run_name="parent", tags={"kind": "outer"}, description="what it is for") as parent:
        mlflow.log_param("lr", 0.1)
        mlflow.log_params({"depth": 3, "name with spaces/and.more": "x" * 6000, "ключ": ""})
        mlflow.log_metric("loss", 1.5)
        for step in range(5):
            mlflow.log_metric("loss", 1.0 / (step + 1), step=step)
        mlflow.log_metrics({"acc": 0.5, "nan": math.nan, "inf": math.inf, "-inf": -math.inf}, step=3)
        mlflow.set_tag("release", "1.0")
        mlflow.set_tags({"a": 1, "b": True, "mlflow.note.content": "text"})
        with mlflow.start_run(run_name="child", nested=True) as child:
            mlflow.log_metric("loss", 9)
        with mlflow.start_run(nested=True) as unnamed:
            pass
    c = mlflow.MlflowClient()
    run = c.get_run(parent.info.run_id)
    tap.is_(run.info.status, "FINISHED", "a run that ended is finished")
    tap.ok(run.info.end_time >= run.info.start_time > 0, "with start and end", run.info)
    tap.is_(run.info.run_name, "parent", "its name")
    tap.is_(run.data.params, {"lr": "0.1", "depth": "3", "name with spaces/and.more": "x" * 6000, "ключ": ""}, "all params, as text")
    tap.is_(run.data.metrics["loss"], 0.2, "the latest metric is that of the highest step")
    tap.ok(math.isnan(run.data.metrics["nan"]), "NaN comes back")
    tap.ok(run.data.metrics["inf"] > 1e308 and run.data.metrics["-inf"] < -1e308, "so do the infinities")
    tap.is_([run.data.tags.get(k) for k in ("kind", "release", "a", "b", "mlflow.note.content", "mlflow.runName")],
            ["outer", "1.0", "1", "True", "text", "parent"], "tags, given and set")
    tap.is_(c.get_run(child.info.run_id).data.tags["mlflow.parentRunId"], parent.info.run_id, "a nested run knows its parent")
    tap.ok(c.get_run(unnamed.info.run_id).info.run_name, "a run without a name gets one")
    history = c.get_metric_history(parent.info.run_id, "loss")
    tap.is_(sorted((m.step, m.value) for m in history)[-1], (4, 0.2), "history: the last point")
    tap.is_(len(history), 6, "history: all points")
    tap.is_(c.get_metric_history(parent.info.run_id, "none"), [], "history of an unknown key is empty")
    error = tap.raises(mlflow.MlflowException, "a param doesn't change", c.log_param, parent.info.run_id, "lr", "0.2")
    tap.like(str(error), "Changing param values is not allowed", "and the client says why")
    c.log_param(parent.info.run_id, "lr", "0.1")
    tap.ok(True, "the same value again is fine")
    try:
        with mlflow.start_run() as failed:
            raise RuntimeError("a training that breaks")
    except RuntimeError:
        pass
    tap.is_(c.get_run(failed.info.run_id).info.status, "FAILED", "a run that broke is marked so")
    with mlflow.start_run(run_id=parent.info.run_id):
        mlflow.log_metric("later", 1)
    tap.is_(c.get_run(parent.info.run_id).data.metrics["later"], 1.0, "a run is resumed")


def batches(mlflow, name):
    from mlflow.entities import Metric, Param, RunTag
    c = mlflow.MlflowClient()
    run = c.create_run(c.create_experiment(name + "-batch"))
    rid = run.info.run_id
    metrics = [Metric("m%d" % (i % 10), i / 7, 1000 + i, i) for i in range(1000)]
    c.log_batch(rid, metrics=metrics)
    c.log_batch(rid, params=[Param("p%d" % i, str(i)) for i in range(100)], tags=[RunTag("t%d" % i, str(i)) for i in range(100)])
    c.log_batch(rid, metrics=metrics[:500])
    got = c.get_run(rid).data
    tap.is_((len(got.metrics), len(got.params)), (10, 100), "a batch of 1,000 metrics, one of 100 params and 100 tags")
    tap.is_(got.metrics["m9"], 999 / 7, "doubles come back exactly")
    tap.is_(len(c.get_metric_history(rid, "m3")), 100, "the same batch again adds no points")
    tap.raises(mlflow.MlflowException, "a bad key is refused", c.log_metric, rid, "a//b", 1)
    tap.raises(mlflow.MlflowException, "an over-long key is refused", c.set_tag, rid, "k" * 251, "x")
    c.set_tag(rid, "long", "x" * 9000)
    tap.is_(len(c.get_run(rid).data.tags["long"]), 8000, "an over-long tag is cut")
    c.delete_tag(rid, "t1")
    tap.ok("t1" not in c.get_run(rid).data.tags, "a tag is deleted")
    tap.raises(mlflow.MlflowException, "only once", c.delete_tag, rid, "t1")
    c.update_run(rid, status="KILLED", name="renamed")
    got = c.get_run(rid)
    tap.is_((got.info.status, got.info.run_name, got.data.tags["mlflow.runName"]), ("KILLED", "renamed", "renamed"), "status and name change")
    c.set_terminated(rid, "FAILED", end_time=2000)
    tap.is_((c.get_run(rid).info.status, c.get_run(rid).info.end_time), ("FAILED", 2000), "set_terminated")
    c.delete_run(rid)
    tap.is_(c.get_run(rid).info.lifecycle_stage, "deleted", "a run is deleted")
    tap.raises(mlflow.MlflowException, "and takes no more", c.log_metric, rid, "x", 1)
    c.restore_run(rid)
    c.log_metric(rid, "x", 1)
    tap.is_(c.get_run(rid).data.metrics["x"], 1.0, "until it is restored")


def datasets(mlflow, name):
    import pandas
    mlflow.set_experiment(name + "-data")
    frame = pandas.DataFrame({"x": [1, 2, 3], "y": [0.5, 1.5, 2.5]})
    data = mlflow.data.from_pandas(frame, source="s3://bucket/train.csv", name="train set", targets="y")
    with mlflow.start_run() as run:
        mlflow.log_input(data, context="training", tags={"extra": "1"})
        mlflow.log_input(data, context="training")
    inputs = mlflow.get_run(run.info.run_id).inputs.dataset_inputs
    tap.is_(len(inputs), 1, "a dataset is logged once")
    tap.is_((inputs[0].dataset.name, inputs[0].dataset.digest), ("train set", data.digest), "name and digest")
    tap.like(inputs[0].dataset.schema, "mlflow_colspec", "schema")
    tap.is_({t.key: t.value for t in inputs[0].tags}.get("mlflow.data.context"), "training", "context")
    tap.is_([len(r.inputs.dataset_inputs) for r in mlflow.search_runs([run.info.experiment_id], output_format="list")], [1],
            "search gives it too")
    again = mlflow.data.get_source(inputs[0].dataset)
    tap.is_(again.to_dict().get("uri"), "s3://bucket/train.csv", "the source is rebuilt from it")


def body():
    import mlflow
    tap.diag("mlflow %s" % mlflow.__version__)
    name = "tracking-%s-%d" % (os.environ["TENON_CLIENT"], time.time_ns())
    for part in (experiments, fluent, batches, datasets):
        part(mlflow, name)


client.main(body)
