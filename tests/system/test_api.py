"""The API through lighttpd, and as plain CGI: what a client sees, whatever is sent and whatever breaks."""

import base64
import concurrent.futures
import contextlib
import errno
import fcntl
import gzip
import json
import os
import re
import signal
import socket
import subprocess
import time

import pytest

from stack import API, AS_ROOT, PASSWORD, TOP, Web
from until import until

OPENAPI = json.loads((TOP / "htdocs" / "openapi.json").read_text())
METHODS = ("get", "post", "put", "patch", "delete")
ROLES = {"viewer": "vera", "operator": "otto", "admin": "ada"}
RANK = {"viewer": 0, "operator": 1, "admin": 2}
SERVER_A = {"name": "Server A", "ip": "192.0.2.1"}
GZIP = {"Accept-Encoding": "gzip"}


def resolved(part):
    return OPENAPI["components"]["responses"][part["$ref"].rsplit("/", 1)[1]] if "$ref" in part else part


def operations():
    """Every operation of openapi.json: its path, its method, what is said of it."""
    return [pytest.param(path, method, item[method], id=f"{method.upper()} {path}")
            for path, item in OPENAPI["paths"].items() for method in METHODS if method in item]


def at(path, host):
    return path.replace("{id}", host).replace("{token}", "a" * 24).replace("{sign}", "start").replace(
        "{outage}", f"{host}-1764000000")


def harmless(path, method, host):
    """A request that any role may send without anything being changed by it: its content or its If-Match is wrong."""
    if path.endswith("/acknowledge"):
        return method.upper(), at(path, host), None, {"If-Match": '"77"'}
    content = {"post": [], "put": [], "patch": {"maintenance": 7}}.get(method) if not path.endswith("/check") else None
    return method.upper(), at(path, host), content, {"If-Match": '"77"'} if method != "get" else {}


def is_problem(answer, status):
    """Whether it is an error of ours, and says so in all ways."""
    problem = answer.json()
    return (answer.status == status == problem["status"] and problem["title"] and problem["detail"] and
            answer.headers["Content-Type"] == "application/problem+json")


# ---- openapi.json


