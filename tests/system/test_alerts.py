"""What people get when hosts fail, and who: real monitord, real mail and HTTP servers."""

import contextlib
import html.parser
import json
import os
import signal
import time

import pytest

import network
from daemon import Daemon, host, put
from http_sink import HANG as SAY_NOTHING
from http_sink import Answer, HttpSink
from mail_server import MailServer
from outage import (FIRST, SECOND, SOON, TO, hosts_at, results, smtp, subjects, until_all_is_sent, until_down, until_mails,
                    waiting, watch)
from until import until

pytestmark = network.needs_network


# ---- One event, one message

def test_a_router_and_its_200_children_are_one_message(net, data):
    below = [f"10.66.10.{n}" for n in range(1, 201)]
    hosts = [{**host("router", FIRST), "id": "router"}, *hosts_at(*below, parents=["router"])]
    with MailServer() as server, watch(data, hosts, smtp=smtp(server)).start_and_watch() as daemon:
        net.make("silent", FIRST, "10.66.10.0/24")
        mail, = until_mails(server, 1)
        assert mail.message["Subject"].startswith(f"DOWN router ({FIRST}) and 200 ")
        assert "line 1, " in mail.text() and "more" in mail.text()
        until_all_is_sent(daemon)
        net.restore("silent", FIRST, "10.66.10.0/24")
        until_mails(server, 2)
        until_all_is_sent(daemon)
        assert [s.split()[0] for s in subjects(server)] == ["DOWN", "UP"]
        assert "200" in subjects(server)[1]
        assert daemon.published()["summary"]["up"] == 201


def test_200_hosts_that_fail_at_once_are_one_message(net, data):
    hosts = hosts_at(*(f"10.66.10.{n}" for n in range(1, 201)), SECOND)
    with MailServer() as server, watch(data, hosts, smtp=smtp(server), digest_window=3).start_and_watch() as daemon:
        # Not in one blow: the second half fails a cycle after the first.
        net.make("silent", *(f"10.66.10.{n}" for n in range(1, 101)))
        daemon.until_host("line 1", lambda h: h["status"] == "failing")
        net.make("silent", *(f"10.66.10.{n}" for n in range(101, 201)))
        mail, = until_mails(server, 1)
        until_all_is_sent(daemon)
        assert len(server.mails) == 1
        assert mail.message["Subject"].startswith("200 DOWN")
        assert all(f"line {n} " in mail.text() for n in range(1, 201))


def test_blindness_is_one_message_that_says_from_when_to_when(net, data):
    uplink = "10.66.255.2"
    config = {"uplinks": [uplink]}
    with MailServer() as server, watch(data, hosts_at(FIRST), smtp=smtp(server), **config).start_and_watch() as daemon:
        net.make("silent", FIRST, uplink)
        daemon.until(lambda p: p["monitor"]["state"] == "blind")
        until_all_is_sent(daemon, 4)
        net.restore("silent", FIRST, uplink)
        mail, = until_mails(server, 1)
        blind = next(e for e in daemon.events("monitor") if e["state"] == "blind")
        assert mail.message["Subject"].startswith("BLIND from " + time.strftime("%H:%M:%S", time.localtime(blind["since"])))
        until_all_is_sent(daemon)
        assert len(server.mails) == 1


def test_an_acknowledged_outage_is_not_repeated_and_its_end_is_notified(net, data):
    with MailServer() as server, watch(data, hosts_at(FIRST), smtp=smtp(server), email_cooldown=2).start_and_watch() as daemon:
        net.make("silent", FIRST)
        until_mails(server, 2)  # it is repeated
        known = {"by": "ann", "at": time.time(), "note": "a digger"}
        daemon.edit_by_hand(lambda p: p["hosts"][0].update(acknowledged=known))
        daemon.until_host("line 1", lambda h: h["acknowledged"])
        until_all_is_sent(daemon)
        count = len(server.mails)
        until_all_is_sent(daemon, 4)
        assert len(server.mails) == count
        net.restore("silent", FIRST)
        until_mails(server, count + 1)
        assert subjects(server)[-1].startswith("UP line 1")
        daemon.until_host("line 1", lambda h: h["acknowledged"] is None, "the acknowledgement outlives the outage")


