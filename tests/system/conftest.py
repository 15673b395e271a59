"""Fixtures of all system tests."""

import pytest

from stack import Web


@pytest.fixture
def web():
    """The API where everybody on this machine is admin."""
    with Web(config={"access": {"anonymous": "admin"}}) as running:
        yield running
