"""The report of a month by mail: once, whatever is killed and however long the mail server is away."""

import datetime
import json

import pytest

from daemon import Daemon, folder_in_memory, host, needs_pings
from mail_server import MailServer
from outage import SOON, results, smtp, subjects, until_all_is_sent, until_mails, waiting
from until import until

pytestmark = needs_pings

DAY = 86400


def last_month():
    """Its beginning, its end and its name, by UTC."""
    now = datetime.datetime.now(datetime.timezone.utc)
    end = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    begin = (end - datetime.timedelta(days=1)).replace(day=1)
    return int(begin.timestamp()), int(end.timestamp()), begin.strftime("%B %Y"), begin.strftime("%Y-%m")


@pytest.fixture
def data():
    """A folder with the events of last month: one host of two was down for a day."""
    begin, end, _, name = last_month()
    with folder_in_memory() as made:
        events = made / "data" / "events"
        events.mkdir(parents=True)
        hosts = [{"id": i, "name": f"Line {i}", "customer": "Acme", "sla_percent": 99.5, "status": "up", "since": begin,
                  "reason": "", "outage": False, "in_maintenance": False} for i in ("a", "b")]
        out = begin + 5 * DAY
        written = [{"type": "hosts", "t": begin, "hosts": hosts}]
        for before, to, since, after in (("up", "failing", out, 1), ("failing", "down", out, 90),
                                         ("down", "up", out + DAY, 1)):
            written.append({"type": "status", "t": since + after, "host": "a", "name": "Line a", "from": before, "to": to,
                            "since": since, "reason": "no answer within 1 s"})
        written.append({"type": "monitor", "t": end - 1, "state": "stop", "since": end - 1})
        (events / f"{name}.jsonl").write_text(
            "".join(json.dumps(event, separators=(",", ":")) + "\n" for event in written))
        yield made / "data"


def reporting(data, server, **config):
    hosts = [{**host("Line a", "127.0.0.2"), "id": "a"}, {**host("Line b", "127.0.0.3"), "id": "b"}]
    return Daemon(data, hosts, {**SOON, "smtp": {**smtp(server), "to": []}, "timezone": "UTC",
                                "report_to": ["boss@example.net"], **config})


def test_the_report_of_last_month_comes_once_and_says_who_was_below_target(data):
    with MailServer() as server, reporting(data, server).start_and_watch() as daemon:
        mail, = until_mails(server, 1, 20)
        month, name = last_month()[2:]
        assert mail.message["Subject"] == f"Report {month}: 1 host of 2 below target"
        assert mail.recipients == ["boss@example.net"]
        assert "Line a (Acme): 9" in mail.text() and "1 outage, down 1 d\r\n" in mail.text()
        assert "Line a" in mail.text("html") and "Line b" not in mail.text("html")
        table, = mail.message.iter_attachments()
        assert table.get_filename() == f"linewatch-report-{name}.csv"
        rows = table.get_content().lstrip("\ufeff").splitlines()
        assert rows[0].startswith("host,name,customer,uptime") and rows[1].startswith("a,Line a,Acme,9")
        until(lambda: "sent" in results(daemon, "smtp"))
        daemon.stop()
        daemon.start_and_watch()
        until_all_is_sent(daemon, 8)  # it is seen to twice
        daemon.kill()
        daemon.start_and_watch()
        until_all_is_sent(daemon, 8)
        assert len(server.mails) == 1


def test_a_report_outlives_a_mail_server_that_is_away_and_a_monitord_that_is_killed(data):
    with MailServer() as server:
        server.stop()
        with reporting(data, server).start_and_watch() as daemon:
            until(lambda: waiting(daemon), 20)
            daemon.kill()
            daemon.start_and_watch()
            assert len(waiting(daemon)) == 1
            server.start()
            until_mails(server, 1, 30)
            until_all_is_sent(daemon, 7)
            assert len(subjects(server)) == 1


def test_nobody_who_has_not_asked_for_it_gets_a_report(data):
    with MailServer() as server, reporting(data, server, report_to=[]).start_and_watch() as daemon:
        until_all_is_sent(daemon, 8)
        assert server.mails == [] and waiting(daemon) == []
