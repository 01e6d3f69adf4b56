"""fixture - what the tests of notify share: an authority made by openssl, a mail server, a receiver of webhooks, and the API"""
# SPDX-License-Identifier: Apache-2.0
import base64
import http.server
import json
import os
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "lib"))
import server  # noqa: E402

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
SECRET_TOO = "whsec_" + base64.b64encode(bytes(range(64, 96))).decode()


def make_authority(folder):
    """ca.pem, and server.pem and server.key signed by it for localhost and 127.0.0.1"""
    def openssl(*args):
        subprocess.run(["openssl", *args], cwd=folder, check=True, capture_output=True)

    with open(os.path.join(folder, "san"), "w") as f:
        f.write("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *ec, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=test authority")
    openssl("req", *ec, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "san",
            "-out", "server.pem")


class MailServer:
    def __init__(self, folder, name, *options):
        self.file = os.path.join(folder, name + ".mails")
        self.process = subprocess.Popen([server.python("smtp"), os.path.join(HERE, "mailserver.py"), "--mails", self.file, *options],
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.port = int(self.process.stdout.readline())

    def mails(self):
        try:
            with open(self.file) as f:
                return [json.loads(line) for line in f if line.endswith("\n")]
        except FileNotFoundError:
            return []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Script:
    """An SMTP server that says what it is told to, word by word: {"EHLO": b"250 x\\r\\n", ...}, by the first word of the command, "" =
    greeting, "." = end of the data; None = it hangs up, Ellipsis = it says nothing any more."""

    WORDS = {"": b"220 script\r\n", "EHLO": b"250 script\r\n", "MAIL": b"250 ok\r\n", "RCPT": b"250 ok\r\n", "DATA": b"354 go\r\n", ".": b"250 taken\r\n",
             "QUIT": b"221 bye\r\n", "NOOP": b"250 ok\r\n"}

    def __init__(self, **changes):
        self.words = dict(self.WORDS, **changes)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.sessions = 0
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                peer = self.listener.accept()[0]
            except OSError:
                return
            self.sessions += 1
            threading.Thread(target=self.talk, args=(peer,), daemon=True).start()

    def talk(self, peer):
        try:
            with peer, peer.makefile("rb") as lines:
                word, data = "", False
                while True:
                    say = self.words.get(word, b"502 what?\r\n")
                    if say is None:
                        return
                    if say is ...:
                        time.sleep(30)
                    peer.sendall(say)
                    data = word == "DATA"
                    line = lines.readline()
                    while data and line and line != b".\r\n":
                        line = lines.readline()
                    if not line:
                        return
                    word = line.split()[0].decode().upper()
        except OSError:
            pass

    def close(self):
        self.listener.close()


class Receiver:
    """A receiver of webhooks. `answer(request) -> (status, headers, body)` decides; requests are kept, and how many of one id ran at once."""

    def __init__(self, answer=None, cert=None):
        self.answer = answer or (lambda request: (200, {}, b"ok"))
        self.requests, self.running, self.most_at_once = [], {}, 0
        self.lock = threading.Lock()
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                request = {"path": self.path, "headers": dict(self.headers.items()), "body": body, "at": time.time(),
                           "id": self.headers.get("webhook-id")}
                with outer.lock:
                    outer.requests.append(request)
                    outer.running[request["id"]] = outer.running.get(request["id"], 0) + 1
                    outer.most_at_once = max(outer.most_at_once, outer.running[request["id"]])
                try:
                    status, headers, text = outer.answer(request)
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(text)))
                    self.end_headers()
                    self.wfile.write(text)
                except OSError:
                    pass  # it left
                finally:
                    with outer.lock:
                        outer.running[request["id"]] -= 1

            def log_message(self, *_):
                pass

        class Quiet(http.server.ThreadingHTTPServer):
            def handle_error(self, request, client_address):
                pass  # senders that leave in the middle are part of the tests

        self.http = Quiet(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.port = self.http.server_address[1]
        self.url = "%s://127.0.0.1:%d" % ("https" if cert else "http", self.port)
        if cert:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(cert + ".pem", cert + ".key")
            self.http.socket = context.wrap_socket(self.http.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def of(self, message):
        with self.lock:
            return [r for r in self.requests if r["id"] == message]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.http.shutdown()
        self.http.server_close()


def load_verify():
    """the function of docs/notify.md"""
    with open(os.path.join(HERE, "..", "..", "docs", "notify.md"), encoding="utf-8") as f:
        code = re.search(r"^```python\n(.*?)^```$", f.read(), re.M | re.S).group(1)
    names = {}
    exec(code, names)
    return names["verify"]


verify = load_verify()


def write_config(folder, instances, name="tenon.yaml"):
    """JSON is YAML"""
    path = os.path.join(folder, name)
    with open(path, "w") as f:
        json.dump({"instances": instances}, f)
    return path


def ask(t, method, **args):
    """(status, body)"""
    request = urllib.request.Request(t.url + "/api/v1/" + method.replace(".", "/"), json.dumps(args).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as e:
        return e.code, json.load(e)


def send(t, channel, title="a title", **args):
    status, body = ask(t, "notify.send", channel=channel, title=title, **args)
    if status != 200:
        raise AssertionError("send answers %d: %s" % (status, body))
    return body["id"]


def message(t, name):
    return next((m for m in ask(t, "notify.ls", max=1000)[1]["messages"] if m["id"] == name), None)


def settled(t, name, timeout=20):
    """the message when it is no longer queued, or as it is after the time"""
    end = time.monotonic() + timeout
    while (m := message(t, name))["state"] == "queued" and time.monotonic() < end:
        time.sleep(0.02)
    return m


def until(condition, timeout=20):
    end = time.monotonic() + timeout
    while not (value := condition()) and time.monotonic() < end:
        time.sleep(0.02)
    return value