# ---- Who gets it

def test_each_group_has_its_own_recipients(net, data):
    hosts = [host("north", FIRST, group="North"), host("south", SECOND, group="South")]
    with MailServer() as server, HttpSink() as hook:
        config = {"smtp": smtp(server), "webhook": {"url": hook.url}, "routes": [
            {"group": "North", "smtp_to": ["north@example.net"], "channels": ["smtp"]}]}
        with watch(data, hosts, **config).start_and_watch():
            net.make("silent", FIRST, SECOND)
            until_mails(server, 2)
            until(lambda: hook.requests, 10, "the webhook was not called")
            assert {tuple(m.recipients): m.message["Subject"].split()[1] for m in server.mails} == {
                ("north@example.net",): "north", tuple(TO): "south"}
            assert [h["name"] for h in hook.requests[0].json()["hosts"]] == ["south"]
            assert len(hook.requests) == 1


def test_chats_and_a_webhook_get_what_they_want_to_know(net, data):
    with HttpSink(default=Answer(200, '{"ok":true}')) as sink:
        config = {"telegram": {"token": "123:abc", "chat_id": "-77", "api_url": sink.url},
                  "slack": {"webhook_url": sink.url + "/slack"}, "webhook": {"url": sink.url + "/hook", "secret": "s3"}}
        with watch(data, hosts_at(FIRST), **config).start_and_watch() as daemon:
            net.make("silent", FIRST)
            until(lambda: len(sink.requests) == 3, 10, lambda: [r.path for r in sink.requests])
            by_path = {r.path: r for r in sink.requests}
            telegram = by_path["/bot123:abc/sendMessage"].json()
            assert telegram["chat_id"] == "-77" and telegram["text"].startswith(f"DOWN line 1 ({FIRST})")
            assert f"DOWN line 1 ({FIRST})" in by_path["/slack"].json()["text"]
            hook = by_path["/hook"].json()
            assert hook["event"] == "down" and hook["hosts"][0]["name"] == "line 1"
            assert hook["hosts"][0]["since"] == pytest.approx(daemon.host("line 1")["fail_since"], abs=0.01)
            net.restore("silent", FIRST)
            until(lambda: len(sink.requests) == 6, 10, lambda: [r.path for r in sink.requests])
            recovery = next(r for r in sink.requests[3:] if r.path == "/hook").json()
            assert recovery["event"] == "recovery" and recovery["hosts"][0]["seconds"] > 1


def test_a_webhook_is_called_over_tls_only_if_its_certificate_is_good(net, data, certificates):
    with HttpSink(certificates.good) as good, HttpSink(certificates.wrong_host) as wrong:
        trusted = {"SSL_CERT_FILE": str(certificates.authority)}
        for number, (sink, environment) in enumerate([(wrong, trusted), (good, {}), (good, trusted)]):
            url = sink.url.replace("127.0.0.1", "localhost") + "/hook"
            config = {**SOON, "fail_threshold": 1, "webhook": {"url": url}}
            with Daemon(data / str(number), hosts_at(FIRST), config, environment=environment).start_and_watch() as daemon:
                net.make("silent", FIRST)
                if sink is good and environment:
                    until(lambda: good.requests, 10, "the webhook was not called")
                else:
                    until(lambda: waiting(daemon) and waiting(daemon)[0]["error"], 10, "it was not tried")
                    assert "certificate" in waiting(daemon)[0]["error"].lower()
                    assert not sink.requests
                net.restore("silent", FIRST)


