"""The judge of the truth test: it must find what is wrong, and nothing else."""

import pathlib
import sys

import pytest

sys.path.append(str(pathlib.Path(__file__).parents[1] / "truth"))

import script
import stage
import verdict

LINES = [script.Line("router", "10.66.0.1"), script.Line("line", "10.66.0.2", parents=("router",))]
CYCLE = verdict.Tolerance(script.INTERVAL, script.TIMEOUT)
END = 100


def truth(changes):
    applied = [stage.Applied(script.Change(at, what, how), at, at) for at, what, how in changes]
    found = verdict.scripted(script.Situation(LINES), applied, END)
    verdict.mark_outages(found["line"], script.THRESHOLD, CYCLE)
    verdict.mark_blindness(found[verdict.SIGHT], CYCLE)
    return found


def said(story):
    """Events of the host from a text such as "up 0, failing 10.5, down 10.5, up 20.2", each with its since."""
    events, before = [], "pending"
    for word in story.split(", "):
        status, since = word.split()
        events.append({"type": "status", "host": "line", "from": before, "to": status, "since": float(since)})
        before = status
    return verdict.said_of_line(events, "line", END)


CUT = [(10, "line", "silent"), (20, "line", "")]
BLIP = [(10, "line", "refused"), (11.5, "line", "")]
ROUTER_CUT = [(10, "router", "silent"), (30, "router", "")]
STILL_CUT = [(10, "router", "silent"), (15, "line", "silent"), (30, "router", ""), (40, "line", "")]
CUT_BEFORE = [(8.1, "line", "silent"), *ROUTER_CUT, (31.5, "line", "")]
DOWN_BEFORE = [(2, "line", "silent"), *ROUTER_CUT, (31.5, "line", "")]
CABLE_CUT = [(10, "cable", "no route"), (30, "cable", "")]


@pytest.mark.parametrize("changes, story, faults", [
    ([], "up 0", []),
    ([], "up 0, failing 50, up 53", ["wrong"]),
    ([], "up 0, failing 50, down 50, up 53", ["invented"]),
    (CUT, "up 0, failing 10.9, down 10.9, up 20.9", []),
    (CUT, "up 0", ["missed"]),
    (CUT, "up 0, failing 10.9, up 20.9", ["missed"]),
    (CUT, "up 0, failing 12.9, down 12.9, up 20.9", ["wrong"]),
    (CUT, "up 0, failing 10.9, down 12.9, up 20.9", ["wrong"]),
    (CUT, "up 0, failing 10.9, down 10.9, up 22.9", ["invented"]),
    (CUT, "up 0, failing 10.9, down 10.9", ["invented"]),
    (CUT, "up 0, failing 10.9, down 10.9, up 15, failing 18, down 18, up 20.9", ["wrong"]),
    (BLIP, "up 0, failing 10.2, up 12.2", []),
    (BLIP, "up 0, failing 10.2, down 10.2, up 12.2", ["invented"]),
    ([(10, "line", "silent"), (12.7, "line", "")], "up 0, failing 10.2, up 13.2", []),
    ([(10, "line", "silent"), (12.7, "line", "")], "up 0, failing 10.2, down 10.2, up 13.2", []),
    (ROUTER_CUT, "up 0, unreachable 10.9, up 30.9", []),
    (ROUTER_CUT, "up 0, failing 10.1, unreachable 11.1, up 30.9", []),
    (ROUTER_CUT, "up 0, failing 10.9, down 10.9, up 30.9", ["invented"]),
    (ROUTER_CUT, "up 0, unknown 10.9, up 30.9", ["wrong"]),
    (ROUTER_CUT, "up 0, unreachable 10.9, down 25, up 30.9", ["invented"]),
    (STILL_CUT, "up 0, unreachable 10.9, failing 30.9, down 30.9, up 40.9", []),
    (STILL_CUT, "up 0, unreachable 10.9, up 40.9", ["missed"]),
    (STILL_CUT, "up 0, failing 15.9, down 15.9, up 40.9", ["wrong", "invented"]),
    (CUT_BEFORE, "up 0, failing 8.5, unreachable 10.5, failing 30.5, up 31.5", []),
    (CUT_BEFORE, "up 0, failing 8.5, unreachable 10.5, failing 30.2, down 30.2, up 32.2", ["invented"]),
    (DOWN_BEFORE, "up 0, failing 2.5, down 2.5, unreachable 10.5, down 30.5, up 32.5", []),
    (CABLE_CUT, "up 0, unknown 10.9, up 30.9", []),
    (CABLE_CUT, "up 0, failing 10.9, down 10.9, up 30.9", ["invented"]),
    ([(10, "uplink 1", "silent"), (30, "uplink 1", "")], "up 0, unknown 10.9, up 30.9", ["wrong"]),
])
def test_what_is_said_of_a_host_is_held_against_what_was_done_to_it(changes, story, faults):
    found = verdict.compare(truth(changes)["line"], said(story), CYCLE, verdict.Figures())
    assert [fault.kind for fault in found] == faults, [fault.what for fault in found]


