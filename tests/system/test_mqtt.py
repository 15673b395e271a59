"""Telemetry by a real broker: silence, payloads, bounds, and all that may be wrong with the broker itself."""

import contextlib
import json
import pathlib
import socket
import time

import pytest

from certificates import Certificates
from daemon import QUICK, Daemon, put
from mqtt_broker import Broker
from until import until


@pytest.fixture
def broker(folder):
    with Broker(folder / "broker") as running:
        yield running


def sensor(name, topic, **settings):
    return {"name": name, "check": "mqtt", "topic": topic, "max_age": 600, **settings}


@contextlib.contextmanager
def watching(folder, hosts, mqtt, **config):
    with Daemon(folder / "data", hosts, {**QUICK, **config, **({"mqtt": mqtt} if mqtt else {})}) as daemon:
        yield daemon.start_and_watch()


def until_status(daemon, name, status, seconds=10):
    return daemon.until_host(name, lambda h: h["status"] == status, seconds=seconds)


def until_reason(daemon, name, reason, seconds=10):
    return daemon.until_host(name, lambda h: h["reason"] == reason, f"waited for {reason!r}", seconds)


def test_a_topic_that_falls_silent_fails_and_is_up_with_its_next_message(folder, broker):
    with watching(folder, [sensor("Meter", "hall/1/power", max_age=2)], broker.settings()) as daemon:
        broker.until_subscribed("hall/1/power")
        broker.publish("hall/1/power", "on")
        until_status(daemon, "Meter", "up")
        late = until_status(daemon, "Meter", "failing")
        assert late["reason"].startswith("no message for ")
        until_status(daemon, "Meter", "down")
        broker.publish("hall/1/power", "on")
        until_status(daemon, "Meter", "up")


def test_payloads_are_held_against_what_is_expected_as_soon_as_they_come(folder, broker):
    hosts = [sensor("Door", "hall/1/door", expect="CLOSED"), sensor("Air", "hall/1/air", min=18, max=25)]
    with watching(folder, hosts, broker.settings(), interval=30) as daemon:
        broker.until_subscribed("hall/1/door")
        broker.until_subscribed("hall/1/air")
        broker.publish("hall/1/door", "CLOSED\n")
        broker.publish("hall/1/air", "21.7")
        until_status(daemon, "Door", "up", 3)
        until_status(daemon, "Air", "up", 3)
        broker.publish("hall/1/door", "OPEN\x1b")
        broker.publish("hall/1/air", "29.5")
        assert until_status(daemon, "Door", "failing", 3)["reason"] == 'payload is "OPEN" instead of "CLOSED"'
        assert until_status(daemon, "Air", "failing", 3)["reason"] == "29.5, more than 25"
        broker.publish("hall/1/air", "20")
        until_status(daemon, "Air", "up", 3)
        broker.publish("hall/1/air", "warm")
        assert until_status(daemon, "Air", "failing", 3)["reason"] == 'payload is no number: "warm"'


def test_wildcards_and_shared_topics_reach_every_host_that_listens(folder, broker):
    hosts = [sensor("Any hall", "hall/+/air"), sensor("All of 2", "hall/2/#"), sensor("Air 2", "hall/2/air"),
             sensor("Air 2, cool", "hall/2/air", max=10), sensor("Air 3", "hall/3/air")]
    with watching(folder, hosts, broker.settings()) as daemon:
        for topic in ("hall/+/air", "hall/2/#", "hall/2/air", "hall/3/air"):
            broker.until_subscribed(topic)
        assert broker.log().count("\thall/2/air (QoS 0)") == 1
        broker.publish("hall/2/air", "20")
        for name in ("Any hall", "All of 2", "Air 2"):
            until_status(daemon, name, "up")
        until_reason(daemon, "Air 2, cool", "20, more than 10")
        assert daemon.host("Air 3")["status"] == "pending"


def test_what_the_broker_has_kept_counts_for_nothing(folder, broker):
    broker.publish("hall/1/power", "on", "-r")
    broker.publish("hall/2/power", "on", "-r")
    with watching(folder, [sensor("Old", "hall/1/power", max_age=3), sensor("New", "hall/2/power", max_age=3)],
                  broker.settings()) as daemon:
        broker.until_subscribed("hall/2/power")
        broker.publish("hall/2/power", "on", "-r")
        until_status(daemon, "New", "up")
        assert until_status(daemon, "Old", "failing")["reason"].startswith("no message in 3 s of watching")
        assert daemon.host("Old")["last_good"] is None


