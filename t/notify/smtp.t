#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""smtp - mail to a real SMTP server: TLS, login, MIME, refusals now and for good, silence; under both placements."""
import email
import email.policy
import os
import socket
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from fixture import MailServer, Script, ask, make_authority, send, server, settled, until, write_config  # noqa: E402
import tap  # noqa: E402

PASSWORD = "correct horse"
TITLE = "Größe überschritten: Modell «Ä» 🚀 — " + "sehr lang " * 8


def mail(port, **more):
    return dict({"plugin": "notify/smtp", "url": "smtp://localhost:%d" % port, "from": "Tenon Größe <tenon@example.org>", "to": ["ops@example.org"],
                 "timeout": "5s"}, **more)


def config(folder, servers, placement):
    full, plain, smtps = servers
    login = {"user": "tenon", "password": PASSWORD, "ca_file": os.path.join(folder, "ca.pem")}
    silent = socket.create_server(("127.0.0.1", 0))
    gone = server.free_port()
    instances = {
        "mail": mail(full.port, ehlo="tenon.example.org", **login), "smtps": mail(smtps.port, **dict(login, url="smtps://localhost:%d" % smtps.port)),
        "badpass": mail(full.port, **dict(login, password="open sesame")), "notls": mail(plain.port),
        "plain": mail(plain.port, tls="none"), "maybe": mail(plain.port, tls="opportunistic"), "distrust": mail(full.port, user="tenon", password=PASSWORD),
        "silent": mail(silent.getsockname()[1], timeout="300ms", tls="none"), "gone": mail(gone, tls="none"),
        "slow": mail(full.port, **dict(login, timeout="500ms")),
    }
    for one in instances.values():
        one["placement"] = placement
    channels = [{"name": name, "instance": name} for name in instances]
    for local in ("later-2", "never", "full", "spill"):
        channels.append({"name": local, "instance": "mail", "to": [local + "@example.org"]})
    channels.append({"name": "both", "instance": "mail", "to": ["never@example.org", "Somebody Élse <other@example.org>"]})
    channels.append({"name": "hang", "instance": "slow", "to": ["hang@example.org"]})
    instances["notify"] = {"channels": channels, "tries": 3, "first_retry": "1ms", "placement": placement,
                           "process": {"may_call": "*"}}
    return write_config(folder, instances), silent


def check_mail(got, name):
    m = email.message_from_string(got["data"], policy=email.policy.default)
    tap.is_(m["Subject"], "[error] " + TITLE.strip(), "the subject comes back, umlauts and all")
    tap.ok(all(len(line) <= 78 for line in got["data"].split("\r\n\r\n")[0].split("\r\n")[1:]), "no header line of ours is longer than 78",
           got["data"][:800])
    tap.is_(m["Message-ID"], "<%s@example.org>" % name, "the Message-ID is made of the id")
    tap.is_((m["From"], m["To"]), ("Tenon Größe <tenon@example.org>", "ops@example.org"), "From and To")
    tap.is_((m["Auto-Submitted"], m["Importance"], m["MIME-Version"]), ("auto-generated", "high", "1.0"), "the headers of a program's mail")
    tap.ok(m["Date"] is not None and m["Date"].datetime.utcoffset().total_seconds() == 0, "it has a Date", m["Date"])
    tap.is_([p.get_content_type() for p in m.iter_parts()], ["text/plain", "text/html"], "text first, HTML last")
    text, html = [p.get_content() for p in m.iter_parts()]
    tap.is_(text.replace("\r\n", "\n"), "erste Zeile ü\n.zweite\n" + "x" * 2000 + "\n\nhttps://tenon.example.org/run/1\n\nrun: 4711\nmodel: Ä b\n", "the text comes back")
    tap.is_(html.strip(), "<p>ü</p>", "the HTML comes back")
    tap.is_((got["tls"], got["user"], got["ehlo"], got["from"]), (True, "tenon", "tenon.example.org", "tenon@example.org"), "over TLS, logged in, by its name")