@pytest.mark.parametrize("path", OPENAPI["paths"])
def test_a_path_takes_the_methods_of_openapi_and_no_other(web, path):
    host = web.add(**SERVER_A)
    described = {method.upper() for method in METHODS if method in OPENAPI["paths"][path]}
    allowed = described | ({"HEAD"} if "GET" in described else set())
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"):
        content = None if method in ("GET", "HEAD") else []
        answer = web.send(method, at(path, host if method != "DELETE" else "nobody"), content)
        if method in allowed:
            assert answer.status not in (405, 500), (method, answer)
        else:
            assert answer.status == 405, (method, answer)
            assert set(answer.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize("path,method,operation", operations())
def test_an_operation_answers_what_openapi_says(web, path, method, operation):
    host = web.add(**SERVER_A)
    good = {("/api/hosts", "post"): {"name": "B", "ip": "192.0.2.2"},
            ("/api/hosts/{id}", "put"): {"name": "B", "ip": "192.0.2.1"},
            ("/api/hosts/{id}", "patch"): {"name": "B"},
            ("/api/alerts/test", "post"): {"channel": "slack"},
            ("/api/hosts/import", "post"): [{"name": "B", "ip": "192.0.2.2"}],
            ("/api/outages/{outage}", "patch"): {"cause": "power"},
            ("/api/config", "patch"): {"title": "NOC"}}
    web.write_config({"access": {"anonymous": "admin"}, "slack": {"webhook_url": "http://127.0.0.1:9/"}})
    wrong = harmless(path, method, host)
    answers = [web.send(*wrong[:3], headers=wrong[3]),
               web.send(wrong[0], at(path, "nobody"), wrong[2]),
               web.send(wrong[0], at(path, host), good.get((path, method)))]
    # Nothing runs here, so no host fails either; none waits for heartbeats.
    otherwise = {("/api/health", "get"): 503, ("/api/outages/{outage}", "patch"): 404, ("/api/alerts/test", "post"): 503,
                 ("/api/hosts/{id}/acknowledge", "post"): 409, ("/api/hosts/{id}/token", "post"): 409,
                 ("/api/push/{token}", "get"): 404, ("/api/push/{token}", "post"): 404,
                 ("/api/push/{token}/{sign}", "get"): 404, ("/api/push/{token}/{sign}", "post"): 404}
    assert answers[-1].status < 300 or answers[-1].status == otherwise[path, method]
    for answer in answers:
        described = operation["responses"].get(str(answer.status))
        assert described, f"{answer.status} is not described"
        content = resolved(described).get("content", {})
        kind = (answer.headers.get("Content-Type") or "").partition(";")[0]
        assert kind in (set(content) or {""})
        for name in resolved(described).get("headers", {}):
            assert answer.headers[name]
        if kind.endswith("json"):
            name = content[kind]["schema"]["$ref"].rsplit("/", 1)[1]
            known = OPENAPI["components"]["schemas"][name]
            assert set(answer.json()) <= set(known["properties"])
            assert set(known.get("required", ())) <= set(answer.json())


def test_openapi_is_served(web):
    answer = web.get("/openapi.json")
    assert answer.status == 200
    assert answer.json() == OPENAPI


# ---- Who may do what


@pytest.fixture(scope="module")
def guarded():
    """Anonymous is a viewer; three users with the three roles."""
    access = {"anonymous": "viewer", "roles": {user: role for role, user in ROLES.items()}}
    with Web(config={"access": access}, hosts=[SERVER_A], users=[*ROLES.values(), "zoe"]) as running:
        running.send("POST", "/api/hosts", {"name": "B", "ip": "192.0.2.2"}, user="ada")
        yield running


@pytest.fixture(scope="module")
def open_house():
    """Anonymous is admin, on this machine."""
    with Web(config={"access": {"anonymous": "admin"}}, hosts=[SERVER_A], users=["vera", "zoe"]) as running:
        running.send("POST", "/api/hosts", {"name": "B", "ip": "192.0.2.2"})
        yield running


@pytest.mark.parametrize("path,method,operation", operations())
@pytest.mark.parametrize("user", [None, "zoe", *ROLES.values()])
def test_a_role_does_what_it_may_and_no_more(guarded, path, method, operation, user):
    role = next((role for role, name in ROLES.items() if name == user), "viewer")
    name, where, content, headers = harmless(path, method, guarded.stored()["hosts"][0]["id"])
    answer = guarded.send(name, where, content, user=user, headers=headers)
    if RANK[role] < RANK[operation["x-least-role"]]:
        assert is_problem(answer, 403)
    else:
        assert answer.status not in (401, 403, 500)


@pytest.mark.parametrize("path,method,operation", operations())
@pytest.mark.parametrize("headers,is_admin", [
    ({}, True),
    ({"Host": "localhost"}, True),
    ({"Host": "localhost:8000"}, True),
    ({"Host": "[::1]:8000"}, True),
    ({"Host": "evil.example"}, False),
    ({"Host": "127.0.0.1.evil.example"}, False),
    ({"Host": "192.168.0.1:8000"}, False),
    ({"X-Forwarded-For": "127.0.0.1"}, False),
    ({"X-Forwarded-Host": "localhost"}, False),
    ({"X_Forwarded_For": "127.0.0.1"}, False),
    ({"Forwarded": "for=127.0.0.1"}, False),
    ({"Via": "1.1 cache"}, False),
    ({"X-Real-IP": "127.0.0.1"}, False),
], ids=str)
def test_anonymous_is_admin_on_this_machine_alone(open_house, path, method, operation, headers, is_admin):
    name, where, content, match = harmless(path, method, open_house.stored()["hosts"][0]["id"])
    answer = open_house.send(name, where, content, headers={**match, **headers})
    assert (answer.status == 403) == (not is_admin and operation["x-least-role"] != "viewer"), answer
    me = open_house.get("/api/me", headers=headers).json()
    assert me == {"user": None, "role": "admin" if is_admin else "viewer"}


@pytest.mark.parametrize("header", ["Remote-User", "remote_user", "Remote.User", "Authorization-User", "X-Remote-User"])
def test_no_header_but_a_password_says_who_it_is(guarded, header):
    assert guarded.get("/api/me", headers={header: "ada"}).json() == {"user": None, "role": "viewer"}
    assert guarded.send("POST", "/api/hosts", SERVER_A, headers={header: "ada"}).status == 403
    assert guarded.get("/api/me", user="otto", headers={header: "ada"}).json() == {"user": "otto", "role": "operator"}


def test_a_wrong_password_is_refused_before_anything_else(guarded):
    answer = guarded.get("/api/me", headers={"Authorization": "Basic YWRhOm5v"})  # ada:no
    assert answer.status == 401


def test_an_operator_sets_maintenance_and_checks_now(guarded):
    host = guarded.stored()["hosts"][1]["id"]
    window = [{"from": 1763800000, "to": 1763803600, "note": "mast"}]
    assert guarded.send("PATCH", f"/api/hosts/{host}", {"maintenance": window}, user="otto").status == 200
    assert guarded.send("PATCH", f"/api/hosts/{host}", {"maintenance": window, "name": "C"}, user="otto").status == 403
    assert guarded.send("POST", f"/api/hosts/{host}/check", user="otto").status == 202
    assert guarded.events()[-1]["user"] == "otto"
    assert json.loads((guarded.live / "requests.jsonl").read_text().splitlines()[-1])["host"] == host


def test_a_right_that_was_taken_away_ends_with_the_next_request(web):
    web.write_config({"access": {"anonymous": "viewer"}})
    assert web.send("POST", "/api/hosts", SERVER_A).status == 403
    web.write_config({"access": {"anonymous": "admin"}})
    assert web.send("POST", "/api/hosts", SERVER_A).status == 201
    web.write_config("{")
    assert web.send("POST", "/api/hosts", {"name": "B", "ip": "192.0.2.2"}).status == 403


# ---- Requests that are not as they should be


TRICKS = ["//api/hosts", "/api//hosts", "/api/hosts/", "/api/hosts//",
          "/api/./hosts", "/api/../api/hosts", "/api/x/../hosts", "/api/%2e/hosts",
          "/api/%2e%2e/api/hosts", "/api%2fhosts", "/api/%2fhosts", "/api%5chosts", "/api\\hosts",
          "/apix", "/apix/hosts", "/api", "/api/", "/api;x", "/api;a/hosts", "/api/hosts;x", "/API/hosts", "/api/Hosts",
          "/api/hosts%00", "/api/hosts%0a", "/api/hosts%20", "/api/hosts.", "/api/hosts/..%2f", "/api/hosts/%ff",
          "/metrics/", "/metrics/api/hosts", "/api/hosts/../../etc/passwd"]


@pytest.mark.parametrize("path", TRICKS)
def test_a_path_that_is_not_exactly_a_route_leads_nowhere(open_house, path):
    before = open_house.stored()
    for method, content in (("GET", None), ("POST", {"name": "C", "ip": "192.0.2.3"}), ("DELETE", None)):
        answer = open_house.send(method, path, content)
        assert answer.status in (400, 403, 404), answer
        assert b"passwd" not in answer.body and str(open_house.folder).encode() not in answer.body
    assert open_house.stored() == before


@pytest.mark.parametrize("headers,status", [
    ([("Origin", "http://evil.example")], 403),
    ([("Origin", "null")], 403),
    ([("Origin", "https://127.0.0.1:{port}")], 403),
    ([("Sec-Fetch-Site", "cross-site")], 403),
    ([("Sec-Fetch-Site", "same-site")], 403),
    ([("Origin", "http://127.0.0.1:{port}"), ("Sec-Fetch-Site", "cross-site")], 403),
    ([("Origin", "http://127.0.0.1:{port}"), ("Origin", "http://evil.example")], 403),
    ([("Sec-Fetch-Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")], 403),
    ([("Sec_Fetch_Site", "same-origin"), ("Sec-Fetch-Site", "cross-site")], 400),
    ([("X-Forwarded-For", "127.0.0.1"), ("X_Forwarded_For", "127.0.0.1")], 400),
    ([("Origin", "http://127.0.0.1:{port}"), ("Sec-Fetch-Site", "same-origin")], 201),
], ids=str)
def test_a_page_of_another_origin_changes_nothing(web, headers, status):
    headers = [(name, value.format(port=web.port)) for name, value in headers]
    answer = web.send("POST", "/api/hosts", SERVER_A, headers=headers)
    assert answer.status == status
    assert status == 201 or is_problem(answer, status)
    assert len(web.get("/api/hosts").json()["hosts"]) == (status == 201)


BAD_INPUT = {
    "not JSON": (b"{name: Server A}", 400, None),
    "no body": (b"", 400, None),
    "not UTF-8": (b'{"name": "\xff", "ip": "192.0.2.9"}', 400, None),
    "a zero byte": (b'{"name": "A", "ip": "192.0.2.9"}\0', 400, None),
    "two values": (b"{}{}", 400, None),
    "deeply nested": (b'{"tags": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", 400, None),
    "a list": (b"[]", 422, [""]),
    "wrong types": (b'{"name": 7, "ip": [], "enabled": "yes", "tags": "a", "retries": 1.5}', 422,
                    ["enabled", "ip", "name", "retries", "tags"]),
    "an empty name": (b'{"name": "", "ip": "192.0.2.9"}', 422, ["name"]),
    "a blank name": (b'{"name": "  ", "ip": "192.0.2.9"}', 422, ["name"]),
    "a long name": (json.dumps({"name": "x" * 101, "ip": "192.0.2.9"}).encode(), 422, ["name"]),
    "control characters": (rb'{"name": "a\u0000b", "ip": "192.0.2.9", "group": "a\nb"}', 422, ["group", "name"]),
    "a bad address": (b'{"name": "A", "ip": "192.0.2.256"}', 422, ["ip"]),
    "an address of many": (b'{"name": "A", "ip": "224.0.0.1"}', 422, ["ip"]),
    "a command": (b'{"name": "A", "ip": "192.0.2.9; reboot"}', 422, ["ip"]),
    "an unknown field": (b'{"name": "A", "ip": "192.0.2.9", "colour": "red"}', 422, ["colour"]),
    "an unknown check": (b'{"name": "A", "ip": "192.0.2.9", "check": "smoke"}', 422, ["check"]),
    "an unknown parent": (b'{"name": "A", "ip": "192.0.2.9", "parents": ["nobody"]}', 422, ["parents[0]"]),
    "a huge number": (b'{"name": "A", "ip": "192.0.2.9", "retries": 1e400}', 400, None),
    "a number out of range": (b'{"name": "A", "ip": "192.0.2.9", "retries": 99999999999999999999}', 422, ["retries"]),
    "the same target": (b'{"name": "A", "ip": "192.0.2.1"}', 409, None),
}


@pytest.mark.parametrize("body,status,fields", BAD_INPUT.values(), ids=BAD_INPUT)
def test_bad_input_is_refused_and_named(open_house, body, status, fields):
    before = open_house.stored()
    answer = open_house.send("POST", "/api/hosts", body=body)
    assert is_problem(answer, status), answer
    if fields:
        assert sorted(error["field"] for error in answer.json()["errors"]) == fields
        assert all(error["message"] for error in answer.json()["errors"])
    assert open_house.stored() == before


def test_the_same_target_names_the_host_that_has_it(web):
    host = web.add(**SERVER_A)
    problem = web.send("POST", "/api/hosts", {"name": "B", "ip": "192.0.2.1"}).json()
    assert problem["host"] == host
    assert "Server A" in problem["detail"]


def test_a_circle_of_parents_is_refused(web):
    a = web.add("A", "192.0.2.1")
    b = web.add("B", "192.0.2.2", parents=[a])
    c = web.add("C", "192.0.2.3", parents=[b])
    answer = web.send("PATCH", f"/api/hosts/{a}", {"parents": [c]})
    assert is_problem(answer, 422)
    assert answer.json()["errors"][0]["field"] == "parents[0]"


def test_a_script_in_a_name_stays_text(web):
    name = '<script>alert("x")</script>'
    host = web.add(name, "192.0.2.1")
    answer = web.get(f"/api/hosts/{host}")
    assert answer.json()["name"] == name
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "text/json", ""])
def test_a_body_of_another_type_is_refused(web, kind):
    answer = web.send("POST", "/api/hosts", SERVER_A, headers={"Content-Type": kind})
    assert is_problem(answer, 415)


