"""What the tests of alerts share: lines that fail in a network made for them, and the servers that are told."""

import contextlib
import json
import shutil
import time

import pytest

import network
from certificates import Certificates
from daemon import QUICK, Daemon, folder_in_memory, host, until

WHY_NOT = network.why_not()
needs_network = pytest.mark.skipif(WHY_NOT is not None, reason=WHY_NOT or "")

# Quick, for each of them waits for an outage.
SOON = {**QUICK, "fail_threshold": 2, "digest_window": 0.3}
FIRST, SECOND = "10.66.9.1", "10.66.9.2"
TO = ["noc@example.net"]


@pytest.fixture(scope="module", name="folder")
def fixture_folder():
    with folder_in_memory() as made:
        yield made


@pytest.fixture(scope="module", name="certificates")
def fixture_certificates(folder):
    return Certificates(folder / "certificates")


@pytest.fixture(name="net")
def fixture_net():
    with contextlib.closing(network.Network()) as made, made.here.entered():
        yield made


@pytest.fixture(name="data")
def fixture_data(folder, request):
    made = folder / f"{request.node.name[:60].replace('/', '-')}"
    yield made
    shutil.rmtree(made, ignore_errors=True)


def smtp(server, **settings):
    return {"host": "localhost", "port": server.port, "security": server.security, "from": "linewatch@example.net", "to": TO,
            **settings}


def watch(data, hosts, **config):
    return Daemon(data, hosts, {**SOON, **config})


def lines(*addresses, **settings):
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


def quiet(seconds=1.5):
    """So long that whatever was wrongly to be sent would have come."""
    time.sleep(seconds)


def until_down(daemon, name="line 1"):
    return daemon.until_host(name, lambda h: h["status"] == "down")
