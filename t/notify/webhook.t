#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""webhook - signed requests to a receiver: what is a yes, a not now and a never; whom it may connect to; what it never shows."""
import base64
import hashlib
import hmac
import json
import os
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fixture import SECRET, SECRET_TOO, Receiver, ask, make_authority, send, server, settled, verify, write_config  # noqa: E402
import tap  # noqa: E402

TOKEN = "geheimes-token"
FORMS = ("127.0.0.1", "localhost", "127.1", "0x7f.0.0.1", "2130706433", "[::ffff:127.0.0.1]", "[::1]", "0.0.0.0", "[::ffff:a9fe:a9fe]", "169.254.169.254",
         "10.0.0.1", "192.168.1.1", "[fd00:ec2::254]", "[fe80::1]")


def answer(seen):
    """by the last word of the path"""
    def decide(request):
        word = request["path"].split("?")[0].rsplit("/", 1)[-1]
        n = seen[word] = seen.get(word, 0) + 1
        if word == "flaky":
            return (500, {}, b"busy") if n == 1 else (200, {}, b"ok")
        if word == "limited":
            return (429, {"Retry-After": "1"}, b"slowly") if n == 1 else (202, {}, b"")
        if word == "hang":
            time.sleep(3)
        if word == "echo":
            return 400, {}, (request["path"] + " " + str(request["headers"])).encode()
        if word == "nul":
            return 400, {}, b"\0" + request["path"].encode()
        if word == "bearer":
            return 400, {}, b"no such token: " + TOKEN.encode()
        if word == "big":
            return 200, {}, b"x" * 3000000
        if word == "elsewhere":
            return 307, {"Location": "/landed"}, b""
        if word.isdigit():
            return int(word), {}, b"says " + word.encode() + b"\n\x01"
        return 200, {}, b"ok"
    return decide


def config(folder, r, tls, placement):
    def hook(path, **more):
        return dict({"plugin": "notify/webhook", "url": r.url + path, "allow_private": True, "placement": placement, "timeout": "5s"}, **more)

    instances = {"signed": hook("/signed", secrets=[SECRET, SECRET_TOO], mlflow_secret="mlflows geheimnis", headers={"Authorization": "Bearer " + TOKEN}),
                 "bare": hook("/bare"), "listed": hook("/listed", allow_private=False, allow=["10.0.0.0/8", "127.0.0.0/8"]),
                 "hang": hook("/hang", timeout="300ms"), "echo": hook("/p-" + TOKEN + "/echo?sig=" + TOKEN, headers={"X-Key": TOKEN}),
                 "nul": hook("/p-" + TOKEN + "/nul"), "bearer": hook("/bearer", headers={"Authorization": "Bearer " + TOKEN}),
                 "gone": hook("/?sig=" + TOKEN, url="http://127.0.0.1:%d/?sig=%s" % (server.free_port(), TOKEN))}
    instances["tls"] = hook("", url=tls.url + "/tls", ca_file=os.path.join(folder, "ca.pem"))
    instances["distrust"] = hook("", url=tls.url + "/tls")
    for word in ("flaky", "limited", "big", "elsewhere", "400", "404", "410", "408", "409", "425", "503", "302"):
        instances["on" + word] = hook("/" + word)
    for i, host in enumerate(FORMS):
        instances["form%d" % i] = hook("", url="http://%s:%d/form" % (host, r.port), allow_private=False, timeout="2s")
    channels = [{"name": name, "instance": name} for name in instances]
    instances["notify"] = {"channels": channels, "tries": 3, "first_retry": "1ms", "placement": placement,
                           "process": {"may_call": "*"}}
    return write_config(folder, instances)


def check_request(t, r):
    name = send(t, "signed", "Größe", text="zwei\nZeilen \"q\" \\ \t ü", link="https://x/1", severity="critical", attributes={"a": "1", "ü": "ß"})
    tap.is_(settled(t, name)["state"], "sent", "a message is taken")
    request = r.of(name)[0]
    body, headers = json.loads(request["body"]), request["headers"]
    tap.is_(body["data"], {"id": name, "severity": "critical", "title": "Größe", "text": "zwei\nZeilen \"q\" \\ \t ü", "link": "https://x/1",
                           "attributes": {"a": "1", "ü": "ß"}}, "the body has it all")
    tap.is_((body["type"], body["timestamp"][-1], headers["Content-Type"]), ("notify.message", "Z", "application/json"), "type, time, media type")
    for secret in (SECRET, SECRET_TOO):
        tap.ok(verify(secret, headers, request["body"]), "the signature is right for each secret", headers)
    tap.ok(not verify(SECRET, headers, request["body"] + b" "), "and wrong for another body")
    tap.ok(not verify("whsec_" + base64.b64encode(b"y" * 32).decode(), headers, request["body"]), "or another secret")
    signed = "%s.%s.%s" % (headers["X-MLflow-Delivery-Id"], headers["X-MLflow-Timestamp"], request["body"].decode())
    tap.is_(headers["X-MLflow-Signature"], "v1," + base64.b64encode(hmac.new(b"mlflows geheimnis", signed.encode(), hashlib.sha256).digest()).decode(),
            "MLflow's signature")
    tap.is_((headers["webhook-id"], headers["Authorization"]), (name, "Bearer " + TOKEN), "the id and the configured header")
    tap.is_(settled(t, send(t, "tls"))["state"], "sent", "over TLS, with an authority of one's own")
    m = settled(t, send(t, "distrust"))
    tap.ok(m["state"] == "failed" and "certificate" in m["note"], "and not without that authority", m)
    name = send(t, "bare")
    settled(t, name)
    tap.ok("webhook-signature" not in r.of(name)[0]["headers"], "without a secret there is no signature")


