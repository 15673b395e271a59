#!/usr/bin/python3
"""Builds everything for the Raspberry Pi's processors, in their own Debian under qemu, and runs the unit tests there.

As root, and slow: an hour for each on two cores. Arguments: the architectures, arm64 and armhf without any.
"""

import pathlib
import shutil
import subprocess
import sys
import time

from machine import MACHINES, TOP, archives, in_root, run

RELEASE = "trixie"
EMULATORS = {"arm64": "qemu-aarch64", "armhf": "qemu-arm"}
SOURCES = ("Makefile", "cgi", "htdocs", "lighttpd", "monitord", "store", "systemd")


def prepare_emulator(architecture):
    """The kernel starts programs of the architecture by qemu from now on, also in a chroot."""
    if not pathlib.Path("/proc/sys/fs/binfmt_misc/register").exists():
        run("mount", "-t", "binfmt_misc", "binfmt_misc", "/proc/sys/fs/binfmt_misc")
    run("update-binfmts", "--enable", EMULATORS[architecture])


def system(architecture):
    root = MACHINES / f"{RELEASE}-{architecture}"
    if not (root / ".complete").exists():
        shutil.rmtree(root, ignore_errors=True)
        run("debootstrap", "--variant=minbase", f"--arch={architecture}", RELEASE, root, archives()["Debian"], timeout=3600)
        in_root(root, "apt-get -qq update && apt-get install -qq -y --no-install-recommends make ccache catch2")
        (root / ".complete").touch()
    return root


def prove(architecture):
    prepare_emulator(architecture)
    root = system(architecture)
    source = root / "build/linewatch"
    shutil.rmtree(source, ignore_errors=True)
    (source / "tests").mkdir(parents=True)
    for part in SOURCES:
        run("cp", "-a", TOP / part, source)
    for path in [*TOP.glob("tests/*.cc"), *TOP.glob("tests/*.h"), *TOP.glob("tests/data")]:
        run("cp", "-a", path, source / "tests")
    begin = time.monotonic()
    in_root(root, "cd /build/linewatch && make build-packages && make -j2 CXX='ccache g++' CXXFLAGS=-O1 all unit", timeout=14400)
    built = time.monotonic()
    print(f"{architecture}: {in_root(root, '/build/linewatch/build/monitord --version').stdout.strip()} built in "
          f"{built - begin:.0f} s", flush=True)
    tests = subprocess.run(["chroot", root, "sh", "-c", "cd /build/linewatch && build/tests/unit"], check=False,
                           timeout=7200)
    print(f"{architecture}: unit tests ended with status {tests.returncode} after {time.monotonic() - built:.0f} s", flush=True)
    return tests.returncode == 0


if __name__ == "__main__":
    results = [prove(architecture) for architecture in sys.argv[1:] or EMULATORS]
    sys.exit(0 if all(results) else 1)