def test_a_body_above_the_limit_is_refused(web):
    large = json.dumps({"name": "A", "ip": "192.0.2.1", "notes": "x" * 2**21}).encode()
    assert is_problem(web.send("POST", "/api/hosts", body=large), 413)
    pieces = (large[i:i + 65536] for i in range(0, len(large), 65536))
    chunked = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    assert is_problem(web.send("POST", "/api/hosts", body=chunked, headers={"Transfer-Encoding": "chunked"}), 413)
    assert web.send("POST", "/api/hosts", body=b"x" * 9_000_000).status == 413  # lighttpd's own
    just_not = large[:2**20]
    assert is_problem(web.send("POST", "/api/hosts", body=just_not), 400)
    assert web.add(**SERVER_A)


def test_methods_and_ids_that_do_not_exist(web):
    assert is_problem(web.get("/api/hosts/nobody"), 404)
    answer = web.send("DELETE", "/api/hosts")
    assert is_problem(answer, 405)
    assert answer.headers["Allow"] == "GET, HEAD, POST"


# ---- The list


def publish(web, second):
    """As monitord does at the end of a cycle."""
    path = web.live / "hosts.json"
    text = re.sub(rb'"updated":[0-9.]+', b'"updated":%d' % (1763800000 + second), path.read_bytes())
    new = path.with_name("new")
    new.write_bytes(text)
    new.chmod(0o644)
    new.rename(path)


