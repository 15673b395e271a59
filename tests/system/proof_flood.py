"""What comes in masses: requests at random, connections that dawdle, and records of FastCGI that make no sense.

FLOOD_REQUESTS and FLOOD_CONNECTIONS say how many: few in every run, `make attack` sends all.
"""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import random
import resource
import select
import socket
import time

import pytest

from attack import BACKUP, LINE, OPENAPI, SECRET, SITE, Fort, login, request, statuses
from stack import AS_ROOT
from until import until

REQUESTS = int(os.environ.get("FLOOD_REQUESTS", 4000))
CONNECTIONS = int(os.environ.get("FLOOD_CONNECTIONS", 600))
SEED = int(os.environ.get("FLOOD_SEED", 1))
MIB = 2**20


@pytest.fixture(name="fort", scope="module")
def fixture_fort():
    """Anonymous is a viewer."""
    with Fort() as running:
        yield running


# ---- Requests


WORDS = ["a", "{", "}", "[]", "null", "true", '"', "\\", "\r\n", "\0", "é", "\u202e", "%00", "..", "/", "*", "-1",
         "1e9", "name", "ip", "check", "http", "status", "up", "maintenance", "x" * 300]


def random_request(dice):
    """Somewhere between what the dashboard sends and noise."""
    pick = dice.choice
    if dice.random() < 0.03:
        return dice.randbytes(dice.randrange(1, 300)) + b"\r\n\r\n"
    path = pick(list(OPENAPI["paths"]) + ["/", "/index.html", "/openapi.json", "/metrics"])
    path = path.replace("{id}", pick([LINE, SITE, BACKUP, "nobody", "."])).replace("{token}", pick(["a" * 24, "x"]))
    if dice.random() < 0.2:
        at = dice.randrange(len(path) + 1)
        path = path[:at] + pick(["/", "//", "%2e", "%2f", ".", ";", "\\", "%00", "é", "A", "?", "%"]) + path[at:]
    if dice.random() < 0.3:
        names, texts = ["q", "status", "group", "tag", "range", "x"], ["a", "%ff", "up", "%", ""]
        path += "?" + "&".join(f"{pick(names)}={pick(texts)}" for _ in range(dice.randrange(4)))
    values = {"If-Match": ['"1"', "*", "x" * 400], "If-None-Match": ['"1"', "*", ","], "Origin": ["null", "http://a"],
              "Accept-Encoding": ["identity", "x;q=2", ","], "Content-Type": ["text/plain", "application/json", ""],
              "Remote-User": ["ada"], "X-Forwarded-For": ["127.0.0.1"], "Connection": ["close", "keep-alive", "x"],
              "Range": ["bytes=0-1", "bytes=-1", "x"], "Cookie": ["a" * 100], "Expect": ["100-continue", "x"]}
    headers = [f"{name}: {pick(values[name])}" for name in dice.sample(list(values), dice.randrange(4))]
    kind = dice.random()
    body = b""
    if kind < 0.3:
        content = {pick(WORDS): pick([pick(WORDS), dice.randrange(10**6), None, [pick(WORDS)], {pick(WORDS): 1}])
                   for _ in range(dice.randrange(5))}
        body = json.dumps(content).encode("utf-8", "replace")
        if dice.random() < 0.3:
            body = body[:dice.randrange(len(body) + 1)]
    elif kind < 0.4:
        body = dice.randbytes(dice.randrange(1, 2000))
    method = pick(["GET"] * 4 + ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "get", "X"])
    user = pick([None, None, "zoe", "vera"])
    return request(method, path.encode("utf-8").decode("latin-1"), body, user=user, headers=headers)


