"""What the tests of alerts share: hosts that fail in a network made for them, and servers that are notified."""

import contextlib
import json

from daemon import QUICK, Daemon, host
from until import until

# Quick, for each of them waits for an outage.
SOON = {**QUICK, "fail_threshold": 2, "digest_window": 0.3}
FIRST, SECOND = "10.66.9.1", "10.66.9.2"
TO = ["noc@example.net"]


def smtp(server, **settings):
    return {"host": "localhost", "port": server.port, "security": server.security, "from": "linewatch@example.net", "to": TO,
            **settings}


def watch(data, hosts, **config):
    return Daemon(data, hosts, {**SOON, **config})


def hosts_at(*addresses, **settings):
    return [host(f"line {number}", address, **settings) for number, address in enumerate(addresses, 1)]


def waiting(daemon):
    """The messages in the outbox."""
    found = []
    for path in sorted((daemon.data / "outbox").glob("*.json")):
        with contextlib.suppress(FileNotFoundError):  # delivered meanwhile
            found.append(json.loads(path.read_text()))
    return found


def results(daemon, channel):
    return [e["result"] for e in daemon.events("alert") if e["channel"] == channel]


def subjects(server):
    return [mail.message["Subject"] for mail in server.mails]


def until_mails(server, count, seconds=10):
    until(lambda: len(server.mails) >= count, seconds, lambda: f"{count} mails wanted, came: {subjects(server)}")
    return server.mails


def until_all_is_sent(daemon, seconds=1.5):
    """Waits until monitord has watched for so much longer, by its own account, and has nothing left to send: whatever was
    wrongly to be sent has come by then."""
    begin = daemon.until(lambda p: p["updated"])["updated"]
    daemon.until(lambda p: p["updated"] > begin + seconds, "it does not go on watching", seconds + 10)
    until(lambda: not waiting(daemon), 10, lambda: f"not delivered: {waiting(daemon)}")


def until_down(daemon, name="line 1"):
    return daemon.until_host(name, lambda h: h["status"] == "down")
