"""monitord on networks that lose, refuse, delay and lie, in namespaces made for it."""

import contextlib
import math
import os
import pathlib
import time

import pytest

import network
from daemon import QUICK, Daemon, checked, copy_for_everyone, failed_checks, host, named

pytestmark = network.needs_network

NAME_SERVER = pathlib.Path(__file__).with_name("name_server.py")
NOBODY = 65534

# A website and a name server that refuses to answer, both at one address alone.
ANSWERING = """
import http.server, socket, threading
names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
names.bind(("127.0.0.66", 53))
def refuse():
    while True:
        query, asker = names.recvfrom(2048)
        names.sendto(query[:2] + bytes.fromhex("8185") + query[4:6] + bytes(6) + query[12:query.index(0, 12) + 5], asker)
threading.Thread(target=refuse, daemon=True).start()
http.server.test(http.server.SimpleHTTPRequestHandler, port=8270, bind="127.0.0.66")
"""
WANDERER, STUMBLER = "10.66.5.1", "10.66.5.2"
HOSTS = [
    *(host(f"good {i}", f"10.66.1.{i}") for i in range(20)),
    *(host(f"silent {i}", f"10.66.2.{i}") for i in range(50)),
    *(host(f"lossy {i}", f"10.66.3.{i}") for i in range(100)),
    *(host(f"lossy and not repeated {i}", f"10.66.3.{100 + i}", retries=0) for i in range(100)),
    host("refused", "10.66.4.1"),
    host("refused over IPv6", "fd66::4"),
    host("prohibited", "10.66.4.2"),
    host("good over IPv6", "fd66::1"),
    host("silent over IPv6", "fd66::2"),
    host("no route", "192.0.2.1"),
    host("no route over IPv6", "2001:db8::1"),
    host("wanderer", WANDERER),
    host("stumbler", STUMBLER),
]
SEGMENT = [
    *(host(f"here {i}", f"10.88.0.{i + 1}") for i in range(20)),
    *(host(f"behind the router {i}", f"10.66.1.{100 + i}") for i in range(20)),
    *(host(f"nobody {i}", f"10.88.{1 + i // 200}.{i % 200}") for i in range(400)),
]


@pytest.fixture(scope="module")
def net():
    with contextlib.closing(network.Network()) as made:
        made.make("silent", "10.66.2.0/24")
        made.make("silent", "fd66::2")
        made.make("refused", "10.66.4.1")
        made.make("refused", "fd66::4")
        made.make("prohibited", "10.66.4.2")
        yield made


@pytest.fixture(scope="module")
def watched(net, module_folder):
    """The daemons of this file, all started before the first test reads one: the lossy hosts need many cycles."""
    slow = {**QUICK, "interval": 6, "timeout": 2}
    with contextlib.ExitStack() as stack:
        def start(name, hosts, config=QUICK):
            return stack.enter_context(Daemon(module_folder / name, hosts, config, launcher=net.here.launcher()).start())
        yield {"hosts": start("hosts", HOSTS), "segment": start("segment", SEGMENT),
               "dead": start("dead", HOSTS[:70], slow)}


@pytest.fixture(scope="module")
def daemon(watched):
    return watched["hosts"]


def test_hosts_that_answer_are_up_over_both_families(daemon):
    published = daemon.until(lambda p: checked(p["hosts"], 2), "two cycles did not end")
    good = named(published, "good")
    assert len(good) == 21
    assert {h["status"] for h in good} == {"up"}
    assert {h["uptime"] for h in good} == {100}
    assert max(h["rtt_ms"] for h in good) < 100


def test_fifty_dead_hosts_cost_one_timeout(daemon):
    # A cycle ends with a write, and the disk of a busy machine has its own pace.
    published = daemon.until(lambda p: checked(p["hosts"], 2) and p["monitor"]["cycle_ms"] < 700, "no cycle is short")
    assert published["monitor"]["cycle_ms"] >= 400
    assert {h["status"] for h in named(published, "silent")} <= {"failing", "down"}
    sent = [h["last_check"] for h in published["hosts"]]
    assert max(sent) - min(sent) < 0.2, "not all were probed at the same time"