def test_a_chat_that_is_busy_is_asked_again_when_it_said(net, data):
    with HttpSink(default=Answer(200, '{"ok":true}')) as sink:
        sink.answers += [Answer(429, '{"ok":false,"description":"Too Many Requests","parameters":{"retry_after":7}}')]
        config = {"telegram": {"token": "123:abc", "chat_id": "-77", "api_url": sink.url}}
        with watch(data, hosts_at(FIRST), **config).start_and_watch():
            net.make("silent", FIRST)
            until(lambda: len(sink.requests) == 2, 20, "it was not asked again")
            assert sink.requests[1].t - sink.requests[0].t >= 7


def test_a_group_that_became_a_supergroup_gets_its_messages_under_the_new_id_from_then_on(net, data):
    with HttpSink(default=Answer(200, '{"ok":true}')) as sink:
        sink.answers += [Answer(400, '{"ok":false,"error_code":400,"description":"Bad Request: group chat was upgraded to a '
                                     'supergroup chat","parameters":{"migrate_to_chat_id":-1001557912345}}')]
        config = {"telegram": {"token": "123:abc", "chat_id": "-77", "api_url": sink.url}}
        with watch(data, hosts_at(FIRST), **config).start_and_watch() as daemon:
            net.make("silent", FIRST)
            until(lambda: len(sink.requests) == 2, 10, "it was not sent to the new id")
            until(lambda: json.loads((data / "config.json").read_text())["telegram"]["chat_id"] == "-1001557912345", 5)
            until(lambda: [e for e in daemon.events("edit") if e["changed"] == ["telegram"]], 5)
            net.restore("silent", FIRST)
            until(lambda: len(sink.requests) == 3, 10, "the recovery is missing")
            assert [r.json()["chat_id"] for r in sink.requests] == ["-77", "-1001557912345", "-1001557912345"]
            assert results(daemon, "telegram")[0] == "sent"


def test_a_webhook_gets_the_body_and_headers_that_are_set_over_tls_of_a_private_authority(net, data, certificates):
    with HttpSink(certificates.good) as sink:
        webhook = {"url": sink.url.replace("127.0.0.1", "localhost") + "/v2", "ca_file": str(certificates.authority),
                   "headers": {"Authorization": "Bearer s3cret"},
                   "template": '{\n "title": "{subject}",\n "hosts": {hosts},\n "at": {t}\n}'}
        slack = {"webhook_url": sink.url.replace("127.0.0.1", "localhost") + "/slack", "ca_file": str(certificates.authority)}
        name = 'line "one" \\ @here'
        with watch(data, [host(name, FIRST)], webhook=webhook, slack=slack).start_and_watch() as daemon:
            net.make("silent", FIRST)
            until(lambda: len(sink.requests) == 2, 10, lambda: [r.path for r in sink.requests])
            hook, = [r for r in sink.requests if r.path == "/v2"]
            assert hook.headers["Authorization"] == "Bearer s3cret"
            assert hook.headers["Content-Type"] == "application/json"
            body = hook.json()
            assert body["title"].startswith('DOWN line "one" \\ \uff20here') and body["hosts"][0]["name"] == name
            assert body["at"] > 1.7e9
            assert "s3cret" not in daemon.log()


# ---- Whatever people write

def test_names_and_notes_inject_neither_headers_nor_markup(net, data):
    evil = 'x" <b>&\u2028Bcc: eve@example.net \u00fc\u2603 \U0001f600'
    hosts = [host(evil, FIRST, notes="a\nBcc: eve@example.net", customer="<script>alert(1)</script>", group="=?utf-8?q?x?=")]
    with MailServer() as server, watch(data, hosts, smtp=smtp(server), title="Zürich =?x?= NOC").start_and_watch():
        net.make("silent", FIRST)
        mail, = until_mails(server, 1)
        assert mail.recipients == TO
        assert mail.message["Bcc"] is None and mail.message["To"].addresses[0].addr_spec == TO[0]
        assert "\u00fc\u2603 \U0001f600" in mail.message["Subject"]
        assert mail.message["From"].addresses[0].display_name == "Zürich =?x?= NOC"
        assert "\u2603" in mail.text() and "<script>" not in mail.text("html") and "&lt;b&gt;" in mail.text("html")
        assert all(len(line) <= 998 for line in mail.raw.splitlines())


