"""Waiting, with a deadline, for something to come true."""

import time


def until(condition, seconds=10, otherwise="the condition did not come true"):
    """Waits until the condition is true, and returns its value. `otherwise`, a text or a function that makes one, says
    what was waited for in vain."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, otherwise() if callable(otherwise) else otherwise
        time.sleep(0.005)
    return value
