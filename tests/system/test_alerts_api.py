"""The API of alerts through lighttpd, with a monitord that is played: it drains the requests and puts the answers."""

import concurrent.futures
import http.client
import json
import pathlib
import time

import pytest

from repeating import Repeating
from stack import Web
from until import until

CONFIG = {
    "access": {"anonymous": "viewer", "roles": {"ada": "admin", "otto": "operator"}},
    "smtp": {"host": "127.0.0.1", "from": "linewatch@example.org", "to": ["noc@example.org"], "password": "pssst"},
}
REFUSAL = "535 5.7.8 Username and Password not accepted"


def publish(web, state="watching", **members):
    """As monitord does at the end of a cycle, with a host that is down."""
    now = time.time()
    host = {"id": "a", "name": "Server A", "ip": "192.0.2.1", "status": "down", "fail_count": 12}
    listed = {"format": 1, "updated": now, "interval": 10, "revision": 1,
              "monitor": {"state": state, "since": now, "cycle_ms": 5, "version": "1"}, "hosts": [host], **members}
    new = web.live / "new"
    new.write_text(json.dumps(listed))
    new.chmod(0o666)
    new.rename(web.live / "hosts.json")


class PlayedMonitor(Repeating):
    """Takes each request and gives it the answer that `judge` makes of its channel, or none."""

    def __init__(self, web, judge):
        super().__init__(self.take_requests, 0.01)
        self.web, self.judge = web, judge
        self.taken = []
        self.answers = web.live / "answers"
        self.answers.mkdir(exist_ok=True)
        self.answers.chmod(0o777)

    def take_requests(self):
        path = self.web.live / "requests.jsonl"
        if not path.exists() or not (text := path.read_text()):
            return
        path.write_text("")
        for line in text.splitlines():
            request = json.loads(line)
            self.taken.append(request)
            if (answer := self.judge(request["channel"])) is not None:
                new = self.answers / "new"
                new.write_text(json.dumps(answer))
                new.chmod(0o666)
                new.rename(self.answers / f"{request['answer']}.json")


