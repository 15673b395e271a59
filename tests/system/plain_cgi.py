"""Asks api.fcgi one question as a plain CGI program: the API without a web server."""

import json
import os
import subprocess

from daemon import BUILD

API = BUILD / "api.fcgi"


def environment(daemon, method, target, body=b""):
    path, _, query = target.partition("?")
    return {
        "LINEWATCH_DATA": str(daemon.data), "LINEWATCH_LIVE": str(daemon.live), "REQUEST_METHOD": method,
        "SCRIPT_NAME": "/api", "PATH_INFO": path.removeprefix("/api"), "QUERY_STRING": query, "REQUEST_URI": target,
        "SERVER_PROTOCOL": "HTTP/1.1", "GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_SCHEME": "http",
        "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1:8000", "CONTENT_LENGTH": str(len(body)),
        **({"CONTENT_TYPE": "application/json"} if body else {})}


def start(daemon, method, path, content=None, program=API, process=None):
    """Starts a request; `finish` waits for the answer. `process` says as whom, in the words of subprocess."""
    body = b"" if content is None else json.dumps(content).encode()
    started = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env={**os.environ, **environment(daemon, method, path, body)}, **(process or {}))
    started.body = body
    return started


def finish(process, seconds=30):
    """Status and content of the answer; None when the program was killed before it had answered."""
    answer, _ = process.communicate(process.body, timeout=seconds)
    if process.returncode != 0:
        return None, None
    head, _, content = answer.partition(b"\r\n\r\n")
    fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n"))
    return int(fields.get("Status", "200").split()[0]), json.loads(content) if content else None


def ask(*request, **how):
    return finish(start(*request, **how))