@pytest.mark.parametrize("name, reason", [
    ("silent 0", "no answer within 0.4 s"),
    ("silent over IPv6", "no answer within 0.4 s"),
    ("refused", "host unreachable"),
    ("refused over IPv6", "host unreachable"),
    ("prohibited", "administratively prohibited"),
    ("no route", "cannot send: Network is unreachable"),
    ("no route over IPv6", "cannot send: Network is unreachable"),
])
def test_a_failed_check_says_why(daemon, name, reason):
    failed = daemon.until_host(name, lambda h: h["status"] in ("failing", "down"))
    assert failed["reason"] == reason
    assert failed["statusCurrent"] is False
    assert failed["uptime"] == 0


def test_a_check_asked_for_while_dead_hosts_are_waited_for_is_published_within_a_second(watched):
    dead = watched["dead"]
    dead.until(lambda p: p.get("updated"), "no cycle ended")
    for name in ("good 3", "good 4"):
        before = dead.host(name)
        asked = time.time()
        (dead.live / "requests.jsonl").open("a").write(f'{{"t":{asked},"type":"check","host":"{before["id"]}"}}\n')
        dead.until_host(name, lambda h: len(h["trail"]) > len(before["trail"]), seconds=3)
        assert time.time() - asked < 1


def test_a_host_added_while_dead_ones_are_waited_for_is_up_within_a_second(watched):
    dead = watched["dead"]
    dead.until(lambda p: p.get("updated"), "no cycle ended")
    added = time.time()
    dead.edit_by_hand(lambda p: p["hosts"].append(host("added", "10.66.1.200")))
    dead.until_host("added", lambda h: h["status"] == "up", seconds=3)
    assert time.time() - added < 1


def test_a_host_that_goes_away_and_comes_back_is_one_alert_each(net, daemon):
    first_check = daemon.until_host("wanderer", lambda h: h["status"] == "up")["last_change"]
    cut = time.time()
    net.make("silent", WANDERER)

    failing = daemon.until_host("wanderer", lambda h: h["status"] == "failing", seconds=4)
    fail_since = failing["fail_since"]
    assert cut - 0.1 <= fail_since <= cut + 1.6
    assert failing["statusCurrent"] is False
    assert failing["reason"] == "no answer within 0.4 s"
    assert failing["last_alert_time"] is None
    assert failing["trail"][-failing["fail_count"]:] == [None] * failing["fail_count"]

    down = daemon.until_host("wanderer", lambda h: h["status"] == "down", seconds=5)
    assert down["fail_since"] == fail_since
    assert down["fail_count"] >= 3
    daemon.until_host("wanderer", lambda h: h["fail_count"] >= 5, seconds=5)
    net.restore("silent", WANDERER)
    published = daemon.until(lambda p: named(p, "wanderer")[0]["status"] == "up", "it does not come back", seconds=4)
    up = named(published, "wanderer")[0]
    assert up["statusCurrent"] is True
    assert (up["fail_count"], up["fail_since"], up["reason"]) == (0, None, "")

    changes = [e for e in daemon.events("status") if e["name"] == "wanderer"]
    assert [(e["from"], e["to"]) for e in changes] == [("pending", "up"), ("up", "failing"), ("failing", "down"),
                                                       ("down", "up")]
    assert changes[1]["since"] == changes[2]["since"] == fail_since
    # The third check was sent two intervals after the first, and ended with its timeout.
    assert 2.2 < changes[2]["t"] - fail_since < 3.4

    sent = [e for e in daemon.events("alert") if up["id"] in e["hosts"]]
    clock = time.strftime("%H:%M:%S", time.localtime(fail_since))
    assert len(sent) == 2
    if len(sent[0]["hosts"]) == 1:  # else others went down at the same time, by chance
        assert sent[0]["subject"] == f"DOWN wanderer ({WANDERER}) since {clock}, no answer within 0.4 s"
    kinds = [[a["kind"] for a in e["alerts"] if a["host"] == up["id"]] for e in sent]
    assert kinds == [["down"], ["recovery"]]
    assert sent[0]["t"] == pytest.approx(down["last_alert_time"], abs=0.01)
    assert sent[1]["t"] == pytest.approx(up["last_alert_time"], abs=0.01)

    nulls = [i for i, answer in enumerate(up["trail"]) if answer is None]
    assert nulls == list(range(nulls[0], nulls[0] + len(nulls))), "the failed checks stand together"
    outage = changes[3]["since"] - fail_since
    assert len(nulls) == round(outage)
    assert up["uptime"] == pytest.approx(100 * (1 - outage / (published["updated"] - first_check)), abs=2)


