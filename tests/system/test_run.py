"""What `make run` serves, by the script behind it, to those who come over the network."""

import contextlib
import os
import signal
import subprocess

import pytest

from daemon import BUILD, TOP, folder_in_memory
from network import Namespace, needs_network
from until import until

ADDRESS = "10.77.0.1"  # of the namespace's own loopback: asked by it, lighttpd sees somebody from the network

pytestmark = needs_network


def status_of(place, address, size):
    """The status that an import of so many bytes is answered by."""
    asked = subprocess.run([*place.launcher(), "curl", "--silent", "--max-time", "20", "--output", "/dev/null",
                            "--write-out", "%{http_code}", "--header", "Content-Type: text/csv", "--header", "Expect:",
                            "--data-binary", "@-", f"http://{address}:8000/api/hosts/import"],
                           input=b"\n" * size, capture_output=True, check=False)
    return int(asked.stdout)


@pytest.fixture(name="place")
def fixture_place():
    with folder_in_memory() as folder, contextlib.closing(Namespace()) as made:
        made.ip("address", "add", f"{ADDRESS}/32", "dev", "lo")
        environment = {**os.environ, "DATA": str(folder / "data"), "BIND": "0.0.0.0", "MONITOR": "0", "BUILD": str(BUILD)}
        script = subprocess.Popen([*made.launcher(), TOP / "lighttpd" / "run.sh"], env=environment,
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        try:
            until(lambda: b"Linewatch is at" in script.stdout.readline(), 30)
            yield made
        finally:
            script.send_signal(signal.SIGTERM)
            script.wait(30)


def test_only_who_is_on_the_machine_itself_makes_lighttpd_collect_much(place):
    assert status_of(place, "127.0.0.1", 100_000) == 200
    assert status_of(place, ADDRESS, 1000) == 403
    assert status_of(place, ADDRESS, 100_000) == 413
