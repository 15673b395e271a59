"""The report of a month against sums made from the events alone, as their format says: painted, coat over coat."""

import collections
import csv
import datetime
import io
import json
import pathlib
import random
import zoneinfo

import pytest

ZONE = "Europe/Berlin"
# Its last Sunday has an hour twice.
MONTH = (2026, 10)
KINDS = ("up", "down", "upstream", "blind", "maintenance", "power", "paused", "off")
DAY = 86400
THRESHOLD = 100  # ten checks, one each ten seconds


def begin_of(year, month):
    return int(datetime.datetime(year, month, 1, tzinfo=zoneinfo.ZoneInfo(ZONE)).timestamp())


FROM, TO = begin_of(*MONTH), begin_of(MONTH[0], MONTH[1] + 1)


# ---- A history, as monitord would have written it


def id_of(number):
    return f"line{number:02}"


class History:
    """Collects events of hosts that were all up at the beginning of September."""

    def __init__(self, lines):
        self.events = []
        self.lines = lines
        start = FROM - 29 * DAY
        self.add(start, "hosts", hosts=[
            {"id": id_of(i), "name": f"Line {i}", "customer": f"Customer {i % 3}" if i % 4 else "",
             "sla_percent": (None, 99.5, 99.9, 100)[i % 4], "status": "up", "since": start, "reason": "",
             "outage": False, "in_maintenance": False} for i in range(lines)])

    def add(self, t, kind, **members):
        self.events.append({"type": kind, "t": t, **members})

    def status(self, host, before, after, since, seen_after=1):
        self.add(since + seen_after, "status", host=host, to=after, since=since,
                 name=f"Line {int(host[4:])}" if host.startswith("line") else host,
                 reason="" if after == "up" else "no answer within 1 s", **{"from": before})

    def outage(self, host, start, end):
        """A failure; from ten failed checks on it is an outage."""
        self.status(host, "up", "failing", start)
        if end - start > THRESHOLD:
            self.status(host, "failing", "down", start, 95)
        self.status(host, "down" if end - start > THRESHOLD else "failing", "up", end)

    def write(self, folder):
        folder.mkdir()
        files = collections.defaultdict(list)
        for event in sorted(self.events, key=lambda event: event["t"]):
            name = datetime.datetime.fromtimestamp(event["t"], datetime.timezone.utc).strftime("%Y-%m.jsonl")
            files[name].append(json.dumps(event, separators=(",", ":")) + "\n")
        for name, lines in files.items():
            (folder / name).write_text("".join(lines))


STOP = FROM + 12 * DAY
# Stopped, crashed, asleep.
UNWATCHED = ((STOP, STOP + 7200), (STOP + 5 * DAY - 600, STOP + 5 * DAY), (STOP + 6 * DAY - 900, STOP + 6 * DAY))


def is_watched(*times):
    return not any(a - 120 <= t <= b + 120 for a, b in UNWATCHED for t in times)


