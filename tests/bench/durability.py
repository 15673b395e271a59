#!/usr/bin/python3
"""What reaches the card in a day without any change, and for a change of status: an ext4 of its own, live in memory."""

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
import figures
import lists
from daemon import BUILD, folder_in_memory

TARGETS = {100: 4, 1000: 35}  # MB a day
BLOCKS = (1024, 4096)  # small disks and large ones
CHANGES = 100


@contextlib.contextmanager
def disk(block):
    """An empty ext4 and the file in which the kernel counts what reaches it."""
    with contextlib.ExitStack() as undo:
        folder = pathlib.Path(undo.enter_context(tempfile.TemporaryDirectory()))
        image, mounted = folder / "image", folder / "mounted"
        mounted.mkdir()
        with open(image, "wb") as file:
            file.truncate(512 << 20)
        at_once = "lazy_itable_init=0,lazy_journal_init=0"
        subprocess.run(["mkfs.ext4", "-q", "-F", "-b", str(block), "-E", at_once, image], check=True)
        device = subprocess.check_output(["losetup", "--find", "--show", image], text=True).strip()
        undo.callback(subprocess.run, ["losetup", "--detach", device], check=True)
        subprocess.run(["mount", "-o", "noatime", device, mounted], check=True)
        undo.callback(subprocess.run, ["umount", mounted], check=True)
        yield mounted, pathlib.Path("/sys/block", os.path.basename(device), "stat")


def measure(count, block):
    """Bytes that a day's history takes, and its checkpoints, and each change of status; files and folders are made."""
    with disk(block) as (mounted, counter), folder_in_memory() as live:
        data = mounted / "data"
        data.mkdir()
        hosts = lists.hosts(["127.0.0.1"] * count)
        (data / "hosts.json").write_text(json.dumps({"format": 1, "updated": time.time(), "hosts": hosts}))

        def written(what):
            before = int(counter.read_text().split()[6])
            subprocess.run([BUILD / "tests" / "quiet_day", what, data, live], check=True)
            return (int(counter.read_text().split()[6]) - before) * 512

        subprocess.run(["sync", "-f", data], check=True)
        return written("history"), written("checkpoints"), written("changes") / CHANGES


def main():
    if os.geteuid() != 0:
        print("What reaches the card was not measured: only root can mount a disk")
        return
    for count, target in TARGETS.items():
        for block in BLOCKS:
            figures.heading(f"{count} hosts, 10 s, nothing changing, blocks of {block}")
            history, checkpoints, change = measure(count, block)
            figures.show("history", [history / 1e6], "MB a day")
            figures.show("checkpoints", [checkpoints / 1e6], "MB a day")
            # Of blocks of 4 KiB, five for each durable step are more than that already, whatever is in it.
            figures.show("in all", [(history + checkpoints) / 1e6], "MB a day", target if block == BLOCKS[0] else None)
            figures.show("a change of status", [change], "bytes")


main()
