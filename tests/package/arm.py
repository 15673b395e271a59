#!/usr/bin/python3
"""Builds everything for the Raspberry Pi's processors with Debian's cross compilers, and runs the unit tests under qemu.

As root. Arguments: the architectures, arm64 and armhf without any. The compiler is not emulated, as what it makes is:
that would take hours for the same code.
"""

import pathlib
import shutil
import subprocess
import sys
import time

from machine import MACHINES, TOP, archives, in_root, run

RELEASE = "trixie"
# As GNU and qemu call them.
COMPILERS = {"arm64": "aarch64-linux-gnu-g++", "armhf": "arm-linux-gnueabihf-g++"}
EMULATORS = {"arm64": "qemu-aarch64", "armhf": "qemu-arm"}
SOURCES = ("Makefile", "cgi", "htdocs", "lighttpd", "monitord", "store", "systemd")
TESTS_LIMIT = 1800  # seconds


def prepare_emulator(architecture):
    """The kernel starts programs of the architecture by qemu from now on, also in a chroot."""
    if not pathlib.Path("/proc/sys/fs/binfmt_misc/register").exists():
        run("mount", "-t", "binfmt_misc", "binfmt_misc", "/proc/sys/fs/binfmt_misc")
    run("update-binfmts", "--enable", EMULATORS[architecture])


def libraries(architecture):
    """What the Makefile would install, for the other processor; the compiler is this one's."""
    listed = run("make", "-s", "-C", TOP, "--eval", "listed: ; @echo $(BUILD_PACKAGES) $(UNIT_PACKAGES)", "listed")
    # These are none of a processor, and what catch2 stands for is.
    of_none = {"g++": "", "rapidjson-dev": "rapidjson-dev", "catch2": f"libcatch2-dev:{architecture}"}
    return " ".join(of_none.get(package, f"{package}:{architecture}") for package in listed.stdout.split())


def system(architecture):
    """A system of this machine's processor, with the compiler for the other and libraries of that one."""
    root = MACHINES / f"{RELEASE}-{architecture}"
    if not (root / ".complete").exists():
        shutil.rmtree(root, ignore_errors=True)
        # The release alone, without what came after it: libraries of both processors have to be of one version.
        run("debootstrap", "--variant=minbase", RELEASE, root, archives()["Debian"], timeout=1800)
        compiler = COMPILERS[architecture].removesuffix("-g++")
        in_root(root, f"dpkg --add-architecture {architecture} && apt-get -qq update && "
                      f"apt-get install -qq -y --no-install-recommends make ccache g++-{compiler}")
        (root / ".complete").touch()
    in_root(root, f"apt-get install -qq -y --no-install-recommends {libraries(architecture)}")
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
    in_root(root, f"make -C /build/linewatch -j2 CXX='ccache {COMPILERS[architecture]}' all unit")
    built = time.monotonic()
    print(f"{architecture}: {in_root(root, '/build/linewatch/build/monitord --version').stdout.strip()} built in "
          f"{built - begin:.0f} s", flush=True)
    tests = subprocess.run(["chroot", root, "sh", "-c", "cd /build/linewatch && build/tests/unit"], check=False,
                           timeout=TESTS_LIMIT)
    print(f"{architecture}: unit tests ended with status {tests.returncode} after {time.monotonic() - built:.0f} s",
          flush=True)
    return tests.returncode == 0


if __name__ == "__main__":
    results = [prove(architecture) for architecture in sys.argv[1:] or EMULATORS]
    sys.exit(0 if all(results) else 1)