def scripted(seed, lines=16):
    """Outages of every kind, never two of one host at once, at seconds when nothing else happens."""
    chance = random.Random(seed)
    history = History(lines)
    for i in range(lines):
        host, t = id_of(i), FROM + DAY
        end = FROM + 23 * DAY if i == lines - 1 else TO - 3 * DAY
        while t < end:
            t += chance.randrange(3600, 3 * DAY) // 60 * 60
            start, length = t + chance.randrange(10, 30), chance.choice((30, 240, 7200, 20000))
            trouble = chance.choice(("line", "line", "line", "upstream", "blind", "maintenance", "planned", "paused"))
            # Nothing is noticed while nobody watches; what begins before may end after.
            if not is_watched(t, t + 3600, start, start + length, start + 600, start + 600 + length):
                continue
            if trouble == "line":
                history.outage(host, start, start + length)
            elif trouble in ("upstream", "blind"):
                status = "unreachable" if trouble == "upstream" else "unknown"
                history.status(host, "up", "failing", start)
                history.status(host, "failing", status, start, 25)
                history.status(host, status, "up", start + length)
            elif trouble in ("maintenance", "planned"):
                # Half of them cut the host off in their middle, and some for longer than was planned.
                over = t + 3600
                history.add(t, "maintenance", host=host, name=f"Line {i}", begins=True)
                history.add(over, "maintenance", host=host, name=f"Line {i}", begins=False)
                if trouble == "planned":
                    history.outage(host, start + 600, start + 600 + length)
                length = max(length + 700, 3600)
            else:
                history.status(host, "up", "paused", start)
                history.status(host, "paused", "pending", start + length)
                history.status(host, "pending", "up", start + length + 3)
            t += length + 120
            t -= t % 60
    # Over both ends of the month.
    history.outage(id_of(0), FROM - 2 * DAY + 17, FROM + 7200 + 17)
    history.outage(id_of(1), TO - DAY + 17, TO + DAY + 17)
    # One is down whenever nobody watches, and some of the time around it.
    for unwatched_from, unwatched_to in UNWATCHED:
        history.outage("dark", unwatched_from - 3600 + 17, unwatched_to + 3600 + 17)
    (stopped, started), (crashed, again), (asleep, awake) = UNWATCHED
    history.add(stopped, "monitor", state="stop", since=stopped)
    history.add(started, "monitor", state="start", since=stopped)
    history.add(again, "monitor", state="start", since=crashed)
    history.add(awake, "monitor", state="late", since=asleep)
    # One that came in the middle of the month, one that went and had another customer before.
    for day, host in ((9, "new"), (2, "dark")):
        history.add(FROM + day * DAY, "edit", user="ada", action="add", host=host, changed=["name", "ip"], name=host,
                    customer="Customer 1", sla_percent=99)
        history.status(host, "pending", "up", FROM + day * DAY + 1)
    gone = id_of(lines - 1)
    for day, action, customer in ((8, "change", "Customer X"), (27, "delete", "Customer X")):
        history.add(FROM + day * DAY + 7, "edit", user="ada", action=action, host=gone, changed=["customer"],
                    name=f"Line {lines - 1}", customer=customer, sla_percent=99.99)
    return history


# ---- The same sums, by painting the month: what is painted last is seen


STATUS_KINDS = {"up": "up", "degraded": "up", "failing": "down", "down": "down", "unreachable": "upstream",
                "unknown": "blind", "paused": "paused", "pending": "off"}


class Painted:
    """One host: coats of what it was, and of what hides that. Each coat is a begin, an end and a colour."""

    def __init__(self):
        self.coats = {"was": [], "absent": [(FROM, TO, True)], "off": [], "maintenance": []}
        self.name, self.customer, self.target = "", "", None
        self.status = None
        self.episodes = []  # [start, end, whether it reached the threshold]

    def paint(self, layer, since, colour, until=TO):
        self.coats[layer].append((within(since), within(until), colour))

    def colour(self, layer, second):
        return next((colour for a, b, colour in reversed(self.coats[layer]) if a <= second < b), None)

    def seen(self, second):
        """What the second counts as, before anybody has said whose fault it was."""
        if self.colour("absent", second):
            return None
        if self.colour("off", second):
            return "off"
        was = self.colour("was", second)
        return "maintenance" if self.colour("maintenance", second) and was not in ("paused", "off") else was

    def pieces(self):
        """[begin, end, what is seen], one colour each."""
        edges = {FROM, TO} | {within(t) for start, end, _ in self.episodes for t in (start, end or TO)}
        for coats in self.coats.values():
            edges |= {edge for coat in coats for edge in coat[:2]}
        edges = sorted(edges)
        return [[a, b, self.seen(a)] for a, b in zip(edges, edges[1:])]


def within(t):
    return min(max(t, FROM), TO)


def read_events(folder):
    for path in sorted(pathlib.Path(folder).glob("*.jsonl")):
        for line in path.read_text().splitlines():
            yield json.loads(line)


