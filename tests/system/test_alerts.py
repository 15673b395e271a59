"""What people get when lines fail: real monitord, real mail servers and HTTP servers, in a network made for it."""

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import time

import pytest

import network
from certificates import Certificates
from daemon import QUICK, Daemon, folder_in_memory, host, put, until
from http_sink import HANG as SAY_NOTHING
from http_sink import Answer, HttpSink
from mail_server import CLOSE, HANG, MailServer

WHY_NOT = network.why_not()
pytestmark = pytest.mark.skipif(WHY_NOT is not None, reason=WHY_NOT or "")

SOON = {**QUICK, "digest_window": 0.3}
FIRST, SECOND = "10.66.9.1", "10.66.9.2"
TO = ["noc@example.net"]


@pytest.fixture(scope="module", name="folder")
def fixture_folder():
    with folder_in_memory() as made:
        yield made


@pytest.fixture(scope="module", name="certificates")
def fixture_certificates(folder):
    return Certificates(folder / "certificates")


@pytest.fixture(name="net")
def fixture_net():
    with contextlib.closing(network.Network()) as made, made.here.entered():
        yield made


@pytest.fixture(name="data")
def fixture_data(folder, request):
    made = folder / f"{request.node.name[:60].replace('/', '-')}"
    yield made
    shutil.rmtree(made, ignore_errors=True)


def smtp(server, **settings):
    return {"host": "localhost", "port": server.port, "security": server.security, "from": "linewatch@example.net", "to": TO,
            **settings}


def watch(data, hosts, **config):
    return Daemon(data, hosts, {**SOON, **config})


def lines(*addresses, **settings):
    return [host(f"line {number}", address, **settings) for number, address in enumerate(addresses, 1)]


def waiting(daemon):
    return [json.loads(path.read_text()) for path in sorted((daemon.data / "outbox").glob("*.json"))]


def results(daemon, channel):
    return [e["result"] for e in daemon.events("alert") if e["channel"] == channel]


def subjects(server):
    return [mail.message["Subject"] for mail in server.mails]


def until_mails(server, count, seconds=10):
    until(lambda: len(server.mails) >= count, seconds, lambda: f"{count} mails wanted, came: {subjects(server)}")
    return server.mails


def quiet(seconds=2.5):
    """So long that whatever was wrongly to be sent would have come."""
    time.sleep(seconds)


def until_down(daemon, name="line 1"):
    return daemon.until_host(name, lambda h: h["status"] == "down")


# ---- Never lost

def test_a_server_that_is_off_gets_one_mail_with_the_true_begin_though_monitord_was_killed_meanwhile(net, data):
    server = MailServer()
    with contextlib.closing(server), watch(data, lines(FIRST), smtp=smtp(server)).start_and_watch() as daemon:
        net.make("silent", FIRST)
        began = until_down(daemon)["fail_since"]
        until(lambda: waiting(daemon) and waiting(daemon)[0]["attempts"] > 0, 10, "it was never tried")
        daemon.kill()
        message = waiting(daemon)[0]
        daemon.start_and_watch()
        server.start()
        mail, = until_mails(server, 1)
        quiet()
        assert len(server.mails) == 1
        assert mail.id == f"<{message['id']}@example.net>"
        clock = time.strftime("%H:%M:%S", time.localtime(began))
        assert mail.message["Subject"] == f"DOWN line 1 ({FIRST}) since {clock}, no answer within 0.4 s"
        until(lambda: not waiting(daemon), 5, "the outbox is not emptied")
        assert results(daemon, "smtp") == ["sent"]
        assert daemon.host("line 1")["last_alert_time"] > began


def test_a_message_is_neither_lost_nor_another_one_wherever_monitord_is_killed(net, data):
    """At random moments from before the threshold until after the delivery."""
    dice = random.Random(3)
    with MailServer() as server, watch(data, lines(FIRST), smtp=smtp(server)) as daemon:
        net.make("silent", FIRST)
        for _ in range(12):
            daemon.start()
            time.sleep(dice.uniform(0.02, 1.3))
            daemon.kill()
        daemon.start()
        until_mails(server, 1, 20)
        quiet()
        assert len({mail.id for mail in server.mails}) == 1, subjects(server)
        net.restore("silent", FIRST)
        until(lambda: subjects(server)[-1].startswith("UP line 1"), 10, lambda: subjects(server))
        assert not waiting(daemon)


CALLS = ("openat", "write", "fsync", "fdatasync", "rename", "unlink", "sendto", "recvfrom", "close")