class Markup(html.parser.HTMLParser):
    """The elements of a page with the names of their attributes, and the text between them."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.words = [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, [name for name, _ in attrs]))

    def handle_data(self, data):
        self.words += data


def test_a_mail_about_a_host_full_of_markup_has_the_elements_of_any_other(net, data):
    evil = "\"><img src=x onerror=y>' z='</p><!-- &lt;"
    hosts = [host(name, ip, customer=name, group=name) for name, ip in ((evil, FIRST), ("plain", SECOND))]
    with MailServer() as server, watch(data, hosts, smtp=smtp(server)).start_and_watch():
        net.make("silent", FIRST)
        until_mails(server, 1)
        net.make("silent", SECOND)
        first, second = (Markup(mail.text("html")) for mail in until_mails(server, 2))
        assert first.elements == second.elements
        assert first.words.count(evil) == second.words.count("plain") >= 3


# ---- Trying a channel, and the dead man's switch

def ask_for_test(daemon, channel, answer):
    with open(daemon.live / "requests.jsonl", "a", encoding="utf-8") as requests:
        requests.write(json.dumps({"t": time.time(), "type": "test", "channel": channel, "answer": answer}) + "\n")
    path = daemon.live / "answers" / f"{answer}.json"
    until(path.exists, 15, "no answer")
    return json.loads(path.read_text())


def test_a_test_message_says_what_the_server_has_answered(net, data, certificates):
    with MailServer("starttls", certificates.good, users={"bob": "secret"}) as server:
        login = {"username": "bob", "password": "secret", "ca_file": str(certificates.authority)}
        with watch(data, hosts_at(FIRST), smtp=smtp(server, **login)).start_and_watch() as daemon:
            good = ask_for_test(daemon, "smtp", "a1")
            assert good["ok"] and "250" in good["answer"]
            assert "TEST" in subjects(server)[0].upper()
            put(data / "config.json", json.dumps({**SOON, "smtp": smtp(server, **{**login, "password": "wrong"})}))
            bad = ask_for_test(daemon, "smtp", "a2")
            assert not bad["ok"] and "535" in bad["answer"]
            assert not ask_for_test(daemon, "telegram", "a3")["ok"]
            assert not waiting(daemon), "a test is not kept"


def test_the_dead_mans_switch_says_outside_that_monitord_lives(net, data):
    with HttpSink() as sink, watch(data, hosts_at(FIRST), heartbeat_url=sink.url + "/alive").start_and_watch() as daemon:
        until(lambda: sink.requests, 10, "no heartbeat")
        assert (sink.requests[0].method, sink.requests[0].path) == ("GET", "/alive")
        status, took = daemon.stop()
        assert status == 0 and took < 2


def test_a_dead_mans_switch_that_nobody_takes_is_a_notice_and_delays_nothing(net, data):
    with HttpSink(default=SAY_NOTHING) as sink:
        with watch(data, hosts_at(FIRST), heartbeat_url=sink.url + "/alive").start_and_watch() as daemon:
            until(lambda: sink.requests, 10, "no heartbeat")
            status, took = daemon.stop()
            assert status == 0 and took < 2
        sink.default = Answer(500)
        with watch(data, hosts_at(FIRST), heartbeat_url=sink.url + "/alive").start_and_watch() as daemon:
            assert "500" in daemon.until_notice("heartbeat_failed", 15)


def test_a_stopped_monitord_leaves_what_was_about_to_be_sent_in_the_outbox(net, data):
    server = MailServer()
    with contextlib.closing(server), watch(data, hosts_at(FIRST), smtp=smtp(server), digest_window=60).start_and_watch() as daemon:
        net.make("silent", FIRST)
        until_down(daemon)
        daemon.signal(signal.SIGTERM)
        assert daemon.process.wait(5) == 0
        daemon.process = None
        assert [w["subject"].split()[0] for w in waiting(daemon)] == ["DOWN"]
        assert os.stat(next((data / "outbox").glob("*.json"))).st_mode & 0o777 == 0o640
