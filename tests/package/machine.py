"""A Debian of its own that boots with systemd, without a network, for the package to be installed in.

Everything is kept below the folder MACHINES (build/machines): a minimal system of each release, one with what a build
needs, and the package as it was built there, so that only the first run is slow. As root.
"""

import contextlib
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
BUILD = TOP / os.environ.get("BUILD", "build")
MACHINES = pathlib.Path(os.environ.get("MACHINES") or BUILD / "machines").resolve()
PORT = 8000
# What the package is built from.
SOURCES = ("CHANGELOG.md", "Makefile", "README.md", "SECURITY.md", "cgi", "debian", "docs", "htdocs", "lighttpd", "man",
           "monitord", "store", "systemd")


def run(*command, timeout=600, check=True, **how):
    """The output of a command, with what it said when it failed."""
    ran = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=timeout,
                         check=False, **how)
    assert not check or ran.returncode == 0, f"{command}: {ran.returncode}\n{ran.stdout[-4000:]}{ran.stderr[-4000:]}"
    return ran


def until(condition, seconds=20, otherwise="it did not happen"):
    """Waits until the condition is true; returns its value."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, otherwise() if callable(otherwise) else otherwise
        time.sleep(0.1)
    return value


def in_root(root, script, timeout=3600):
    """Runs a script of the shell in a system that is not booted, with this machine's network."""
    for name in ("resolv.conf", "hosts"):
        shutil.copy(f"/etc/{name}", root / "etc" / name)
    # With processes of its own, so that none is left, and no mount either.
    enter = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"'
    return run("unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", enter, root, "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "CCACHE_DIR=/build/ccache",
               "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C.UTF-8", "sh", "-ec", script, timeout=timeout)


def archives():
    """Where this machine gets its Debian from: addresses by label."""
    told = run("apt-get", "indextargets", "--format", "$(LABEL)|$(REPO_URI)", "Created-By: Packages").stdout
    return dict(line.split("|", 1) for line in told.splitlines())


def base(release):
    """A minimal system with systemd."""
    root = MACHINES / release
    if not (root / ".complete").exists():
        shutil.rmtree(root, ignore_errors=True)
        run("debootstrap", "--variant=minbase", "--include=systemd,systemd-sysv,dbus,ca-certificates,procps", release,
            root, archives()["Debian"], timeout=1800)
        sources = f"deb {archives()['Debian']} {release} main\ndeb {archives()['Debian']} {release}-updates main\n"
        if security := archives().get("Debian-Security"):
            sources += f"deb {security} {release}-security main\n"
        (root / "etc/apt/sources.list").write_text(sources)
        in_root(root, "apt-get -qq update && apt-get -qq -y upgrade")
        (root / ".complete").touch()
    return root