def test_the_list_is_the_published_file(web):
    web.add(**SERVER_A)
    for second in range(3):
        publish(web, second)
        published = (web.live / "hosts.json").read_bytes()
        for headers in ({}, GZIP):
            answer = web.get("/api/hosts", headers=headers)
            assert answer.headers["Cache-Control"] == "no-cache"
            assert "Accept-Encoding" in answer.headers["Vary"]
            assert answer.headers.get("Content-Encoding") == headers.get("Accept-Encoding")
            assert (gzip.decompress(answer.body) if headers else answer.body) == published


@pytest.mark.parametrize("headers", [{}, GZIP], ids=["plain", "gzip"])
def test_whoever_has_the_list_is_answered_304_until_it_changes(web, headers):
    host = web.add(**SERVER_A)
    tag = web.get("/api/hosts", headers=headers).headers["ETag"]
    for known in (tag, "W/" + tag, '"other", ' + tag, "*"):
        answer = web.get("/api/hosts", headers={**headers, "If-None-Match": known})
        assert (answer.status, answer.body) == (304, b"")
        assert answer.headers["ETag"]
    publish(web, 1)
    answer = web.get("/api/hosts", headers={**headers, "If-None-Match": tag})
    assert answer.status == 200
    tag = answer.headers["ETag"]
    web.send("PATCH", f"/api/hosts/{host}", {"name": "B"})
    assert web.get("/api/hosts", headers={**headers, "If-None-Match": tag}).status == 200


