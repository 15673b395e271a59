"""Attacks through real lighttpd: paths, names and framing that are not what they seem, and bodies made to hurt."""

import base64
import concurrent.futures
import json
import re

import pytest

from attack import BACKUP, LINE, OPENAPI, ROUTER, SECRET, TOKEN, Fort, login, request, statuses

METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture(name="fort", scope="module")
def fixture_fort():
    """Anonymous is a viewer."""
    with Fort() as running:
        yield running


@pytest.fixture(name="house", scope="module")
def fixture_house():
    """Everybody here is admin: whatever gets through changes something."""
    with Fort(anonymous="admin") as running:
        yield running


# By method and path: where it is sent, and a body by which it would change something.
POTENT = {
    ("post", "/api/hosts"): ("/api/hosts", {"name": "New", "ip": "192.0.2.9"}),
    ("put", "/api/hosts/{id}"): (f"/api/hosts/{ROUTER}", {"name": "New", "ip": "192.0.2.9"}),
    ("patch", "/api/hosts/{id}"): (f"/api/hosts/{ROUTER}", {"name": "New"}),
    ("post", "/api/hosts/{id}/acknowledge"): (f"/api/hosts/{LINE}/acknowledge", {"note": "on it"}),
    ("delete", "/api/hosts/{id}/acknowledge"): (f"/api/hosts/{LINE}/acknowledge", None),
    ("post", "/api/hosts/{id}/token"): (f"/api/hosts/{BACKUP}/token", None),
    ("post", "/api/alerts/test"): ("/api/alerts/test", {"channel": "slack"}),
    ("patch", "/api/config"): ("/api/config", {"title": "New"}),
}
OPERATIONS = [(method, path) for path, item in OPENAPI["paths"].items() for method in METHODS if method in item]


def least_role(method, path):
    return OPENAPI["paths"][path][method]["x-least-role"]


def potent(method, path):
    target, content = POTENT.get((method, path), (path, None))
    target = target.replace("{id}", LINE).replace("{token}", TOKEN).replace("{outage}", f"{LINE}-1764000000")
    return target, b"" if content is None else json.dumps(content).encode()


# ---- Paths


# Of the path of a route they make what is none.
TRICKS = {
    "a doubled slash first": lambda p: "/" + p,
    "a doubled slash": lambda p: p.replace("/api/", "/api//"),
    "a doubled slash last": lambda p: p[::-1].replace("/", "//", 1)[::-1],
    "another server's name": lambda p: "//evil.example" + p,
    "up and down": lambda p: "/api/.." + p,
    "up and down, encoded": lambda p: "/api/%2e%2e" + p,
    "up and down, half encoded": lambda p: "/api/.%2E" + p,
    "up and down, encoded twice": lambda p: "/api/%252e%252e" + p,
    "up and down with a parameter": lambda p: "/api/..;" + p,
    "up from a route": lambda p: "/api/hosts/%2e%2e" + p.removeprefix("/api"),
    "here": lambda p: p.replace("/api/", "/api/./"),
    "here, encoded": lambda p: p.replace("/api/", "/api/%2e/"),
    "here at the end": lambda p: p + "/.",
    "up at the end": lambda p: p + "/x/..",
    "a slash at the end": lambda p: p + "/",
    "a slash at the end, encoded": lambda p: p + "%2f",
    "a dot at the end": lambda p: p + ".",
    "an ending": lambda p: p + ".json",
    "a parameter": lambda p: p + ";x=1",
    "a parameter inside": lambda p: p.replace("/api/", "/api;x/"),
    "an encoded slash": lambda p: p.replace("/api/", "/api%2f"),
    "a slash encoded twice": lambda p: p.replace("/api/", "/api%252f"),
    "a backslash": lambda p: p.replace("/api/", "/api\\"),
    "an encoded backslash": lambda p: p.replace("/api/", "/api%5c"),
    "an overlong slash": lambda p: p.replace("/api/", "/api%c0%af"),
    "a longer overlong slash": lambda p: p.replace("/api/", "/api%e0%80%af"),
    "a wide slash": lambda p: p.replace("/api/", "/api%ef%bc%8f"),
    "a byte that is no UTF-8": lambda p: p + "%ff",
    "upper case": lambda p: p.upper(),
    "upper case first": lambda p: p.replace("/api", "/Api"),
    "a longer prefix": lambda p: p.replace("/api", "/apix"),
    "another prefix": lambda p: "/metrics" + p,
    "a zero byte": lambda p: p + "%00",
    "a zero byte and more": lambda p: p + "%00.html",
    "a blank": lambda p: p + "%20",
    "a tab": lambda p: p + "%09",
    "a line end": lambda p: p + "%0a",
    "a header": lambda p: p + "%0d%0aRemote-User:%20ada",
    "an encoded question mark": lambda p: p + "%3fq=1",
    "an encoded number sign": lambda p: p + "%23",
    "a percent sign": lambda p: p + "%",
    "half a percent code": lambda p: p + "%2",
    "no percent code": lambda p: p + "%zz",
    "another alphabet's percent code": lambda p: p.replace("/api/", "/api%u002f"),
    "no slash": lambda p: p[1:],
    "a user in it": lambda p: "http://ada:x@127.0.0.1" + p,
    "another server": lambda p: "http://evil.example" + p,
}
# These are other ways of writing the same path.
ALIASES = {
    "as it is": lambda p: p,
    "encoded letters": lambda p: p.replace("/api", "/%61%70%69"),
    "an encoded letter at the end": lambda p: p[:-1] + f"%{ord(p[-1]):02x}",
    "with the server": lambda p: "http://127.0.0.1" + p,
    "a query that looks like a path": lambda p: p + "?/../../api/config",
}


