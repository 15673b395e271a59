"""What happens to which line and when: a tree of lines and a list of changes, both made by a seed alone."""

import dataclasses
import math
import random

INTERVAL, TIMEOUT, THRESHOLD = 1, 0.4, 3
UPLINKS = {"uplink 1": "10.66.254.1", "uplink 2": "fd66::254:1"}
CONFIG = {"interval": INTERVAL, "timeout": TIMEOUT, "retries": 2, "fail_threshold": THRESHOLD,
          "uplinks": list(UPLINKS.values())}

SHORTEST_CUT, LONGEST_CUT = 1, 300
# Two cuts of one line are told apart by a good check between them.
SHORTEST_PAUSE = 2 * INTERVAL + 2 * TIMEOUT

# What a line, an uplink or the cable to the uplinks may suffer. The last is the cable's alone: this machine has lost
# its route over it.
SILENT, REFUSED, NO_ROUTE = "silent", "refused", "no route"
LOSSES = (5, 10, 20, 30, 40, 50, 60)  # percent of the requests

CABLE = "cable"
# The third number of their addresses; 3 loses packets in network.py.
GROUPS = {"router": 0, "inner": 1, "lossy": 2, "double": 4, "below": 5, "twice": 6, "patient": 7, "seldom": 8,
          "plain": 9, "quiet": 10}
LOSSY_NETWORKS = (f"10.66.{GROUPS['lossy']}.0/24", f"fd66::{GROUPS['lossy']}:0/112")


@dataclasses.dataclass(frozen=True)
class Line:
    name: str  # and id
    ip: str
    parents: tuple = ()
    interval: int = INTERVAL
    threshold: int = THRESHOLD
    is_behind_cable: bool = True
    is_lossy: bool = False

    def host(self):
        return {"id": self.name, "name": self.name, "ip": self.ip, "parents": list(self.parents),
                "interval": self.interval, "fail_threshold": self.threshold}

    def __str__(self):
        way = f", behind {' or '.join(self.parents)}" if self.parents else ""
        return f"{self.name} ({self.ip}), down after {self.threshold} checks every {self.interval} s{way}"


@dataclasses.dataclass(frozen=True)
class Change:
    at: float
    what: str  # name of a line or an uplink, or CABLE
    how: str   # SILENT, REFUSED, NO_ROUTE, "loss 30"; empty: as it should be

    def __str__(self):
        return f"{self.what}: {self.how or 'as it should be'}"


def make_lines(chance):
    """Some three hundred: routers, routers behind routers, lines behind one or two of them, and lines by themselves."""
    lines = [Line("here", "127.0.0.1", is_behind_cable=False)]
    lines += [Line(f"site{i}", f"10.88.0.{i}", is_behind_cable=False) for i in range(1, 11)]

    def add(group, count, **settings):
        """Each fourth over IPv6. A setting may be a function that chooses one for each line."""
        for i in range(1, count + 1):
            place = f"10.66.{GROUPS[group]}.{i}" if i % 4 else f"fd66::{GROUPS[group]}:{i}"
            chosen = {name: value() if callable(value) else value for name, value in settings.items()}
            lines.append(Line(f"{group}{i}", place, **chosen))
        return [line.name for line in lines[-count:]]

    outer = add("router", 6)
    routers = outer + add("inner", 6, parents=lambda: (chance.choice(outer),))
    routers += add("double", 3, parents=lambda: tuple(chance.sample(outer, 2)))

    def one_router():
        return (chance.choice(routers),)

    add("below", 110, parents=one_router)
    add("twice", 30, parents=lambda: tuple(chance.sample(routers, 2)))
    add("patient", 15, parents=one_router, threshold=lambda: chance.randint(4, 8))
    add("seldom", 15, parents=one_router, interval=2 * INTERVAL)
    add("plain", 60)
    add("quiet", 10)
    add("lossy", 40, is_lossy=True)
    return lines


def log_uniform(chance, shortest, longest):
    return math.exp(chance.uniform(math.log(shortest), math.log(longest)))


def make_script(seed, seconds):
    """The lines, and the changes in the order of time. The same for the same arguments, on any machine."""
    chance = random.Random(seed)
    lines = make_lines(chance)
    longest = min(LONGEST_CUT, seconds)
    changes = []

    def cut(what, ways, cuts, pauses):
        """Cuts and pauses in turn, their lengths log-uniform, so that the short ones are many."""
        at = log_uniform(chance, *pauses) * chance.random()
        while at < seconds:
            changes.append(Change(at, what, chance.choice(ways)))
            at += log_uniform(chance, *cuts)
            if at < seconds:
                changes.append(Change(at, what, ""))
            at += log_uniform(chance, *pauses)

    for line in lines:
        if line.name.startswith(("router", "inner", "double")):
            cut(line.name, (SILENT, REFUSED), (SHORTEST_CUT, longest / 3), (10, 120))
        elif line.is_lossy:
            changes += losses(chance, line.name, seconds)
        elif not line.name.startswith(("here", "quiet")):
            cut(line.name, (SILENT, SILENT, REFUSED), (SHORTEST_CUT, longest), (SHORTEST_PAUSE * line.interval, 60))
    cut(CABLE, (SILENT, REFUSED, NO_ROUTE), (SHORTEST_CUT, longest / 5), (15, 90))
    for uplink in UPLINKS:
        cut(uplink, (SILENT, REFUSED), (SHORTEST_CUT, longest / 5), (15, 90))
    return lines, sorted(changes, key=lambda change: change.at)


def losses(chance, name, seconds):
    """One loss from the first to the last second, or another one every now and then."""
    at, is_constant = 0, chance.random() < 0.5
    while at < seconds:
        yield Change(at, name, f"loss {chance.choice(LOSSES)}")
        at += seconds if is_constant else log_uniform(chance, 5, 60)


class Situation:
    """The network between two changes."""

    def __init__(self, lines):
        self.lines = {line.name: line for line in lines}
        self.how = {}  # by name; only what is not as it should be

    def change(self, change):
        if change.how:
            self.how[change.what] = change.how
        else:
            self.how.pop(change.what, None)

    def obstacle(self, name):
        """What keeps packets from a line or an uplink, there or on the way: SILENT, REFUSED, NO_ROUTE, or nothing."""
        if self.how.get(name) in (SILENT, REFUSED):
            return self.how[name]
        line = self.lines.get(name)
        if line and line.parents:
            above = [self.obstacle(parent) for parent in line.parents]
            return above[0] if all(above) else ""
        return self.how.get(CABLE, "") if line is None or line.is_behind_cable else ""

    def is_blind(self):
        return all(map(self.obstacle, UPLINKS))

    def status(self, name):
        """What is so of a line: up, down, unreachable or unknown."""
        if not self.obstacle(name):
            return "up"
        if self.is_blind():
            return "unknown"
        parents = self.lines[name].parents
        return "unreachable" if parents and all(map(self.obstacle, parents)) else "down"