def check_taken(t, full):
    name = send(t, "mail", TITLE.strip(), severity="error", text="erste Zeile ü\n.zweite\r\n" + "x" * 2000, html="<p>ü</p>",
                link="https://tenon.example.org/run/1", attributes={"run": "4711", "model": "Ä b"})
    m = settled(t, name)
    tap.is_((m["state"], m["tries"]), ("sent", 1), "a mail is taken")
    tap.like(m["note"], "queued as 4711", "and the server's word for it is kept")
    check_mail(full.mails()[-1], name)


def check_refusals(t, full):
    m = settled(t, send(t, "later-2"))
    tap.is_((m["state"], m["tries"]), ("sent", 3), "451 twice, then taken")
    for channel, word in (("never", "550 5.1.1 no such user here"), ("full", "552 5.2.2 mailbox full")):
        m = settled(t, send(t, channel))
        tap.is_((m["state"], m["tries"]), ("failed", 1), "%s: refused for good, tried once" % channel)
        tap.like(m["note"], word, "in the server's words")
    before = len(full.mails())
    m = settled(t, send(t, "both"))
    tap.is_((m["state"], [x["to"] for x in full.mails()[before:]]), ("sent", [["other@example.org"]]), "one unknown recipient does not keep it from the other")
    tap.like(m["note"], "never@example.org", "and is named")
    note = settled(t, send(t, "spill"))["note"]
    tap.ok("550" in note and PASSWORD not in note, "a server that repeats the password is not quoted", note)


def check_given_up(t, full, plain):
    m = settled(t, send(t, "badpass"))
    tap.is_((m["state"], m["tries"]), ("failed", 1), "a wrong password fails at once")
    tap.like(m["note"], "refuses user and password: 535", "and says so")
    before = len(plain.mails())
    for channel, word in (("notls", "offers no TLS"), ("distrust", "its certificate is not trusted"), ("silent", "no answer in time"),
                          ("gone", "connect"), ("hang", "no answer in time, after RCPT TO:<hang@example.org>")):
        m = settled(t, send(t, channel))
        tap.is_((m["state"], m["tries"]), ("failed", 3), "%s: tried again, then given up" % channel)
        tap.ok("given up after 3 tries" in m["note"] and word in m["note"], "%s: the reason is kept" % channel, m["note"])
    tap.is_(len(plain.mails()), before, "nothing went out without TLS")
    for channel in ("plain", "maybe", "smtps"):
        tap.is_(settled(t, send(t, channel))["state"], "sent", "%s: taken" % channel)


SCRIPTS = (  # what the server does, what becomes of the mail, tries, a word of the note
    ({}, "sent", 1, "250 taken"),
    ({"QUIT": None}, "sent", 1, "250 taken"),
    ({"QUIT": ...}, "sent", 1, "250 taken"),
    ({".": b"250-taken\r\n250 for good\r\n"}, "sent", 1, "for good"),
    ({"": b"421 busy\r\n"}, "failed", 2, "421 busy"),
    ({"": b"554 go away\r\n"}, "failed", 1, "554 go away"),
    ({"": None}, "failed", 2, "given up"),
    ({"": b"\xff" * 200000 + b"\r\n"}, "failed", 2, "given up"),
    ({"": b"HTTP/1.1 400 Bad\r\n\r\n"}, "failed", 2, "given up"),
    ({"MAIL": b"451 later\r\n"}, "failed", 2, "after MAIL FROM:<tenon@example.org>: 451 later"),
    ({"MAIL": b"553 not from you\r\n"}, "failed", 1, "553 not from you"),
    ({"RCPT": b"450 later\r\n"}, "failed", 2, "450 later"),
    ({"DATA": b"451 later\r\n"}, "failed", 2, "451 later"),
    ({"DATA": b"554 no\r\n"}, "failed", 1, "after DATA: 554 no"),
    ({".": None}, "failed", 2, "given up"),
    ({".": b"452 full now\r\n"}, "failed", 2, "452 full now"),
    ({".": b"554 spam\r\n"}, "failed", 1, "554 spam"),
    ({".": b"554 n\xf6\x1b[31m\r\n"}, "failed", 1, "554 n??[31m"),
)


