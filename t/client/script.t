#!/usr/bin/env python3
"""script.t - a plain training script, told only MLFLOW_TRACKING_URI, and what the command line client finds then"""
# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import client  # noqa: E402
import tap     # noqa: E402

TRAIN = '''
import sys
import mlflow

mlflow.set_experiment(sys.argv[1])
with mlflow.start_run(run_name="train"):
    mlflow.log_params({"lr": 0.1, "epochs": 5})
    w = 0.0
    for epoch in range(5):
        w += 0.1 * (1 - w)
        mlflow.log_metric("loss", (1 - w) ** 2, step=epoch)
    with open("weights.txt", "w") as f:
        f.write(str(w))
    mlflow.log_artifact("weights.txt")
'''


def body():
    import mlflow
    name = "script-%s-%d" % (os.environ["TENON_CLIENT"], time.time_ns())
    with open("train.py", "w") as f:
        f.write(TRAIN)
    done = subprocess.run([sys.executable, "train.py", name], capture_output=True, text=True)
    tap.ok(done.returncode == 0, "MLFLOW_TRACKING_URI=… python train.py", done.stderr)
    runs = mlflow.search_runs(experiment_names=[name], filter_string="metrics.loss < 0.5 AND params.lr = '0.1'", output_format="list")
    tap.is_([r.info.run_name for r in runs], ["train"], "its run is found by search")
    tap.is_((runs[0].info.status, len(mlflow.MlflowClient().get_metric_history(runs[0].info.run_id, "loss"))), ("FINISHED", 5),
            "finished, with its history")
    tap.ok(float(mlflow.artifacts.load_text("runs:/%s/weights.txt" % runs[0].info.run_id)) > 0.4, "its artifact is downloaded")
    tap.ok(runs[0].data.tags["mlflow.source.name"].endswith("train.py"), "its source is known")
    done = subprocess.run([sys.executable, "-m", "mlflow", "runs", "list", "--experiment-id", runs[0].info.experiment_id],
                          capture_output=True, text=True)
    tap.ok("train" in done.stdout, "mlflow runs list", done.stdout + done.stderr)
    done = subprocess.run([sys.executable, "-m", "mlflow", "artifacts", "list", "--run-id", runs[0].info.run_id],
                          capture_output=True, text=True)
    tap.like(done.stdout, "weights.txt", "mlflow artifacts list")


client.main(body)
