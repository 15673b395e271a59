"""Makes networks for tests out of network namespaces, breaks them, and takes them away again."""

import contextlib
import ctypes
import itertools
import os
import pathlib
import shutil
import subprocess

import pytest

import daemon

# Sends datagrams to a port where nobody listens until the machine behind the address says so.
UNTIL_REFUSED = """
import socket, sys, time
with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as asking:
    asking.connect((sys.argv[1], 9))
    asking.settimeout(0.1)
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            asking.send(b"")
            asking.recv(1)
        except ConnectionRefusedError:
            break
        except TimeoutError:
            pass
"""
FAR_END = pathlib.Path(__file__).with_name("far_end.cc")
SMALL_BUFFERS = pathlib.Path(__file__).with_name("small_buffers.cc")
ICMP_LIMIT = daemon.TOP / "tests" / "bench" / "icmp_limit.cc"
# By the second number of an address far_end.cc knows how to answer.
DISTANT, LOSSY, SILENT, FLOODED, FLOODED_SILENT, THIRD_TIME, FARTHER = PLACES = range(78, 85)
_numbers = itertools.count()


def why_not():
    """Why no network can be made here, or None."""
    if os.geteuid() != 0:
        return "network namespaces need root"
    missing = [tool for tool in ("ip", "nft", "setpriv") if shutil.which(tool) is None]
    if missing:
        return f"{', '.join(missing)} is not installed"
    name = f"lw{os.getpid()}-try"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode != 0:
        return "network namespaces are not allowed here"
    subprocess.run(["ip", "netns", "del", name], check=True)
    return None


WHY_NOT = why_not()
needs_network = pytest.mark.skipif(WHY_NOT is not None, reason=WHY_NOT or "")


def run(*command, stdin=None):
    try:
        return subprocess.run(list(map(str, command)), input=stdin, check=True, capture_output=True, text=True).stdout
    except subprocess.CalledProcessError as error:
        raise AssertionError(f"{' '.join(map(str, command))}: {error.stderr}") from error


def enter(namespace):
    """Moves this thread to the network of an open file of /proc or /run/netns."""
    if ctypes.CDLL(None, use_errno=True).setns(namespace.fileno(), 0x40000000) != 0:  # CLONE_NEWNET
        raise OSError(ctypes.get_errno(), "setns")


class Namespace:
    """One network namespace, with its loopback up. `files` (hosts, resolv.conf) stand in for those of /etc in it."""

    def __init__(self, files=None):
        self.name = f"lw{os.getpid()}-{next(_numbers)}"
        self.etc = pathlib.Path("/etc/netns") / self.name
        self.processes = []
        run("ip", "netns", "add", self.name)
        self.ip("link", "set", "lo", "up")
        for name, text in (files or {}).items():
            self.etc.mkdir(parents=True, exist_ok=True)
            (self.etc / name).write_text(text)

    def launcher(self, user=None, capabilities=""):
        """What to put before a command to run it in here; as a user without rights, if one is given."""
        command = ["ip", "netns", "exec", self.name]
        if user is not None:
            sets = [f"--{kind}=-all{capabilities}" for kind in ("inh-caps", "ambient-caps", "bounding-set")]
            command += ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--no-new-privs", *sets]
        return command

    def run(self, *command, stdin=None):
        return run(*self.launcher(), *command, stdin=stdin)

    def ip(self, *arguments):
        return run("ip", "-n", self.name, *arguments)

    def nft(self, text):
        return self.run("nft", "-f", "-", stdin=text)

    def set(self, setting, value):
        """A sysctl of this namespace."""
        self.run("sh", "-c", f"echo {value} > /proc/sys/{setting.replace('.', '/')}")

    def allow_ping_sockets(self):
        self.set("net.ipv4.ping_group_range", "0 2147483647")

    def reach_far_end(self):
        """Connects the addresses that far_end.cc answers for."""
        self.start(built(FAR_END), "tun", until_line="ready")
        self.ip("addr", "add", "10.77.255.1/16", "dev", "tun")
        # A burst to ten thousand hosts waits in this queue until the far end has read it.
        self.ip("link", "set", "tun", "up", "txqueuelen", "20000")
        for place in PLACES:
            self.ip("route", "add", f"10.{place}.0.0/16", "dev", "tun")

    @contextlib.contextmanager
    def entered(self):
        """Within, this thread is in here, and so are the sockets, the threads and the programs that it makes."""
        with open("/proc/thread-self/ns/net") as outside, open(f"/run/netns/{self.name}") as inside:
            enter(inside)
            try:
                yield self
            finally:
                enter(outside)

    def start(self, *command, until_line=None):
        """Starts a program in here that ends with the namespace; waits for `until_line`, if there is one, to be its first line."""
        process = subprocess.Popen([*self.launcher(), *map(str, command)], stdout=subprocess.PIPE, text=True)
        self.processes.append(process)
        if until_line is not None:
            line = process.stdout.readline()
            assert line.strip() == until_line, f"{command[0]} said '{line}'"
        return process

    def close(self):
        for process in self.processes:
            process.kill()
            process.wait()
            process.stdout.close()
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True)
        shutil.rmtree(self.etc, ignore_errors=True)
        if self.etc.parent.is_dir() and not any(self.etc.parent.iterdir()):
            self.etc.parent.rmdir()


