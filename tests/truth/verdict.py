"""Holds what monitord said of the lines against what was done to them. Pure: lists in, faults and figures out.

Both sides become stretches of time, one after the other: the script gives each line a status from instant to instant, and
so do monitord's events, whose statuses begin at their `since`. In every stretch of the script monitord must have said what
was so, but for the time in which it cannot know better:

- `late`, an interval and a timeout after the beginning: the next check comes within an interval, and its repeats may find
  a line that was not there when it was sent, or lose one that was;
- `early`, a timeout before the end, for the same repeats.

Where more than one answer is right:

- A cut longer than (threshold - 1) intervals and shorter than threshold intervals and a timeout holds as many failed checks
  as the threshold or one less, as it falls: down and failing are both right.
- A line that is cut before what it is reached through is cut, too, is hidden. Its outage ends there, and its last failure
  before, for which nobody could vouch, may be charged to what hides it: `early` is an interval longer, also when it had
  come back just before. When the line is seen again and has not come back, an outage that stands goes on at once; one
  that was not yet is counted from the beginning, so that what comes back behind a router has its full threshold.
- What lasts no longer than `late` may never have been seen: two cuts with such a pause between them may be one.
- A line that fails while monitord is blind and what it is reached through is cut, too, is unknown or unreachable.
- A line that loses packets at random and is checked at the very edge of blindness: one check more or less may count.
"""

import dataclasses
import statistics

BLIND, SIGHT = "blind", "sight"
GOOD = {"up", "degraded"}
BAD = {"failing", "down"}
HIDDEN = {"unreachable", "unknown"}
ALLOWED = {
    "up": GOOD,
    "unreachable": {"unreachable"},
    "unknown": HIDDEN,
    BLIND: {BLIND},
    SIGHT: {SIGHT},
}


@dataclasses.dataclass
class Stretch:
    begin: float
    end: float
    status: str
    slack: float = 0            # how exactly the beginning is known
    outage: bool | None = None  # when cut: it must be an outage, must not, or either is right

    @property
    def length(self):
        return self.end - self.begin

    def __str__(self):
        return f"{self.status} from {self.begin:.2f} to {self.end:.2f} s"


@dataclasses.dataclass
class Fault:
    kind: str  # missed, invented, wrong, uptime
    what: str
    begin: float
    end: float


@dataclasses.dataclass
class Tolerance:
    interval: float
    timeout: float

    @property
    def late(self):
        return self.interval + self.timeout

    @property
    def early(self):
        return self.timeout


def add(stretches, at, status, slack=0):
    """From `at` on there is another status; what was said before of the time after `at` is taken back."""
    while stretches and stretches[-1].begin >= at:
        stretches.pop()
    if stretches and stretches[-1].status == status:
        return
    if stretches:
        stretches[-1].end = at
    stretches.append(Stretch(at, float("inf"), status, slack))


def close(stretches, end):
    """Only what lies between 0 and the end."""
    cut = [dataclasses.replace(s, begin=max(s.begin, 0), end=min(s.end, end)) for s in stretches]
    return [s for s in cut if s.length > 0]


def scripted(situation, applied, end):
    """The truth of each line, and of monitord's sight under the name SIGHT."""
    truth = {name: [] for name in [*situation.lines, SIGHT]}

    def look(at, slack):
        for name, stretches in truth.items():
            status = situation.status(name) if name != SIGHT else BLIND if situation.is_blind() else SIGHT
            add(stretches, at, status, slack)

    look(0, 0)
    for i, done in enumerate(applied):
        situation.change(done.change)
        if i + 1 == len(applied) or applied[i + 1].begun != done.begun:
            look((done.begun + done.done) / 2, (done.done - done.begun) / 2)
    return {name: close(stretches, end) for name, stretches in truth.items()}


@dataclasses.dataclass
class Check:
    t: float
    is_good: bool = False


def checks_of(packets, timeout):
    """The checks that the packets of one line belong to. One begins with the first request after the end of another."""
    checks = []
    for packet in packets:
        is_within = checks and packet.t < checks[-1].t + timeout
        if packet.is_reply:
            if is_within:
                checks[-1].is_good = True
        elif not is_within:
            checks.append(Check(packet.t))
    return checks


