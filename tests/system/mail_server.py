"""A mail server as companies have one, on 127.0.0.1, which can be made to misbehave: aiosmtpd in a thread.

    with MailServer("starttls", certificates.good, users={"bob": "secret"}) as server:
        ...                                      # monitord sends to localhost, server.port
        server.mails[0].message["Subject"]       # what arrived
        server.script["rcpt"] = lambda address: "550 5.1.1 nobody here" if address.startswith("eve@") else None
        server.script["body"] = CLOSE            # takes the mail, and is gone before it says so
        server.stop(); server.start()            # away for a while, back at the same port
"""

import asyncio
import contextlib
import email
import email.policy
import logging
import ssl
import threading

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from restartable import Restartable

HANG = "say nothing, until the server stops"
CLOSE = "close the connection"

# It warns of what is wanted here.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)

# What can be scripted, in the order in which a mail passes them: greeting, ehlo, starttls, auth, mail, rcpt, data and
# body, which is the answer to the mail itself.


class Mail:
    """One that the server took: the envelope, the bytes, the parsed message, and how its sender came."""

    def __init__(self, session, envelope, encrypted):
        self.sender = envelope.mail_from
        self.recipients = list(envelope.rcpt_tos)
        self.raw = envelope.content
        self.message = email.message_from_bytes(self.raw, policy=email.policy.default)
        self.user = session.auth_data.login.decode() if session.authenticated else None
        self.encrypted = encrypted

    @property
    def id(self):
        return self.message["Message-ID"]

    def text(self, kind="plain"):
        """The content of the part text/kind."""
        return self.message.get_body((kind,)).get_content()


class MailServer(Restartable):
    """Runs in a `with`, or from start() to stop().

    security     "none", "starttls" (refuses mail without it) or "tls"; the latter two with a Certificate. A server that
                 should have STARTTLS and has not is one of "none"
    users        name: password; with users, nobody else may send
    mechanisms   which ways of logging in are offered, of "PLAIN" and "LOGIN"
    address      what it listens at, and the port or 0 for any
    port         the same for its whole life, through stop() and start()
    script       step: what to do instead. A text is the answer ("451 4.3.0 later"), HANG and CLOSE are what they say, and a
                 function is asked with the command's argument (the address at "rcpt", the Mail at "body") for one of
                 these, or for None, which is: as usual. A mail at whose "body" it hangs or closes counts as taken.
    mails        those taken, of all runs
    connections  how many were ever made
    in_clear     all bytes that ever came in without encryption
    """

    def __init__(self, security="none", certificate=None, users=None, mechanisms=("PLAIN", "LOGIN"),
                 address=("127.0.0.1", 0)):
        super().__init__(address)
        self.security = security
        self.users = users or {}
        self.hidden = {"PLAIN", "LOGIN"} - set(mechanisms)
        self.context = None
        if security != "none":
            self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self.context.load_cert_chain(certificate.certificate, certificate.key)
        self.script = {}
        self.mails = []
        self.connections = 0
        self.in_clear = b""
        self._thread = None

    def start(self):
        listening = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._transports = set()
        self._thread = threading.Thread(target=self._run, args=(listening,), daemon=True)
        self._thread.start()
        assert listening.wait(10), "the mail server does not listen"

    def stop(self):
        """Ends all connections as a server does that is killed."""
        if self._thread is None:
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._thread = None

    def _run(self, listening):
        asyncio.set_event_loop(self._loop)
        # SO_REUSEADDR on both lets this one listen beside the reserved one, which never does.
        server = self._loop.run_until_complete(self._loop.create_server(
            lambda: Session(self), self.address, self.port, reuse_address=True,
            ssl=self.context if self.security == "tls" else None))
        self._loop.call_soon(listening.set)
        self._loop.run_forever()
        server.close()
        for transport in list(self._transports):
            with contextlib.suppress(AttributeError):  # of asyncio's, for one of TLS that has ended
                transport.abort()
        self._loop.run_until_complete(asyncio.sleep(0))  # their ends are noticed on the loop
        tasks = asyncio.all_tasks(self._loop)
        for task in tasks:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        self._loop.run_until_complete(server.wait_closed())
        self._loop.close()

    def authenticate(self, _server, session, _envelope, _mechanism, data):
        good = isinstance(data, LoginPassword) and \
            self.users.get(data.login.decode(errors="replace")) == data.password.decode(errors="replace")
        return AuthResult(success=good, handled=good, auth_data=data)

    async def handle_DATA(self, server, session, envelope):
        mail = Mail(session, envelope, server.is_encrypted())
        todo = server.todo("body", mail)
        if todo in (None, HANG, CLOSE) or todo.startswith("2"):
            self.mails.append(mail)
        if todo in (HANG, CLOSE):
            await server.misbehave(todo)
        return todo or "250 2.0.0 OK queued"


class Session(SMTP):
    # aiosmtpd's own words for it are known to few clients.
    AuthLoginUsernameChallenge = "Username:"
    AuthLoginPasswordChallenge = "Password:"

    def __init__(self, owner):
        self.owner = owner
        starttls = owner.security == "starttls"
        super().__init__(
            owner, hostname="localhost", loop=owner._loop, timeout=60, enable_SMTPUTF8=False,
            tls_context=owner.context if starttls else None, require_starttls=starttls,
            authenticator=owner.authenticate if owner.users else None, auth_required=bool(owner.users),
            auth_require_tls=starttls, auth_exclude_mechanism=owner.hidden)

    def connection_made(self, transport):
        if not self.is_again:
            self.owner.connections += 1
        self.is_again = True
        self.owner._transports.add(transport)
        super().connection_made(transport)

    is_again = False  # STARTTLS makes a second one of the same connection

    def data_received(self, data):
        if not self.is_encrypted():
            self.owner.in_clear += data
        super().data_received(data)

    def connection_lost(self, error):
        self.owner._transports.discard(self.transport)
        super().connection_lost(error)

    def is_encrypted(self):
        return self.transport.get_extra_info("sslcontext") is not None

    def todo(self, step, argument):
        todo = self.owner.script.get(step)
        return todo(argument) if callable(todo) else todo

    async def misbehave(self, todo):
        if todo == CLOSE:
            self.transport.close()
        # Until the connection ends, which cancels this.
        await asyncio.Event().wait()

    async def scripted(self, step, argument):
        """Whether the script has dealt with it."""
        todo = self.todo(step, argument)
        if todo in (HANG, CLOSE):
            await self.misbehave(todo)
        if todo is not None:
            await self.push(todo)
        return todo is not None

    async def _handle_client(self):
        todo = self.todo("greeting", None)
        if todo in (HANG, CLOSE):
            await self.misbehave(todo)
        if todo is not None:
            await self.push(todo)
            self.transport.close()
            return
        await super()._handle_client()

    async def smtp_EHLO(self, argument):
        if not await self.scripted("ehlo", argument):
            await super().smtp_EHLO(argument)

    async def smtp_STARTTLS(self, argument):
        if not await self.scripted("starttls", argument):
            await super().smtp_STARTTLS(argument)

    async def smtp_AUTH(self, argument):
        if not await self.scripted("auth", argument):
            await super().smtp_AUTH(argument)

    async def smtp_MAIL(self, argument):
        if not await self.scripted("mail", argument):
            await super().smtp_MAIL(argument)

    async def smtp_RCPT(self, argument):
        address = argument.partition("<")[2].partition(">")[0]
        if not await self.scripted("rcpt", address):
            await super().smtp_RCPT(argument)

    async def smtp_DATA(self, argument):
        if not await self.scripted("data", argument):
            await super().smtp_DATA(argument)
