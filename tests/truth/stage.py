"""The network that a script is played on. It does to each address what the script says, and notes when that was done."""

import dataclasses
import re
import signal
import subprocess
import time

import network
from script import CABLE, LOSSES, NO_ROUTE, REFUSED, SILENT, UPLINKS

ROUTES = {"10.66.0.0/16": "10.66.255.2", "fd66::/64": "fd67::2"}
FOUR, SIX = ("4", "ip", "icmp", "host-unreachable"), ("6", "ip6", "icmpv6", "addr-unreachable")
VERDICTS = {
    SILENT: "drop",
    REFUSED: "reject with {protocol} type {unreachable}",
    **{f"loss {percent}": f"numgen random mod 100 < {percent} drop" for percent in LOSSES},
}


def set_name(how, family):
    return how.replace(" ", "_") + family


def table():
    """A set of addresses and a rule for each verdict and family. Neighbour discovery goes on: only pings are treated."""
    sets, rules = [], []
    for how, verdict in VERDICTS.items():
        for family, word, protocol, unreachable in (FOUR, SIX):
            name = set_name(how, family)
            sets.append(f"set {name} {{ type ipv{family}_addr; }}")
            rules.append(f"{word} daddr @{name} {protocol} type echo-request " +
                         verdict.format(protocol=protocol, unreachable=unreachable))
    lines = [*sets, "chain in { type filter hook input priority 10; policy accept;", *rules, "}"]
    return "table inet script {\n" + "\n".join(lines) + "\n}\n"


@dataclasses.dataclass(frozen=True)
class Applied:
    """A change, and between which instants of the wall clock it took effect."""
    change: object
    begun: float
    done: float


class Stage:
    def __init__(self, lines):
        self.addresses = {**{line.name: line.ip for line in lines}, **UPLINKS}
        self.verdicts = {}  # by address
        self.has_routes = True
        self.applied = []
        self.net = network.Network()
        self.here, self.there = self.net.here, self.net.there
        try:
            self.there.nft(table())
        except BaseException:
            self.close()
            raise

    def apply(self, changes, situation):
        """Makes the network what the situation after these changes is, all at one instant."""
        wanted = {address: how for name, address in self.addresses.items()
                  if (how := situation.obstacle(name) or situation.how.get(name)) in VERDICTS}
        transaction = (elements("delete", self.verdicts.items() - wanted.items()) +
                       elements("add", wanted.items() - self.verdicts.items()))
        has_routes = situation.how.get(CABLE) != NO_ROUTE

        begun = time.time()
        # Nobody is seen for a moment who is not to be seen before nor after.
        if not has_routes:
            self.route(has_routes)
        if transaction:
            self.there.nft(transaction)
        self.route(has_routes)
        done = time.time()

        self.verdicts = wanted
        self.applied += [Applied(change, begun, done) for change in changes]

    def route(self, wanted):
        if wanted == self.has_routes:
            return
        self.here.run("ip", "-batch", "-", stdin="".join(f"route {'add' if wanted else 'del'} {to} via {gateway}\n"
                                                         for to, gateway in ROUTES.items()))
        self.has_routes = wanted

    def close(self):
        self.net.close()


def elements(action, verdicts):
    """The lines of a transaction that puts addresses into their sets, or takes them out."""
    by_set = {}
    for address, how in verdicts:
        by_set.setdefault(set_name(how, "6" if ":" in address else "4"), []).append(address)
    return "".join(f"{action} element inet script {name} {{ {', '.join(addresses)} }}\n"
                   for name, addresses in by_set.items())


@dataclasses.dataclass(frozen=True)
class Packet:
    t: float
    address: str  # of the line
    is_reply: bool


class Capture:
    """Every request to some networks as it arrives, before the firewall has seen it, and every reply that leaves them."""
    LINE = re.compile(r"^(\d+\.\d+) IP6? (\S+) > (\S+): ICMP6?,? echo (request|reply),")

    def __init__(self, namespace, path, networks):
        self.path = path
        nets = " or ".join(f"net {network_}" for network_ in networks)
        command = ["tcpdump", "-i", "line", "-n", "-tt", "--immediate-mode", "-B", "8192", f"(icmp or icmp6) and ({nets})"]
        with open(path, "wb") as out:
            self.process = subprocess.Popen([*namespace.launcher(), *command], stdout=out, stderr=subprocess.PIPE,
                                            text=True)
        if not any("listening on" in line for line in self.process.stderr):
            self.close()
            raise AssertionError("tcpdump does not listen")

    def packets(self):
        """All of them, in the order of time. Ends the capture; one that has missed a packet is good for nothing."""
        self.process.send_signal(signal.SIGINT)
        _, said = self.process.communicate(timeout=20)
        assert re.search(r"^0 packets dropped by kernel$", said, re.MULTILINE), said
        found = []
        for match in filter(None, map(self.LINE.match, self.path.read_text(encoding="ascii").splitlines())):
            t, source, target, what = match.groups()
            found.append(Packet(float(t), source if what == "reply" else target, what == "reply"))
        return found

    def close(self):
        self.process.kill()
        self.process.wait()
        self.process.stderr.close()
