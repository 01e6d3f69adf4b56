# SPDX-License-Identifier: Apache-2.0
"""quickstart - what a team's training script does, against MLFLOW_TRACKING_URI: logs a run, finds it by search, and
downloads its artifact again. Nothing here knows Tenon."""
import math
import os
import sys
import tempfile

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
import mlflow

mlflow.set_experiment("quickstart")
with mlflow.start_run(run_name="first steps") as run:
    mlflow.log_params({"optimizer": "sgd", "lr": 0.1})
    for step in range(10):
        mlflow.log_metric("loss", math.exp(-step / 3), step=step)
    mlflow.set_tag("team", "quickstart")
    mlflow.log_text("hello from the quickstart\n", "notes/hello.txt")

experiment = mlflow.get_experiment_by_name("quickstart")
found = mlflow.search_runs([experiment.experiment_id], "metrics.loss < 0.1 AND params.optimizer = 'sgd'",
                           order_by=["start_time DESC"], output_format="list")
if run.info.run_id not in [r.info.run_id for r in found]:
    sys.exit("the run was not found by search")
with tempfile.TemporaryDirectory() as where:
    path = mlflow.artifacts.download_artifacts(run_id=run.info.run_id, artifact_path="notes/hello.txt", dst_path=where)
    text = open(path).read()
if text != "hello from the quickstart\n":
    sys.exit("the artifact came back as %r" % text)
print("found run %s (%s): loss %.3f after %d steps" % (run.info.run_id, found[0].info.run_name, found[0].data.metrics["loss"], 10))
print("downloaded notes/hello.txt: %r" % text)
