"""Runs lighttpd with api.fcgi as they are installed: the real configuration, without rights, on a folder of its own."""

import base64
import contextlib
import http.client
import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = TOP / os.environ.get("BUILD", "build")
API = BUILD / "api.fcgi"
AS_ROOT = os.geteuid() == 0
PASSWORD = "correct horse"
HASH = "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"  # bcrypt, as quick as it can be

CONFIGURATION = """
server.port          = {port}
server.bind          = "127.0.0.1"
server.document-root = "{folder}/htdocs"
server.upload-dirs   = ( "{folder}/spool" )
accesslog.filename   = "{folder}/access.log"
var.api = (
  "socket" => "{folder}/api.sock", "bin-path" => "{folder}/api.fcgi", "max-procs" => 2, "kill-signal" => 15,
  "bin-environment" => ( "LINEWATCH_DATA" => "{data}", "LINEWATCH_LIVE" => "{live}" ),
)
var.users = "{folder}/users"
include "{folder}/lighttpd/login.conf"
include "{folder}/lighttpd/linewatch.conf"
"""


def until(condition, seconds=10, otherwise="the condition did not come true"):
    """Waits until the condition is true, and returns its value."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.01)
    return value


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:500]!r}"


class Web:
    """Use it in a `with`: it ends with it, and so does everything that it has started.

    `hosts` are settings; `users` are names, their passwords PASSWORD; `tmpfs` is the size of a small disk for the data
    folder, `spool` of one for what lighttpd collects, which only root can give; `more` is added to lighttpd's
    configuration.
    """

    def __init__(self, config=None, hosts=(), users=(), live=False, tmpfs=None, spool=None, more=""):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="linewatch-web-"))
        self.data = self.folder / "data"
        self.live = self.folder / "live" if live else self.data
        self.disks = {self.data: tmpfs, self.folder / "spool": spool}
        self.port = free_port()
        self.process = None

        # Copies, because whoever has no rights may not see the folder that the project lies in.
        shutil.copy(API, self.folder / "api.fcgi")
        for part in ("htdocs", "lighttpd"):
            shutil.copytree(TOP / part, self.folder / part)
        shutil.copy(BUILD / "openapi.json", self.folder / "htdocs")
        (self.folder / "users").write_text("".join(f"{user}:{HASH}\n" for user in users))
        names = {"folder": self.folder, "port": self.port, "data": self.data, "live": self.live}
        text = CONFIGURATION.format(**names) + more.format(**names)
        (self.folder / "lighttpd.conf").write_text(text)
        for folder in {self.data, self.live, *self.disks}:
            folder.mkdir()
        if config is not None:
            self.write_config(config)
        if hosts:
            (self.data / "hosts.json").write_text(json.dumps({"format": 1, "hosts": list(hosts)}))
        if AS_ROOT:
            nobody = pwd.getpwnam("nobody")
            for path in (self.folder, *self.folder.rglob("*")):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
        self.folder.chmod(0o755)

    def write_config(self, config):
        text = config if isinstance(config, str) else json.dumps(config)
        (self.data / "config.json").write_text(text)

    def __enter__(self):
        with contextlib.ExitStack() as undo:
            undo.callback(self.close)
            self.start()
            undo.pop_all()
        return self

    def __exit__(self, *_):
        self.close()

    def start(self):
        command = ["lighttpd", "-D", "-f", str(self.folder / "lighttpd.conf")]
        if AS_ROOT:
            command = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--inh-caps=-all",
                       "--no-new-privs", *command]
        for folder, size in self.disks.items():
            if size:
                mount = ('mount -t tmpfs -o size="$1" none "$2" && chown --reference="$2.first" "$2" && '
                         'cp -rpT "$2.first" "$2" && shift 2 && exec "$@"')
                folder.rename(f"{folder}.first")
                folder.mkdir()
                command = ["unshare", "--mount", "sh", "-c", mount, "-", size, str(folder), *command]
        with open(self.folder / "error.log", "ab") as log:
            self.process = subprocess.Popen(command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env={"PATH": os.environ["PATH"] + ":/usr/sbin"}, start_new_session=True)
        until(self.is_open, 20, "lighttpd does not answer")

    def is_open(self):
        assert self.process.poll() is None, f"lighttpd has ended:\n{self.log()}"
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def close(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
                self.process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def workers(self):
        """The process ids of api.fcgi."""
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(child) for child in children]

    def disk(self, folder=None):
        """The data folder, or another one, as the programs see it, on a disk of their own."""
        return pathlib.Path(f"/proc/{self.process.pid}/root{folder or self.data}")

    def log(self):
        return (self.folder / "error.log").read_text(errors="replace")

    def stored(self):
        return json.loads((self.disk() / "hosts.json").read_bytes())

    def events(self):
        found = []
        for path in sorted((self.disk() / "events").glob("*.jsonl")):
            found += [json.loads(line) for line in path.read_text().splitlines()]
        return found

    def send(self, method, path, content=None, user=None, headers=(), body=None, timeout=30):
        """Sends the path as it is, and `content` as JSON. Headers are pairs; the same name may occur twice."""
        pairs = list(headers.items() if isinstance(headers, dict) else headers)
        given = {name.lower() for name, _ in pairs}
        if body is None and content is not None:
            body = json.dumps(content).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.putrequest(method, path, skip_host="host" in given, skip_accept_encoding=True)
            for name, value in pairs:
                connection.putheader(name, value)
            if body is not None and "content-type" not in given:
                connection.putheader("Content-Type", "application/json")
            if method not in ("GET", "HEAD") and not given & {"content-length", "transfer-encoding"}:
                connection.putheader("Content-Length", str(len(body or b"")))
            if user:
                login = base64.b64encode(f"{user}:{PASSWORD}".encode()).decode()
                connection.putheader("Authorization", f"Basic {login}")
            try:
                connection.endheaders(body)
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused before all of it was sent: the answer says why
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def get(self, path, **how):
        return self.send("GET", path, **how)

    def add(self, name, ip, **settings):
        answer = self.send("POST", "/api/hosts", {"name": name, "ip": ip, **settings})
        assert answer.status == 201, answer
        return answer.json()["id"]