def test_topics_follow_the_hosts_without_another_connection(folder, broker):
    with watching(folder, [sensor("A", "hall/1/power")], broker.settings()) as daemon:
        broker.until_subscribed("hall/1/power")
        daemon.edit_by_hand(lambda p: p["hosts"].append(sensor("B", "hall/2/power")))
        broker.until_subscribed("hall/2/power")
        daemon.edit_by_hand(lambda p: p["hosts"].remove(next(h for h in p["hosts"] if h["name"] == "A")))
        until(lambda: "Received UNSUBSCRIBE" in broker.log(), 10, broker.log)
        broker.publish("hall/2/power", "on")
        until_status(daemon, "B", "up")
        assert broker.log().count("as linewatch-") == 1


def test_a_broker_that_is_killed_and_comes_back_is_found_again(folder, broker):
    with watching(folder, [sensor("Meter", "hall/1/power", max_age=2)], broker.settings()) as daemon:
        broker.until_subscribed("hall/1/power")
        broker.publish("hall/1/power", "on")
        until_status(daemon, "Meter", "up")
        broker.kill()
        name = f"the broker 127.0.0.1:{broker.port}"
        daemon.until_host("Meter", lambda h: h["reason"].endswith(f"no connection to {name}: connection refused"))
        broker.start()
        broker.until_subscribed("hall/1/power", 2)
        broker.publish("hall/1/power", "on")
        until_status(daemon, "Meter", "up")


def test_a_wrong_password_is_a_reason_and_the_right_one_is_used_at_once(folder, broker):
    with watching(folder, [sensor("Meter", "hall/1/power", max_age=1)], broker.settings(password="wrong")) as daemon:
        reason = f": the broker 127.0.0.1:{broker.port} refuses the login"
        daemon.until_host("Meter", lambda h: h["reason"].endswith(reason))
        put(daemon.data / "config.json", json.dumps({**QUICK, "mqtt": broker.settings()}))
        broker.until_subscribed("hall/1/power")
        broker.publish("hall/1/power", "on")
        until_status(daemon, "Meter", "up")
    assert "wrong" not in daemon.log()


def test_without_a_broker_the_check_says_what_is_missing(folder):
    with watching(folder, [sensor("Meter", "hall/1/power")], None) as daemon:
        until_reason(daemon, "Meter", "no broker is set: Settings, MQTT broker")


def test_a_broker_behind_tls_is_trusted_by_its_authority_alone(folder):
    certificates = Certificates(folder / "certificates")
    with Broker(folder / "broker", certificates.good) as broker:
        settings = broker.settings(tls=True, ca_file=str(certificates.authority))
        with watching(folder, [sensor("Meter", "hall/1/power", max_age=2)], settings) as daemon:
            broker.until_subscribed("hall/1/power")
            broker.publish("hall/1/power", "on", "--cafile", str(certificates.authority))
            until_status(daemon, "Meter", "up")
            put(daemon.data / "config.json", json.dumps({**QUICK, "mqtt": broker.settings(tls=True)}))
            daemon.until_host("Meter", lambda h: "certificate is not trusted" in h["reason"])
            put(daemon.data / "config.json", json.dumps({**QUICK, "mqtt": {**settings, "ca_file": "/nowhere"}}))
            daemon.until_host("Meter", lambda h: "mqtt.ca_file of config.json cannot be used" in h["reason"])


@pytest.mark.parametrize("which,reason", [("expired", "certificate expired"), ("wrong_host", "certificate is for ")])
def test_a_broker_with_a_bad_certificate_gets_no_password(folder, which, reason):
    certificates = Certificates(folder / "certificates")
    with Broker(folder / "broker", getattr(certificates, which)) as broker:
        settings = broker.settings(tls=True, ca_file=str(certificates.authority))
        with watching(folder, [sensor("Meter", "hall/1/power", max_age=1)], settings) as daemon:
            daemon.until_host("Meter", lambda h: reason in h["reason"])
        assert "as linewatch-" not in broker.log()


def test_garbage_instead_of_a_broker_is_a_reason(folder):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        settings = {"host": "127.0.0.1", "port": server.getsockname()[1]}
        with watching(folder, [sensor("Meter", "hall/1/power", max_age=1)], settings) as daemon:
            deadline = time.monotonic() + 10
            while "no connection to the broker" not in (daemon.host("Meter") or {"reason": ""})["reason"] \
                    or "yet" in daemon.host("Meter")["reason"]:
                assert time.monotonic() < deadline, daemon.host("Meter")
                with contextlib.suppress(TimeoutError):
                    with server.accept()[0] as client:
                        client.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


