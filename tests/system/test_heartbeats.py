"""Heartbeats: jobs call their URL through the real lighttpd, and monitord says which of them does not any more."""

import concurrent.futures
import contextlib
import os
import pathlib
import signal
import socket
import time

import pytest

from daemon import QUICK, Daemon, copy_for_everyone
from repeating import Repeating
from stack import AS_ROOT, Web
from until import until

CONFIG = {**QUICK, "access": {"anonymous": "admin"}}
LISTENING = "00010000"  # of the flags in /proc/net/unix
AS_NOBODY = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--inh-caps=+net_raw",
             "--ambient-caps=+net_raw"] if AS_ROOT else []


@contextlib.contextmanager
def installation(config=CONFIG):
    """lighttpd, api.fcgi and a monitord that watches, all as one user on one folder."""
    with Web(config=config) as web:
        with Daemon(web.data, config=None, launcher=AS_NOBODY, program=copy_for_everyone(web.folder)) as daemon:
            daemon.start_and_watch()
            yield web, daemon


def add(web, name="Backup", **settings):
    """Adds a host that waits for heartbeats, and returns what was answered."""
    answer = web.send("POST", "/api/hosts", {"name": name, "check": "push", **settings})
    assert answer.status == 201, answer
    return answer.json()


def push(web, token, query="", **how):
    return web.get(f"/api/push/{token}{query}", **how)


class Cron(Repeating):
    """Calls the URL of a heartbeat all the time."""

    def __init__(self, web, token):
        self.answers = []
        super().__init__(lambda: self.answers.append(push(web, token).status), 0.2)


def problems(web):
    return [problem["code"] for problem in web.get("/api/health").json()["problems"]]


def connections(web):
    """How many lighttpd has made to api.fcgi."""
    sockets = pathlib.Path("/proc/net/unix").read_text().splitlines()
    return sum(f"{web.folder}/api.sock" in line and line.split()[3] != LISTENING for line in sockets)


def statuses(daemon, host):
    return [event["to"] for event in daemon.events("status") if event["host"] == host["id"]]


def test_a_job_that_stops_is_late_then_down_and_up_when_it_runs_again():
    with installation() as (web, daemon):
        host = add(web, max_age=1.5)
        with Cron(web, host["token"]) as cron:
            daemon.until_host("Backup", lambda h: h["status"] == "up" and len(h["trail"]) >= 4)
        assert set(cron.answers) == {200}
        assert statuses(daemon, host) == ["up"]
        late = daemon.until_host("Backup", lambda h: h["status"] == "failing")
        assert late["reason"] in ("no heartbeat for 1 s", "no heartbeat for 2 s")
        daemon.until_host("Backup", lambda h: h["status"] == "down")
        assert push(web, host["token"]).status == 200
        daemon.until_host("Backup", lambda h: h["status"] == "up", seconds=3)


def test_what_a_heartbeat_says_shows_at_once_and_not_with_the_next_cycle():
    with installation({**CONFIG, "interval": 30}) as (web, daemon):
        host = add(web, max_age=600)
        daemon.until_host("Backup", lambda h: h["status"] == "pending")
        assert push(web, host["token"], "?ms=250").status == 200
        up = daemon.until_host("Backup", lambda h: h["status"] == "up", seconds=3)
        assert up["rtt_ms"] == 250
        answer = web.send("POST", f"/api/push/{host['token']}", body=b"status=down&msg=disk+full+%3Cb%3E",
                          headers={"Content-Type": "application/x-www-form-urlencoded"})
        assert answer.status == 200
        down = daemon.until_host("Backup", lambda h: h["status"] == "failing", seconds=3)
        assert down["reason"] == "reported down: disk full <b>"
        assert push(web, host["token"]).status == 200
        daemon.until_host("Backup", lambda h: h["status"] == "up" and h["reason"] == "", seconds=3)


