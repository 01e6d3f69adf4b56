"""files - the part of the generator that is about artifacts

Model: as in gen. Paths are written as they go over the wire when a step has raw = True, and are
percent-encoded by the driver otherwise.
"""
# SPDX-License-Identifier: Apache-2.0

PROXY = "/api/2.0/mlflow-artifacts"
AJAX_PROXY = "/ajax-api/2.0/mlflow-artifacts"

MODELS = ['{"artifact_path": "m", "flavors": {"a": {}}, "utc_time_created": "2024-01-01 00:00:00.000000", "run_id": "x"}',
          '{"artifact_path": "m", "flavors": {}, "utc_time_created": "x", "run_id": "y", "model_uuid": "u", "extra": 1}',
          '{"artifact_path": "m", "flavors": {"sklearn": {"v": 1.0}}, "utc_time_created": "t", "run_id": "r", "metadata": {"a": 1}}',
          '{"artifact_path": "m", "flavors": {}, "run_id": "x"}', "{}", "{", "[]", "5", "null", '"x"', "", "é", "{\"flavors\": {}}"]

NAMES = ["a.txt", "b.json", "d/c.bin", "d/e/f.py", "MLmodel", "noext", ".hidden", "ü.txt", "日本語", "sp ace.txt", "x.html",
         "q?.txt", "pct%.txt", "a;b.csv", "x.tar.gz", "m.png", "z.yaml", "+plus.md", "'q'.txt", "\"dq\".txt", "a&b=c.log", "d/ü.js",
         "UPPER.TXT", "x.pkl", "x.ipynb", "x.xml", "a,b.txt", "~t.txt", "x.mp4", "d/MLproject", "k:v.txt", "[x].txt", "é e.svg"]
RAW = ["../x", "d/../../x", "d/../a.txt", "%2e%2e/x", "..%2fx", "%252e%252e%252fx", "%2fetc/passwd", "/etc/passwd", "C:%5cx", "C:/x",
       "d/./c.bin", "d//c.bin", "..%5cx", "d/..", "a%00b", "a%0ab", ".", "d/", "%23x", "a%23b.txt", "a%2523b", "d%2fc.bin", "d%252fc.bin",
       "%ff", "%c3%28", "a.txt/b", "x" * 256, "d/" + "y/" * 60 + "z", "...", "..a", "a..", "%20", "a%20", "file:%2f%2f%2fetc%2fpasswd",
       "file:a", "%5c%5chost%5cx", "%2e%2e%5cx", ".artifact.uploading.x", "a.txt%2f", "%e2%80%ae", "a.txt?x=y", "%", "%zz", "%2", "..%00/x"]
BODIES = ["", "hello", "x" * 70000, "line\r\n", "\u0000\u0001", "{\"a\": 1}", "日本"]
RANGES = ["bytes=0-3", "bytes=2-", "bytes=-2", "bytes=99-", "bytes=0-99999999", "bytes=3-1", "bytes=0-1,3-4", "bytes=x", "items=0-1", "bytes=0-0", ""]


def artifact(s, method, name, raw=False, **more):
    """A request to the proxy below the run's own folder."""
    prefix = (AJAX_PROXY if s.roll(0.2) else PROXY) + "/artifacts/"
    step = {"endpoint": method + " mlflow-artifacts/artifacts/*", "method": method, "query": None, "headers": {},
            "path": prefix + "⟨exp:0⟩/⟨run:0⟩/artifacts/" + name, "raw": raw}
    if s.roll(0.03):
        step["path"] = prefix + name
    step.update(more)
    s.steps.append(step)
    return step


def get(s, path, endpoint, query, headers=None):
    s.steps.append({"endpoint": endpoint, "method": "GET", "path": path, "query": query, "headers": headers or {}})


def any_path(s):
    return s.rng.choice(s.rng.choices([NAMES, ["d", "", "d/e", "nope", "nope/x", "d/", "."], RAW], [10, 5, 4])[0])


def put(s):
    body = s.rng.choice(BODIES)
    kind = s.rng.choice([None, "text/plain", "application/octet-stream", "application/json", "text/html", "bogus"])
    headers = {"Content-Type": kind} if kind else {}
    if s.roll(0.2):
        artifact(s, "PUT", s.rng.choice(RAW), True, text=body, headers=headers)
    else:
        artifact(s, "PUT", s.rng.choice(s.put_names), text=body, headers=headers)