def recomputed(folder):
    """Rows as the report has them, by the id of the host."""
    lines = collections.defaultdict(Painted)
    said = {}

    def be(line, status, since):
        line.status = status
        line.paint("was", since, STATUS_KINDS[status])
        is_open = line.episodes and line.episodes[-1][1] is None
        if status in ("failing", "down", "unreachable") and not is_open:
            line.episodes.append([since, None, False])
        elif status in ("up", "degraded", "paused", "pending") and is_open:
            line.episodes[-1][1] = since
        if status == "down":
            line.episodes[-1][2] = True

    for event in read_events(folder):
        kind, t = event["type"], event["t"]
        if kind == "hosts":
            for state in event["hosts"]:
                line = lines[state["id"]]
                line.name, line.customer, line.target = state["name"], state["customer"], state["sla_percent"]
                line.paint("absent", t, False)
                if line.status != state["status"]:
                    be(line, state["status"], t)
        elif kind == "status":
            be(lines[event["host"]], event["to"], event["since"])
        elif kind == "maintenance":
            lines[event["host"]].paint("maintenance", t, event["begins"])
        elif kind == "edit" and t <= TO:
            line = lines[event["host"]]
            line.name, line.customer, line.target = event["name"], event["customer"], event["sla_percent"]
            if event["action"] != "change":
                line.paint("absent", t, event["action"] == "delete")
                line.paint("was", t, "off")  # not checked yet, or no more
        elif kind == "monitor" and event["state"] == "stop":
            for line in lines.values():
                line.paint("off", t, True)
        elif kind == "monitor" and event["state"] in ("start", "late"):
            for line in lines.values():
                line.paint("off", event["since"], True, until=t)
                line.paint("off", t, False)
        elif kind == "outage":
            said[event["id"]] = event["cause"]

    rows = {}
    for host, line in lines.items():
        pieces = line.pieces()
        outages, longest = 0, 0
        for start, end, is_outage in line.episodes:
            a, b = within(start), within(end or TO)
            own = [piece for piece in pieces if a <= piece[0] < b]
            # What reaches out of the month is judged by all of it: in these histories it was the host itself.
            is_own = any(piece[2] == "down" for piece in own) or start < FROM or (end or TO) > TO
            was_upstream = any(piece[2] == "upstream" for piece in own)
            blamed = said.get(f"{host}-{start}")
            for piece in own if blamed else ():
                if piece[2] in ("down", "upstream", "blind", "maintenance"):
                    piece[2] = {"line": "down"}.get(blamed, blamed)
            # What was cut off with something else never reaches the threshold, but may have lasted as long.
            is_outage = is_outage or (not is_own and was_upstream and (end or TO) - start >= THRESHOLD)
            if a < b and is_outage and (blamed == "line" if blamed else is_own):
                outages += 1
                longest = max(longest, b - a)
        sums = {kind: sum(b - a for a, b, seen in pieces if seen == kind) for kind in KINDS}
        if sum(sums.values()) == 0:
            continue
        counted = sums["up"] + sums["down"]
        uptime = 100 * sums["up"] / counted if counted else None
        rows[host] = {"name": line.name, "customer": line.customer, "target": line.target, "uptime": uptime,
                      "outages": outages, "longest": longest, **sums}
    return rows


# ---- The comparison


def compared(web):
    report = web.get("/api/report?month=%04d-%02d" % MONTH).json()
    assert (report["from"], report["to"], report["timezone"]) == (FROM, TO, ZONE)
    expected = recomputed(web.data / "events")
    rows = {row["host"]: row for row in report["rows"]}
    assert set(rows) == set(expected)
    for host, want in expected.items():
        row = rows[host]
        got = {name: row[name] for name in want if name != "uptime"}
        assert (host, got) == (host, {name: value for name, value in want.items() if name != "uptime"})
        assert row["uptime"] == pytest.approx(want["uptime"], abs=2e-5)
        assert row["breach"] == (want["target"] is not None and want["uptime"] < want["target"])
    for customer in report["customers"]:
        own = [want for want in expected.values() if want["customer"] == customer["customer"]]
        assert customer["hosts"] == len(own)
        assert customer["longest"] == max(want["longest"] for want in own)
        for name in (*KINDS, "outages"):
            assert customer[name] == sum(want[name] for want in own), (customer["customer"], name)
    assert {customer["customer"] for customer in report["customers"]} == {
        want["customer"] for want in expected.values()} - {""}
    return rows