def test_a_host_that_was_never_heard_of_fails_after_its_time_and_not_before():
    with installation() as (web, daemon):
        host = add(web, max_age=3)
        begin = time.monotonic()
        failing = daemon.until_host("Backup", lambda h: h["status"] == "failing")
        assert time.monotonic() - begin > 2.5
        assert failing["reason"].startswith("no heartbeat in 3 s of watching")
        assert statuses(daemon, host) == ["failing"]


def test_a_monitord_that_was_killed_blames_nobody_for_what_it_could_not_hear():
    with installation() as (web, daemon):
        host = add(web, max_age=3)
        push(web, host["token"])
        daemon.until_host("Backup", lambda h: h["status"] == "up")
        daemon.kill()
        push(web, host["token"], "?status=down")  # waits in the queue until it says nothing any more
        until(lambda: "monitor_late" in problems(web), 10, lambda: problems(web))  # for longer than max_age
        daemon.start_and_watch()
        restarted = time.monotonic()
        begin = daemon.published()["updated"]
        daemon.until(lambda p: p["updated"] > begin + 1)
        assert push(web, host["token"]).status == 200
        daemon.until(lambda p: p["updated"] > begin + 2)
        assert time.monotonic() - restarted < 10
        assert statuses(daemon, host) == ["up"]
        assert None not in daemon.host("Backup")["trail"]


def test_heartbeats_of_a_paused_host_are_taken_and_mean_nothing():
    with installation() as (web, daemon):
        host = add(web, enabled=False, max_age=600)
        assert push(web, host["token"], "?status=down").status == 200
        daemon.until_host("Backup", lambda h: h["status"] == "paused")
        web.send("PATCH", f"/api/hosts/{host['id']}", {"enabled": True})
        daemon.until_host("Backup", lambda h: h["status"] != "paused")
        begin = daemon.published()["updated"]
        daemon.until(lambda p: p["updated"] > begin + 1)
        assert daemon.host("Backup")["status"] in ("pending", "unknown")
        assert push(web, host["token"]).status == 200
        daemon.until_host("Backup", lambda h: h["status"] == "up")


def test_nobody_who_looks_sees_a_token_and_a_renewed_one_ends_the_one_before(web):
    host = add(web)
    for path in ("/api/hosts", f"/api/hosts/{host['id']}", "/api/alerts", "/api/config"):
        assert host["token"].encode() not in web.get(path).body
    renewed = web.send("POST", f"/api/hosts/{host['id']}/token").json()
    assert set(renewed) == {"token"}
    assert push(web, host["token"]).status == 404
    assert push(web, renewed["token"]).status == 200
    # Each process of api.fcgi has its own memory of the tokens.
    for _ in range(10):
        assert push(web, host["token"]).status == 404


def test_garbage_is_refused_and_reaches_no_host(web):
    host = add(web)
    for query in ("?status=sideways", "?status=UP"):
        assert push(web, host["token"], query).status == 422, query
    for more in ("/", "x"):
        assert push(web, host["token"], more).status == 404, more
    for path in ("", "/", "/" + "a" * 24, "/" + host["token"].upper(), "/" + host["token"][:-1]):
        assert web.get("/api/push" + path).status == 404, path
    assert web.send("DELETE", f"/api/push/{host['token']}").status == 405
    assert not (web.data / "requests.jsonl").exists()


@pytest.mark.parametrize("headers", [{"Content-Type": "text/plain"}, {"Content-Type": "application/octet-stream"},
                                     {"Content-Type": "application/x-www-form-urlencoded"}, {}])
def test_a_log_of_100_kb_is_a_heartbeat(web, headers):
    host = add(web)
    assert web.send("POST", f"/api/push/{host['token']}/fail", body=b"x" * 100_000, headers=headers).status == 200
    assert "x" * 4096 in (web.data / "requests.jsonl").read_text()


def test_a_text_that_comes_in_chunks_is_a_heartbeat(web):
    host = add(web)
    with socket.create_connection(("127.0.0.1", web.port), 10) as raw:
        raw.sendall(f"POST /api/push/{host['token']}/start HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n4\r\ndone\r\n0\r\n\r\n".encode())
        assert raw.recv(100).split()[1] == b"200"


