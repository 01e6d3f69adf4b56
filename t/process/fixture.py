"""fixture - tenond with instances of service/probe and service/lazy, the plugins that misbehave on demand (probe/plugin.c)

    with fixture.Probe({"probe": {"placement": "process"}}) as t:
        status, answer = t.call("probe", "echo", text="x")
        t.hosts("probe")                                  # process ids of its hosts
        fixture.until(lambda: t.ready()[0] == 200)

Model: an instance's settings are written as `instances.NAME.KEY`; `plugin` is service/probe unless it is given.
"""
# SPDX-License-Identifier: Apache-2.0
import http.client
import json
import os
import socket
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import server  # noqa: E402
import tap  # noqa: E402

SANITIZED = b"__asan_init" in open(os.path.join(tap.BUILD, "tenond"), "rb").read()
PLUGINS = os.path.join(os.path.abspath(tap.BUILD), "t", "process", "plugins")


def until(condition, seconds=10, step=0.01):
    """Whether it held within that time; what it returned then."""
    end = time.monotonic() + seconds
    while True:
        got = condition()
        if got or time.monotonic() > end:
            return got
        time.sleep(step)


def flat(settings, path=""):
    for key, value in settings.items():
        here = path + "." + key if path else key
        if isinstance(value, dict):
            yield from flat(value, here)
        else:
            yield here, value


def text_of(value):
    return {True: "true", False: "false"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def read(path):
    try:
        with open(path, "rb") as f:
            return f.read()
    except OSError:
        return b""


def children(pid):
    """{pid: command} of the processes that it started and that run."""
    found = {}
    for task in os.listdir("/proc/%d/task" % pid) if os.path.exists("/proc/%d/task" % pid) else ():
        for name in read("/proc/%d/task/%s/children" % (pid, task)).split():
            argv = read("/proc/%d/cmdline" % int(name)).decode(errors="replace").split("\0")[:-1]
            if argv: # a zombie has none
                found[int(name)] = argv
    return found


def memory(pid, key="VmRSS"):
    """Bytes."""
    for line in read("/proc/%d/status" % pid).decode().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) * 1024
    return 0


class Probe(server.Tenond):
    """config: the text of a configuration file, for what must not be in a command line."""

    def __init__(self, instances, settings=(), config=None, **more):
        args = ["--set", "plugin_dirs=[%s]" % PLUGINS]
        self.config = config
        for name, conf in instances.items():
            for key, value in flat({"plugin": "service/probe", **conf}):
                args += ["--set", "instances.%s.%s=%s" % (name, key, text_of(value))]
        for setting in settings:
            args += ["--set", setting]
        super().__init__(args, **more)

    def start(self, **more):
        if self.config is not None:
            with open(self.path("tenond.yaml"), "w") as f:
                f.write(self.config)
            self.args = ["--config", self.path("tenond.yaml")] + self.args
        super().start(**more)

    def connect(self, timeout=30):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)

    def send(self, verb, path, body=None, headers=None, timeout=30):
        """(status, headers, body) over a connection of its own."""
        c = self.connect(timeout)
        try:
            c.request(verb, path, body, headers or {})
            with c.getresponse() as answer:
                return answer.status, answer.headers, answer.read()
        finally:
            c.close()

    def call(self, instance, method, /, _headers=None, _timeout=30, **args):
        """(status, body)"""
        status, _, text = self.send("POST", "/api/v1/%s/%s" % (instance, method), json.dumps(args).encode(),
                                    {"Content-Type": "application/json", **(_headers or {})}, _timeout)
        return status, json.loads(text or b"null")

    def begin(self, instance, method, /, **args):
        """A socket on which the call was sent; its answer is not read."""
        body = json.dumps(args).encode()
        s = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        s.sendall(b"POST /api/v1/%s/%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
                  % (instance.encode(), method.encode(), len(body), body))
        return s

    def ready(self):
        status, _, text = self.send("GET", "/ready")
        return status, text.decode()

    def hosts(self, instance):
        """Process ids of its hosts, in the order in which they started."""
        return sorted(pid for pid, argv in children(self.pid).items() if instance in argv[1:3] and "host" in argv[0] + argv[1])

    def metric(self, name):
        """The sum of its samples whose line starts with `name`."""
        text = self.send("GET", "/metrics")[2].decode()
        return sum(float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name))


class Starting(Probe):
    """One that may never be ready: it was started, no more."""

    def start(self):
        self.data = self.path("data")
        self.spawn([self.binary, "--data", self.data, "--listen", "127.0.0.1:0"] + self.args)


def response(s):
    """(status, body) of the answer on a socket that begin() made."""
    answer = http.client.HTTPResponse(s)
    answer.begin()
    return answer.status, json.loads(answer.read() or b"null")
