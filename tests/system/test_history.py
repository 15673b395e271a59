"""What is left of an outage and of every measurement: asked through the API, after kills and restarts, too."""

import json
import time

import plain_cgi
import network
from daemon import Daemon, folder_in_memory, host
# pylint: disable=unused-import
from outage import FIRST, SECOND, SOON, hosts_at, until_down

OPEN_HOUSE = {**SOON, "access": {"anonymous": "admin"}}


def ask(daemon, method, path, content=None):
    status, answer = plain_cgi.ask(daemon, method, path, content)
    assert status == 200, (status, answer)
    return answer


def outages(daemon):
    return ask(daemon, "GET", "/api/outages?blips=1")["outages"]


def history_lines(daemon):
    return [json.loads(line) for file in sorted((daemon.data / "history" / "300").glob("*.jsonl"))
            for line in file.read_text().splitlines()]


@network.needs_network
def test_an_outage_is_listed_from_its_first_failed_check_to_its_first_good_one(net, data):
    with Daemon(data, hosts_at(FIRST, SECOND), OPEN_HOUSE).start_and_watch() as daemon:
        cut = time.time()
        net.make("silent", FIRST)
        until_down(daemon)
        [going_on] = outages(daemon)
        assert going_on["name"] == "line 1"
        assert cut - 0.1 <= going_on["start"] <= cut + SOON["interval"] + 0.5
        assert going_on["end"] is None
        assert going_on["reason"] == daemon.host("line 1")["reason"]

        # Neither a kill nor another start ends it, or makes two of it.
        daemon.kill()
        daemon.start_and_watch()
        assert [o["id"] for o in outages(daemon)] == [going_on["id"]]
        net.restore("silent", FIRST)
        restored = time.time()
        daemon.until_host("line 1", lambda h: h["status"] == "up")
        [over] = outages(daemon)
        assert (over["id"], over["start"], over["blip"]) == (going_on["id"], going_on["start"], False)
        assert restored - 0.1 <= over["end"] <= restored + SOON["interval"] + 0.5
        assert abs(over["seconds"] - (over["end"] - over["start"])) < 0.01

        said = ask(daemon, "PATCH", f"/api/outages/{over['id']}", {"cause": "power", "note": "fuse"})
        assert (said["cause"], said["measured"]) == ("power", "line")
        month = ask(daemon, "GET", "/api/report")["rows"]
        row = next(row for row in month if row["name"] == "line 1")
        assert row["down"] == 0 and row["outages"] == 0
        assert abs(row["power"] - over["seconds"]) < 1
        daemon.kill()
        assert [o["note"] for o in outages(daemon)] == ["fuse"]
        assert ask(daemon, "PATCH", f"/api/outages/{over['id']}", {"cause": None})["cause"] == "line"


@network.needs_network
def test_what_was_measured_is_in_the_history_when_monitord_has_stopped(net, data):
    with Daemon(data, [*hosts_at(FIRST), {**host("near", "127.0.0.1"), "id": "near"}], OPEN_HOUSE) as daemon:
        net.make("silent", FIRST)
        daemon.start_and_watch()
        until_down(daemon)
        status, _ = daemon.stop()
        assert status == 0
        steps = [line for line in history_lines(daemon) if "rtt_avg" in line]
        assert len(steps) in (1, 2)  # a step may have ended meanwhile
        rtt = steps[-1]["rtt_avg"]
        assert sorted(value is None for value in rtt) == [False, True]
        [silent] = [name for name, loss in steps[-1]["loss"].items() if loss == 100]
        assert 1 <= steps[-1]["down"][silent] <= 60

        daemon.start_and_watch()
        near = ask(daemon, "GET", "/api/hosts/near/history?range=24h")
        assert near["points"][-1]["rtt_avg"] is not None
        assert near["points"][-1]["up"] > 0
        assert near["uptime"]["24h"] == 100
        assert ask(daemon, "GET", f"/api/hosts/{silent}/history?range=1y")["points"][-1]["down"] >= 1


def test_the_events_of_a_month_begin_with_what_is_known_of_every_host():
    with folder_in_memory() as folder, Daemon(folder / "month", [{**host("near", "127.0.0.1"), "customer": "Bank"}]) as daemon:
        for _ in range(2):
            daemon.start_and_watch()
            daemon.stop()
        [snapshot] = daemon.events("hosts")
        assert [(h["name"], h["customer"]) for h in snapshot["hosts"]] == [("near", "Bank")]