def fingerprint():
    """Of all that the package is built from."""
    digest = hashlib.sha256()
    for path in sorted(path for part in SOURCES for path in ([TOP / part] if (TOP / part).is_file()
                                                             else (TOP / part).rglob("*")) if path.is_file()):
        digest.update(f"{path.relative_to(TOP)} {path.stat().st_mode}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def builder(release):
    """A system to build in; what the Makefile installs there stays."""
    root = MACHINES / f"{release}-build"
    if not (root / ".complete").exists():
        shutil.rmtree(root, ignore_errors=True)
        run("cp", "-a", base(release), root)
        (root / "usr/sbin/policy-rc.d").write_text("#!/bin/sh\nexit 101\n")
        (root / "usr/sbin/policy-rc.d").chmod(0o755)
        in_root(root, "apt-get install -qq -y --no-install-recommends make ccache")
        (root / ".complete").touch()
    return root


def package(release):
    """The .deb, built by `make deb` in that release, lintian included."""
    kept = MACHINES / f"{release}-{fingerprint()}"
    if not list(kept.glob("*.deb")):
        source = builder(release) / "build/linewatch"
        shutil.rmtree(source, ignore_errors=True)
        source.mkdir(parents=True)
        for part in SOURCES:
            run("cp", "-a", TOP / part, source)
        in_root(builder(release), "make -C /build/linewatch deb CXX='ccache g++'")
        for old in MACHINES.glob(f"{release}-{'[0-9a-f]' * 16}"):
            shutil.rmtree(old)
        kept.mkdir()
        for deb in (source / "build").glob("linewatch_*.deb"):
            shutil.copy(deb, kept)
    return next(kept.glob("*.deb"))


class Machine:
    """Use it in a `with`: it is booted in it, and gone after it. The package lies in it as /linewatch.deb."""

    def __init__(self, release):
        self.release = release
        self.root = MACHINES / f"{release}-machine"
        self.process = None
        self.leader = None

    def __enter__(self):
        shutil.rmtree(self.root, ignore_errors=True)
        deb = package(self.release)
        run("cp", "-a", base(self.release), self.root)
        shutil.copy(deb, self.root / "linewatch.deb")
        # What it depends on, fetched ahead: the machine has no network.
        in_root(self.root, "apt-get install -qq -y --no-install-recommends --download-only /linewatch.deb")
        self.boot()
        return self

    def __exit__(self, *_):
        self.power_off()
        shutil.rmtree(self.root, ignore_errors=True)

    def boot(self):
        command = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--private-network", "--console=pipe",
                   "--directory", str(self.root), "--boot"]
        with open(MACHINES / f"{self.release}.console", "wb") as console:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=console, stderr=console,
                                            env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"})
        self.leader = until(self._init, 30, "no process 1")
        until(lambda: self.run("systemctl", "is-system-running", check=False).stdout.strip() in ("running", "degraded"),
              60, "systemd has not come up")

    def _init(self):
        """The machine's process 1, as it is numbered here."""
        assert self.process.poll() is None, (MACHINES / f"{self.release}.console").read_text(errors="replace")
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for child in children:
            with contextlib.suppress(OSError):
                if pathlib.Path(f"/proc/{child}/comm").read_text().strip() == "systemd":
                    return child
        return None

    def power_off(self):
        if not self.process:
            return
        with contextlib.suppress(AssertionError):
            self.run("systemctl", "--no-block", "poweroff")
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
        self.process = None

    def run(self, *command, **how):
        """Runs a command as root in the machine."""
        return run("nsenter", "--target", self.leader, "--all", "env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
                   "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive", *command, **how)

    def shell(self, script, **how):
        return self.run("sh", "-ec", script, **how).stdout

    def show(self, unit, what):
        return self.run("systemctl", "show", "--value", "--property", what, unit).stdout.strip()

    def curl(self, path, *options, user=None, scheme="http", port=PORT):
        """Status and text of an answer, asked for over the machine's own loopback."""
        login = ["--config", "-"] if user else []
        ran = run("nsenter", "--target", self.leader, "--net", "curl", "--silent", "--max-time", "20",
                  "--write-out", "\n%{http_code}", *login, *options, f"{scheme}://127.0.0.1:{port}{path}", check=False,
                  input=f'user = "{user}"\n' if user else None)
        body, _, status = ran.stdout.rpartition("\n")
        return int(status or 0), body

    def json(self, path, method="GET", content=None, **how):
        options = ["--request", method]
        if content is not None:
            options += ["--header", "Content-Type: application/json", "--data", json.dumps(content)]
        status, body = self.curl(path, *options, **how)
        return status, json.loads(body) if body.startswith(("{", "[")) else body

    def files(self):
        """Every file of the system, but for what changes by itself."""
        listed = self.shell("find / -xdev -path /proc -prune -o -path /sys -prune -o -path /run -prune -o -path /tmp -prune "
                            "-o -path /var/cache -prune -o -path /var/log -prune -o -path /var/lib/apt -prune -o -print")
        return set(listed.splitlines())