@pytest.mark.parametrize("method,path", OPERATIONS)
def test_a_path_that_only_looks_like_a_route_leads_nowhere(fort, method, path):
    target, body = potent(method, path)
    with fort.unharmed():
        for user in (None, "otto", "ada"):
            for name, trick in TRICKS.items():
                if trick(target) == target:
                    continue  # there is nothing in it for this one to work on
                answer = fort.raw(request(method.upper(), trick(target), body, user=user))
                assert statuses(answer)[0] in (400, 404, 405), (user, name, answer)
                assert SECRET.encode() not in answer


@pytest.mark.parametrize("method,path", [operation for operation in OPERATIONS if least_role(*operation) != "viewer"])
def test_however_a_path_is_written_it_takes_the_same_role(fort, method, path):
    target, body = potent(method, path)
    users = (None, "zoe", "vera", *(["otto"] if least_role(method, path) == "admin" else []))
    with fort.unharmed():
        for user in users:
            for name, alias in ALIASES.items():
                answer = fort.raw(request(method.upper(), alias(target), body, user=user))
                assert statuses(answer) == [403], (user, name, answer)


def test_a_token_stays_out_of_the_log_however_its_path_is_written(fort):
    for name, way in {**TRICKS, **ALIASES}.items():
        fort.raw(request("GET", way(f"/api/push/{TOKEN}")))
    assert TOKEN not in fort.logs()


# ---- Who somebody is


@pytest.mark.parametrize("header", [
    "Remote-User", "remote_user", "REMOTE-USER", "REMOTE_USER", "Remote.User", "X-Remote-User", "X-Forwarded-User",
    "X-Authenticated-User", "X-Webauth-User", "Auth-User", "Http-Remote-User", "Redirect-Remote-User", "Proxy-User",
    "Remote-User ", " Remote-User", "Remote-User\t", "\x00Remote-User", "Script-Name", "Path-Info", "Request-Method",
    "X-Http-Method-Override", "X-Original-Url", "X-Rewrite-Url", "Auth-Type", "Remote-Addr", "Content_Length"])
def test_no_header_makes_anybody_somebody(fort, header):
    values = {"Script-Name": "/api/config", "Path-Info": "/api/config", "X-Original-Url": "/api/config",
              "X-Rewrite-Url": "/api/config", "Request-Method": "DELETE", "X-Http-Method-Override": "DELETE",
              "Remote-Addr": "127.0.0.1", "Content_Length": "0", "Auth-Type": "Basic"}
    line = f"{header}: {values.get(header, 'ada')}"
    with fort.unharmed():
        answer = fort.raw(request("GET", "/api/me", headers=[line]))
        assert statuses(answer) == [400] or b'{"user":null,"role":"viewer"}' in answer
        answer = fort.raw(request("POST", "/api/hosts", b'{"name": "New", "ip": "192.0.2.9"}', headers=[line]))
        assert statuses(answer)[0] in (400, 403), answer
        answer = fort.raw(request("GET", "/api/me", user="otto", headers=[line]))
        assert statuses(answer) == [400] or b'{"user":"otto","role":"operator"}' in answer