@pytest.fixture
def site(web):
    web.write_config({"access": {"anonymous": "admin"}, "timezone": ZONE})
    return web


def give(web, history):
    history.write(web.data / "events")
    for path in [web.data / "events", *(web.data / "events").iterdir()]:
        path.chmod(0o777)


@pytest.mark.parametrize("seed", range(4))
def test_a_report_has_the_sums_that_the_events_make(site, seed):
    give(site, scripted(seed))
    rows = compared(site)
    assert sum(rows[id_of(1)][kind] for kind in KINDS) == TO - FROM == 31 * DAY + 3600
    assert rows["new"]["up"] + rows["new"]["off"] == TO - FROM - 9 * DAY
    assert rows[id_of(15)]["customer"] == "Customer X"
    assert sum(row["outages"] for row in rows.values()) > 10


def test_a_report_follows_how_people_classify_an_outage(site):
    give(site, scripted(7))
    before = compared(site)
    outages = site.get(f"/api/outages?from={FROM}&to={TO}&blips=1").json()["outages"]
    assert len(outages) > 20
    for outage, cause in zip(outages[::2], ("power", "maintenance", "upstream", "line", "blind") * 9):
        assert site.send("PATCH", f"/api/outages/{outage['id']}", {"cause": cause}).status == 200
    after = compared(site)
    assert sum(row["power"] for row in before.values()) == 0
    assert sum(row["power"] for row in after.values()) > 0
    for outage in outages[::2]:
        assert site.send("PATCH", f"/api/outages/{outage['id']}", {"cause": None}).status == 200
    assert compared(site) == before


def test_a_report_as_a_table_has_the_same_figures(site):
    give(site, scripted(3))
    rows = compared(site)
    answer = site.get("/api/report?month=2026-10&format=csv")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    table = list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"), newline="")))
    assert {row["host"] for row in table} == set(rows)
    for row in table:
        assert {name: int(row[name]) for name in KINDS} == {name: rows[row["host"]][name] for name in KINDS}


def test_a_report_says_how_quick_a_host_was_and_what_it_lost(site):
    give(site, scripted(3))
    days = site.data / "history" / "86400"
    days.mkdir(parents=True)
    noon = FROM // DAY * DAY + 2 * DAY
    measured = [(noon, "[10,null]", '{"line01":100}', '{"line01":86400}'), (noon + DAY, "[30,null]", '{"line00":5}', "{}"),
                (FROM - 3 * DAY, "[999,999]", '{"line00":50}', "{}")]  # of the month before
    (days / "2026.jsonl").write_text(f'{{"t":{FROM - 3 * DAY},"hosts":["line00","line01"]}}\n' + "".join(
        f'{{"t":{t // DAY * DAY},"rtt_min":{rtt},"rtt_avg":{rtt},"rtt_max":{rtt},"loss":{loss},"down":{down},"neither":{{}}}}\n'
        for t, rtt, loss, down in sorted(measured)))
    rows = compared(site)
    # The day of loss weighs a little less: there were fewer answers.
    assert (rows["line00"]["rtt_avg"], rows["line00"]["loss"]) == (pytest.approx(20, abs=0.5), 2.5)
    assert (rows["line01"]["rtt_avg"], rows["line01"]["loss"]) == (None, 50)
    assert (rows["line02"]["rtt_avg"], rows["line02"]["loss"]) == (None, None)


def test_a_month_before_anything_was_watched_is_empty_and_another_word_is_none(site):
    give(site, scripted(3))
    report = site.get("/api/report?month=2020-02").json()
    assert (report["month"], report["rows"], report["customers"]) == ("2020-02", [], [])
    assert site.get("/api/report?month=2999-01").json()["rows"] == []
    assert site.get("/api/report").status == 200
    for wrong in ("month=2026", "month=2026-13", "month=x", "format=pdf"):
        assert site.get(f"/api/report?{wrong}").status == 422