@pytest.mark.skipif(shutil.which("strace") is None, reason="needs strace")
@pytest.mark.parametrize("call", CALLS)
def test_a_kill_at_any_system_call_of_the_delivery_loses_nothing(net, data, call):
    """The run in which the line goes down is killed at its Kth call; the next one has to make up for it."""
    for number in random.Random(call).sample(range(1, 60), 4):
        shutil.rmtree(data, ignore_errors=True)
        with MailServer() as server, watch(data, lines(FIRST), smtp=smtp(server), fail_threshold=1) as daemon:
            daemon.start_and_watch()
            net.make("silent", FIRST)
            trace = subprocess.Popen(
                ["strace", "-qq", "-f", "-o", "/dev/null", "-p", str(daemon.process.pid), "-e", f"trace={call}", "-e",
                 f"inject={call}:signal=SIGKILL:when={number}"], stderr=subprocess.DEVNULL)
            with contextlib.suppress(AssertionError):
                until(lambda: not daemon.is_running() or server.mails, 4)
            trace.terminate()
            trace.wait()
            daemon.kill()
            daemon.start()
            until_mails(server, 1, 15)
            until(lambda: not waiting(daemon), 10, lambda: waiting(daemon))
            assert {mail.message["Subject"].split()[0] for mail in server.mails} == {"DOWN"}
            assert len({mail.id for mail in server.mails}) == 1, f"{call} {number}: {subjects(server)}"
            net.restore("silent", FIRST)


def test_a_down_and_an_up_that_both_waited_are_one_late_message(net, data):
    server = MailServer()
    with contextlib.closing(server), watch(data, lines(FIRST), smtp=smtp(server)).start_and_watch() as daemon:
        net.make("silent", FIRST)
        until(lambda: waiting(daemon) and waiting(daemon)[0]["attempts"] > 0, 10, "it was never tried")
        net.restore("silent", FIRST)
        until(lambda: [w["subject"].split()[0] for w in waiting(daemon)] == ["UP"], 10, lambda: waiting(daemon))
        server.start()
        mail, = until_mails(server, 1)
        quiet()
        assert subjects(server) == [mail.message["Subject"]]
        assert mail.message["Subject"].startswith(f"UP line 1 ({FIRST}) after ")
        assert "told with a later message" in results(daemon, "smtp")


def test_a_recovery_is_told_though_monitord_was_not_running_when_the_line_came_back(net, data):
    with MailServer() as server, watch(data, lines(FIRST), smtp=smtp(server)).start_and_watch() as daemon:
        net.make("silent", FIRST)
        until_mails(server, 1)
        until(lambda: not waiting(daemon), 5)
        daemon.kill()
        net.restore("silent", FIRST)
        daemon.start()
        until_mails(server, 2)
        quiet()
        assert [s.split()[0] for s in subjects(server)] == ["DOWN", "UP"]


# ---- Servers as they are

def test_a_server_that_wants_it_later_gets_it_later(net, data):
    with MailServer() as server, watch(data, lines(FIRST), smtp=smtp(server)).start_and_watch() as daemon:
        server.script["rcpt"] = "451 4.3.0 greylisted, try again later"
        net.make("silent", FIRST)
        until(lambda: waiting(daemon) and "greylisted" in (waiting(daemon)[0]["error"] or ""), 10, "not deferred")
        server.script.clear()
        until_mails(server, 1, 12)
        assert results(daemon, "smtp") == ["sent"]


def test_a_refused_recipient_is_given_up_and_the_fallback_used(net, data):
    with MailServer() as server, HttpSink() as slack:
        config = {"smtp": smtp(server), "slack": {"webhook_url": slack.url + "/hook"}, "fallback": ["slack"]}
        with watch(data, lines(FIRST, SECOND), **config).start_and_watch() as daemon:
            net.make("silent", SECOND)
            until_mails(server, 1)
            assert not slack.requests, "the fallback has nothing to do"
            server.script["rcpt"] = "550 5.1.1 no such user"
            net.make("silent", FIRST)
            until(lambda: slack.requests, 10, "the fallback was not used")
            text = slack.requests[0].json()["text"]
            assert "DOWN line 1" in text and "no such user" in text
            until(lambda: not waiting(daemon), 5, lambda: waiting(daemon))
            assert [r for r in results(daemon, "smtp") if r.startswith("given up: ") and "no such user" in r]
            assert len(slack.requests) == 1