def test_requests_at_random_find_nothing(fort):
    def ask(number):
        dice = random.Random(SEED * 1000 + number)
        for _ in range(REQUESTS // 80):
            batch = [random_request(dice) for _ in range(10)]
            answer = fort.raw(*batch)
            if SECRET.encode() in answer or {500, 502, 504} & set(statuses(answer)):
                return b"".join(batch), answer
        return None

    before = fort.memory()
    with fort.unharmed(), concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert [found for found in pool.map(ask, range(8)) if found] == []
    assert fort.memory() < before + 32 * MIB
    assert SECRET not in fort.logs()
    assert "ada:" not in fort.logs()


# ---- Connections


class Dawdlers:
    """Connections that begin with `first` and then send a byte now and then; with `reads` 0 they do not read either."""

    def __init__(self, web, number, first, reads=True):
        self.connections = []
        self.reads = reads
        for _ in range(number):
            connection = socket.socket()
            if not reads:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.setblocking(False)
            self.connections.append(connection)
            with contextlib.suppress(BlockingIOError):
                connection.connect(("127.0.0.1", web.port))
        self.send(first)

    def send(self, data=b"x"):
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.send(data)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for connection in self.connections:
            connection.close()


def honest_times(web, number=20):
    """How long honest requests take; None for one that is refused or gets no answer in time."""
    times = []
    for _ in range(number):
        begin = time.monotonic()
        try:
            assert web.get("/api/summary", timeout=3).status == 200
            times.append(time.monotonic() - begin)
        except (TimeoutError, ConnectionError):
            times.append(None)
    return times


HEAD = b"POST /api/hosts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
DAWDLING = {
    "say nothing": (b"", True),
    "send a header a byte at a time": (HEAD + b"X-A: ", True),
    "send a body a byte at a time": (HEAD + b"Content-Length: 16000\r\n\r\n", True),
    "send chunks a byte at a time": (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", True),
    "read nothing": (b"GET /openapi.json HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 4, False),
}


@pytest.mark.parametrize("first,reads", DAWDLING.values(), ids=DAWDLING)
def test_hundreds_that_dawdle_keep_nobody_waiting(fort, first, reads):
    before = fort.memory()
    with fort.unharmed():
        with Dawdlers(fort, CONNECTIONS if CONNECTIONS < 1000 else 900, first, reads) as slow:
            for _ in range(3):
                slow.send()
                times = honest_times(fort)
                assert None not in times
                assert sorted(times)[len(times) // 2] < 0.5
            assert fort.memory() < before + 48 * MIB
        until(lambda: connections_of(fort) < 20, 20, "connections are kept")
    assert fort.memory() < before + 48 * MIB


def connections_of(web):
    return len(list(pathlib.Path(f"/proc/{web.process.pid}/fd").iterdir()))


@pytest.mark.skipif(CONNECTIONS < 2000, reason="make attack sends that many")
def test_more_than_there_is_room_for_end_without_a_trace():
    """10,000: honest requests may have to wait, but nothing breaks, and afterwards all is as before."""
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed[1], allowed[1]))
    with Fort() as web:
        before = web.memory()
        with web.unharmed():
            with Dawdlers(web, min(CONNECTIONS, allowed[1] - 200), HEAD + b"X-A: ") as slow:
                for _ in range(3):
                    slow.send()
                    select.select([], [], [], 1)
                assert connections_of(web) < 1100
                assert web.memory() < before + 64 * MIB
                # They are hung up on as soon as they fall silent for 5 s.
                until(lambda: None not in honest_times(web, 1), 120, "nobody is served any more")
        until(lambda: connections_of(web) < 20, 20, "connections are kept")
        assert None not in honest_times(web)
        assert web.memory() < before + 64 * MIB


def test_nobody_in_particular_fills_the_disk_with_bodies(fort):
    def size():
        return sum(path.stat().st_size for path in fort.folder.glob("spool/lighttpd-upload*"))

    with fort.unharmed():
        for target in ("/api/hosts", "/api/push/" + "a" * 24, "/metrics", "/index.html", "/nothing"):
            for framing in ("Content-Length: 7000000", "Transfer-Encoding: chunked"):
                for credentials in ([], ["Authorization: x"], [f"Authorization: {login('ada', 'x')}"]):
                    lines = [f"POST {target} HTTP/1.1", "Host: 127.0.0.1", framing, *credentials]
                    piece = b"x" * 65536 if "Length" in framing else b"10000\r\n" + b"x" * 65536 + b"\r\n"
                    with fort.connect() as connection:
                        connection.sendall("\r\n".join(lines).encode() + b"\r\n\r\n")
                        with contextlib.suppress(ConnectionError):
                            for _ in range(20):
                                connection.send(piece, socket.MSG_DONTWAIT)
                        status = statuses(connection.recv(4096))
                        assert status[:1] and status[0] in (200, 400, 401, 404, 405, 413), (lines, status)
                        assert size() < 128 * 1024, lines


@pytest.mark.skipif(not AS_ROOT, reason="only root can give a disk")
def test_slow_readers_of_long_answers_take_only_the_room_that_is_there_for_them():
    """As linewatch-web.service has it: what lighttpd collects lies on a disk of its own, and that one is soon full."""
    many = [{"id": f"h{i}", "name": f"Host {i}", "ip": f"10.0.{i // 250}.{i % 250}"} for i in range(10_000)]
    zipped = {"Accept-Encoding": "gzip"}
    with Fort(hosts=many, spool="16m") as web:
        spool = web.disk(web.folder / "spool")

        def room():
            return os.statvfs(spool).f_bavail * os.statvfs(spool).f_frsize

        assert web.get("/api/hosts").status == 200
        before = web.memory()
        with Dawdlers(web, 40, b"GET /api/hosts HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", reads=False):
            until(lambda: room() < MIB, 20, "they leave room")
            for path in ("/api/summary", "/api/hosts", "/index.html", "/openapi.json"):
                assert web.get(path, headers=zipped, timeout=5).status == 200, path
            assert web.send("PATCH", "/api/hosts/h1", {"name": "Renamed"}, user="ada", timeout=5).status == 200
            assert web.memory() < before + 32 * MIB
        until(lambda: room() > 15 * MIB, 20, "the room is not given back")
        assert len(web.get("/api/hosts").json()["hosts"]) == 10_000


# ---- Records


def record(kind, content=b"", version=1, number=1, length=None, padding=0):
    size = len(content) if length is None else length
    return bytes([version, kind, *divmod(number, 256), *divmod(size, 256), padding, 0]) + content


def pairs(**variables):
    out = b""
    for name, value in variables.items():
        for text in (name, value):
            out += bytes([len(text)]) if len(text) < 128 else (len(text) | 0x80000000).to_bytes(4, "big")
        out += name.encode() + value.encode()
    return out


BEGIN = record(1, bytes([0, 1, 0, 0, 0, 0, 0, 0]))
ASK = pairs(REQUEST_METHOD="GET", SCRIPT_NAME="/api/me")
WHOLE = BEGIN + record(4, ASK) + record(4) + record(5)


def posted(length):
    return BEGIN + record(4, pairs(REQUEST_METHOD="POST", SCRIPT_NAME="/api/hosts", CONTENT_LENGTH=length)) + record(4)


RECORDS = {
    "nothing": b"", "a byte": b"\1", "half a head": WHOLE[:5], "no end of the variables": WHOLE[:-20],
    "text": b"GET / HTTP/1.1\r\n\r\n", "zero bytes": b"\0" * 70_000, "all ones": b"\xff" * 70_000,
    "another version": WHOLE.replace(b"\1", b"\2", 1), "a type nobody knows": BEGIN + record(99, b"x") + WHOLE[16:],
    "a longer record than there is": BEGIN + record(4, ASK, length=60_000),
    "a shorter record than there is": BEGIN + record(4, ASK, length=3),
    "padding that is not there": BEGIN + record(4, ASK, padding=255),
    "a name of 2 GiB": BEGIN + record(4, b"\xff\xff\xff\xff\0a") + record(4) + record(5),
    "a name and a value of 2 GiB": BEGIN + record(4, b"\xff\xff\xff\xff\xff\xff\xff\xffab") + record(4) + record(5),
    "lengths that add up to nothing": BEGIN + record(4, b"\x80\0\0\0\x80\0\0\0") + record(4) + record(5),
    "variables of 20 MiB": BEGIN + b"".join(record(4, pairs(A="b" * 60_000)[:65535]) for _ in range(350)) + record(4),
    "many variables": BEGIN + b"".join(record(4, pairs(A="b") * 10_000) for _ in range(20)) + record(4) + record(5),
    "begin twice": BEGIN + WHOLE, "begin without end": BEGIN * 1000,
    "an end before a begin": record(2) + record(3) + WHOLE,
    "another request's records": BEGIN + record(4, ASK, number=2) + record(4, number=2) + record(5, number=2),
    "two requests, mixed": BEGIN + record(1, bytes([0, 1, 0, 0, 0, 0, 0, 0]), number=2) + record(4, ASK) +
                           record(4, ASK, number=2) + record(4) + record(5),
    "a role that there is not": record(1, bytes([0, 9, 0, 0, 0, 0, 0, 0])) + WHOLE[16:],
    "an authorizer": record(1, bytes([0, 2, 0, 0, 0, 0, 0, 0])) + WHOLE[16:],
    "a question about it": record(9, pairs(FCGI_MAX_CONNS="", FCGI_MPXS_CONNS="", X="y"), number=0),
    "its own answer": record(6, b"Status: 200\r\n\r\n") + record(3, b"\0" * 8), "an abort": BEGIN + record(2),
    "a body that is longer than it says": posted("2") + record(5, b"{}" * 30_000) + record(5),
    "a body that is shorter": posted("1000000") + record(5, b"{}") + record(5),
    "a negative length of the body": posted("-1") + record(5, b"{}") + record(5),
}


def speak(web, stream):
    """Sends it to the socket of both api.fcgi, as one who got so far; what is answered. There is no socket while
    lighttpd starts one anew."""
    answer = b""
    is_gone = contextlib.suppress(ConnectionError, TimeoutError, FileNotFoundError)
    with socket.socket(socket.AF_UNIX) as connection, is_gone:
        connection.settimeout(8)
        connection.connect(str(web.folder / "api.sock-0"))
        with contextlib.suppress(ConnectionError):
            connection.sendall(stream)
            connection.shutdown(socket.SHUT_WR)
        while piece := connection.recv(65536):
            answer += piece
    return answer


@pytest.mark.parametrize("stream", RECORDS.values(), ids=RECORDS)
def test_records_that_make_no_sense_end_no_worker(fort, stream):
    before = fort.memory()
    with fort.unharmed():
        assert SECRET.encode() not in speak(fort, stream)
        assert b'"role":"viewer"' in speak(fort, WHOLE)
    assert fort.memory() < before + 32 * MIB


def test_after_records_at_random_somebody_answers_and_nothing_has_changed(fort):
    """libfcgi ends the process by an assertion when the length of a name is more than there is memory."""
    dice = random.Random(SEED)
    before = fort.memory()

    def stream():
        parts = [BEGIN, record(4, ASK), record(4), record(5), record(5, b"{}"), WHOLE]
        parts += [record(dice.randrange(12), dice.randbytes(dice.randrange(40)), number=dice.randrange(3))
                  for _ in range(4)]
        data = bytearray(b"".join(dice.choices(parts, k=dice.randrange(1, 8))))
        for _ in range(dice.randrange(5)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        return bytes(data[:dice.randrange(1, len(data) + 1)] if dice.random() < 0.3 else data)

    state = fort.state()
    for _ in range(REQUESTS // 20 if REQUESTS < 20_000 else 1000):
        assert SECRET.encode() not in speak(fort, stream())
    until(lambda: len(fort.workers()) == 2 and fort.get("/api/me").status == 200, otherwise="nobody answers any more")
    assert fort.state() == state
    assert fort.memory() < before + 32 * MIB