def test_a_short_outage_is_no_alert(net, daemon):
    daemon.until_host("stumbler", lambda h: h["status"] == "up")
    net.make("silent", STUMBLER)
    daemon.until_host("stumbler", lambda h: h["status"] == "failing", seconds=4)
    net.restore("silent", STUMBLER)
    up = daemon.until_host("stumbler", lambda h: h["status"] == "up", seconds=4)
    assert [e["to"] for e in daemon.events("status") if e["name"] == "stumbler"] == ["up", "failing", "up"]
    assert not [e for e in daemon.events("alert") if up["id"] in e["hosts"]]
    assert up["uptime"] < 100


def test_addresses_that_nobody_has_on_the_own_segment_delay_nobody(watched):
    # The kernel keeps a packet for three seconds in the hope that somebody answers for its address.
    published = watched["segment"].until(lambda p: checked(p["hosts"], 5), "five cycles did not end")
    assert {h["status"] for h in named(published, "nobody")} == {"down"}
    assert failed_checks(named(published, "here") + named(published, "behind the router")) == 0


def test_lossy_hosts_fail_as_often_as_chance_allows_and_not_more(daemon):
    published = daemon.until(lambda p: checked(p["hosts"], 8), "eight cycles did not end", seconds=20)

    def deviations_above(chance, hosts):
        checks = sum(len(h["trail"]) for h in hosts)
        return (failed_checks(hosts) - checks * chance) / math.sqrt(checks * chance * (1 - chance))
    not_repeated = named(published, "lossy and not repeated")
    repeated = [h for h in named(published, "lossy") if h not in not_repeated]
    assert abs(deviations_above(0.3, not_repeated)) < 5, "the network does not lose what it should"
    assert deviations_above(0.3 ** 3, repeated) < 5


def test_sigterm_in_the_middle_of_a_cycle_ends_within_two_seconds(watched):
    dead = watched["dead"]
    name = "silent 1"
    before = dead.until_host(name, lambda h: h["status"] != "pending")
    # A check of two seconds that has just begun.
    (dead.live / "requests.jsonl").open("a").write(f'{{"t":1,"type":"check","host":"{before["id"]}"}}\n')
    status, seconds = dead.stop()
    assert status == 0
    assert seconds < 2
    assert dead.published()["monitor"]["state"] == "stopped"


# What each manner of far_end.cc makes of a host: status, reason, and least and most milliseconds.
MANNERS = {
    "10.77.0.1": ("up", "", 0, 50),
    "10.77.1.60": ("up", "", 60, 120),
    "10.77.2.1": ("up", "", 0, 50),
    "10.77.3.1": ("down", "no answer within 0.4 s", None, None),
    "10.77.4.1": ("down", "no answer within 0.4 s", None, None),
    "10.77.5.1": ("down", "no answer within 0.4 s", None, None),
    "10.77.6.1": ("down", "no answer within 0.4 s", None, None),
    "10.77.7.1": ("down", "no answer within 0.4 s", None, None),
    "10.77.8.1": ("down", "no answer within 0.4 s", None, None),
    "10.77.9.1": ("down", "replies came from another address, 10.77.0.1", None, None),
    "10.77.10.1": ("down", "TTL exceeded", None, None),
    "10.77.11.1": ("up", "", 0, 50),
    **{f"10.77.12.{i}": ("up", "", 20, 70) for i in range(20)},
    **{f"10.77.13.{i}": ("up", "", 20, 70) for i in range(20)},
    "10.77.14.1": ("down", "no answer within 0.4 s", None, None),
    "10.77.15.100": ("up", "", 90, 200),
    "10.77.16.1": ("up", "", 0, 50),
    "10.77.17.1": ("down", "no answer within 0.4 s", None, None),
}