def test_the_other_recipients_get_what_one_is_refused(net, data):
    with MailServer() as server:
        server.script["rcpt"] = lambda address: "550 5.1.1 gone" if address.startswith("gone@") else None
        config = {"smtp": smtp(server, to=["gone@example.net", "here@example.net"])}
        with watch(data, lines(FIRST), **config).start_and_watch() as daemon:
            net.make("silent", FIRST)
            mail, = until_mails(server, 1)
            assert mail.recipients == ["here@example.net"]
            until(lambda: not waiting(daemon), 5)
            result, = results(daemon, "smtp")
            assert result.startswith("sent, but not to gone@example.net: ")


@pytest.mark.parametrize("step", ["greeting", "ehlo", "rcpt", "body"])
def test_a_mail_server_that_hangs_delays_neither_a_probe_nor_another_channel_nor_the_end(net, data, step):
    with MailServer() as server, HttpSink() as hook:
        server.script[step] = HANG
        config = {"smtp": smtp(server), "webhook": {"url": hook.url + "/hook"}}
        with watch(data, lines(FIRST, SECOND), **config).start_and_watch() as daemon:
            net.make("silent", FIRST)
            until(lambda: hook.requests, 10, "the webhook was not called")
            until(lambda: server.connections, 5, "the mail server was not tried")
            begin, seen = time.monotonic(), daemon.host("line 2")["last_check"]
            daemon.until_host("line 2", lambda h: h["last_check"] >= seen + 2.9)
            assert time.monotonic() - begin < 4.5
            assert daemon.published()["monitor"]["voided"]["late"] == 0
            status, took = daemon.stop()
            assert status == 0 and took < 2
            assert len(waiting(daemon)) == 1, "it is kept"


def test_a_server_that_took_the_mail_and_closed_before_it_said_so_gets_the_same_mail_again(net, data):
    with MailServer() as server, watch(data, lines(FIRST), smtp=smtp(server)).start_and_watch() as daemon:
        server.script["body"] = CLOSE
        net.make("silent", FIRST)
        until(lambda: waiting(daemon) and waiting(daemon)[0]["may_have_arrived"], 10, lambda: waiting(daemon))
        server.script.clear()
        until_mails(server, 2, 15)
        assert len({mail.id for mail in server.mails}) == 1
        assert server.mails[0].raw == server.mails[1].raw


def test_mail_goes_encrypted_and_logged_in(net, data, certificates):
    for number, security in enumerate(("starttls", "tls", "none")):
        certificate = None if security == "none" else certificates.good
        for mechanism in ("PLAIN", "LOGIN"):
            shutil.rmtree(data, ignore_errors=True)
            with MailServer(security, certificate, users={"bob": "secret"}, mechanisms=(mechanism,)) as server:
                login = {"username": "bob", "password": "secret", "ca_file": str(certificates.authority)}
                with watch(data, lines(FIRST), smtp=smtp(server, **login), fail_threshold=1).start_and_watch():
                    net.make("silent", FIRST)
                    mail, = until_mails(server, 1)
                    assert mail.user == "bob", (number, mechanism)
                    assert mail.encrypted == (security != "none")
                    net.restore("silent", FIRST)


@pytest.mark.parametrize("fault", ["wrong_host", "expired", "self_signed", "no STARTTLS", "wrong password"])
def test_what_is_not_safe_or_not_allowed_is_not_sent_and_says_why(net, data, certificates, fault):
    settings = {"username": "bob", "password": "secret", "ca_file": str(certificates.authority)}
    if fault == "no STARTTLS":
        server, word = MailServer("none", users={"bob": "secret"}), "STARTTLS"
        settings["security"] = "starttls"
    elif fault == "wrong password":
        server, word = MailServer("starttls", certificates.good, users={"bob": "other"}), "535"
    else:
        server, word = MailServer("starttls", getattr(certificates, fault), users={"bob": "secret"}), "certificate"
    with server, watch(data, lines(FIRST), smtp=smtp(server, **settings), fail_threshold=1).start_and_watch() as daemon:
        net.make("silent", FIRST)
        until(lambda: waiting(daemon) and waiting(daemon)[0]["error"], 10, "it was not tried")
        assert word in waiting(daemon)[0]["error"]
        assert b"line 1" not in server.in_clear and b"bob" not in server.in_clear and b"Ym9i" not in server.in_clear
        assert not server.mails


# ---- One event, one message

