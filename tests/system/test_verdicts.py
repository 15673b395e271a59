"""What monitord says of hosts when routers, the uplink, the clock or monitord itself fail, in namespaces made for it."""

import contextlib
import glob
import signal
import time

import pytest

import network
from daemon import QUICK, Daemon, host, put
from until import until

pytestmark = network.needs_network

FAKETIME = next(iter(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")), None)
DAY = 86400

ROUTER, LINE, OTHER, UPLINK = "10.66.7.1", "10.66.7.2", "10.66.7.3", "10.66.7.254"
LINES = [
    {**host("line", LINE), "id": "line", "parents": ["router"]},
    {**host("router", ROUTER), "id": "router"},
    host("other", OTHER),
    host("near", "127.0.0.1"),
]


@pytest.fixture(name="net")
def fixture_net():
    with contextlib.closing(network.Network()) as made:
        yield made


def watch(net, folder, name, hosts, config=QUICK, **options):
    return Daemon(folder / name, hosts, config, launcher=net.here.launcher(), **options)


def went(daemon, name):
    return [e["to"] for e in daemon.events("status") if e["name"] == name]


def alerts(daemon):
    return [" ".join(e["subject"].split()[:2]) for e in daemon.events("alert")]


def monitor_events(daemon, *states):
    return [e for e in daemon.events("monitor") if e["state"] in states]


def test_the_children_of_a_router_that_is_cut_are_unreachable_and_have_their_full_threshold_afterwards(net, folder):
    with watch(net, folder, "router", LINES).start_and_watch() as daemon:
        net.make("silent", ROUTER, LINE)
        daemon.until_host("router", lambda h: h["status"] == "down")
        daemon.until_host("line", lambda h: h["status"] == "unreachable")
        assert alerts(daemon) == ["DOWN router"]
        assert daemon.host("line")["uptime"] == 100

        net.restore("silent", ROUTER)
        returned = time.time()
        line = daemon.until_host("line", lambda h: h["status"] == "down")
        assert line["fail_count"] == QUICK["fail_threshold"]
        assert line["fail_since"] >= returned - 1
        assert alerts(daemon) == ["DOWN router", "UP router", "DOWN line"]
        net.restore("silent", LINE)
        daemon.until_host("line", lambda h: h["status"] == "up")
        assert alerts(daemon)[-1] == "UP line"


def test_nobody_is_blamed_while_no_uplink_answers(net, folder):
    with watch(net, folder, "uplink", LINES, {**QUICK, "uplinks": [UPLINK]}).start_and_watch() as daemon:
        cut = time.time()
        net.make("silent", ROUTER, LINE, OTHER, UPLINK)
        blind = daemon.until(lambda p: p["monitor"]["state"] == "blind", "not blind")
        assert blind["monitor"]["since"] == pytest.approx(cut, abs=1.5)
        for name in ("line", "router", "other"):
            unknown = daemon.until_host(name, lambda h: h["status"] == "unknown")
            assert unknown["statusCurrent"] is True, "frozen"
        assert daemon.host("near")["status"] == "up"
        # Longer than the threshold.
        end = time.time() + QUICK["fail_threshold"] + 1
        daemon.until(lambda p: p["updated"] > end, "cycles do not go on")

        net.restore("silent", ROUTER, LINE, OTHER, UPLINK)
        daemon.until(lambda p: p["monitor"]["state"] == "watching", "sight does not return")
        daemon.until(lambda p: p["summary"]["up"] == 4, "not all are up")
        assert {h["uptime"] for h in daemon.published()["hosts"]} == {100}
        assert [e["state"] for e in monitor_events(daemon, "blind", "sight")] == ["blind", "sight"]
        assert monitor_events(daemon, "sight")[0]["since"] == pytest.approx(cut, abs=1.5)
        until(lambda: alerts(daemon) == ["BLIND from"], 5, lambda: alerts(daemon))


def test_without_an_uplink_monitord_is_blind_when_its_own_way_out_is_gone(net, folder):
    with watch(net, folder, "carrier", LINES).start_and_watch() as daemon:
        net.here.ip("link", "set", "line", "down")
        daemon.until(lambda p: p["monitor"]["state"] == "blind", "not blind")
        assert daemon.until_host("other", lambda h: h["status"] == "unknown")["uptime"] == 100
        assert daemon.host("near")["status"] == "up"
        assert alerts(daemon) == []


def test_maintenance_is_silent_and_no_downtime(net, folder):
    now = time.time()
    hosts = [{**host("router", ROUTER), "id": "router", "maintenance": [{"from": now - 60, "to": now + 600, "note": "new cable"}]},
             {**host("line", LINE), "id": "line", "parents": ["router"]}, host("other", OTHER)]
    net.make("silent", ROUTER, LINE, OTHER)
    with watch(net, folder, "maintenance", hosts).start_and_watch() as daemon:
        daemon.until_host("other", lambda h: h["status"] == "down")
        router = daemon.until_host("router", lambda h: h["status"] == "down")
        assert router["in_maintenance"] is True
        assert router["uptime"] is None
        assert daemon.host("line")["in_maintenance"] is True
        assert alerts(daemon) == ["DOWN other"]
        assert {e["name"] for e in daemon.events("maintenance")} == {"router", "line"}


@pytest.mark.skipif(FAKETIME is None, reason="libfaketime is not installed")
def test_a_clock_that_jumps_by_months_is_an_event_and_nothing_else(net, folder):
    offset = folder / "offset"
    put(offset, "+0")
    environment = {"LD_PRELOAD": FAKETIME, "FAKETIME_TIMESTAMP_FILE": str(offset), "FAKETIME_NO_CACHE": "1",
                   "DONT_FAKE_MONOTONIC": "1"}
    net.make("silent", OTHER)
    with watch(net, folder, "clock", LINES, environment=environment).start_and_watch() as daemon:
        daemon.until_host("other", lambda h: h["status"] == "down")
        for days in (-90, 90, 0):
            jumps = len(monitor_events(daemon, "clock"))
            before = {h["name"]: h["status"] for h in daemon.published()["hosts"]}
            put(offset, f"{days:+}d")
            shown = time.time() + days * DAY
            daemon.until(lambda p: len(monitor_events(daemon, "clock")) > jumps, "the jump is not noticed")
            daemon.until(lambda p: abs(p["updated"] - shown) < 20, "the time is not the new one")
            end = daemon.published()["updated"] + 3
            after = daemon.until(lambda p: p["updated"] > end, "cycles do not go on")
            assert {h["name"]: h["status"] for h in after["hosts"]} == before
            assert {h["uptime"] for h in after["hosts"] if h["name"] != "other"} == {100}
            assert daemon.host("other")["uptime"] == 0
            assert daemon.host("other")["fail_since"] == pytest.approx(shown, abs=40)
            assert max(h["rtt_ms"] or 0 for h in after["hosts"]) < 100
        assert alerts(daemon) == ["DOWN other"]
        assert went(daemon, "other") == ["failing", "down"]
        # Each in the file of its month: not in the order of writing.
        steps = sorted(e["t"] - e["since"] for e in monitor_events(daemon, "clock"))
        assert steps == [pytest.approx(days * DAY, abs=1) for days in (-90, -90, 180)]


def test_a_monitord_that_was_stopped_says_so_and_blames_nobody(net, folder):
    with watch(net, folder, "stopped", LINES).start_and_watch() as daemon:
        daemon.until_host("other", lambda h: len(h["trail"]) >= 2)
        daemon.signal(signal.SIGSTOP)
        try:
            stopped = time.time()
            until(lambda: time.time() > stopped + 6, 10)
        finally:
            daemon.signal(signal.SIGCONT)
        until(lambda: monitor_events(daemon, "late"), 10, "the pause is not noticed")
        late = monitor_events(daemon, "late")[0]
        assert late["since"] == pytest.approx(stopped, abs=1.5)
        assert late["t"] >= stopped + 6
        daemon.until(lambda p: p["updated"] > stopped + 8, "cycles do not go on")
        assert {h["uptime"] for h in daemon.published()["hosts"]} == {100}
        assert {name: went(daemon, name) for name in ("line", "router", "other", "near")} == {
            name: ["up"] for name in ("line", "router", "other", "near")}
        assert alerts(daemon) == []
