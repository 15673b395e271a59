"""SIGKILL and errors at each system call that touches the data folder, one after another."""

import json
import os
import re
import shutil
import signal
import subprocess

import pytest

import plain_cgi
from daemon import QUICK, Daemon, host, needs_pings
from injection import injection, needs_strace

pytestmark = [needs_pings, needs_strace]

OPEN = {**QUICK, "access": {"anonymous": "admin"}}
HERE = [host("first", "127.0.0.1"), host("second", "127.0.0.2"), host("third", "127.0.0.3")]

CALLS = ("openat", "write", "fsync", "fdatasync", "rename", "renameat2", "link", "unlink", "ftruncate", "flock")


class Trial:
    """Folders in which an edit by hand waits to be adopted, made anew for each trial of a program."""

    def __init__(self, folder, live):
        self.folder = folder
        self.live = live
        template = self._daemon("template", hosts=HERE, config=OPEN)
        assert template.once().returncode == 0
        template.edit_by_hand(lambda list_: list_["hosts"][0].update(name="edited"), template.data)

    def _daemon(self, name, hosts=None, config=None):
        return Daemon(self.folder / name / "data", hosts, config, live=self.live and self.folder / name / "live")

    def fresh(self):
        shutil.rmtree(self.folder / "trial", ignore_errors=True)
        shutil.copytree(self.folder / "template", self.folder / "trial")
        return self._daemon("trial")

    def points(self, run):
        """Each call that changes the folders or waits for them, as (its name, its number among those of its name)."""
        trace = self.folder / "trace"
        run(self.fresh(), ["strace", "-qq", "-y", "-o", trace, "-e", f"trace={','.join(CALLS)}"])
        count = dict.fromkeys(CALLS, 0)
        found = []
        for line in trace.read_text(errors="replace").splitlines():
            if call := re.match(r"(\w+)\(", line):
                count[call[1]] += 1
                only_looks = call[1] == "openat" and "O_CREAT" not in line
                if str(self.folder / "trial") in line and not only_looks:
                    found.append((call[1], count[call[1]]))
        return found


@pytest.fixture(params=[None, "live"], ids=["one folder", "live folder"])
def trial(request, folder):
    return Trial(folder, request.param)


def injecting(call, number, what):
    return ["strace", "-qq", *injection(call, number, what)]


def names_in(daemon):
    return [h["name"] for h in daemon.stored()]


def run_once(daemon, prefix):
    return daemon.once(prefix=prefix)


def run_edit(daemon, prefix):
    """Adds a host through api.fcgi, and returns the status of the answer."""
    body = json.dumps(host("new", "127.0.0.4")).encode()
    variables = plain_cgi.environment(daemon, "POST", "/api/hosts", body)
    ran = subprocess.run([*map(str, prefix), plain_cgi.API], input=body, capture_output=True, timeout=30,
                         env={**os.environ, **variables})
    status = re.match(rb"Status: (\d+)", ran.stdout)
    return int(status[1]) if status else None


def check_that_the_next_start_is_clean(daemon, names):
    """Runs a cycle and looks for what a crash or an error may have left."""
    ran = daemon.once()
    assert ran.returncode == 0, ran.stderr
    assert names_in(daemon) in names
    assert daemon.left_overs() == []
    assert daemon.set_aside() == []
    lines = daemon.lines_of_events()
    for line in lines:
        json.loads(line)
    assert len(lines) == len(set(lines)), "an event stands twice"


def test_sigkill_at_any_call_of_a_cycle_leaves_the_old_or_the_new_generation(trial):
    expected = ["edited", "second", "third"]
    points = trial.points(run_once)
    assert {call for call, _ in points} >= {"openat", "write", "fsync", "fdatasync", "rename", "renameat2", "flock"}
    for call, number in points:
        daemon = trial.fresh()
        ran = run_once(daemon, injecting(call, number, "signal=KILL"))
        assert ran.returncode == -signal.SIGKILL, f"{call} {number} was not reached"
        assert names_in(daemon) == expected, f"{call} {number}"
        check_that_the_next_start_is_clean(daemon, [expected])


def test_sigkill_at_any_call_of_an_edit_leaves_it_made_or_not_made(trial):
    without = ["edited", "second", "third"]
    points = trial.points(run_edit)
    assert {call for call, _ in points} >= {"write", "fsync", "fdatasync", "rename", "renameat2", "flock"}
    for call, number in points:
        daemon = trial.fresh()
        assert run_edit(daemon, injecting(call, number, "signal=KILL")) is None, f"{call} {number} was not reached"
        assert names_in(daemon) in (without, [*without, "new"]), f"{call} {number}"
        check_that_the_next_start_is_clean(daemon, [without, [*without, "new"]])


ERRORS = {"write": "ENOSPC", "fsync": "EIO", "fdatasync": "EIO", "rename": "EIO", "renameat2": "EIO",
          "openat": "EMFILE"}


def test_an_error_at_any_call_of_a_cycle_harms_nothing(trial):
    expected = ["edited", "second", "third"]
    for call, number in trial.points(run_once):
        if call not in ERRORS:
            continue
        daemon = trial.fresh()
        ran = run_once(daemon, injecting(call, number, f"error={ERRORS[call]}"))
        # A start may fail, loudly; later nothing ends it.
        assert ran.returncode == 0 or "nput/output" in ran.stderr or call == "openat", f"{call} {number}: {ran}"
        assert names_in(daemon) == expected, f"{call} {number}"
        check_that_the_next_start_is_clean(daemon, [expected])
        states = [e["state"] for e in daemon.events("monitor")]
        assert states.count("start") <= 3, f"{call} {number}: {states}"


def test_an_error_at_any_call_of_an_edit_is_never_acknowledged(trial):
    without = ["edited", "second", "third"]
    for call, number in trial.points(run_edit):
        if call not in ERRORS or call == "openat":
            continue
        daemon = trial.fresh()
        status = run_edit(daemon, injecting(call, number, f"error={ERRORS[call]}"))
        assert status in (500, 503, 507), f"{call} {number} was answered {status}"
        if ERRORS[call] == "ENOSPC":
            assert status == 507
            assert names_in(daemon) == without, f"{call} {number}"
        check_that_the_next_start_is_clean(daemon, [without, [*without, "new"]])
