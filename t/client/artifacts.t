#!/usr/bin/env python3
"""artifacts.t - the real client stores files: log, list, download, delete, odd names, several MiB"""
# SPDX-License-Identifier: Apache-2.0
import hashlib
import os
import sys
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import client  # noqa: E402
import tap     # noqa: E402

# A percent sign is left out: MLflow's own server decodes a path until it no longer changes.
NAMES = ["plain.txt", "two words.txt", "ünï.bin", "日本語.txt", "a+b&c=d.txt", "quo'te.txt", "semi;colon.csv"]


def write(path, data):
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)


def read(path):
    with open(path, "rb") as f:
        return f.read()


def log_and_list(mlflow, c, rid):
    write("a.txt", b"hello")
    write("empty", b"")
    c.log_artifact(rid, "a.txt")
    c.log_artifact(rid, "empty", "deep/er")
    c.log_text(rid, "text é", "notes/readme.md")
    c.log_dict(rid, {"a": [1, {"b": None}]}, "data.json")
    c.log_dict(rid, {"a": 1}, "data.yaml")
    root = c.list_artifacts(rid)
    tap.is_([f.path for f in root], ["a.txt", "data.json", "data.yaml", "deep", "notes"], "the root, sorted")
    tap.is_([f.is_dir for f in root], [False, False, False, True, True], "folders are marked")
    tap.is_(root[0].file_size, 5, "sizes are given")
    tap.is_([f.path for f in c.list_artifacts(rid, "deep")], ["deep/er"], "a folder in a folder")
    tap.is_([f.path for f in c.list_artifacts(rid, "deep/er")], ["deep/er/empty"], "paths are relative to the run")
    tap.is_(c.list_artifacts(rid, "a.txt"), [], "a file lists as nothing")
    tap.is_(c.list_artifacts(rid, "nope"), [], "so does what isn't there")


def download(mlflow, c, rid):
    path = c.download_artifacts(rid, "a.txt", ".")
    tap.is_(read(path), b"hello", "a file comes back")
    path = mlflow.artifacts.download_artifacts(run_id=rid, artifact_path="deep", dst_path="down")
    tap.is_(read(os.path.join(path, "er", "empty")), b"", "a folder comes back")
    path = mlflow.artifacts.download_artifacts(run_id=rid, artifact_path="", dst_path="all")
    tap.is_(sorted(os.listdir(path)), ["a.txt", "data.json", "data.yaml", "deep", "notes"], "all of it comes back")
    tap.is_(mlflow.artifacts.load_text("runs:/%s/notes/readme.md" % rid), "text é", "load_text by runs:/")
    tap.is_(mlflow.artifacts.load_dict("runs:/%s/data.json" % rid), {"a": [1, {"b": None}]}, "load_dict")
    uri = c.get_run(rid).info.artifact_uri
    tap.is_(mlflow.artifacts.load_dict(uri + "/data.json")["a"][0], 1, "by its artifact URI")
    tap.raises(Exception, "a missing file is an error", c.download_artifacts, rid, "nope.txt", ".")
    url = "%s/get-artifact?run_id=%s&path=notes/readme.md" % (os.environ["MLFLOW_TRACKING_URI"], rid)
    with urllib.request.urlopen(url) as answer:
        tap.is_(answer.read().decode(), "text é", "get-artifact, as a browser asks")
        tap.like(answer.headers["Content-Disposition"], "attachment", "is an attachment")


def names(mlflow, c, eid):
    rid = c.create_run(eid).info.run_id
    for n, name in enumerate(NAMES):
        write(os.path.join("odd", name), b"%d" % n)
    c.log_artifacts(rid, "odd", "odd")
    tap.is_(sorted(f.path for f in c.list_artifacts(rid, "odd")), sorted("odd/" + n for n in NAMES), "odd names are listed")
    os.makedirs("got")
    for n, name in enumerate(NAMES):
        tap.is_(read(c.download_artifacts(rid, "odd/" + name, "got")), b"%d" % n, "odd name: " + name)


def large(mlflow, c, eid):
    rid = c.create_run(eid).info.run_id
    block = os.urandom(1 << 20)
    write("large.bin", block * 24)
    c.log_artifact(rid, "large.bin")
    os.makedirs("big")
    got = c.download_artifacts(rid, "large.bin", "big")
    tap.is_(hashlib.sha256(read(got)).hexdigest(), hashlib.sha256(block * 24).hexdigest(), "24 MiB there and back")
    write("large.bin", b"small")
    c.log_artifact(rid, "large.bin")
    tap.is_(c.list_artifacts(rid)[0].file_size, 5, "the same name again replaces it")
    for n in range(60):
        write("many/%02d/f%d" % (n % 3, n), b"x" * n)
    c.log_artifacts(rid, "many", "many")
    tap.is_([len(c.list_artifacts(rid, "many/0%d" % n)) for n in range(3)], [20, 20, 20], "60 files at once")


def delete(mlflow, c, rid):
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository
    repo = get_artifact_repository(c.get_run(rid).info.artifact_uri)
    repo.delete_artifacts("a.txt")
    repo.delete_artifacts("deep")
    tap.is_([f.path for f in c.list_artifacts(rid)], ["data.json", "data.yaml", "notes"], "a file and a folder are deleted")


def fluent(mlflow, name):
    mlflow.set_experiment(name + "-fluent")
    write("out/x/y.txt", b"y")
    with mlflow.start_run() as run:
        mlflow.log_artifacts("out", artifact_path="res")
        mlflow.log_text("t", "t.txt")
        mlflow.log_dict({"k": "v"}, "d.json")
        tap.like(mlflow.get_artifact_uri("t.txt"), run.info.run_id, "get_artifact_uri")
    found = mlflow.artifacts.list_artifacts(run_id=run.info.run_id, artifact_path="res")
    tap.is_([f.path for f in found], ["res/x"], "fluent log_artifacts")


def body():
    import mlflow
    name = "artifacts-%s-%d" % (os.environ["TENON_CLIENT"], time.time_ns())
    c = mlflow.MlflowClient()
    eid = c.create_experiment(name)
    rid = c.create_run(eid).info.run_id
    tap.like(c.get_run(rid).info.artifact_uri, "mlflow-artifacts:/", "artifacts go through the server")
    log_and_list(mlflow, c, rid)
    download(mlflow, c, rid)
    names(mlflow, c, eid)
    large(mlflow, c, eid)
    delete(mlflow, c, rid)
    fluent(mlflow, name)


client.main(body)
