"""The options of compiler and linker, as they show in the programs."""

import subprocess

import pytest

from stack import BUILD


def readelf(what, program):
    return subprocess.run(["readelf", "--wide", what, BUILD / program], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("program", ["monitord", "api.fcgi"])
def test_a_program_is_moved_about_in_memory_sealed_after_its_start_and_guards_its_stack(program):
    assert "DYN (Position-Independent Executable" in readelf("--file-header", program)
    segments = readelf("--segments", program)
    assert "GNU_RELRO" in segments
    stack = next(line for line in segments.splitlines() if "GNU_STACK" in line)
    assert " RW " in stack and "E" not in stack.split("GNU_STACK")[1]
    dynamic = readelf("--dynamic", program)
    assert "BIND_NOW" in dynamic and "PIE" in dynamic
    symbols = readelf("--dyn-syms", program)
    assert "__stack_chk_fail" in symbols
    assert "_chk@" in symbols.replace("__stack_chk_fail", ""), "no function is fortified"