def check_scripts(folder):
    scripts = [Script(**changes) for changes, *_ in SCRIPTS]
    instances = {"s%d" % i: mail(s.port, tls="none", timeout="1s") for i, s in enumerate(scripts)}
    instances["notify"] = {"channels": [{"name": name, "instance": name} for name in instances], "tries": 2, "first_retry": "1ms"}
    with server.Tenond(["--config", write_config(folder, instances)]) as t:
        names = [send(t, "s%d" % i) for i in range(len(scripts))]
        for name, (changes, state, tries, word) in zip(names, SCRIPTS):
            m = settled(t, name)
            tap.ok((m["state"], m["tries"]) == (state, tries) and word in m["note"], "a server that says %.60r: %s" % (changes, state), m)
        tap.is_([s.sessions for s in scripts], [tries for _, _, tries, _ in SCRIPTS], "a session each try")
    for s in scripts:
        s.close()


def check_probe(t):
    status, body = ask(t, "notify.probe", channel="mail")
    tap.ok(status == 200 and "logged in" in body["detail"], "probe connects and logs in", body)
    status, body = ask(t, "notify.probe", channel="badpass")
    tap.ok(status == 403 and "535" in body["detail"], "probe finds a wrong password", body)
    status, body = ask(t, "notls.probe")
    tap.ok(status == 503 and "no TLS" in body["detail"], "probe of an instance finds that there is no TLS", body)


def check_injection(t):
    for field, value in (("title", "x\r\nBcc: all@example.org"), ("title", "x\nBcc: all@example.org"), ("link", "https://x/\r\nX: y"),
                         ("id", "a>\r\nX: y"), ("text", "\0"), ("attributes", {"a\r\nb": "c"})):
        args = dict({"title": "t"}, **{field: value})
        status, body = ask(t, "notify.send", channel="mail", **args)
        tap.ok(status == 400 and field in body["detail"], "%s %r is refused" % (field, value), body)


def check_config(folder):
    binary = os.path.join(tap.BUILD, "tenond")
    for change, word in (({"from": "a@b\r\nBcc: c@d"}, "from"), ({"to": ["x"]}, "to"), ({"url": "http://x"}, "url"), ({"url": "smtp://u:geheim@x"}, "url"),
                         ({"tls": "none", "user": "u", "password": "geheim"}, "tls"), ({"password": "geheim"}, "user"), ({"tls": "perhaps"}, "tls")):
        path = write_config(folder, {"mail": dict(mail(25), placement="inline", **change)}, "wrong.yaml")
        done = subprocess.run([binary, "--config", path, "--data", os.path.join(folder, "none"), "--listen", "127.0.0.1:0"], capture_output=True, text=True,
                              timeout=20)
        tap.ok(done.returncode != 0 and word + ":" in done.stderr and "geheim" not in done.stderr, "%s is refused" % change, done.stderr)
    path = write_config(folder, {"mail": mail(25, user="u", password="geheim")}, "printed.yaml")
    done = subprocess.run([binary, "--config", path, "--print-config"], capture_output=True, text=True)
    tap.ok(done.returncode == 0 and "***" in done.stdout and "geheim" not in done.stdout, "--print-config hides the password", done.stdout + done.stderr)


def main():
    with tempfile.TemporaryDirectory() as folder:
        make_authority(folder)
        cert = ["--cert", os.path.join(folder, "server.pem"), "--key", os.path.join(folder, "server.key")]
        login = ["--user", "tenon", "--password", PASSWORD]
        with MailServer(folder, "full", *cert, *login) as full, MailServer(folder, "plain") as plain, \
                MailServer(folder, "smtps", *cert, *login, "--smtps") as smtps:
            for placement in ("inline", "thread", "process"):
                tap.diag("placement " + placement)
                path, silent = config(folder, (full, plain, smtps), placement)
                with server.Tenond(["--config", path]) as t:
                    check_taken(t, full)
                    check_given_up(t, full, plain)
                    if placement == "inline":
                        check_refusals(t, full)
                        check_probe(t)
                        check_injection(t)
                        tap.ok(until(lambda: "given up" in t.log()), "failures are logged")
                    tap.ok(PASSWORD not in t.log() and "open sesame" not in t.log(), "no password in the log")
                silent.close()
        check_scripts(folder)
        check_config(folder)
    tap.done_testing()


main()