def test_a_router_and_200_lines_below_it_are_one_message(net, data):
    below = [f"10.66.10.{n}" for n in range(1, 201)]
    hosts = [{**host("router", FIRST), "id": "router"}, *lines(*below, parents=["router"])]
    with MailServer() as server, watch(data, hosts, smtp=smtp(server)).start_and_watch() as daemon:
        net.make("silent", FIRST, "10.66.10.0/24")
        mail, = until_mails(server, 1)
        assert mail.message["Subject"].startswith(f"DOWN router ({FIRST}) and 200 ")
        assert "line 1, " in mail.text() and "more" in mail.text()
        quiet()
        net.restore("silent", FIRST, "10.66.10.0/24")
        until_mails(server, 2)
        quiet()
        assert [s.split()[0] for s in subjects(server)] == ["DOWN", "UP"]
        assert "200" in subjects(server)[1]
        assert daemon.published()["summary"]["up"] == 201


def test_200_lines_that_fail_at_once_are_one_message(net, data):
    hosts = lines(*(f"10.66.10.{n}" for n in range(1, 201)), SECOND)
    with MailServer() as server, watch(data, hosts, smtp=smtp(server), digest_window=2).start_and_watch():
        for n in range(1, 201, 20):  # within a second, not in one blow
            net.make("silent", *(f"10.66.10.{k}" for k in range(n, n + 20)))
            time.sleep(0.05)
        mail, = until_mails(server, 1)
        quiet()
        assert len(server.mails) == 1
        assert mail.message["Subject"].startswith("200 DOWN")
        assert all(f"line {n} " in mail.text() for n in range(1, 201))


def test_blindness_is_one_message_that_says_from_when_to_when(net, data):
    uplink = "10.66.255.2"
    config = {"uplinks": [uplink]}
    with MailServer() as server, watch(data, lines(FIRST), smtp=smtp(server), **config).start_and_watch() as daemon:
        net.make("silent", FIRST, uplink)
        daemon.until(lambda p: p["monitor"]["state"] == "blind")
        time.sleep(4)
        net.restore("silent", FIRST, uplink)
        mail, = until_mails(server, 1)
        blind = next(e for e in daemon.events("monitor") if e["state"] == "blind")
        assert mail.message["Subject"].startswith("BLIND from " + time.strftime("%H:%M:%S", time.localtime(blind["since"])))
        quiet()
        assert len(server.mails) == 1


def test_an_acknowledged_outage_is_not_repeated_and_its_end_is_told(net, data):
    with MailServer() as server, watch(data, lines(FIRST), smtp=smtp(server), email_cooldown=2).start_and_watch() as daemon:
        net.make("silent", FIRST)
        until_mails(server, 2)  # it is repeated
        known = {"by": "ann", "at": time.time(), "note": "a digger"}
        daemon.edit_by_hand(lambda p: p["hosts"][0].update(acknowledged=known))
        daemon.until_host("line 1", lambda h: h["acknowledged"])
        time.sleep(0.5)
        count = len(server.mails)
        quiet(4)
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


def test_chats_and_a_webhook_are_told_what_they_want_to_know(net, data):
    with HttpSink(default=Answer(200, '{"ok":true}')) as sink:
        config = {"telegram": {"token": "123:abc", "chat_id": "-77", "api_url": sink.url},
                  "slack": {"webhook_url": sink.url + "/slack"}, "webhook": {"url": sink.url + "/hook", "secret": "s3"}}
        with watch(data, lines(FIRST), **config).start_and_watch() as daemon:
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


def test_a_chat_that_is_busy_is_asked_again_when_it_said(net, data):
    with HttpSink(default=Answer(200, '{"ok":true}')) as sink:
        sink.answers += [Answer(429, '{"ok":false,"description":"Too Many Requests","parameters":{"retry_after":7}}')]
        config = {"telegram": {"token": "123:abc", "chat_id": "-77", "api_url": sink.url}}
        with watch(data, lines(FIRST), **config).start_and_watch():
            net.make("silent", FIRST)
            until(lambda: len(sink.requests) == 2, 20, "it was not asked again")
            assert sink.requests[1].t - sink.requests[0].t >= 7


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


# ---- The disk

def test_an_outbox_that_takes_nothing_keeps_no_alert_from_being_sent(net, data):
    with MailServer() as server, watch(data, lines(FIRST, SECOND), smtp=smtp(server)).start_and_watch() as daemon:
        (data / "outbox").write_text("in the way")
        net.make("silent", FIRST)
        until_mails(server, 1)
        daemon.until_notice("outbox_unwritable")
        (data / "outbox").unlink()
        net.make("silent", SECOND)
        until_mails(server, 2)
        daemon.until_no_notice("outbox_unwritable")
        quiet()
        assert len(server.mails) == 2