@pytest.fixture(scope="module")
def tunnels(module_folder):
    """One daemon with raw sockets and one with ping sockets, each at the near end of a TUN device."""
    hosts = [*(host(address, address) for address in MANNERS),
             host("five packets", "10.77.1.20", packets=5),
             *(host(f"not repeated {i}", f"10.77.0.{100 + i}", retries=0, packets=5) for i in range(50)),
             host("slow", "10.77.1.50", slow_ms=30)]
    with contextlib.ExitStack() as stack:
        daemons = {}
        for kind in ("raw", "ping"):
            namespace = stack.enter_context(contextlib.closing(network.Namespace()))
            if kind == "ping":
                namespace.allow_ping_sockets()
            namespace.reach_far_end()
            daemon = Daemon(module_folder / kind, hosts, launcher=namespace.launcher())
            daemons[kind] = stack.enter_context(daemon.start())
        yield daemons


@pytest.mark.parametrize("sockets", ["raw", "ping"])
def test_late_foreign_and_damaged_answers_count_for_nothing(tunnels, sockets):
    published = tunnels[sockets].until(lambda p: checked(p["hosts"], 4), "four cycles did not end")
    seen = {h["ip"]: h for h in published["hosts"]}
    found = {ip: (seen[ip]["status"], seen[ip]["reason"]) for ip in MANNERS}
    assert found == {ip: manner[:2] for ip, manner in MANNERS.items()}
    for ip, (status, _, least, most) in MANNERS.items():
        answered = status == "up"
        assert all((answer is not None) == answered for answer in seen[ip]["trail"]), ip
        if answered:
            assert least <= min(seen[ip]["trail"]) < most, ip


@pytest.mark.parametrize("sockets", ["raw", "ping"])
def test_redirects_for_others_cost_a_neighbour_no_packet(tunnels, sockets):
    losses = []

    def seen_often_enough(published):
        losses.extend(h["loss_percent"] for h in named(published, "not repeated"))
        return checked(published["hosts"], 8)
    published = tunnels[sockets].until(seen_often_enough, "eight cycles did not end")
    assert set(losses) <= {None, 0}
    assert all(h["trail"].count(None) == 0 for h in named(published, "not repeated"))


@pytest.mark.parametrize("sockets", ["raw", "ping"])
def test_several_packets_a_check_measure_loss_and_jitter(tunnels, sockets):
    line = tunnels[sockets].until_host("five packets", lambda h: len(h["trail"]) >= 3)
    assert line["status"] == "up"
    assert line["loss_percent"] == 0
    assert 20 <= line["rtt_ms"] < 60
    assert 0 <= line["jitter_ms"] < 20


def test_three_slow_checks_in_a_row_make_a_host_degraded(tunnels):
    line = tunnels["raw"].until_host("slow", lambda h: h["status"] == "degraded")
    assert line["reason"].endswith("ms, slower than 30 ms")
    assert line["uptime"] == 100
    assert len(line["trail"]) >= 3


SILENT_FIRST, REFUSING_FIRST, ALL_SILENT = "silent.test", "refusing.test", "all-silent.test"


@pytest.fixture(scope="module")
def several(module_folder):
    """Names with several addresses, of which the first is dead: nobody answers at 127.0.0.2 and 127.0.0.4, and services are at 127.0.0.66 alone."""
    files = {"hosts": f"127.0.0.2 {SILENT_FIRST} {ALL_SILENT}\n127.0.0.3 {REFUSING_FIRST}\n127.0.0.4 {ALL_SILENT}\n"
                      f"127.0.0.66 {SILENT_FIRST} {REFUSING_FIRST}\n"}
    hosts = [host(f"ping {SILENT_FIRST}", SILENT_FIRST, retries=0),
             host(f"packets {SILENT_FIRST}", SILENT_FIRST, packets=3)]
    for name in (SILENT_FIRST, REFUSING_FIRST):
        hosts += [host(f"tcp {name}", name, check="tcp", port=8270),
                  {"name": f"http {name}", "check": "http", "url": f"http://{name}:8270/"}]
    hosts += [host("dns", SILENT_FIRST, check="dns", query="gone.test")]
    hosts += [host("silent by ping", ALL_SILENT), host("silent by tcp", ALL_SILENT, check="tcp", port=8270)]
    with contextlib.ExitStack() as stack:
        namespace = stack.enter_context(contextlib.closing(network.Namespace(files)))
        namespace.allow_ping_sockets()
        namespace.nft("table ip lost { chain in { type filter hook input priority 0; "
                      "ip daddr { 127.0.0.2, 127.0.0.4 } drop; }; }")
        namespace.start("/usr/bin/python3", "-u", "-c", ANSWERING)
        # The first check of a silent address takes the time that is waited before the next is tried.
        config = {**QUICK, "interval": 2, "timeout": 1.5}
        yield stack.enter_context(Daemon(module_folder / "several", hosts, config, launcher=namespace.launcher()).start())