def test_both_workers_answer_with_the_same_tag(web):
    web.add(**SERVER_A)
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        tags = {answer.headers["ETag"] for answer in pool.map(lambda _: web.get("/api/hosts"), range(200))}
    assert len(tags) == 1


def test_filters(web):
    web.add("Müller & Sons", "192.0.2.1", group="north & west", tags=["core"])
    web.add("Shop", "shop.example", tags=["core", "fibre"])
    def names(query):
        return [host["name"] for host in web.get("/api/hosts?" + query).json()["hosts"]]
    assert names("group=north%20%26+west") == ["Müller & Sons"]
    assert names("q=m%C3%BCller") == ["Müller & Sons"]
    assert names("tag=core") == ["Müller & Sons", "Shop"]
    assert names("tag=core&q=SHOP.ex") == ["Shop"]
    assert names("status=up") == []
    assert names("status=pending&unknown=1") == ["Müller & Sons", "Shop"]
    assert is_problem(web.get("/api/hosts?status=fine"), 422)


@pytest.mark.parametrize("path", ["/api/hosts", "/api/hosts?q=a", "/api/hosts/{id}", "/api/summary", "/api/config",
                                  "/api/me", "/api/health", "/api/alerts", "/api/nothing"])
def test_head_is_get_without_a_body(web, path):
    path = path.replace("{id}", web.add(**SERVER_A))
    get, head = web.get(path), web.send("HEAD", path)
    assert head.body == b""
    assert head.status == get.status
    for name in ("Content-Type", "Content-Length", "ETag", "Cache-Control"):
        assert head.headers[name] == get.headers[name]


# ---- Editing


def test_the_life_of_a_host(web):
    answer = web.send("POST", "/api/hosts", {**SERVER_A, "group": "north", "retries": 5})
    assert answer.status == 201
    where = answer.headers["Location"]
    assert answer.json()["status"] == "pending"
    host = web.get(where)
    assert host.json() == answer.json()
    known = {"If-Match": host.headers["ETag"]}
    answer = web.send("PATCH", where, {"group": None, "name": "Server B"}, headers=known)
    assert (answer.status, answer.json()["group"], answer.json()["retries"]) == (200, "", 5)
    known = {"If-Match": answer.headers["ETag"]}
    answer = web.send("PUT", where, {"name": "Server B", "ip": "192.0.2.7"}, headers=known)
    assert (answer.json()["ip"], answer.json()["retries"], answer.json()["revision"]) == ("192.0.2.7", None, 3)
    answer = web.send("DELETE", where, headers={"If-Match": answer.headers["ETag"]})
    assert (answer.status, answer.body) == (204, b"")
    assert web.get(where).status == 404
    assert [event["action"] for event in web.events()] == ["add", "change", "change", "delete"]


@pytest.mark.parametrize("method,content", [
    ("PUT", {"name": "C", "ip": "192.0.2.1"}), ("PATCH", {"name": "C"}), ("DELETE", None)])
def test_the_slower_of_two_editors_is_refused(web, method, content):
    where = "/api/hosts/" + web.add(**SERVER_A)
    tag = web.get(where).headers["ETag"]
    assert web.send("PATCH", where, {"name": "B"}, headers={"If-Match": tag}).status == 200
    assert is_problem(web.send(method, where, content, headers={"If-Match": tag}), 412)
    assert web.get(where).json()["name"] == "B"


def test_the_tag_of_a_compressed_host_is_good_for_an_edit(web):
    where = "/api/hosts/" + web.add(**SERVER_A, notes="x" * 4000)
    answer = web.get(where, headers=GZIP)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert web.send("PATCH", where, {"name": "B"}, headers={"If-Match": answer.headers["ETag"]}).status == 200
    assert web.send("PATCH", where, {"name": "C"}, headers={"If-Match": answer.headers["ETag"]}).status == 412