def test_the_token_of_a_sign_is_in_no_log(web):
    token = add(web)["token"]
    for sign in ("start", "fail", "7", "nonsense"):
        web.send("POST", f"/api/push/{token}/{sign}")
    web.get("/api/me")
    until(lambda: "/api/me" in (web.folder / "access.log").read_text(), 10)
    for log in ("access.log", "error.log"):
        assert token not in (web.folder / log).read_text(), log


def test_a_run_takes_as_long_as_it_is_between_its_start_and_its_end():
    with installation({**CONFIG, "interval": 30}) as (web, daemon):
        host = add(web, max_age=600)
        daemon.until_host("Backup", lambda h: h["status"] == "pending")
        assert push(web, host["token"], "/start").status == 200
        daemon.until_host("Backup", lambda h: h["status"] == "up", seconds=3)
        assert push(web, host["token"], "/7").status == 200
        failed = daemon.until_host("Backup", lambda h: h["status"] == "failing", seconds=3)
        assert failed["reason"] == "reported down: exit code 7"
        push(web, host["token"], "/start")
        assert push(web, host["token"]).status == 200
        up = daemon.until_host("Backup", lambda h: h["status"] == "up", seconds=3)
        assert up["rtt_ms"] is not None


def test_a_heartbeat_needs_no_login_and_comes_from_anywhere():
    access = {"anonymous": "viewer", "roles": {"ada": "admin"}}
    with Web(config={"access": access}, users=["ada"]) as web:
        answer = web.send("POST", "/api/hosts", {"name": "A", "check": "push"}, user="ada")
        token = answer.json()["token"]
        foreign = {"Origin": "http://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
        assert web.send("POST", f"/api/push/{token}", headers=foreign).status == 200
        assert web.send("POST", f"/api/hosts/{answer.json()['id']}/token").status == 403
        assert web.send("POST", f"/api/hosts/{answer.json()['id']}/token", user="ada", headers=foreign).status == 403


def test_a_job_hears_that_monitord_does_not_listen():
    with Web(config={"access": {"anonymous": "admin"}}) as web:
        host = add(web)
        assert push(web, host["token"]).status == 200
        path = web.data / "requests.jsonl"
        path.write_text(path.read_text().replace('{"t":', '{"t":1.0,"was":'))
        answer = push(web, host["token"])
        assert answer.status == 503
        assert answer.headers["Retry-After"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_token_is_in_no_log_whatever_becomes_of_its_request(method):
    with Web(config={"access": {"anonymous": "admin"}}) as web:
        token = add(web)["token"]
        path = f"/api/push/{token}"
        assert web.send(method, path).status == 200
        assert web.send(method, path + "?status=" + token).status == 422
        assert web.send(method, path + "/" + token).status == 404
        assert web.send(method, "//api/push/" + token).status == 400
        assert web.send(method, path + "%2f").status == 400
        assert web.send(method, path, headers={"X-Large": "a" * 9000}).status == 431
        assert web.send("PUT", path).status == 405
        # A program that ends in the middle of the request: lighttpd has much to say of that.
        workers = web.workers()
        for pid in workers:
            os.kill(pid, signal.SIGSTOP)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            answers = [pool.submit(web.send, method, path) for _ in range(3)]
            until(lambda: connections(web) >= 3, 10, lambda: connections(web))  # one may be left of the request before
            for pid in workers:
                os.kill(pid, signal.SIGKILL)
            assert all(answer.result().status >= 200 for answer in answers)
        until(lambda: "api.fcgi" in web.log() or "fastcgi" in web.log() or "gw_backend" in web.log(), 5)
        until(lambda: web.send(method, path).status == 200, 10)
        (web.data / "secrets.json").write_text("{")
        assert web.send(method, path).status == 503
        web.get("/api/me")
        until(lambda: "/api/me" in (web.folder / "access.log").read_text(), 10)
        for log in ("access.log", "error.log"):
            assert token not in (web.folder / log).read_text(), log