def basic(text):
    return "Basic " + base64.b64encode(text).decode()


CREDENTIALS = {
    "a word": "ada", "no scheme": base64.b64encode(b"ada:x").decode(), "the scheme alone": "Basic",
    "and a blank": "Basic ",
    "no base64": "Basic ?!", "half of it": "Basic YWRh", "no colon": basic(b"ada"), "no password": basic(b"ada:"),
    "no user": basic(b":correct horse"), "nothing": basic(b":"), "another's password": basic(b"ada:nope"),
    "a zero byte after the user": basic(b"ada\0:correct horse"), 
    "a line end": basic(b"ada\n:correct horse"), "a blank before": basic(b" ada:correct horse"),
    "upper case": basic(b"ADA:correct horse"), "not ASCII": basic("ądä:correct horse".encode()),
    "no UTF-8": basic(b"\xff\xfe:\x80"),
    "a long name": basic(b"a" * 5000 + b":x"),
    "a long password": basic(b"ada:" + b"x" * 5000), "too long": basic(b"ada:" + b"x" * 9000),
    "a line of the users file": basic(b"vera\nada:correct horse"), "negotiated": "Negotiate YIIB",
    "a token": "Bearer ada",
    "a digest": 'Digest username="ada", realm="Linewatch", nonce="", uri="/api/me", response=""',
    "NTLM": "NTLM TlRMTVNTUAABAAAA",
    "another scheme": "Remote ada", "blanks": "  ", "a tab": "\t", "a comma": ",",
}


def test_no_credentials_but_right_ones_count(fort):
    def attempt(name):
        for headers in ([f"Authorization: {CREDENTIALS[name]}"],
                        [f"Authorization: {CREDENTIALS[name]}", "Remote-User: ada"]):
            answer = fort.raw(request("GET", "/api/me", headers=headers))
            assert statuses(answer)[0] in (400, 401, 431) or b'{"user":null,"role":"viewer"}' in answer, (name, answer)
            answer = fort.raw(request("PATCH", "/api/config", b'{"title": "New"}', headers=headers))
            assert statuses(answer)[0] in (400, 401, 403, 431), (name, answer)

    # Side by side, because lighttpd takes its time to refuse a password.
    with fort.unharmed(), concurrent.futures.ThreadPoolExecutor(len(CREDENTIALS)) as pool:
        list(pool.map(attempt, CREDENTIALS))


def test_right_credentials_beside_others_are_no_way_in(fort):
    with fort.unharmed():
        for headers in ([f"Authorization: {login('otto')}", "Authorization: Basic YWRhOg=="],
                        [f"Authorization: {login('otto')}", f"Authorization: {login('ada')}"],
                        [f"Authorization: {login('otto')}", f"authorization_: {login('ada')}"]):
            answer = fort.raw(request("PATCH", "/api/config", b'{"title": "New"}', headers=headers))
            assert statuses(answer)[0] in (400, 401, 403), answer


# ---- Framing


ADD = b'{"name": "New", "ip": "192.0.2.9"}'
INNER = request("POST", "/api/hosts", ADD)
CHUNKED = "Transfer-Encoding: chunked"


def framed(*headers, body=b"", method="POST", target="/api/hosts/nobody/check", version="HTTP/1.1"):
    """Headers and body as they are given."""
    head = [f"{method} {target} {version}", "Host: 127.0.0.1", "Content-Type: application/json", *headers]
    return "\r\n".join(head).encode("latin-1") + b"\r\n\r\n" + body


