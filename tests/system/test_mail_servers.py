"""Mail servers as they are: busy, choosy, hanging, badly certified. Real ones, each made to misbehave."""

import contextlib
import shutil
import time

import pytest

import network
from http_sink import HttpSink
from mail_server import CLOSE, HANG, MailServer
from outage import FIRST, SECOND, hosts_at, results, smtp, until_mails, waiting, watch
from until import until

pytestmark = network.needs_network


def test_a_server_that_wants_it_later_gets_it_later(net, data):
    with MailServer() as server, watch(data, hosts_at(FIRST), smtp=smtp(server)).start_and_watch() as daemon:
        server.script["rcpt"] = "451 4.3.0 greylisted, try again later"
        net.make("silent", FIRST)
        until(lambda: waiting(daemon) and "greylisted" in (waiting(daemon)[0]["error"] or ""), 10, "not deferred")
        server.script.clear()
        until_mails(server, 1, 12)
        until(lambda: results(daemon, "smtp") == ["sent"], 5, lambda: results(daemon, "smtp"))


@pytest.mark.parametrize("answer", ["554 5.7.1 <noc@example.net>: Relay access denied",
                                    "550 5.7.1 <noc@example.net>: Recipient address rejected: Authentication required"])
def test_what_is_not_the_recipients_fault_is_kept_until_somebody_has_mended_it(net, data, answer):
    with MailServer() as server, watch(data, hosts_at(FIRST), smtp=smtp(server)).start_and_watch() as daemon:
        server.script["rcpt"] = answer
        net.make("silent", FIRST)
        until(lambda: waiting(daemon) and answer[4:20] in (waiting(daemon)[0]["error"] or ""), 10, "not deferred")
        server.script.clear()
        until_mails(server, 1, 12)
        until(lambda: results(daemon, "smtp") == ["sent"], 5, lambda: results(daemon, "smtp"))


@pytest.mark.parametrize("settings", [{}, {"helo": "monitor.example.net"}])
def test_a_server_that_wants_a_name_with_a_dot_hears_one(net, data, settings):
    heard = []
    with MailServer() as server, watch(data, hosts_at(FIRST), smtp=smtp(server, **settings)).start_and_watch():
        server.script["ehlo"] = heard.append  # and answers as usual
        server.script["rcpt"] = lambda address: None if "." in heard[-1] else \
            f"504 5.5.2 <{heard[-1]}>: Helo command rejected: need fully-qualified hostname"
        net.make("silent", FIRST)
        until_mails(server, 1)
        assert heard[0] == settings.get("helo", heard[0]) and "." in heard[0]


def test_a_refused_recipient_is_given_up_and_the_fallback_used(net, data):
    with MailServer() as server, HttpSink() as slack:
        config = {"smtp": smtp(server), "slack": {"webhook_url": slack.url + "/hook"}, "fallback": ["slack"]}
        with watch(data, hosts_at(FIRST, SECOND), **config).start_and_watch() as daemon:
            net.make("silent", SECOND)
            until_mails(server, 1)
            assert not slack.requests, "the fallback has nothing to do"
            server.script["rcpt"] = "550 5.1.1 no such user"
            net.make("silent", FIRST)
            until(lambda: slack.requests, 10, "the fallback was not used")
            text = slack.requests[0].json()["text"]
            assert "DOWN line 1" in text and "no such user" in text
            until(lambda: not waiting(daemon), 5, lambda: waiting(daemon))
            until(lambda: [r for r in results(daemon, "smtp") if r.startswith("given up: ") and "no such user" in r], 5)
            assert len(slack.requests) == 1


def test_a_fallback_that_got_a_down_gets_its_recovery_too(net, data):
    server = MailServer()  # off, until the host is back
    with contextlib.closing(server), HttpSink() as slack:
        config = {"smtp": smtp(server), "slack": {"webhook_url": slack.url}, "fallback": ["slack"], "fallback_after": 1}
        with watch(data, hosts_at(FIRST), **config).start_and_watch() as daemon:
            net.make("silent", FIRST)
            until(lambda: slack.requests, 15, "the fallback was not used")
            net.restore("silent", FIRST)
            until(lambda: len(slack.requests) == 2, 15, "the fallback does not hear of the end")
            server.start()
            mail, = until_mails(server, 1, 15)
            assert mail.message["Subject"].startswith("UP line 1")
            until(lambda: not waiting(daemon), 5, lambda: waiting(daemon))
            assert ["DOWN" in r.json()["text"] for r in slack.requests] == [True, False]


def test_the_other_recipients_get_what_one_is_refused(net, data):
    with MailServer() as server:
        server.script["rcpt"] = lambda address: "550 5.1.1 gone" if address.startswith("gone@") else None
        config = {"smtp": smtp(server, to=["gone@example.net", "here@example.net"])}
        with watch(data, hosts_at(FIRST), **config).start_and_watch() as daemon:
            net.make("silent", FIRST)
            mail, = until_mails(server, 1)
            assert mail.recipients == ["here@example.net"]
            until(lambda: results(daemon, "smtp"), 5)
            result, = results(daemon, "smtp")
            assert result.startswith("sent, but not to gone@example.net: ")


@pytest.mark.parametrize("step", ["greeting", "rcpt", "body"])
def test_a_mail_server_that_hangs_delays_neither_a_probe_nor_another_channel_nor_the_end(net, data, step):
    with MailServer() as server, HttpSink() as hook:
        server.script[step] = HANG
        config = {"smtp": smtp(server), "webhook": {"url": hook.url + "/hook"}}
        with watch(data, hosts_at(FIRST, SECOND), **config).start_and_watch() as daemon:
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
    with MailServer() as server, watch(data, hosts_at(FIRST), smtp=smtp(server)).start_and_watch() as daemon:
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
                with watch(data, hosts_at(FIRST), smtp=smtp(server, **login), fail_threshold=1).start_and_watch():
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
    with server, watch(data, hosts_at(FIRST), smtp=smtp(server, **settings), fail_threshold=1).start_and_watch() as daemon:
        net.make("silent", FIRST)
        until(lambda: waiting(daemon) and waiting(daemon)[0]["error"], 10, "it was not tried")
        assert word in waiting(daemon)[0]["error"]
        assert b"line 1" not in server.in_clear and b"bob" not in server.in_clear and b"Ym9i" not in server.in_clear
        assert not server.mails
