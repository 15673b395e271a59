"""monitord is killed at system calls of every kind that deliver an alert; the next one makes up for it."""

import collections
import contextlib
import random
import shutil
import subprocess

import pytest

import network
from injection import injection, needs_strace
from mail_server import MailServer
from outage import FIRST, hosts_at, results, smtp, subjects, until_mails, waiting, watch
from until import until

pytestmark = [network.needs_network, needs_strace]

CALLS = ("openat", "write", "fsync", "fdatasync", "rename", "unlink", "sendto", "recvfrom", "close")


@contextlib.contextmanager
def traced(daemon, *options):
    """strace of a monitord that runs, attached; both have ended afterwards."""
    command = ["strace", "-f", "-p", str(daemon.process.pid), *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as tracer:
        try:
            tracer.stderr.readline()  # "attached"
            yield
        finally:
            daemon.kill()  # first: strace may wait for ever for one that it has killed and nobody has reaped
            with contextlib.suppress(subprocess.TimeoutExpired):
                tracer.wait(2)
            tracer.kill()


@pytest.fixture(name="calls_of_a_delivery", scope="module")
def fixture_calls_of_a_delivery(module_folder):
    """How often one thread makes each of CALLS from the moment that a host goes down until its mail was delivered."""
    trace = module_folder / "trace"
    with contextlib.closing(network.Network()) as net, net.here.entered(), MailServer() as server:
        with watch(module_folder / "counted", hosts_at(FIRST), smtp=smtp(server), fail_threshold=1).start_and_watch() as daemon:
            net.make("silent", FIRST)
            with traced(daemon, "-o", str(trace), "-e", "trace=" + ",".join(CALLS)):
                until(lambda: results(daemon, "smtp") and not waiting(daemon), 15)
    # "1234 rename(…": strace counts, as it injects, by thread.
    made = collections.Counter(line.split("(")[0] for line in trace.read_text().splitlines())
    return {call: max(count for name, count in made.items() if name.split()[1:] == [call]) for call in CALLS}


@pytest.mark.parametrize("call", CALLS)
def test_a_kill_at_any_system_call_of_the_delivery_loses_nothing(net, data, call, calls_of_a_delivery):
    """At the first of them and at two that differ from call to call; the next run has to make up for it."""
    later = range(2, calls_of_a_delivery[call] + 1)
    killed = 0
    for number in (1, *random.Random(call).sample(later, min(2, len(later)))):
        shutil.rmtree(data, ignore_errors=True)
        with MailServer() as server, watch(data, hosts_at(FIRST), smtp=smtp(server), fail_threshold=1) as daemon:
            daemon.start_and_watch()
            net.make("silent", FIRST)
            with traced(daemon, *injection(call, number, "signal=SIGKILL")):
                until(lambda: not daemon.is_running() or results(daemon, "smtp"), 15)
                killed += not daemon.is_running()
            daemon.start()
            until_mails(server, 1, 15)
            until(lambda: not waiting(daemon), 10, lambda: waiting(daemon))
            assert {subject.split()[0] for subject in subjects(server)} == {"DOWN"}, f"{call} {number}"
            assert len({mail.id for mail in server.mails}) == 1, f"{call} {number}: {subjects(server)}"
            net.restore("silent", FIRST)
    assert killed, "no run was killed"