def test_a_full_disk_keeps_no_alert_from_being_sent(net, data):
    data.mkdir(parents=True)
    network.run("mount", "-t", "tmpfs", "-o", "size=1m,mode=0755", "tmpfs", data)
    try:
        with MailServer() as server, watch(data, lines(FIRST), smtp=smtp(server)).start_and_watch() as daemon:
            with contextlib.suppress(OSError), open(data / "filler", "wb", buffering=0) as filler:
                for size in (4096, 1):
                    with contextlib.suppress(OSError):
                        while True:
                            filler.write(b"x" * size)
            net.make("silent", FIRST)
            until_mails(server, 1, 15)
            (data / "filler").unlink()
            daemon.until_no_notice("disk_full", 15)
            quiet()
            assert len(server.mails) == 1
            assert [e["subject"].split()[0] for e in daemon.events("alert") if e["channel"] == "log"] == ["DOWN"]
    finally:
        network.run("umount", "--lazy", data)


def test_a_damaged_message_costs_only_itself(net, data):
    with MailServer() as server, watch(data, lines(FIRST), smtp=smtp(server)) as daemon:
        (data / "outbox").mkdir()
        (data / "outbox" / "abc.smtp.json").write_text('{"id":"abc","chan')
        daemon.start_and_watch()
        net.make("silent", FIRST)
        until_mails(server, 1)
        assert (data / "outbox" / "abc.smtp.json").exists()
        assert "abc.smtp.json" in daemon.log()


# ---- Trying a channel, and the heartbeat

def ask_for_test(daemon, channel, answer):
    with open(daemon.live / "requests.jsonl", "a", encoding="utf-8") as requests:
        requests.write(json.dumps({"t": time.time(), "type": "test", "channel": channel, "answer": answer}) + "\n")
    path = daemon.live / "answers" / f"{answer}.json"
    until(path.exists, 15, "no answer")
    return json.loads(path.read_text())


def test_a_test_message_tells_what_the_server_has_answered(net, data, certificates):
    with MailServer("starttls", certificates.good, users={"bob": "secret"}) as server:
        login = {"username": "bob", "password": "secret", "ca_file": str(certificates.authority)}
        with watch(data, lines(FIRST), smtp=smtp(server, **login)).start_and_watch() as daemon:
            good = ask_for_test(daemon, "smtp", "a1")
            assert good["ok"] and "250" in good["answer"]
            assert "TEST" in subjects(server)[0].upper()
            put(data / "config.json", json.dumps({**SOON, "smtp": smtp(server, **{**login, "password": "wrong"})}))
            bad = ask_for_test(daemon, "smtp", "a2")
            assert not bad["ok"] and "535" in bad["answer"]
            assert not ask_for_test(daemon, "telegram", "a3")["ok"]
            assert not waiting(daemon), "a test is not kept"


def test_somebody_outside_hears_that_monitord_lives(net, data):
    with HttpSink() as sink, watch(data, lines(FIRST), heartbeat_url=sink.url + "/alive").start_and_watch() as daemon:
        until(lambda: sink.requests, 10, "no heartbeat")
        assert (sink.requests[0].method, sink.requests[0].path) == ("GET", "/alive")
        status, took = daemon.stop()
        assert status == 0 and took < 2


def test_a_heartbeat_that_nobody_takes_is_told_on_the_page_and_delays_nothing(net, data):
    with HttpSink(default=SAY_NOTHING) as sink:
        with watch(data, lines(FIRST), heartbeat_url=sink.url + "/alive").start_and_watch() as daemon:
            until(lambda: sink.requests, 10, "no heartbeat")
            status, took = daemon.stop()
            assert status == 0 and took < 2
        sink.default = Answer(500)
        with watch(data, lines(FIRST), heartbeat_url=sink.url + "/alive").start_and_watch() as daemon:
            assert "500" in daemon.until_notice("heartbeat_failed", 15)


def test_a_stopped_monitord_leaves_what_was_about_to_be_told_in_the_outbox(net, data):
    server = MailServer()
    with contextlib.closing(server), watch(data, lines(FIRST), smtp=smtp(server), digest_window=60).start_and_watch() as daemon:
        net.make("silent", FIRST)
        until_down(daemon)
        daemon.signal(signal.SIGTERM)
        assert daemon.process.wait(5) == 0
        daemon.process = None
        assert [w["subject"].split()[0] for w in waiting(daemon)] == ["DOWN"]
        assert os.stat(next((data / "outbox").glob("*.json"))).st_mode & 0o777 == 0o640
