"""The documents are true: their links lead somewhere, and what the product has stands in them."""

import json
import re

import pytest

import plain_cgi
from daemon import TOP, Daemon, folder_in_memory, host, needs_pings

DOCUMENTS = [*sorted(TOP.glob("*.md")), *sorted(TOP.glob("docs/*.md"))]


def text_of(path):
    return (TOP / path).read_text(encoding="utf-8")


def missing_in(text, names):
    """Those of the names that do not stand in the text as code: `name`, or a word of it, as in `GET name`."""
    words = {word for code in re.findall(r"`([^`\n]+)`", text) for word in re.findall(r"[\w./]+", code)}
    words |= {word.rstrip("/") for word in words}
    return sorted(name for name in names if name not in words)


def anchors_of(path):
    """What GitHub makes of the headings."""
    headings = re.findall(r"^#+ (.+)$", text_of(path), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def members_of(content):
    """The names of an answer's members, at any depth."""
    if isinstance(content, list):
        return set().union(*(members_of(item) for item in content))
    if not isinstance(content, dict):
        return set()
    return set(content).union(*(members_of(value) for value in content.values()))


@pytest.fixture(name="installation", scope="module")
def fixture_installation():
    """What is left of an installation that has watched for a moment and was edited meanwhile."""
    with folder_in_memory() as folder:
        with Daemon(folder / "data", hosts=[host("A", "127.0.0.1")],
                    config={"interval": 1, "timeout": 0.4, "access": {"anonymous": "admin"}}) as daemon:
            daemon.start_and_watch()
            for settings in ({"check": "push"}, {"check": "http", "url": "http://127.0.0.1:1/"}):
                assert plain_cgi.ask(daemon, "POST", "/api/hosts", {"name": "B", **settings})[0] == 201
            assert plain_cgi.ask(daemon, "PATCH", "/api/config", {"title": "T"})[0] == 200
        yield daemon


def test_the_readme_is_read_in_a_minute():
    assert len(text_of("README.md").splitlines()) <= 150


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(TOP)))
def test_every_link_leads_to_a_file_and_a_heading(document):
    text = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"", text)
    for link in (markdown or html for markdown, html in links):
        if link.startswith(("https://", "http://")):
            continue
        name, _, anchor = link.partition("#")
        target = (document.parent / name).resolve() if name else document
        assert target.exists(), link
        assert not anchor or anchor in anchors_of(target), link


def test_every_document_is_reached_from_the_readme():
    readme = text_of("README.md")
    for document in DOCUMENTS:
        name = str(document.relative_to(TOP))
        assert name == "README.md" or f"]({name})" in readme


def test_every_room_of_the_code_is_on_the_map():
    rooms = [str(readme.parent.relative_to(TOP)) for top in ("store", "monitord", "cgi", "htdocs")
             for readme in TOP.glob(f"{top}/**/README.md")]
    assert rooms and not missing_in(text_of("docs/architecture.md"), rooms)


def test_every_route_is_in_the_list_of_the_api():
    routes = json.loads(text_of("htdocs/openapi.json"))["paths"]
    table = text_of("docs/api.md")
    named = [f"{method} {path}" for code in re.findall(r"`([A-Z ]+ /[^`]+)`", table)
             for *methods, path in [code.split()] for method in methods]
    missing = {f"{method.upper()} {path}" for path, operations in routes.items()
               for method in operations if method != "parameters"} - set(named)
    assert routes and not missing


@needs_pings
def test_every_setting_is_described(installation):
    config = plain_cgi.ask(installation, "GET", "/api/config")[1]
    formats = text_of("docs/formats.md")
    assert not missing_in(formats, members_of(config))

    described = formats + text_of("docs/checks.md")
    settings = json.loads(text_of("htdocs/openapi.json"))["components"]["schemas"]["HostSettings"]["properties"]
    assert not missing_in(described, settings)


@needs_pings
def test_every_member_of_hosts_json_and_every_file_is_described(installation):
    formats, checks = text_of("docs/formats.md"), text_of("docs/checks.md")
    published = json.loads((installation.data / "hosts.json").read_text())
    assert not missing_in(formats + checks, members_of(published["hosts"]))
    assert not missing_in(formats, [path.name for path in installation.data.iterdir()])
