"""Says what was measured: the median of the rounds with its spread, and how it stands to its target."""

import os
import statistics


def heading(text):
    load = os.getloadavg()[0]
    print(f"\n{text} ({os.cpu_count()} cores, load {load:.1f})", flush=True)


def show(name, rounds, unit, target=None):
    """One line; `target` is the most that the median should be. Nothing fails here: machines differ."""
    median = statistics.median(rounds)
    line = f"  {name:46} {median:9.3f} {unit}"
    if len(rounds) > 1:
        line += f" ({min(rounds):.3f}..{max(rounds):.3f})"
    if target is not None:
        line += f"  target {target:g}: {'holds' if median <= target else 'MISSED'}"
    print(line, flush=True)


def percentile(values, percent):
    ordered = sorted(values)
    return ordered[(len(ordered) - 1) * percent // 100]