@pytest.mark.parametrize("headers", [{}, GZIP], ids=["plain", "gzip"])
def test_one_host_is_never_answered_304(web, headers):
    where = "/api/hosts/" + web.add(**SERVER_A, notes="x" * 4000)
    for tag in (web.get(where, headers=headers).headers["ETag"], '"1"', '"1-gzip"', "*"):
        assert web.get(where, headers={**headers, "If-None-Match": tag}).status == 200


def test_two_editors_at_once_lose_nothing(web):
    target = web.add("Target", "192.0.2.200", notes="0")
    def edit(editor):
        for i in range(25):
            web.add(f"{editor} {i}", f"192.0.{editor + 10}.{i}")
            while True:  # a counter that only survives if nobody overwrites what he has not seen
                host = web.get(f"/api/hosts/{target}")
                answer = web.send("PATCH", f"/api/hosts/{target}", {"notes": str(int(host.json()["notes"]) + 1)},
                                  headers={"If-Match": host.headers["ETag"]})
                assert answer.status in (200, 412)
                if answer.status == 200:
                    break
    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        list(pool.map(edit, range(3)))
    hosts = web.get("/api/hosts").json()["hosts"]
    assert {host["name"] for host in hosts} == {"Target", *(f"{e} {i}" for e in range(3) for i in range(25))}
    assert len({host["id"] for host in hosts}) == len(hosts)
    assert next(host for host in hosts if host["id"] == target)["notes"] == "75"
    assert web.stored()["revision"] == 1 + 75 + 75
    assert len(web.events()) == 1 + 75 + 75


def test_an_edit_lands_in_both_folders():
    with Web(config={"access": {"anonymous": "admin"}}, live=True) as web:
        host = web.add(**SERVER_A)
        for folder in (web.data, web.live):
            assert json.loads((folder / "hosts.json").read_text())["hosts"][0]["id"] == host
        (web.live / "hosts.json").unlink()  # as a reboot does
        assert web.get("/api/hosts").json()["hosts"][0]["id"] == host


# ---- Settings


def test_settings_are_patched_and_secrets_stay_secret(web):
    answer = web.send("PATCH", "/api/config", {"interval": 20, "smtp": {"host": "mail.example", "password": "hunter2"}})
    assert answer.status == 200
    assert answer.json()["smtp"]["password"] == {"set": True}
    answer = web.send("PATCH", "/api/config", {"smtp": {"password": {"set": True}, "port": 587}})
    assert (answer.json()["smtp"]["port"], answer.json()["interval"]) == (587, 20)
    assert b"hunter2" not in web.get("/api/config").body
    stored = json.loads((web.data / "config.json").read_text())
    assert stored["smtp"] == {"host": "mail.example", "password": "hunter2", "port": 587}
    assert (web.data / "config.json").stat().st_mode & 0o777 == 0o640
    assert web.send("PATCH", "/api/config", {"smtp": {"password": None}}).json()["smtp"]["password"] is None
    assert "hunter2" not in json.dumps(web.events())


def test_bad_settings_are_named(web):
    answer = web.send("PATCH", "/api/config", {"intervall": 5, "retries": -1, "smtp": {"port": "x"}})
    assert is_problem(answer, 422)
    assert sorted(error["field"] for error in answer.json()["errors"]) == ["intervall", "retries", "smtp.port"]


def test_a_broken_file_is_left_to_whoever_broke_it():
    access = {"access": {"anonymous": "admin"}}
    with Web(config=access) as web:
        assert web.send("PATCH", "/api/config", {"title": "NOC"}).status == 200  # leaves the generation before
        web.write_config('{"access": {"anonymous": "admin"}, "retries": "many"}')
        answer = web.send("PATCH", "/api/config", {"title": "Lines"})
        assert is_problem(answer, 409)
        assert "retries" in {error["field"] for error in answer.json()["errors"]}
        assert "many" in (web.data / "config.json").read_text()
        assert "config_broken" in {problem["code"] for problem in web.get("/api/health").json()["problems"]}
        assert web.send("POST", "/api/hosts", SERVER_A).status == 201
        web.write_config(access)
        assert web.send("PATCH", "/api/config", {"title": "Lines"}).status == 200


# ---- When things break


@contextlib.contextmanager
def filled(folder):
    """A disk without a free byte."""
    filler = folder / "filler"
    with open(filler, "wb", buffering=0) as file:
        size = 65536
        while size:
            try:
                file.write(b"x" * size)
            except OSError as error:
                assert error.errno == errno.ENOSPC
                size //= 2
    yield
    filler.unlink()