@pytest.mark.parametrize("events, faults", [
    ([("blind", 10.5, 11), ("sight", 10.5, 30.9)], []),
    ([], ["missed"]),
    ([("blind", 10.5, 11), ("sight", 10.5, 15)], ["wrong"]),
    ([("blind", 10.5, 11), ("sight", 10.5, 30.9), ("blind", 50, 51), ("sight", 50, 52)], ["invented"]),
])
def test_so_is_what_is_said_of_blindness(events, faults):
    said_of_sight = verdict.said_of_sight(
        [{"type": "monitor", "state": state, "since": since, "t": t} for state, since, t in events], END)
    found = verdict.compare(truth(CABLE_CUT)[verdict.SIGHT], said_of_sight, CYCLE, verdict.Figures(), verdict.BLIND)
    assert [fault.kind for fault in found] == faults, [fault.what for fault in found]


@pytest.mark.parametrize("published, faults", [(90, []), (89.3, ["uptime"]), (85, ["uptime", "uptime"])])
def test_the_uptime_must_follow_from_the_script_and_from_the_events(published, faults):
    seen = said("up 0, failing 10, down 10, up 20")
    found = verdict.compare_uptime(truth(CUT)["line"], seen, published, CYCLE, [])
    assert [fault.kind for fault in found] == faults


def test_a_lossy_host_is_judged_by_what_was_lost():
    def packets(t, is_answered):
        requests = [stage.Packet(t + delay, "line", False) for delay in ((0,) if is_answered else (0, 0.02, 0.2))]
        return requests + [stage.Packet(t + 0.01, "line", True)] * is_answered
    checks = verdict.checks_of([p for t in range(10) for p in packets(t, t not in (2, 5, 6, 7))], script.TIMEOUT)
    assert [check.t for check in checks if not check.is_good] == [2, 5, 6, 7]

    none = truth([])
    expected = verdict.measured(checks, none["line"], none[verdict.SIGHT], script.THRESHOLD, 10)
    assert [(s.begin, s.status, s.outage) for s in expected] == [
        (0, "up", None), (2, "down", False), (3, "up", None), (5, "down", True), (8, "up", None)]

    hidden = truth([(3.5, "cable", "no route"), (8.5, "cable", "")])
    rest = [check for check in checks if not 3.5 < check.t < 8.5]
    expected = verdict.measured(rest, hidden["line"], hidden[verdict.SIGHT], script.THRESHOLD, 10)
    assert [(s.begin, s.status) for s in expected if s.end > 3.5] == [
        (3.5, "unknown"), (8.5, "down"), (9, "up")]


def test_a_script_is_a_function_of_its_seed():
    assert script.make_script(7, 60) == script.make_script(7, 60)
    assert script.make_script(7, 60) != script.make_script(8, 60)
    lines, changes = script.make_script(7, 60)
    assert len({line.ip for line in lines}) == len(lines) > 300
    assert {change.what for change in changes} <= {*(line.name for line in lines), *script.UPLINKS, script.CABLE}