def measured(checks, way, sight, threshold, end):
    """The truth of a line that loses packets at random, exactly: what became of each of its checks, by its packets. `way`
    is the truth of the way to it: where nothing can be sent there are no packets."""
    runs = []
    cuts = [Check(s.begin) for s in way if s.status != "up"]
    for check in sorted(checks + cuts, key=lambda c: c.t):
        add(runs, check.t, "up" if check.is_good else "down")
    blind = [s for s in sight if s.status == BLIND]
    found = []
    for run in close(runs, end):
        touched = [b for b in blind if b.begin < run.end and b.end > run.begin]
        at, stands = run.begin, False
        for hidden in [*touched, Stretch(run.end, run.end, "")]:
            if hidden.begin > at:
                count = sum(not c.is_good and at <= c.t < hidden.begin for c in checks)
                doubt = len(touched) > 0
                is_sure, is_too_few = count >= threshold + doubt, count < threshold - doubt
                # None, too, when one may stand that began before the blindness.
                stands = True if is_sure else False if is_too_few and stands is False else None
                found.append(Stretch(at, hidden.begin, run.status, outage=stands if run.status == "down" else None))
            if hidden.length > 0:
                found.append(Stretch(max(at, hidden.begin), min(hidden.end, run.end),
                                     "unknown" if run.status == "down" else "up", hidden.slack))
            at = hidden.end
    return found


def mark_outages(stretches, threshold, tolerance):
    """Which cuts of a line must have become an outage: by their length, or because one stands that began before."""
    sure, too_short = threshold * tolerance.interval + tolerance.timeout, (threshold - 1) * tolerance.interval
    stands = False
    for part in counted_together(stretches, tolerance.late):
        cuts = [i for i in part if stretches[i].status == "down"]
        failed = sum(s.length for s in stretches[cuts[0]:cuts[-1] + 1]
                     if s.status == "down" or s.length <= tolerance.late) if cuts else 0
        for i in part:
            stretch, after = stretches[i], stretches[i + 1] if i + 1 < len(stretches) else None
            if stretch.status == "up":
                stands = None if stretch.length <= tolerance.late and stands is not False else False
            if stretch.status != "down":
                continue
            slack = stretch.slack + (after.slack if after else 0)
            # Uplinks and parents are asked at the threshold, and have a timeout to answer.
            enough = sure + slack + (tolerance.timeout if after and after.status in HIDDEN else 0)
            if stands:
                stretch.outage = True if stretch.length > tolerance.late + slack else None
            elif stretch.length >= enough:
                stretch.outage = stands = True
            elif stands is False and failed <= too_short - slack:
                stretch.outage = False
            else:
                stands = None


def counted_together(stretches, late):
    """Indexes of those whose failed checks may count in a row: until something else is seen for certain."""
    part = []
    for i, stretch in enumerate(stretches):
        if part and stretch.status != "down" and stretch.length > late:
            yield part
            part = []
        part.append(i)
    yield part


def mark_blindness(stretches, tolerance):
    for stretch in stretches:
        if stretch.status == BLIND:
            stretch.outage = True if stretch.length > tolerance.late + stretch.slack else None


def said_of_line(events, name, end):
    """What monitord said of a line: when it is found down, it was so since its first failed check."""
    stretches = []
    for event in events:
        if event["type"] == "status" and event["host"] == name:
            add(stretches, event["since"], event["to"])
    return close(stretches, end)


def said_of_sight(events, end):
    """The event of a blindness that is over tells its beginning, too: it ends when the event does."""
    stretches = [Stretch(0, float("inf"), SIGHT)]
    for event in events:
        if event["type"] == "monitor" and event["state"] in (BLIND, SIGHT):
            add(stretches, event["since"] if event["state"] == BLIND else event["t"], event["state"])
    return close(stretches, end)


def allowed(stretch):
    if stretch.status != "down":
        return ALLOWED[stretch.status]
    return BAD if stretch.outage is None else {"down"} if stretch.outage else {"failing"}


