#!/usr/bin/env python3
"""autolog.t - scikit-learn trains under autologging: params, metrics, figures, and the model as a server allows

A 3.x client logs models as "logged models": POST logged-models, POST runs/outputs, GET and PATCH
logged-models/ID, the files below <experiment>/models/ID/artifacts. On a server that has none (404
ENDPOINT_NOT_FOUND) it warns and gives up the rest of autologging: params and tags are there, the
training's metrics are not, and the training itself goes on; log_models=False works in full. With a
2.x client a model is plain artifacts and a tag, and must be there.
"""
# SPDX-License-Identifier: Apache-2.0
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import client  # noqa: E402
import tap     # noqa: E402


def train(mlflow, **options):
    """One autologged fit; its run."""
    import numpy
    from sklearn.linear_model import LogisticRegression
    x = numpy.array([[i, i % 3] for i in range(40)], dtype=float)
    y = numpy.array([int(i > 19) for i in range(40)])
    mlflow.sklearn.autolog(**options)
    with mlflow.start_run() as run:
        model = LogisticRegression(C=0.5, max_iter=50).fit(x, y)
        model.score(x, y)
    mlflow.sklearn.autolog(disable=True)
    return mlflow.get_run(run.info.run_id), x, model


def check(run, what, metrics=True):
    tap.is_((run.data.params.get("C"), run.data.params.get("max_iter")), ("0.5", "50"), what + ": params")
    tap.is_(run.data.tags.get("estimator_name"), "LogisticRegression", what + ": tags")
    tap.is_(run.info.status, "FINISHED", what + ": the run ends well")
    if metrics:
        got = run.data.metrics
        tap.ok(got.get("training_accuracy_score", 0) > 0.9, what + ": training metrics", got)
        tap.ok(any(k.startswith("LogisticRegression_score") for k in got), what + ": the metric of score()", got)


def serves_models():
    """Whether the server knows logged models at all."""
    import json
    import urllib.error
    import urllib.request
    try:
        urllib.request.urlopen(os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/logged-models/m-none")
    except urllib.error.HTTPError as error:
        try:
            return json.loads(error.read())["error_code"] != "ENDPOINT_NOT_FOUND"
        except (ValueError, KeyError):
            return False
    return True


def body():
    import mlflow
    c = mlflow.MlflowClient()
    mlflow.set_experiment("autolog-%s-%d" % (os.environ["TENON_CLIENT"], time.time_ns()))
    run, _, _ = train(mlflow, log_models=False, silent=True)
    check(run, "without models")
    run, x, model = train(mlflow, log_models=True, log_model_signatures=False, silent=True)
    old = mlflow.__version__.startswith("2.")
    kept = old or serves_models()
    check(run, "with models", metrics=kept)
    if not kept:
        tap.skip("the server has no logged models", "the model is kept")
        return
    files = [f.path for f in c.list_artifacts(run.info.run_id)]
    tap.ok("estimator.html" in files, "with models: the estimator's picture", files)
    if old:
        tap.ok("model" in files, "the model is among the run's artifacts", files)
        tap.like(run.data.tags.get("mlflow.log-model.history", ""), '"artifact_path": "model"', "and in the run's history of models")
        uri = "runs:/%s/model" % run.info.run_id
    else:
        tap.ok(run.outputs and len(run.outputs.model_outputs) == 1, "the run names its model", run.outputs)
        uri = "models:/%s" % run.outputs.model_outputs[0].model_id
    again = mlflow.sklearn.load_model(uri)
    tap.is_(list(again.predict(x)), list(model.predict(x)), "the model is loaded back and predicts the same")


client.main(body)