@pytest.mark.skipif(not AS_ROOT, reason="only root can mount a small disk")
def test_a_full_disk_is_answered_507_harms_nothing_and_passes():
    with Web(config={"access": {"anonymous": "admin"}}, tmpfs="2m") as web:
        host = web.add(**SERVER_A)
        before = web.stored()
        with filled(web.disk()):
            for method, path, content in (("POST", "/api/hosts", {"name": "B", "ip": "192.0.2.2"}),
                                          ("PATCH", f"/api/hosts/{host}", {"name": "B"}),
                                          ("DELETE", f"/api/hosts/{host}", None),
                                          ("PATCH", "/api/config", {"title": "NOC"})):
                answer = web.send(method, path, content)
                assert is_problem(answer, 507), answer
                assert str(web.data) not in answer.body.decode()
            assert web.stored() == before
            assert web.get("/api/hosts").json()["hosts"][0]["id"] == host
            assert "disk_full" in {problem["code"] for problem in web.get("/api/health").json()["problems"]}
            assert "title" not in json.loads((web.disk() / "config.json").read_text())
        assert web.send("PATCH", f"/api/hosts/{host}", {"name": "B"}).status == 200
        assert not [path for path in web.disk().iterdir() if path.name.endswith(".tmp")]
        assert "No space left on device" in web.log()


def test_a_folder_that_cannot_be_written_is_answered_503_and_passes(web):
    host = web.add(**SERVER_A)
    web.data.chmod(0o500)
    try:
        answer = web.send("PATCH", f"/api/hosts/{host}", {"name": "B"})
        assert is_problem(answer, 503), answer
        assert str(web.data) not in answer.body.decode()
        assert web.get(f"/api/hosts/{host}").json()["name"] == "Server A"
        assert "write_failed" in {problem["code"] for problem in web.get("/api/health").json()["problems"]}
    finally:
        web.data.chmod(0o700)
    assert web.send("PATCH", f"/api/hosts/{host}", {"name": "B"}).status == 200


@pytest.mark.skipif(not AS_ROOT, reason="only root can mount a disk read-only")
def test_a_read_only_disk_is_answered_503_and_passes():
    with Web(config={"access": {"anonymous": "admin"}}, tmpfs="2m") as web:
        web.add(**SERVER_A)
        def remount(how):
            subprocess.run(["nsenter", "--mount", "-t", str(web.process.pid),
                            "mount", "-o", f"remount,{how}", web.data], check=True)
        remount("ro")
        assert is_problem(web.send("POST", "/api/hosts", {"name": "B", "ip": "192.0.2.2"}), 503)
        assert len(web.get("/api/hosts").json()["hosts"]) == 1
        remount("rw")
        assert web.add("B", "192.0.2.2")


def test_a_lock_that_stays_taken_is_answered_503_after_five_seconds_and_stops_no_reader(web):
    web.add(**SERVER_A)
    with open(web.data / "hosts.json.lock", "rb") as lock, concurrent.futures.ThreadPoolExecutor() as pool:
        fcntl.flock(lock, fcntl.LOCK_EX)
        begin = time.monotonic()
        refused = pool.submit(web.send, "POST", "/api/hosts", {"name": "B", "ip": "192.0.2.2"})
        while not refused.done():
            start = time.monotonic()
            assert web.get("/api/hosts").status == 200
            assert time.monotonic() - start < 2
            concurrent.futures.wait([refused], 0.05)
        assert is_problem(refused.result(), 503)
        assert refused.result().headers["Retry-After"]
        assert 4.5 < time.monotonic() - begin < 9
    assert len(web.get("/api/hosts").json()["hosts"]) == 1
    assert web.add("B", "192.0.2.2")


def has_ended(process):
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        with open(f"/proc/{process}/stat", encoding="ascii", errors="replace") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] == "Z"
    return True


def test_a_worker_that_is_killed_is_not_missed(web):
    host = web.add(**SERVER_A)
    for turn in range(4):
        killed = web.workers()[turn % 2]
        os.kill(killed, signal.SIGKILL)
        until(lambda: has_ended(killed))
        assert web.get(f"/api/hosts/{host}").status == 200
        assert web.send("PATCH", f"/api/hosts/{host}", {"name": f"Server {turn}"}).status == 200
        until(lambda: len(web.workers()) == 2, otherwise="no new worker")


def test_a_failure_is_logged_with_its_reason_and_without_what_was_sent(web):
    web.add(**SERVER_A)
    web.data.chmod(0o500)
    try:
        headers = {"Cookie": "session=c00kie", "X-Api-Key": "t0ken"}
        web.send("POST", "/api/hosts?q=qu3ry", {"name": "n4me", "ip": "192.0.2.2"}, headers=headers)
    finally:
        web.data.chmod(0o700)
    line = next(line for line in web.log().splitlines() if "api.fcgi: " in line)
    assert "POST /api/hosts: " in line and "Permission denied" in line
    for sent in ("c00kie", "t0ken", "qu3ry", "n4me"):
        assert sent not in web.log()