def check_answers(t, r):
    name = send(t, "onflaky")
    m = settled(t, name)
    tap.is_((m["state"], m["tries"], len({x["body"] for x in r.of(name)})), ("sent", 2, 1), "500, then 200: the same id and body twice")
    name = send(t, "onlimited")
    m = settled(t, name)
    first, second = [x["at"] for x in r.of(name)]
    tap.ok(m["state"] == "sent" and second - first >= 0.95, "429 with Retry-After: 1 s: no sooner than that", (m, second - first))
    for word in ("400", "404", "410"):
        m = settled(t, send(t, "on" + word))
        tap.ok((m["state"], m["tries"]) == ("failed", 1) and word in m["note"], "%s: failed for good" % word, m)
    tap.like(settled(t, send(t, "on400"))["note"], "says 400", "the receiver's words are kept, cleaned")
    for word in ("408", "409", "425", "503"):
        m = settled(t, send(t, "on" + word))
        tap.ok((m["state"], m["tries"]) == ("failed", 3) and word in m["note"], "%s: tried again, then given up" % word, m)
    for word, path in (("302", "/302"), ("elsewhere", "/landed")):
        m = settled(t, send(t, "on" + word))
        tap.ok(m["state"] == "failed" and "redirect" in m["note"], "%s is not followed" % word, m)
    tap.ok(not [x for x in r.requests if x["path"] == "/landed"], "nobody came to where the redirect led")
    started = time.monotonic()
    m = settled(t, send(t, "hang"))
    tap.ok((m["state"], m["tries"]) == ("failed", 3) and time.monotonic() - started < 10, "a receiver that hangs is left after the timeout", m)
    tap.is_(settled(t, send(t, "onbig"))["state"], "sent", "an endless answer is cut, and is a yes")


def check_addresses(t, r):
    before = len(r.requests)
    for i, host in enumerate(FORMS):
        m = settled(t, send(t, "form%d" % i))
        tap.ok((m["state"], m["tries"]) == ("failed", 1) and "no public address" in m["note"], "%s is refused" % host, m)
    tap.is_(len(r.requests), before, "and none of them was connected to")
    tap.is_(settled(t, send(t, "listed"))["state"], "sent", "a listed network is fine")
    status, body = ask(t, "form0.probe")
    tap.ok(status == 403 and "no public address" in body["detail"], "probe refuses too", body)
    tap.is_(ask(t, "notify.probe", channel="bare")[0], 200, "probe connects")


def check_secrets(t, path):
    notes = [settled(t, send(t, name))["note"] for name in ("echo", "gone", "nul", "bearer")]
    tap.ok(not any(TOKEN in n for n in notes), "no secret in a note, though the receiver repeats it", notes)
    tap.ok("400" in notes[0] and "127.0.0.1" in notes[1], "which says what it can", notes)
    everything = t.log() + json.dumps(ask(t, "notify.ls", max=1000)[1])
    printed = subprocess.run([os.path.join(tap.BUILD, "tenond"), "--config", path, "--print-config"], capture_output=True, text=True)
    tap.ok(printed.returncode == 0 and "***" in printed.stdout, "--print-config prints", printed.stderr)
    for secret in (TOKEN, SECRET, SECRET_TOO, "mlflows geheimnis", "sig="):
        tap.ok(secret not in everything + printed.stdout, "%s... is nowhere" % secret[:9])


def check_config(folder):
    base = {"plugin": "notify/webhook", "url": "https://example.org/geheim", "placement": "inline"}
    for change, word in (({"url": "ftp://x/geheim"}, "url"), ({"url": "https://u:geheim@x"}, "url"), ({"url": "https://x/\r\nX-geheim"}, "url"),
                         ({"secrets": ["geheim"]}, "secrets[0]"), ({"secrets": [SECRET, "whsec_geheim"]}, "secrets[1]"), ({"headers": {"a b": "geheim"}}, "headers"),
                         ({"headers": {"A": "geheim\r\nB: c"}}, "headers"), ({"headers": {"Webhook-Id": "geheim"}}, "headers"), ({"allow": ["10.0.0.0/33"]}, "allow")):
        path = write_config(folder, {"hook": dict(base, **change)}, "wrong.yaml")
        done = subprocess.run([os.path.join(tap.BUILD, "tenond"), "--config", path, "--data", os.path.join(folder, "none"), "--listen", "127.0.0.1:0"],
                              capture_output=True, text=True, timeout=20)
        tap.ok(done.returncode != 0 and word + ":" in done.stderr and "geheim" not in done.stderr, "%s is refused" % change, done.stderr)


def main():
    with tempfile.TemporaryDirectory() as folder, Receiver() as r, Receiver() as proxy:
        make_authority(folder)
        tls = Receiver(cert=os.path.join(folder, "server"))
        for placement in ("inline", "thread", "process"):
            tap.diag("placement " + placement)
            r.answer = answer({})
            path = config(folder, r, tls, placement)
            with server.Tenond(["--config", path], env={"http_proxy": proxy.url, "ALL_PROXY": proxy.url}) as t:
                check_request(t, r)
                check_answers(t, r)
                if placement == "inline":
                    check_addresses(t, r)
                    check_secrets(t, path)
                tap.is_(proxy.requests, [], "no proxy of the environment is used")
        check_config(folder)
    tap.done_testing()


main()
