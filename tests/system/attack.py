"""What attackers are given: an installation that guards something, and requests as bytes."""

import base64
import contextlib
import hashlib
import json
import os
import pathlib
import pwd
import re
import socket

from stack import AS_ROOT, PASSWORD, TOP, Web
from until import until

OPENAPI = json.loads((TOP / "htdocs" / "openapi.json").read_text())
USERS = {"vera": "viewer", "otto": "operator", "ada": "admin"}
TOKEN = "abcdefghijklmnopqrstuvwx"
# What nobody may see begins so.
SECRET = "Sekrit9"

CONFIG = {
    "access": {"anonymous": "viewer", "roles": USERS},
    "smtp": {"host": "127.0.0.1", "port": 9, "from": "a@example.org", "to": ["b@example.org"],
             "password": f"{SECRET}-smtp"},
    "telegram": {"token": f"{SECRET}-telegram", "chat_id": "1", "api_url": "http://127.0.0.1:9/"},
    "slack": {"webhook_url": f"http://127.0.0.1:9/{SECRET}-slack"},
    "webhook": {"url": "http://127.0.0.1:9/", "secret": f"{SECRET}-webhook",
                "headers": {"X-Key": f"{SECRET}-header"}},
    "mqtt": {"host": "127.0.0.1", "username": "m", "password": f"{SECRET}-mqtt"},
}
DOWN = {"status": "down", "statusCurrent": False, "fail_count": 20, "fail_since": 1763799000, "reason": "no answer"}
LINE, SITE, BACKUP, ROUTER = (f"h00000000{n}" for n in range(1, 5))
HOSTS = [
    {"id": LINE, "revision": 1, "name": "Line", "ip": "192.0.2.1", **DOWN},
    {"id": SITE, "revision": 1, "name": "Website", "check": "http", "url": "http://www.example.org/",
     "password": {"set": True}, "headers": {"X-Key": {"set": True}}},
    {"id": BACKUP, "revision": 1, "name": "Backup", "check": "push", "max_age": 3600},
    {"id": ROUTER, "revision": 1, "name": "Router", "ip": "192.0.2.4"},
]
SECRETS = {SITE: {"password": f"{SECRET}-password", "headers": {"X-Key": f"{SECRET}-header"}},
           BACKUP: {"token_hash": hashlib.sha256(TOKEN.encode()).hexdigest()}}


def login(user, password=PASSWORD):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def request(method, target, body=b"", user=None, headers=(), version="HTTP/1.1", host="127.0.0.1"):
    """A request as bytes; what it is made of is not looked at."""
    lines = [f"{method} {target} {version}", f"Host: {host}", *headers]
    if user:
        lines.append(f"Authorization: {login(user)}")
    if body and not any(line.lower().startswith("content-type:") for line in lines):
        lines.append("Content-Type: application/json")
    if body or method not in ("GET", "HEAD"):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1", "surrogateescape") + b"\r\n\r\n" + body


def statuses(answer):
    """Of each answer on a connection."""
    return [int(status) for status in re.findall(rb"(?:^|\n|\}|>)HTTP/1\.[01] (\d{3}) ", answer)]


# As lighttpd/lighttpd.conf has it: nobody in particular sends more than a heartbeat.
SMALL_BODIES = '$REQUEST_HEADER["Authorization"] !~ "." {{ server.max-request-size = 16 }}'


class Fort(Web):
    """Anonymous is a viewer, three users have the three roles; with anonymous="admin" everybody here is one."""

    def __init__(self, anonymous="viewer", hosts=HOSTS, **how):
        super().__init__(config={**CONFIG, "access": {"anonymous": anonymous, "roles": USERS}}, hosts=hosts,
                         users=[*USERS, "zoe"], more=SMALL_BODIES if anonymous == "viewer" else "", **how)
        secrets = self.data / "secrets.json"
        secrets.write_text(json.dumps({"format": 1, "hosts": SECRETS}))
        if AS_ROOT:
            os.chown(secrets, pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid)

    def connect(self, timeout=10):
        connection = socket.create_connection(("127.0.0.1", self.port), timeout)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def raw(self, *pieces, end=True):
        """Sends the pieces, says that nothing more comes, and reads all that is answered."""
        answer = b""
        with self.connect() as connection, contextlib.suppress(ConnectionError, TimeoutError):
            with contextlib.suppress(ConnectionError):
                for piece in pieces:
                    connection.sendall(piece)
                if end:
                    connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65536):
                answer += piece
        return answer

    def state(self):
        """All that lies in the data folder, but locks: by its name."""
        return {str(path.relative_to(self.data)): path.read_bytes() for path in sorted(self.data.rglob("*"))
                if path.is_file() and path.suffix != ".lock"}

    def logs(self):
        return self.log() + (self.folder / "access.log").read_text(errors="replace")

    def memory(self):
        """Resident bytes of lighttpd and its workers, together."""
        total = 0
        for process in (self.process.pid, *self.workers()):
            with contextlib.suppress(FileNotFoundError):
                fields = pathlib.Path(f"/proc/{process}/statm").read_text().split()
                total += int(fields[1]) * os.sysconf("SC_PAGESIZE")
        return total

    @contextlib.contextmanager
    def unharmed(self):
        """Whatever is done within: the same processes go on answering, and nothing has been changed."""
        self.get("/api/hosts")  # publishes what is not published yet
        until(lambda: len(self.workers()) == 2)
        workers, state = self.workers(), self.state()
        yield
        assert self.get("/api/me").status == 200
        assert self.workers() == workers
        assert self.state() == state