def test_neither_a_password_nor_a_setting_is_logged(guarded):
    guarded.send("PATCH", "/api/config", {"smtp": {"password": "hunter2"}}, user="otto")
    logs = guarded.log() + until(lambda: (guarded.folder / "access.log").read_text())
    assert "hunter2" not in logs
    assert PASSWORD not in logs
    assert base64.b64encode(f"otto:{PASSWORD}".encode()).decode() not in logs


# ---- How the program starts and ends


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "config.json").write_text('{"access": {"anonymous": "admin"}}')
    return tmp_path


def cgi(folder, method, path, body=b"", **variables):
    """One request as plain CGI; the status and the rest of the answer."""
    environment = {"LINEWATCH_DATA": str(folder), "REQUEST_METHOD": method, "SCRIPT_NAME": path,
                   "REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "localhost", "CONTENT_LENGTH": str(len(body)),
                   "CONTENT_TYPE": "application/json", **variables}
    ended = subprocess.run([API], input=body, env=environment, capture_output=True, timeout=20, check=True)
    head, _, content = ended.stdout.partition(b"\r\n\r\n")
    assert head.startswith(b"Status: ")
    return int(head.split()[1]), head.decode(), content


def test_as_plain_cgi_it_answers_one_request(folder):
    status, head, content = cgi(folder, "POST", "/api/hosts", json.dumps(SERVER_A).encode())
    assert status == 201
    where = re.search(r"Location: (\S+)", head)[1]
    status, head, shown = cgi(folder, "GET", where)
    assert (status, shown) == (200, content)
    status, head, nothing = cgi(folder, "HEAD", where)
    assert (status, nothing) == (200, b"")
    assert f"Content-Length: {len(content)}" in head


@pytest.mark.parametrize("length,status", [
    ("5", 400), ("x", 400), ("-1", 400), ("1 ", 400), ("2000000", 413), ("9" * 30, 413)])
def test_a_length_that_is_wrong_is_refused_before_the_body_is_looked_at(folder, length, status):
    assert cgi(folder, "POST", "/api/hosts", b"{}", CONTENT_LENGTH=length)[0] == status


def test_a_cgi_request_cannot_doubt_its_own_headers(folder):
    assert cgi(folder, "GET", "/api/me", HTTP_REMOTE_USER="ada")[2] == b'{"user":null,"role":"admin"}'


@pytest.mark.parametrize("environment,said", [({}, "LINEWATCH_DATA"), ({"LINEWATCH_DATA": "/nowhere"}, "FastCGI")])
def test_started_by_hand_it_says_what_it_needs(environment, said):
    ended = subprocess.run([API], stdin=subprocess.DEVNULL, env=environment, capture_output=True, text=True, timeout=10)
    assert ended.returncode == 2
    assert said in ended.stderr


@contextlib.contextmanager
def alone(folder):
    """api.fcgi on a socket of its own, without a web server."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "socket"))
        listening.listen()
        process = subprocess.Popen([API], stdin=listening, env={"LINEWATCH_DATA": str(folder)})
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def record(kind, content):
    """A record of FastCGI, of request 1."""
    return bytes([1, kind, 0, 1, *divmod(len(content), 256), 0, 0]) + content


def asked(folder, **variables):
    """A connection on which a request was sent; read the answer from it."""
    pairs = b"".join(bytes([len(name), len(value)]) + (name + value).encode() for name, value in variables.items())
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(20)
    connection.connect(str(folder / "socket"))
    connection.sendall(record(1, bytes([0, 1, 0, 0, 0, 0, 0, 0])) + record(4, pairs) + record(4, b"") + record(5, b""))
    return connection


def answered(connection):
    with connection, connection.makefile("rb") as stream:
        return stream.read()


ME = {"REQUEST_METHOD": "GET", "SCRIPT_NAME": "/api/me"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1])
def test_it_ends_at_once_at_a_signal(folder, number):
    with alone(folder) as process:
        assert b'"role"' in answered(asked(folder, **ME))
        begin = time.monotonic()
        process.send_signal(number)
        assert process.wait(5) == 0
        assert time.monotonic() - begin < 0.5


def test_a_connection_without_a_request_holds_up_nobody_for_long(folder):
    with alone(folder), socket.socket(socket.AF_UNIX) as silent:
        silent.connect(str(folder / "socket"))
        with socket.socket(socket.AF_UNIX) as broken:
            broken.connect(str(folder / "socket"))
            broken.sendall(b"GET / HTTP/1.0\r\n\r\n")
        begin = time.monotonic()
        assert b'"role"' in answered(asked(folder, **ME))
        assert time.monotonic() - begin < 10


