"""monitord without the processor, room for replies or a way to send: what it could not measure is nobody's fault."""

import contextlib
import random
import signal
import time

import pytest

import network
from daemon import Daemon, checked, failed_checks, host, named

pytestmark = network.needs_network


def thousand(place, **settings):
    """1,000 hosts behind the far end."""
    return [host(f"live {i}", address, **settings) for i, address in enumerate(network.far_addresses(place, 1000))]


@pytest.fixture(scope="module")
def far(module_folder):
    """Starts daemons at the near end, each in a namespace of its own."""
    with contextlib.ExitStack() as stack:
        def start(name, hosts, **settings):
            namespace = stack.enter_context(contextlib.closing(network.Namespace()))
            namespace.reach_far_end()
            daemon = Daemon(module_folder / name, hosts, launcher=namespace.launcher(), **settings)
            return stack.enter_context(daemon.start())
        yield start


def everybody_is_up(published):
    return {h["status"] for h in published["hosts"]} == {"up"}


def blamed(daemon):
    """The changes of status that blame a host."""
    return [event for event in daemon.events("status") if event["to"] in ("failing", "down")]


def starve(*daemons, seconds, least, most):
    """Takes the processor from the daemons at random instants, for `least` to `most` seconds each time."""
    chance = random.Random(1)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(chance.uniform(0, 0.5))
        for daemon in daemons:
            daemon.signal(signal.SIGSTOP)
        time.sleep(chance.uniform(least, most))
        for daemon in daemons:
            daemon.signal(signal.SIGCONT)


@pytest.fixture(scope="module")
def starved(far):
    """Two daemons after some seconds in which neither got the processor whenever it should have."""
    # Each check needs its last repeat, and one that is made too late is one that was not made.
    repeating = far("repeating", thousand(network.THIRD_TIME),
                    config={"interval": 1, "timeout": 0.9, "retries": 2, "fail_threshold": 3})
    # Each answer comes 50 ms late. Whoever sleeps until it has come finds it beside the deadline.
    too_late = far("too late", thousand(network.FARTHER, retries=0)[:20], config={"interval": 1, "timeout": 0.2})
    repeating.until(everybody_is_up, "not all answer")
    starve(repeating, too_late, seconds=6, least=0.1, most=1.2)
    return repeating, too_late


def test_a_monitor_that_does_not_get_the_processor_blames_nobody(starved):
    daemon, _ = starved
    checks = len(daemon.host("live 0")["trail"])
    published = daemon.until(lambda p: checked(p["hosts"], checks + 2), "it does not go on")
    assert blamed(daemon) == []
    assert failed_checks(published["hosts"]) == 0
    assert everybody_is_up(published)
    assert published["monitor"]["voided"]["late"] > 0


def test_an_answer_that_was_late_does_not_count_because_the_monitor_is_later(starved):
    _, daemon = starved
    published = daemon.until(lambda p: checked(p["hosts"], 3), "three cycles did not end")
    assert failed_checks(published["hosts"]) == sum(len(h["trail"]) for h in published["hosts"])
    assert not [event for event in daemon.events("status") if event["to"] == "up"]


@pytest.fixture(scope="module")
def cramped(far):
    """A daemon with room for 78 replies that watches a thousand hosts with a round trip of a quarter of a second each."""
    preloaded = {"LD_PRELOAD": str(network.built(network.SMALL_BUFFERS, "-shared", "-fPIC")),
                 "SMALL_BUFFER": str(32 << 10)}
    return far("cramped", thousand(network.FARTHER, retries=0), environment=preloaded,
               config={"interval": 3, "timeout": 1, "fail_threshold": 1})


def test_a_receive_buffer_for_78_replies_is_enough_for_a_thousand_hosts(cramped):
    published = cramped.until(lambda p: any(checked([h], 2) for h in p["hosts"]), "two cycles did not end", seconds=12)
    assert checked(published["hosts"], 2)
    assert failed_checks(published["hosts"]) == 0
    assert everybody_is_up(published)