@dataclasses.dataclass
class Figures:
    scripted: int = 0
    found: int = 0
    missed: int = 0
    invented: int = 0
    either: int = 0
    blips: int = 0
    blips_seen: int = 0
    begin_errors: list = dataclasses.field(default_factory=list)
    end_errors: list = dataclasses.field(default_factory=list)


def compare(truth, seen, tolerance, figures, outage="down"):
    """The faults of one line. `outage` is the status that is counted."""
    faults = []
    for i, stretch in enumerate(truth):
        after = truth[i + 1] if i + 1 < len(truth) else None
        begin = stretch.begin + stretch.slack + tolerance.late
        end = stretch.end - tolerance.early - (after.slack if after else 0)
        # Nobody may vouch any more for the last failure.
        if stretch.status == "down" and any(s.status in HIDDEN and s.begin - stretch.end < tolerance.late
                                            for s in truth[i + 1:]):
            end -= tolerance.interval
        wrong = [s for s in seen if min(s.end, end) - max(s.begin, begin) > 0.001 and s.status not in allowed(stretch)]
        near = [s for s in seen if s.begin < stretch.end + tolerance.late and s.end > stretch.begin - tolerance.early]
        outages = [s for s in near if s.status == outage]
        is_missed = stretch.outage is True and not outages
        if stretch.outage is False:
            # Of a cut that is over before it must be known there is nothing to hold them against but its own ends.
            wrong += [s for s in outages if s not in wrong and
                      s.begin >= stretch.begin - tolerance.early and s.end <= stretch.end + tolerance.late]
        for spell in wrong:
            kind = "invented" if spell.status == outage else "missed" if is_missed else "wrong"
            figures.invented += kind == "invented"
            faults.append(Fault(kind, f"said {spell} while it was {stretch}", spell.begin, spell.end))
        if stretch.status != outage:
            continue
        figures.either += stretch.outage is None
        figures.blips += stretch.outage is False
        figures.blips_seen += stretch.outage is False and any(s.status in BAD for s in near)
        figures.scripted += stretch.outage is True
        figures.missed += is_missed
        if is_missed and not wrong:
            faults.append(Fault("missed", f"said no outage while it was {stretch}", stretch.begin, stretch.end))
        if stretch.outage is True and outages:
            figures.found += 1
            found = max(outages, key=lambda s: min(s.end, stretch.end) - max(s.begin, stretch.begin))
            # One that runs on over a pause that was not seen has its ends elsewhere.
            if i > 0 and truth[i - 1].length > tolerance.late:
                figures.begin_errors.append(found.begin - stretch.begin)
            if after and after.length > tolerance.late:
                figures.end_errors.append(found.end - stretch.end)
    return faults


def uptime(stretches):
    """Percent, and the seconds that it is of; nothing of no time."""
    up = sum(s.length for s in stretches if s.status in GOOD)
    down = sum(s.length for s in stretches if s.status in BAD)
    return (100 * up / (up + down), up + down) if up + down > 0 else (None, 0)


def compare_uptime(truth, seen, published, tolerance, errors):
    """The published number against the script, and exactly against the events."""
    faults = []
    whole = truth[0].begin, truth[-1].end
    by_script, seconds = uptime(truth)
    by_events, _ = uptime(seen)
    if by_events is not None and abs(published - by_events) > 0.1:
        faults.append(Fault("uptime", f"published an uptime of {published}, by its own events it is {by_events:.3f}",
                            *whole))
    if by_script is None:
        return faults
    kinds = [s.status in GOOD or (s.status in BAD and "down") for s in truth]
    boundaries = sum(a != b for a, b in zip(kinds, kinds[1:]))
    errors.append(published - by_script)
    if abs(published - by_script) > 0.1 + 100 * boundaries * tolerance.late / seconds:
        faults.append(Fault("uptime", f"published an uptime of {published}, by the script it was {by_script:.3f}",
                            *whole))
    return faults


def spread(errors, unit):
    if not errors:
        return "nothing measured"
    return f"median {statistics.median(errors):+.2f} {unit}, from {min(errors):+.2f} to {max(errors):+.2f}"