def read(s):
    headers = {"Range": s.rng.choice(RANGES)} if s.roll(0.25) else {}
    roll = s.rng.random()
    if roll < 0.5:
        if s.roll(0.25):
            artifact(s, "GET", s.rng.choice(RAW), True, headers=headers)
        else:
            artifact(s, "HEAD" if s.roll(0.1) else "GET", s.rng.choice(s.put_names + ["nope.txt", "d", "nope/x"]), headers=headers)
        return
    run = s.rng.choice(["⟨run:0⟩", "⟨run:0⟩", "⟨run:0⟩", "⟨run:1⟩", "nope", ""])
    query = [[s.rng.choice(["run_id", "run_id", "run_uuid"]), run], ["path", any_path(s)]]
    if s.roll(0.1):
        query.pop(s.rng.randrange(2))
    get(s, "/get-artifact", "GET /get-artifact", query, headers)


def listing(s):
    if s.roll(0.5):
        query = [["run_id", s.rng.choice(["⟨run:0⟩"] * 5 + ["nope", "", "⟨run:1⟩"])], ["path", any_path(s)]]
        if s.roll(0.3):
            query.pop()
        get(s, s.rng.choice(["/api", "/ajax-api"]) + "/2.0/mlflow/artifacts/list", "GET artifacts/list", query)
        return
    path = any_path(s)
    query = [["path", "⟨exp:0⟩/⟨run:0⟩/artifacts" + ("/" + path if path else "")]]
    if s.roll(0.15):
        query = s.rng.choice([[["path", path]], [["path", "⟨exp:0⟩"]], [["path", "⟨exp:0⟩/⟨run:0⟩"]], [["path", "../"]], [["path", "/"]]])
    get(s, PROXY + "/artifacts", "GET mlflow-artifacts/artifacts", query)


def multipart(s):
    verb = s.rng.choice(["create", "complete", "abort"])
    body = {"path": s.rng.choice(["a.txt", "", "..", "d/a.txt", "/tmp/a", "C:\\a", None, "a%2f..", 5]),
            "num_parts": s.rng.choice([1, 5, 0, -1, "x", None])}
    if verb != "create":
        body = {"path": body["path"], "upload_id": s.rng.choice(["u", "", None]),
                "parts": s.rng.choice([[], [{"part_number": 1, "etag": "x", "url": ""}], None, "x"])}
    s.steps.append({"endpoint": "POST mlflow-artifacts/mpu/" + verb, "method": "POST", "query": None, "json": body,
                    "headers": {"Content-Type": "application/json"}, "raw": True,
                    "path": PROXY + "/mpu/" + verb + "/⟨exp:0⟩/⟨run:0⟩/artifacts/" + s.rng.choice(["a.txt", "../x", "d", "%2e%2e/x"])})


def other(s):
    roll = s.rng.random()
    if roll < 0.3:
        multipart(s)
    elif roll < 0.4:
        get(s, PROXY + "/presigned/⟨exp:0⟩/⟨run:0⟩/artifacts/a.txt", "GET mlflow-artifacts/presigned/*", None)
    elif roll < 0.75:
        query = [["run_uuid", s.rng.choice(["⟨run:0⟩", "⟨run:0⟩", "nope", ""])], ["path", any_path(s)]]
        if s.roll(0.15):
            query.pop(s.rng.randrange(2))
        s.steps.append({"endpoint": "POST upload-artifact", "method": "POST", "path": "/ajax-api/2.0/mlflow/upload-artifact",
                        "query": query, "headers": {}, "text": s.rng.choice(BODIES)})
    elif roll < 0.85:
        s.steps.append({"endpoint": "POST artifacts/presigned-upload-url", "method": "POST", "query": None,
                        "path": "/api/2.0/mlflow/artifacts/presigned-upload-url", "headers": {"Content-Type": "application/json"},
                        "json": {"run_id": s.rng.choice(["⟨run:0⟩", "nope", ""]), "path": s.rng.choice(["a.txt", "../x", ""])}})
    else:
        artifact(s, s.rng.choice(["POST", "PATCH", "DELETE"]), s.rng.choice(s.put_names))


def delete(s):
    if s.roll(0.3):
        artifact(s, "DELETE", s.rng.choice(RAW), True)
    else:
        artifact(s, "DELETE", s.rng.choice(s.put_names + ["d", "nope", "nope/x"]))


def sequence(s):
    s.experiment()
    s.run(exp="⟨exp:0⟩")
    s.run(exp="⟨exp:0⟩")
    s.put_names = s.rng.sample(NAMES, 7)
    for _ in range(s.rng.randrange(4, 8)):
        put(s)
    for _ in range(s.rng.randrange(14, 24)):
        s.rng.choices([put, read, listing, other, delete], [2, 6, 5, 2, 1])[0](s)
    return s.steps
