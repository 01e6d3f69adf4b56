"""mailserver - a real SMTP server (aiosmtpd) that misbehaves on request; run by fixture.MailServer with the Python of t/lib/smtp.lock

    mailserver.py --mails FILE [--cert PEM --key PEM [--smtps]] [--user U --password P]

Prints its port, then appends each mail to FILE as a line of JSON. What it does follows from the recipient's local part:
later-N: 451 the first N times; never: 550; full: 552 after the data; hang: no answer; spill: repeats the password in its refusal.
"""
# SPDX-License-Identifier: Apache-2.0
import argparse
import asyncio
import json
import ssl
import warnings

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

warnings.simplefilter("ignore")


class Handler:
    def __init__(self, options):
        self.options = options
        self.seen = {}

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        local = address.split("@")[0]
        self.seen[address] = self.seen.get(address, 0) + 1
        if local.startswith("later-") and self.seen[address] <= int(local[6:]):
            return "451 4.7.1 greylisted, come back later"
        if local == "never":
            return "550 5.1.1 no such user here"
        if local == "spill":
            return "550 your password is " + str(self.options.password)
        if local == "hang":
            await asyncio.sleep(60)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        if any(to.startswith("full@") for to in envelope.rcpt_tos):
            return "552 5.2.2 mailbox full"
        with open(self.options.mails, "a") as f:
            f.write(json.dumps({"from": envelope.mail_from, "to": envelope.rcpt_tos, "tls": session.ssl is not None,
                                "ehlo": session.host_name, "user": getattr(session.auth_data, "login", b"").decode(),
                                "data": envelope.original_content.decode("ascii")}) + "\n")
        return "250 2.0.0 queued as 4711"


async def main():
    parser = argparse.ArgumentParser()
    for name in ("mails", "cert", "key", "user", "password"):
        parser.add_argument("--" + name)
    parser.add_argument("--smtps", action="store_true")
    options = parser.parse_args()
    handler, context = Handler(options), None
    if options.cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.cert, options.key)

    def authenticate(server, session, envelope, mechanism, data):
        good = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode()) == (options.user, options.password)
        return AuthResult(success=good, handled=False, auth_data=data if good else None)

    def make():
        return SMTP(handler, hostname="mail.test", tls_context=None if options.smtps else context, authenticator=authenticate,
                    auth_required=bool(options.user), auth_require_tls=not options.smtps, enable_SMTPUTF8=False)

    server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0, ssl=context if options.smtps else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
