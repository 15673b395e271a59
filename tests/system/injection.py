"""strace as the one who kills a program at a chosen system call, or makes the call fail."""

import shutil
import subprocess

import pytest


def tracing_works():
    return shutil.which("strace") is not None and subprocess.run(["strace", "-qq", "-o", "/dev/null", "true"],
                                                                capture_output=True).returncode == 0


needs_strace = pytest.mark.skipif(not tracing_works(), reason="needs strace, and the right to use it")


def injection(call, number, what):
    """Options of strace: `what` happens at the call of this number among those of its name, within one thread."""
    return ["-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:{what}:when={number}"]