# Each is one request, or none. Were what it carries taken for a second one, a host would be added.
SMUGGLED = {
    "both lengths, the longer one chunked": framed("Content-Length: 4", CHUNKED, body=b"0\r\n\r\n" + INNER),
    "both lengths, the chunks first": framed(CHUNKED, f"Content-Length: {5 + len(INNER)}", body=b"0\r\n\r\n" + INNER),
    "two lengths": framed("Content-Length: 0", f"Content-Length: {len(INNER)}", body=INNER),
    "two equal lengths": framed("Content-Length: 2", "Content-Length: 2", body=b"{}"),
    "two lengths in one": framed(f"Content-Length: 0, {len(INNER)}", body=INNER),
    "a length with a sign": framed("Content-Length: +0", body=INNER),
    "a negative length": framed("Content-Length: -1", body=INNER),
    "a length in hexadecimal": framed("Content-Length: 0x0", body=INNER),
    "a length with a fraction": framed("Content-Length: 0.0", body=INNER),
    "an empty length": framed("Content-Length:", body=INNER),
    "a length beyond all numbers": framed("Content-Length: 18446744073709551616", body=INNER),
    "a length that is long": framed("Content-Length: " + "9" * 30, body=INNER),
    "a blank before the colon": framed("Content-Length : 0", body=INNER),
    "a length by another name": framed("Content_Length: 0", f"Content-Length: {len(INNER)}", body=INNER),
    "chunked by another name": framed("Transfer_Encoding: chunked", f"Content-Length: {len(INNER)}", body=INNER),
    "chunked and something": framed("Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n" + INNER),
    "something and chunked": framed("Transfer-Encoding: x, chunked", body=b"0\r\n\r\n" + INNER),
    "not quite chunked": framed("Transfer-Encoding: xchunked", body=b"0\r\n\r\n" + INNER),
    "chunked in old HTTP": framed(CHUNKED, body=b"0\r\n\r\n" + INNER, version="HTTP/1.0"),
    "chunked after a vertical tab": framed("Transfer-Encoding:\x0bchunked", body=b"0\r\n\r\n" + INNER),
    "a chunk without a number": framed(CHUNKED, body=b"x\r\n{}\r\n0\r\n\r\n" + INNER),
    "a negative chunk": framed(CHUNKED, body=b"-1\r\n{}\r\n0\r\n\r\n" + INNER),
    "a chunk beyond all numbers": framed(CHUNKED, body=b"ffffffffffffffffff\r\n{}\r\n0\r\n\r\n" + INNER),
    "a chunk that is longer than it says": framed(CHUNKED, body=b"1\r\n{}\r\n0\r\n\r\n" + INNER),
    "a chunk that ends by LF": framed(CHUNKED, body=b"2\n{}\n0\n\n" + INNER),
    "a chunk with a long extension": framed(CHUNKED, body=b"2;" + b"x" * 70_000 + b"\r\n{}\r\n0\r\n\r\n"),
    "chunks that never end": framed(CHUNKED, body=b"2\r\n{}\r\n" * 20),
    "a folded header": framed("X-A: b\r\n Content-Length: 0", f"Content-Length: {len(INNER)}", body=INNER),
    "a folded length": framed(f"Content-Length:\r\n {len(INNER)}", body=INNER),
    "a header that begins with a blank": framed(" Content-Length: 0", f"Content-Length: {len(INNER)}", body=INNER),
    "a lone CR in a header": framed("X-A: b\rContent-Length: 0", f"Content-Length: {len(INNER)}", body=INNER),
    "a zero byte in a header": framed("X-A: b\x00c", f"Content-Length: {len(INNER)}", body=INNER),
    "a zero byte in a name": framed("X-\x00A: b", f"Content-Length: {len(INNER)}", body=INNER),
    "a header without a colon": framed("X-A", f"Content-Length: {len(INNER)}", body=INNER),
    "a header without a name": framed(": x", f"Content-Length: {len(INNER)}", body=INNER),
    "a body on a GET": framed(f"Content-Length: {len(INNER)}", body=INNER, method="GET", target="/api/me"),
    "a body on a HEAD": framed(f"Content-Length: {len(INNER)}", body=INNER, method="HEAD", target="/api/me"),
    "an upgrade": framed("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAAP__",
                         f"Content-Length: {len(INNER)}", body=INNER),
    "a tunnel": framed(method="CONNECT", target="127.0.0.1:25"),
    "a length that is too long": framed("Content-Length: 5000", body=INNER),
    "a wait for permission": framed("Expect: 100-continue", f"Content-Length: {len(INNER)}", body=INNER),
    "another expectation": framed("Expect: 200-ok", f"Content-Length: {len(INNER)}", body=INNER),
}
# These are no requests of HTTP/1.
STRANGE = {
    "nothing": b"", "a line end": b"\r\n", "line ends": b"\r\n" * 2000, "zero bytes": b"\0" * 1000,
    "a word": b"x", "no end": b"GET /api/me HTTP/1.1\r\nHost: 127.0.0.1\r\n",
    "no Host": b"GET /api/me HTTP/1.1\r\n\r\n",
    "two Hosts": b"GET /api/me HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
    "a Host with a path": b"GET /api/me HTTP/1.1\r\nHost: 127.0.0.1/x\r\n\r\n",
    "a Host with a user": b"GET /api/me HTTP/1.1\r\nHost: ada@127.0.0.1\r\n\r\n",
    "old HTTP": b"GET /api/config\r\n\r\n", "older HTTP": b"GET /api/config\n",
    "later HTTP": b"GET /api/me HTTP/3.0\r\nHost: a\r\n\r\n",
    "a small version": b"GET /api/me HTTP/0.9\r\nHost: a\r\n\r\n",
    "a long version": b"GET /api/me HTTP/1.11\r\nHost: a\r\n\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0" * 100,
    "TLS": b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03" + b"\x5a" * 508,
    "SSH": b"SSH-2.0-OpenSSH_9.2\r\n", "a proxy's greeting": b"PROXY TCP4 127.0.0.1 127.0.0.1 1 2\r\n" + INNER,
    "FastCGI": bytes([1, 1, 0, 1, 0, 8, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
    "blanks in the first line": b"GET  /api/me  HTTP/1.1\r\nHost: a\r\n\r\n",
    "a blank in the path": b"GET /api/me x HTTP/1.1\r\nHost: a\r\n\r\n",
    "a method with a colon": b"GET: /api/me HTTP/1.1\r\nHost: a\r\n\r\n",
    "a long method": b"G" * 8000 + b" /api/me HTTP/1.1\r\nHost: a\r\n\r\n",
    "a long path": b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "a long header": b"GET /api/me HTTP/1.1\r\nHost: a\r\nX-A: " + b"b" * 9216 + b"\r\n\r\n",
    "many headers": b"GET /api/me HTTP/1.1\r\nHost: a\r\n" + b"X: y\r\n" * 100_000 + b"\r\n",
}


@pytest.mark.parametrize("sent", SMUGGLED.values(), ids=SMUGGLED)
def test_a_request_is_never_taken_for_two(house, sent):
    with house.unharmed():
        answer = house.raw(sent)
        given = [status for status in statuses(answer) if status != 100]
        assert len(given) <= 1, answer
        assert all(400 <= status <= 501 and status != 500 for status in given) or b'"role"' in answer, answer


@pytest.mark.parametrize("sent", STRANGE.values(), ids=STRANGE)
def test_what_is_no_request_is_refused_or_hung_up_on(house, sent):
    with house.unharmed():
        answer = house.raw(sent)
        assert all(400 <= status <= 505 and status != 500 for status in statuses(answer)), answer
        assert SECRET.encode() not in answer


def test_lines_that_end_by_lf_alone_are_read_as_nothing_else(house):
    with house.unharmed():
        answer = house.raw(framed(f"Content-Length: {len(INNER)}", body=INNER).replace(b"\r\n", b"\n", 4))
        assert len(statuses(answer)) <= 1 and statuses(answer)[:1] in ([], [400], [404]), answer


def test_requests_in_one_go_are_answered_in_their_order(house):
    with house.unharmed():
        wanted = ["/api/me", "/api/nothing", "/api/summary", "/api/hosts/nobody", "/index.html", "/api/me"] * 20
        answer = house.raw(b"".join(request("GET", path, headers=["Accept-Encoding: identity"]) for path in wanted))
        assert [200 if path in ("/api/me", "/api/summary", "/index.html") else 404 for path in wanted] == [
            int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


# ---- Bodies


WRITES = [(method, path) for method, path in OPERATIONS if method != "get" and "{token}" not in path]
DEEP = 100_000
HURTFUL = {
    "brackets": b"[" * DEEP, "closed brackets": b"[" * DEEP + b"]" * DEEP,
    "objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "brackets in a field": b'{"tags":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "brackets in a field nobody knows": b'{"x":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "nothing but blanks": b" " * 500_000, "a number beyond all numbers": b'{"retries": 1e999999999}',
    "a number with many digits": b'{"retries": ' + b"9" * 500_000 + b"}", "a tiny number": b'{"retries": 1e-999999999}',
    "digits after the point": b'{"retries": 0.' + b"3" * 500_000 + b"}", "no number": b'{"retries": NaN}',
    "minus nothing": b'{"retries": -}',
    "half a pair": rb'{"name": "\ud800", "note": "\ud800", "title": "\ud800"}',
    "the other half": rb'{"name": "\udc00", "note": "\udc00", "title": "\udc00"}',
    "a pair in UTF-8": b'{"name": "\xed\xa0\x80\xed\xb0\x80", "note": "\xed\xa0\x80", "title": "\xed\xa0\x80"}',
    "a zero byte in a text": rb'{"name": "a\u0000b", "note": "a\u0000b", "title": "a\u0000b"}',
    "a zero byte in a name": rb'{"name\u0000": "a", "note\u0000": "a"}', "a raw zero byte": b'{"name": "a\0b"}',
    "a byte order mark": b'\xef\xbb\xbf{"x": 1}', "UTF-16": '{"name": "a"}'.encode("utf-16"),
    "an overlong quote": b'{"name": "a\xc0\xa2"}', "a comment": b'{"name": "a" /* b */}',
    "a comma too many": b'{"name": "a",}', "quotes of the wrong kind": b"{'name': 'a'}",
    "many names": b"{" + b",".join(b'"k%d":0' % n for n in range(60_000)) + b"}",
    "one name many times": b"{" + b",".join([b'"x":0'] * 100_000) + b"}",
    "entries": b'{"tags": [' + b",".join(b'"t%d"' % n for n in range(80_000)) + b"]}",
    "entries that are to differ": b'{"parents": [' + b",".join(b'"%d"' % n for n in range(80_000)) + b"]}",
    "cut short": b'{"name": "Li', "a lone text": b'"x"', "a lone number": b"7", "null": b"null", "a list": b"[]",
    "a long name": b'{"' + b"x" * 1_000_000 + b'": 0}', "too long": b'{"name": "' + b"x" * 1_100_000 + b'"}',
}


@pytest.mark.parametrize("method,path", WRITES)
def test_a_body_that_is_made_to_hurt_is_refused(house, method, path):
    target, _ = potent(method, path)
    takes_one = "requestBody" in OPENAPI["paths"][path][method]
    with house.unharmed():
        for name, body in HURTFUL.items():
            if not takes_one and len(body) <= 2**20:
                continue  # it is not checked
            if path == "/api/hosts/import" and body == b"[]":
                continue  # an import of no line at all
            answer = house.raw(request(method.upper(), target, body))
            assert statuses(answer)[0] in (400, 413, 422), (name, answer)
            assert len(answer) < 20_000, (name, len(answer))


def test_a_body_that_ends_early_is_not_acted_upon(house):
    with house.unharmed():
        for method, path in WRITES:
            target, body = potent(method, path)
            sent = request(method.upper(), target, body)
            for cut in {1, len(body) // 2, len(body)} - {0} if body else ():
                answer = house.raw(sent[:-cut])
                assert all(status in (400, 408) for status in statuses(answer)), answer


def text_fields(schema):
    """The names of the settings whose values are texts, or lists of them."""
    for name, field in schema["properties"].items():
        types = field.get("type", [])
        types = [types] if isinstance(types, str) else types
        if "string" in types or "enum" in field or "anyOf" in field:
            yield name, lambda text: text
        elif "array" in types:
            yield name, lambda text: [text]


@pytest.mark.parametrize("text", ["x" * (2**20 - 200), "é" * 50_000, "\0", "a\nb", "\u202e" * 30_000],
                         ids=["a MiB", "not ASCII", "a zero byte", "a line end", "from right to left"])
def test_a_text_that_no_setting_takes_is_refused_in_each(house, text):
    with house.unharmed():
        for name, value in text_fields(OPENAPI["components"]["schemas"]["HostSettings"]):
            if name == "notes" and text == "a\nb":
                continue  # it has lines
            body = json.dumps({name: value(text)}, ensure_ascii=False).encode()
            answer = house.raw(request("PATCH", f"/api/hosts/{LINE}", body))
            assert statuses(answer) == [422], (name, answer[:2000])
            assert len(answer) < 20_000