def test_a_field_of_json_is_held_against_its_bounds(folder, broker):
    hosts = [sensor("Air", "hall/1/air", field="sensors[0].t", min=18, max=25)]
    with watching(folder, hosts, broker.settings()) as daemon:
        broker.until_subscribed("hall/1/air")
        broker.publish("hall/1/air", '{"sensors": [{"t": "+21.50"}]}')
        until_status(daemon, "Air", "up")
        broker.publish("hall/1/air", '{"sensors": [{"t": 29.5}]}')
        until_reason(daemon, "Air", "sensors[0].t is 29.5, more than 25")
        broker.publish("hall/1/air", '{"sensors": []}')
        until_reason(daemon, "Air", "payload has no field sensors[0].t")


def test_a_subscription_that_is_refused_is_told_as_that_at_once(folder):
    security = folder / "security.json"
    security.write_text(json.dumps({
        "defaultACLAccess": {"publishClientSend": True, "publishClientReceive": True, "subscribe": True,
                             "unsubscribe": True},
        "clients": [], "groups": [{"groupname": "all", "roles": [{"rolename": "limits"}]}], "anonymousGroup": "all",
        "roles": [{"rolename": "limits", "acls": [{"acltype": "subscribePattern", "topic": "secret/#", "allow": False}]}]}))
    security.chmod(0o666)
    plugin = next(pathlib.Path("/usr/lib").glob("*/mosquitto_dynamic_security.so"))
    more = [f"plugin {plugin}", f"plugin_opt_config_file {security}", "allow_anonymous true"]
    with Broker(folder / "broker", more=more, with_passwords=False) as broker:
        hosts = [sensor("Secret", "secret/1"), sensor("Open", "hall/1")]
        with watching(folder, hosts, broker.settings(username="", password="")) as daemon:
            reason = f"the broker 127.0.0.1:{broker.port} refuses the subscription: not authorized"
            until_reason(daemon, "Secret", reason)
            broker.until_subscribed("hall/1")
            broker.publish("hall/1", "on")
            until_status(daemon, "Open", "up")


def test_a_message_of_100_mb_takes_no_memory_whether_kept_by_the_broker_or_not(folder, broker):
    large = folder / "large"
    large.write_bytes(b"x" * 100_000_000)
    broker.publish_file("hall/1/old", large, "-r")
    hosts = [sensor("Old", "hall/1/old", max_age=600), sensor("New", "hall/1/new", max_age=600)]
    with watching(folder, hosts, broker.settings()) as daemon:
        broker.until_subscribed("hall/1/old")
        broker.publish_file("hall/1/new", large)
        broker.publish("hall/1/new", "small")
        until_status(daemon, "New", "up")
        peak = next(line for line in pathlib.Path(f"/proc/{daemon.process.pid}/status").read_text().splitlines()
                    if line.startswith("VmHWM"))
        assert int(peak.split()[1]) < 60_000, peak


def test_a_broker_that_wants_a_certificate_is_shown_one(folder):
    certificates = Certificates(folder / "certificates")
    more = [f"cafile {folder}/broker/ca.pem", "require_certificate true"]
    with Broker(folder / "broker", certificates.good, more=more, authority=certificates.authority) as broker:
        settings = broker.settings(tls=True, ca_file=str(certificates.authority))
        with watching(folder, [sensor("Meter", "hall/1/power", max_age=1)], settings) as daemon:
            daemon.until_host("Meter", lambda h: h["reason"].endswith(": it wants a client certificate"))
            shown = {**settings, "client_cert": "meter.pem", "client_key": "meter.key"}
            put(daemon.data / "config.json", json.dumps({**QUICK, "mqtt": shown}))
            daemon.until_host("Meter", lambda h: "keys/meter.pem cannot be read" in h["reason"])
            (daemon.data / "keys").mkdir()
            for name, path in (("pem", certificates.good.certificate), ("key", certificates.good.key)):
                (daemon.data / "keys" / f"meter.{name}").write_bytes(path.read_bytes())
            broker.until_subscribed("hall/1/power")


@pytest.mark.parametrize("before", ["it is connected", "it has answered"])
def test_sigterm_is_obeyed_though_the_broker_hangs(folder, broker, before):
    if before == "it has answered":
        broker.hang()
    with watching(folder, [sensor("Meter", "hall/1/power")], broker.settings()) as daemon:
        if before == "it is connected":
            broker.until_subscribed("hall/1/power")
            broker.hang()
        status, took = daemon.stop()
        assert status == 0
        assert took < 2


def test_sigterm_is_obeyed_though_the_search_for_the_broker_hangs(folder):
    settings = {"host": "broker.invalid"}
    with watching(folder, [sensor("Meter", "hall/1/power", max_age=1)], settings) as daemon:
        daemon.until_host("Meter", lambda h: "broker.invalid" in h["reason"])
        status, took = daemon.stop()
        assert status == 0
        assert took < 2
