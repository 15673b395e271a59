"""The steps of the container image, by the script that the Dockerfile runs, in a chroot in the place of an engine."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess

import pytest

from machine import MACHINES, TOP, base, builder, in_root, run, until

RELEASE = "trixie"
OWNER = "900"


class Container:
    """The image as its engine would run it: its user, no capability, a network of its own that lets it ping."""

    def __init__(self, root):
        self.root = root
        inside = ('sysctl -qw net.ipv4.ping_group_range="0 2147483647" && ip link set lo up && mount -t proc proc "$0/proc" '
                  '&& exec chroot "$0" setpriv --reuid=900 --regid=900 --clear-groups --bounding-set=-all --inh-caps=-all '
                  '--no-new-privs env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin /usr/lib/linewatch/start')
        with open(MACHINES / "image.log", "wb") as log:
            self.process = subprocess.Popen(["unshare", "--net", "--mount", "sh", "-c", inside, str(root)],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def inside(self, *command, **how):
        """Runs a command as `docker exec` does, with the environment of the image."""
        return run("nsenter", "--target", self.process.pid, "--net", "--mount", "chroot", self.root, "setpriv",
                   f"--reuid={OWNER}", f"--regid={OWNER}", "--clear-groups", "env", "-i",
                   "PATH=/usr/sbin:/usr/bin:/sbin:/bin", *environment(), *command, **how)

    def curl(self, *arguments):
        return run("nsenter", "--target", self.process.pid, "--net", "curl", "--silent", "--max-time", "10", *arguments,
                   check=False).stdout

    def log(self):
        return (MACHINES / "image.log").read_text(errors="replace")

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


def environment():
    """What the Dockerfile's ENV says."""
    line = next(line for line in (TOP / "docker/Dockerfile").read_text().splitlines() if line.startswith("ENV "))
    return line.split()[1:]


@pytest.fixture(scope="module")
def image():
    tools = builder(RELEASE)
    source = tools / "build/image-source"
    shutil.rmtree(source, ignore_errors=True)
    shutil.rmtree(tools / "image", ignore_errors=True)
    source.mkdir(parents=True)
    for part in copied_sources():
        run("cp", "-a", TOP / part, source)
    in_root(tools, "cd /build/image-source && CXX='ccache g++' docker/install.sh build /image")
    root = MACHINES / "image"
    shutil.rmtree(root, ignore_errors=True)
    run("cp", "-a", base(RELEASE), root)
    run("cp", "-a", f"{tools}/image/.", root)
    shutil.copy(TOP / "docker/install.sh", root / "tmp/install.sh")
    in_root(root, "/tmp/install.sh run")
    yield root
    shutil.rmtree(root, ignore_errors=True)


def copied_sources():
    """What the Dockerfile copies from the sources into the stage that builds."""
    text = (TOP / "docker/Dockerfile").read_text().split("FROM ")[1]
    return [line.split()[1] for line in text.splitlines() if line.startswith("COPY ")]


def test_the_image_runs_watches_and_takes_an_admin(image):
    container = Container(image)
    try:
        until(lambda: "Linewatch is at" in container.log(), 60, container.log)
        until(lambda: container.inside("/usr/lib/linewatch/healthy", check=False).returncode == 0, 60, container.log)
        container.inside("linewatch-passwd", "add", "alice", "admin", input="correct horse\n")
        assert "Add host" in container.curl("http://127.0.0.1:8000/")
        added = container.curl("--user", "alice:correct horse", "--json", '{"name": "Line", "ip": "127.0.0.2"}',
                               "http://127.0.0.1:8000/api/hosts")
        assert '"id"' in added
        until(lambda: '"up":2' in container.curl("http://127.0.0.1:8000/api/summary").replace(" ", ""), 20, container.log)
        until(lambda: "POST /api/hosts" in container.log(), 20, container.log)  # lighttpd writes it by and by
    finally:
        container.stop()
    assert container.process.returncode == 0


def test_a_new_container_finds_everything_on_the_volume(image):
    container = Container(image)
    try:
        until(lambda: "Linewatch is at" in container.log(), 60, container.log)
        assert '"Line"' in container.curl("http://127.0.0.1:8000/api/hosts")
        assert '"admin"' in container.curl("--user", "alice:correct horse", "http://127.0.0.1:8000/api/me")
    finally:
        container.stop()


def test_nothing_in_the_container_has_a_right_or_writes_outside_the_volume(image):
    container = Container(image)
    try:
        until(lambda: "Linewatch is at" in container.log(), 60, container.log)
        seen = set()
        for pid in run("pgrep", "--uid", OWNER).stdout.split():
            with contextlib.suppress(FileNotFoundError):  # one that has just ended
                if os.readlink(f"/proc/{pid}/root") != str(image):
                    continue
                status = pathlib.Path(f"/proc/{pid}/status").read_text()
                assert "CapBnd:\t0000000000000000" in status and "NoNewPrivs:\t1" in status
                seen.add(pathlib.Path(f"/proc/{pid}/comm").read_text().strip())
        assert {"monitord", "lighttpd", "api.fcgi"} <= seen
        written = run("find", image, "-xdev", "-newer", MACHINES / "image.log", "-type", "f", "-not", "-path",
                      f"{image}/data/*", "-not", "-path", f"{image}/run/linewatch/*").stdout.split()
        assert [os.path.relpath(path, image) for path in written if "/proc/" not in path] == []
    finally:
        container.stop()