def members_of(group):
    """The ids of the processes that are left of a process group."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group and fields[0] != "Z":
            found.append(stat.parent.name)
    return found


@pytest.fixture
def web():
    with Web(config=CONFIG, users=["ada", "otto"]) as running:
        publish(running)
        yield running


def try_channel(web, channel="smtp", **how):
    return web.send("POST", "/api/alerts/test", {"channel": channel}, user="ada", timeout=60, **how)


def test_a_test_message_is_answered_in_the_servers_own_words(web):
    with PlayedMonitor(web, lambda channel: {"ok": True, "answer": "250 2.0.0 Ok"}) as monitor:
        answer = try_channel(web)
    assert (answer.status, answer.json()) == (200, {"ok": True, "answer": "250 2.0.0 Ok"})
    assert [(r["type"], r["channel"]) for r in monitor.taken] == [("test", "smtp")]
    assert not list((web.live / "answers").iterdir()), "the answer was left behind"


def test_a_refusal_is_answered_in_the_servers_own_words(web):
    with PlayedMonitor(web, lambda channel: {"ok": False, "answer": REFUSAL}):
        answer = try_channel(web)
    assert (answer.status, answer.headers["Content-Type"]) == (502, "application/problem+json")
    assert answer.json()["detail"] == REFUSAL


def test_everybody_else_is_answered_while_a_test_waits(web):
    with PlayedMonitor(web, lambda channel: None) as monitor, concurrent.futures.ThreadPoolExecutor(20) as pool:
        waiting = pool.submit(try_channel, web)
        until(lambda: monitor.taken, 10, "monitord was not asked")
        workers = web.workers()
        answers = list(pool.map(lambda _: web.get("/api/hosts", timeout=5), range(100)))
        assert all(answer.status == 200 for answer in answers)
        second = try_channel(web)
        assert second.status == 503 and second.headers["Retry-After"], second
        assert "Another test message" in second.json()["detail"]
        assert web.workers() == workers and not waiting.done()
        (web.live / "answers" / f"{monitor.taken[0]['answer']}.json").write_text('{"ok": true, "answer": "250 Ok"}')
        assert waiting.result(20).json()["answer"] == "250 Ok"
    with PlayedMonitor(web, lambda channel: {"ok": True, "answer": "once more"}):
        assert try_channel(web).json()["answer"] == "once more", "the turn was not given back"


def test_a_monitor_that_takes_nothing_is_answered_503_and_not_waited_for(web):
    began = time.monotonic()
    answer = try_channel(web)
    assert answer.status == 503
    assert "takes no requests" in answer.json()["detail"]
    assert time.monotonic() - began < 20


def test_a_monitor_that_was_stopped_is_answered_503_at_once(web):
    publish(web, state="stopped")
    answer = try_channel(web)
    assert answer.status == 503 and answer.headers["Retry-After"]
    assert "stopped" in answer.json()["detail"]
    assert not (web.live / "requests.jsonl").exists()


def test_a_test_that_waits_ends_with_the_web_server(web):
    with PlayedMonitor(web, lambda channel: None) as monitor, concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(try_channel, web)
        until(lambda: monitor.taken, 10, "monitord was not asked")
        group = web.process.pid
        web.process.terminate()
        web.process.wait(20)
        with pytest.raises((OSError, http.client.HTTPException)):
            waiting.result(20)
        until(lambda: not members_of(group), 10, "a process of the API is left")


def test_only_an_admin_tries_a_channel(web):
    assert web.send("POST", "/api/alerts/test", {"channel": "smtp"}).status == 403
    assert web.send("POST", "/api/alerts/test", {"channel": "smtp"}, user="otto").status == 403
    assert not (web.live / "requests.jsonl").exists()


def test_a_channel_without_its_settings_is_refused_by_what_is_wanted(web):
    answer = try_channel(web, "telegram")
    assert answer.status == 422
    assert answer.json()["errors"] == [{
        "field": "channel", "message": "telegram is not set up: telegram.token and telegram.chat_id are wanted"}]


def test_what_waits_is_shown_to_viewers_without_addresses_and_secrets(web):
    (web.data / "outbox").mkdir()
    waiting = {"id": "m1", "channel": "smtp", "queued": time.time() - 400, "attempts": 4, "next": time.time() + 60,
               "error": REFUSAL, "subject": "DOWN Server A", "to": ["noc@example.org"], "alerts": []}
    (web.data / "outbox" / "m1.smtp.json").write_text(json.dumps(waiting))
    (web.data / "outbox" / "m2.smtp.json").write_text("{")
    answer = web.get("/api/alerts")
    assert b"noc@" not in answer.body and b"pssst" not in answer.body
    assert answer.json()["outbox"][0]["error"] == REFUSAL
    assert [p["code"] for p in answer.json()["problems"]] == ["outbox_waiting", "outbox_damaged"]
    health = web.get("/api/health")
    assert health.status == 503
    assert [p["code"] for p in health.json()["problems"]] == ["outbox_waiting", "outbox_damaged"]
    assert str(web.folder) not in health.body.decode()


def test_an_operator_acknowledges_an_outage_and_takes_it_back(web):
    where = "/api/hosts/a"
    assert web.send("POST", where + "/acknowledge").status == 403
    answer = web.send("POST", where + "/acknowledge", {"note": "fibre team is out"}, user="otto")
    assert answer.status == 200
    told = web.get(where).json()["acknowledged"]
    assert (told["by"], told["note"]) == ("otto", "fibre team is out")
    assert abs(told["at"] - time.time()) < 60
    forged = {"acknowledged": {"by": "ada", "at": 1, "note": ""}}
    assert web.send("PATCH", where, forged, user="otto").status == 403
    assert web.send("PATCH", where, forged, user="ada").status == 422
    assert web.send("DELETE", where + "/acknowledge", user="otto").status == 204
    assert web.get(where).json()["acknowledged"] is None
    assert [(e["action"], e["user"]) for e in web.events()] == [("acknowledge", "otto"), ("unacknowledge", "otto")]