def test_replies_that_found_no_room_are_nobodys_fault(cramped):
    cramped.until(lambda p: checked(p["hosts"], 1), "no cycle ended")
    starve(cramped, seconds=4, least=0.2, most=0.4)
    checks = len(cramped.host("live 0")["trail"])
    published = cramped.until(lambda p: checked(p["hosts"], checks + 1), "it does not go on", seconds=12)
    assert blamed(cramped) == []
    assert published["monitor"]["voided"]["dropped"] > 0


# Echo replies with a wrong checksum, to this machine, without end.
DAMAGED = """
import socket, struct, time
reply = struct.pack("!BBHHH", 129, 0, 0xbad, 1, 1) + bytes(56)
address = socket.inet_pton(socket.AF_INET6, "::1")
packet = struct.pack("!IHBB", 6 << 28, len(reply), socket.IPPROTO_ICMPV6, 64) + address + address + reply
with socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW) as anybody:
    anybody.sendto(packet, ("::1", 0))
    print("ready", flush=True)
    while True:
        anybody.sendto(packet, ("::1", 0))
        time.sleep(0.01)
"""


def test_nobody_hides_an_outage_behind_damaged_packets(folder):
    # A raw socket for IPv6 counts them as dropped.
    with contextlib.closing(network.Namespace()) as namespace:
        namespace.ip("link", "add", "name", "line", "type", "veth", "peer", "name", "nobody")
        namespace.ip("-6", "addr", "add", "fd98::1/64", "dev", "line", "nodad")
        namespace.ip("link", "set", "line", "up")
        namespace.ip("link", "set", "nobody", "up")
        namespace.ip("-6", "neigh", "add", "fd98::2", "lladdr", "02:00:00:00:00:02", "dev", "line")
        namespace.start("/usr/bin/python3", "-c", DAMAGED, until_line="ready")
        hosts = [host("silent", "fd98::2"), host("here", "::1")]
        with Daemon(folder / "damaged", hosts, launcher=namespace.launcher()).start() as daemon:
            daemon.until_host("silent", lambda h: h["status"] == "down")
            published = daemon.published()
            assert named(published, "here")[0]["status"] == "up"
            assert published["monitor"]["voided"]["dropped"] == 0


def test_an_interface_that_takes_nothing_holds_up_no_other_and_its_hosts_are_not_blamed(folder):
    hosts = [*(host(f"jammed {i}", f"10.99.0.{i + 1}") for i in range(200)),
             *(host(f"free {i}", f"127.0.1.{i + 1}") for i in range(200))]
    with contextlib.closing(network.Namespace()) as namespace:
        namespace.ip("link", "add", "name", "jam", "type", "veth", "peer", "name", "nobody")
        namespace.ip("addr", "add", "10.98.0.1/30", "dev", "jam")
        namespace.ip("link", "set", "jam", "up")
        namespace.ip("link", "set", "nobody", "up")
        namespace.ip("neigh", "add", "10.98.0.2", "lladdr", "02:00:00:00:00:02", "dev", "jam")
        namespace.ip("route", "add", "10.99.0.0/16", "via", "10.98.0.2")
        # No packet fits: each is refused for want of buffer space.
        namespace.run("tc", "qdisc", "add", "dev", "jam", "root", "tbf", "rate", "8bit", "burst", "10", "limit", "1")
        with Daemon(folder / "jammed", hosts, launcher=namespace.launcher()).start() as daemon:
            published = daemon.until(lambda p: checked(named(p, "free"), 3), "three cycles did not end")
            assert {h["status"] for h in named(published, "free")} == {"up"}
            assert failed_checks(named(published, "free")) == 0
            assert blamed(daemon) == []
            assert published["monitor"]["voided"]["not_sent"] > 0
            namespace.run("tc", "qdisc", "del", "dev", "jam", "root")
            daemon.until(lambda p: {h["status"] for h in named(p, "jammed")} == {"down"}, "silent lines are not down")
