"""A monitord that watches thousands of hosts on loopback, in a network of its own, and what it and the limit use."""

import contextlib
import ctypes
import json
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
import lists
import network
from daemon import Daemon, folder_in_memory

KINDS = ("raw", "ping")  # of sockets


def why_not():
    return network.why_not()


def leave_network():
    """Gives this program and what it starts a network of its own that is nothing but loopback."""
    if ctypes.CDLL(None, use_errno=True).unshare(0x40000000) != 0:  # CLONE_NEWNET
        raise OSError(ctypes.get_errno(), "unshare")
    network.run("ip", "link", "set", "lo", "up")
    pathlib.Path("/proc/sys/net/ipv4/ping_group_range").write_text("0 2147483647")


@contextlib.contextmanager
def watching(count, kind="raw", **config):
    """A monitord that watches so many hosts, after its first cycle."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(folder_in_memory())
        namespace = stack.enter_context(contextlib.closing(network.Namespace()))
        if kind == "ping":
            namespace.allow_ping_sockets()
        hosts = lists.hosts(network.loopback_addresses(count))
        daemon = stack.enter_context(Daemon(folder / "data", hosts, config, launcher=namespace.launcher()))
        daemon.start_and_watch()
        yield daemon
        down = count - daemon.published()["summary"]["up"]
        if down:
            print(f"  {down} of {count} hosts were not up")


@contextlib.contextmanager
def listed(addresses):
    """A file with an address a line, as the yardsticks want it."""
    with folder_in_memory() as folder:
        (folder / "addresses").write_text("\n".join(addresses) + "\n")
        yield folder / "addresses"


def processor_seconds(pid):
    """Of a whole process with all its threads, those that have ended among them, to the nanosecond."""
    return time.clock_gettime(~pid << 3 | 2)  # clock_getcpuclockid(3), which Python lacks


def echo_requests(pid):
    """Sent in the network of this process so far."""
    lines = [line.split() for line in pathlib.Path(f"/proc/{pid}/net/snmp").read_text().splitlines()]
    names, numbers = (line for line in lines if line[0] == "IcmpMsg:")
    return int(dict(zip(names, numbers))["OutType8"])


def limit(addresses, *options, launcher=()):
    """What icmp_limit.cc measured."""
    command = [*launcher, network.built(network.ICMP_LIMIT), *options, addresses]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def own_memory(pid):
    """KiB, without the pages of files and libraries that are shared."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("RssAnon:"))