def test_a_name_is_up_while_one_of_its_addresses_answers(several):
    published = several.until(lambda p: checked(p["hosts"], 4), "four cycles did not end")
    reached = [h for h in published["hosts"] if h["name"].split()[0] in ("ping", "packets", "tcp", "http")]
    assert {h["name"]: (h["status"], h["reason"]) for h in reached} == {h["name"]: ("up", "") for h in reached}
    for line in reached:
        assert None not in line["trail"], line["name"]
        # What works is remembered: nobody waits for the dead one again.
        assert max(line["trail"][1:]) < 150, line["name"]
        assert line["address"] == "127.0.0.66", line["name"]
    assert named(published, "packets")[0]["loss_percent"] == 0
    several.until_host("dns", lambda h: h["reason"] == "the name server refuses to answer (REFUSED)")


def test_a_name_none_of_whose_addresses_answers_says_how_many_were_tried(several):
    several.until_host("silent by ping", lambda h: h["reason"] == "no answer within 1.5 s from any of 2 addresses")
    several.until_host("silent by tcp", lambda h: h["reason"] == "no connection within 1.5 s at any of 2 addresses")


@pytest.fixture(scope="module")
def names(module_folder):
    """A namespace whose name server knows no name, and never answers for some."""
    files = {"hosts": "127.0.0.1 localhost\n127.0.0.9 known.test\n", "resolv.conf": "nameserver 127.0.0.53\n"}
    hosts = [*(host(f"hangs {i}", f"hang{i}.test") for i in range(8)), host("unknown", "unknown.test"),
             host("known", "known.test"), host("address", "127.0.0.7")]
    with contextlib.ExitStack() as stack:
        namespace = stack.enter_context(contextlib.closing(network.Namespace(files)))
        namespace.start("/usr/bin/python3", NAME_SERVER, "127.0.0.53", until_line="ready")
        daemon = Daemon(module_folder / "names", hosts, launcher=namespace.launcher())
        yield stack.enter_context(daemon.start())


def test_a_name_that_does_not_exist_is_a_failed_check_that_says_so(names):
    failed = names.until_host("unknown", lambda h: h["reason"] == "the name does not exist")
    assert failed["status"] in ("failing", "down")


def test_a_resolver_that_hangs_delays_nobody_else(names):
    published = names.until(lambda p: checked(p["hosts"], 3), "three cycles did not end")
    for name in ("known", "address"):
        line = named(published, name)[0]
        assert (line["status"], line["trail"].count(None)) == ("up", 0), name
    hanging = named(published, "hangs")
    assert {h["status"] for h in hanging} == {"down"}
    assert {h["reason"] for h in hanging} == {"the name was not resolved within 0.4 s"}


def test_sigterm_in_the_middle_of_a_look_up_ends_within_two_seconds(names):
    names.until_host("hangs 0", lambda h: h["status"] in ("failing", "down"))
    status, seconds = names.stop()
    assert status == 0
    assert seconds < 2


@pytest.mark.parametrize("capabilities, range_allows, may_ping", [
    ("", True, True),
    (",+net_raw", False, True),
    ("", False, False),
], ids=["ping_group_range", "CAP_NET_RAW", "neither"])
def test_a_user_without_rights_pings_with_either_permission_or_learns_which_to_give(
        folder, capabilities, range_allows, may_ping):
    with contextlib.closing(network.Namespace()) as namespace:
        if range_allows:
            namespace.allow_ping_sockets()
        hosts = [host("here", "127.0.0.1"), host("here 6", "::1")]
        daemon = Daemon(folder / f"user{capabilities}{range_allows}", hosts,
                        launcher=namespace.launcher(NOBODY, capabilities), program=copy_for_everyone(folder))
        os.chown(daemon.data, NOBODY, NOBODY)
        ran = daemon.once()
        if may_ping:
            assert ran.returncode == 0, ran.stderr
            assert [h["status"] for h in daemon.published()["hosts"]] == ["up", "up"]
        else:
            assert ran.returncode == 1
            assert "net.ipv4.ping_group_range" in ran.stderr
            assert "CAP_NET_RAW" in ran.stderr
