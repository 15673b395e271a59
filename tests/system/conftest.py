"""Fixtures of all system tests."""

import contextlib
import shutil

import pytest

import network
from certificates import Certificates
from daemon import folder_in_memory
from stack import Web


@pytest.fixture
def web():
    """The API where everybody on this machine is admin."""
    with Web(config={"access": {"anonymous": "admin"}}) as running:
        yield running


@pytest.fixture(name="folder")
def fixture_folder():
    with folder_in_memory() as made:
        yield made


@pytest.fixture(scope="module", name="module_folder")
def fixture_module_folder():
    """One for all tests of a file."""
    with folder_in_memory() as made:
        yield made


@pytest.fixture(scope="module", name="certificates")
def fixture_certificates(module_folder):
    return Certificates(module_folder / "certificates")


@pytest.fixture(name="net")
def fixture_net():
    """A network to break, which the test itself stands in."""
    with contextlib.closing(network.Network()) as made, made.here.entered():
        yield made


@pytest.fixture(name="data")
def fixture_data(module_folder, request):
    """A data folder to be, named after the test."""
    made = module_folder / f"{request.node.name[:60].replace('/', '-')}"
    yield made
    shutil.rmtree(made, ignore_errors=True)