class Network:
    """A place to run monitord in, `here`, and what it is to watch, behind one link.

    Over the link every address of 10.66.0.0/16 and fd66::/64 answers, unless it was made otherwise: silent, refused or
    prohibited addresses, and 10.66.3.0/24, where three of ten requests are lost. 10.88.0.0/16 is one segment of which
    only 10.88.0.0/24 is there. Nothing else has a route.
    """

    def __init__(self, files=None):
        self.here = self.there = None
        try:
            self.here, self.there = Namespace(files), Namespace()
            self._connect()
            self._misbehave()
        except BaseException:
            self.close()
            raise

    def _connect(self):
        here, there = self.here, self.there
        here.ip("link", "add", "line", "type", "veth", "peer", "name", "line", "netns", there.name)
        here.ip("addr", "add", "10.66.255.1/30", "dev", "line")
        there.ip("addr", "add", "10.66.255.2/30", "dev", "line")
        here.ip("-6", "addr", "add", "fd67::1/64", "dev", "line", "nodad")
        there.ip("-6", "addr", "add", "fd67::2/64", "dev", "line", "nodad")
        for end in (here, there):
            end.ip("link", "set", "line", "up")
        here.ip("route", "add", "10.66.0.0/16", "via", "10.66.255.2")
        here.ip("-6", "route", "add", "fd66::/64", "via", "fd67::2")
        here.ip("route", "add", "10.88.0.0/16", "dev", "line")
        there.ip("route", "add", "local", "10.66.0.0/16", "dev", "lo")
        there.ip("route", "add", "local", "10.88.0.0/24", "dev", "lo")
        there.ip("-6", "route", "add", "local", "fd66::/64", "dev", "lo")
        there.set("net.ipv4.icmp_ratelimit", 0)
        there.set("net.ipv6.icmp.ratelimit", 0)
        # The neighbour discovery of IPv6 needs up to a second on a new link.
        here.run("/usr/bin/python3", "-c", UNTIL_REFUSED, "fd66::ffff")

    def _misbehave(self):
        self.there.nft("""
            table inet line {
              set silent { type ipv4_addr; flags interval; }
              set silent6 { type ipv6_addr; flags interval; }
              set refused { type ipv4_addr; flags interval; }
              set refused6 { type ipv6_addr; flags interval; }
              set prohibited { type ipv4_addr; flags interval; }
              chain in {
                type filter hook input priority 0; policy accept;
                ip daddr @silent drop
                ip6 daddr @silent6 drop
                ip daddr @refused icmp type echo-request reject with icmp type host-unreachable
                ip6 daddr @refused6 icmpv6 type echo-request reject with icmpv6 type addr-unreachable
                ip daddr @prohibited icmp type echo-request reject with icmp type admin-prohibited
                ip daddr 10.66.3.0/24 numgen random mod 100 < 30 drop
              }
            }
        """)

    def make(self, what, *addresses):
        """`what`: silent, refused, prohibited. Addresses, or networks with /."""
        self._element("add", what, addresses)

    def restore(self, what, *addresses):
        self._element("delete", what, addresses)

    def _element(self, action, what, addresses):
        name = what + ("6" if ":" in addresses[0] else "")
        self.there.nft(f"{action} element inet line {name} {{ {', '.join(addresses)} }}\n")

    def close(self):
        for namespace in (self.here, self.there):
            if namespace is not None:
                namespace.close()


def far_addresses(place, count):
    """Of hosts behind the far end: DISTANT and so on."""
    return [f"10.{place}.{i // 250}.{i % 250 + 1}" for i in range(count)]


def loopback_addresses(count):
    return [f"127.{i // 62500 + 1}.{i // 250 % 250}.{i % 250 + 1}" for i in range(count)]


def built(source, *options):
    """What is made of one source file: a program, or what the options say; built when it is older."""
    program = daemon.BUILD / "tests" / source.stem
    if not program.exists() or program.stat().st_mtime < source.stat().st_mtime:
        program.parent.mkdir(parents=True, exist_ok=True)
        # Tests run side by side: none may start what another one is still writing.
        made = program.with_name(f"{program.name}.{os.getpid()}")
        run(os.environ.get("CXX", "c++"), "-std=c++20", "-O2", "-Wall", "-Wextra", "-iquote", daemon.TOP, *options,
            "-o", made, source)
        made.replace(program)
    return program
