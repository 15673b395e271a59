"""Many hosts at once, through lighttpd: files as spreadsheets save them, whole or not at all, and out again."""

import csv
import io
import json
import subprocess
import time

import pytest

CSV = {"Content-Type": "text/csv"}
PLAIN = {"Content-Type": "text/plain"}
HEADER = "name,ip,group,tags,parents,notes\n"


def sent(web, body, dry_run=False, headers=CSV):
    path = "/api/hosts/import" + ("?dry_run=1" if dry_run else "")
    return web.send("POST", path, body=body if isinstance(body, bytes) else body.encode(), headers=headers)


def table(lines, note="some notes"):
    """A tree of hosts: the parent of each is the one of a twentieth of its number."""
    rows = (f'Line {i},10.{i // 62500}.{i // 250 % 250}.{i % 250 + 1},Group {i % 7},"a b",'
            f'{f"Line {i // 20}" if i else ""},"{note}, here"\n' for i in range(lines))
    return HEADER + "".join(rows)


def test_a_file_from_excel_is_imported_as_it_is(web):
    text = "\ufeffLine;IP address;Group;Timeout\r\n\"Müller; Söhne\";192.0.2.1;Süd;0,5\r\nB;192.0.2.2;;\r\n;;;\r\n"
    answer = sent(web, text)
    assert answer.status == 200, answer
    first, second = web.stored()["hosts"]
    assert (first["name"], first["ip"], first["group"], first["timeout"]) == ("Müller; Söhne", "192.0.2.1", "Süd", 0.5)
    assert (second["name"], second["group"], second["timeout"]) == ("B", "", None)
    assert [event["action"] for event in web.events()] == ["add", "add"]
    assert sent(web, text).json()["same"] == 2


def test_lines_that_somebody_pastes_are_imported(web):
    answer = sent(web, "# core\nGateway, 192.0.2.1\nServer B\t192.0.2.2\n192.0.2.3\n", headers=PLAIN)
    assert [(host["line"], host["name"], host["ip"]) for host in answer.json()["add"]] == [
        (2, "Gateway", "192.0.2.1"), (3, "Server B", "192.0.2.2"), (4, "192.0.2.3", "192.0.2.3")]
    assert len(web.stored()["hosts"]) == 3


def test_ten_thousand_hosts_are_imported_in_seconds(web):
    begin = time.monotonic()
    plan = sent(web, table(10000), dry_run=True).json()
    took = time.monotonic() - begin
    print(f"\ndry run of 10,000 lines: {took:.2f} s")
    assert len(plan["add"]) == 10000 and not plan["refuse"]
    assert took < 5
    assert sent(web, table(10000)).status == 200
    assert len(web.stored()["hosts"]) == 10000
    assert len(web.events()) == 10000
    again = sent(web, web.get("/api/hosts/export").body, dry_run=True).json()
    assert (again["same"], again["add"], again["change"], again["refuse"]) == (10000, [], [], [])


def test_one_host_more_than_there_may_be_is_refused(web):
    answer = sent(web, table(10001))
    assert answer.status == 422
    assert answer.json()["refuse"] == [{"line": 10002, "field": "", "message": "expected at most 10000 hosts"}]
    assert sent(web, "A, 192.0.2.1\n").status == 200


def test_an_import_may_have_eight_mebibytes_and_no_more(web):
    largest = 8 << 20
    text = table(2000, note="n" * 3900)
    padded = text + "\n" * (largest - len(text))
    answer = sent(web, padded)
    assert answer.status == 200, answer
    assert len(web.stored()["hosts"]) == 2000
    assert sent(web, padded + "\n").status == 413
    assert web.send("POST", "/api/hosts", body=b" " * (2 << 20)).status == 413  # of other routes 1 MiB is the most


def test_one_line_that_is_wrong_keeps_all_others_out(web):
    web.add("Server A", "192.0.2.1")
    before = web.stored()["hosts"]
    lines = table(500).splitlines()
    lines[250] = "Line 249,not an address,,,,"
    answer = sent(web, "\n".join(lines))
    assert answer.status == 422
    assert [(refused["line"], refused["field"]) for refused in answer.json()["refuse"]] == [(251, "ip")]
    assert answer.json()["errors"][0]["message"].startswith("line 251: expected")
    assert web.stored()["hosts"] == before
    assert len(web.events()) == 1


@pytest.mark.parametrize("body,headers,status", [
    ("name,ip\nA,192.0.2.1".encode("utf-16"), CSV, 400),
    ("name;ip\nMüller;192.0.2.1".encode("latin-1"), CSV, 400),
    (b'name,ip\n"A,192.0.2.1\n', CSV, 400),
    (b"PK\x03\x04" + bytes(range(256)) * 50, CSV, 400),
    (b"\0" * 1000, PLAIN, 400),
    (b"{", {"Content-Type": "application/json"}, 400),
    (b'{"lines": []}', {"Content-Type": "application/json"}, 400),
    (b"[" * 100000, {"Content-Type": "application/json"}, 400),
    (b'["A", 7, null]', {"Content-Type": "application/json"}, 422),
    (b"," * 100000, CSV, 400),
    (b"garbage of some kind\n" * 1000, PLAIN, 422),
    (b"<html><body>login</body></html>", PLAIN, 422),
    (b"name,ip\nA,192.0.2.1\n", {"Content-Type": "application/vnd.ms-excel"}, 415),
])
def test_garbage_is_refused_in_words(web, body, headers, status):
    answer = sent(web, body, headers=headers)
    assert answer.status == status, answer
    assert answer.json()["detail"]
    assert not (web.data / "hosts.json").exists()


def test_nobody_but_an_admin_imports_and_no_page_of_another_origin(web):
    web.write_config({"access": {"anonymous": "operator"}})
    assert sent(web, "A, 192.0.2.1\n").status == 403
    web.write_config({"access": {"anonymous": "admin"}})
    assert sent(web, "A, 192.0.2.1\n", headers={**PLAIN, "Origin": "http://evil.example"}).status == 403


def test_an_export_is_a_table_that_any_reader_of_csv_understands(web):
    web.add("=HYPERLINK(\"http://192.0.2.9\")", "192.0.2.1", notes="two\nlines", tags=["a b", "c"])
    answer = web.get("/api/hosts/export")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="linewatch-hosts-')
    assert answer.body.startswith(b"\xef\xbb\xbf")
    [row] = csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"), newline=""))
    assert row["name"] == "'=HYPERLINK(\"http://192.0.2.9\")"
    assert row["notes"] == "two\nlines"
    assert json.loads(row["tags"]) == ["a b", "c"]
    assert sent(web, answer.body).json()["same"] == 1


def test_prometheus_has_nothing_to_say_against_the_metrics(web):
    web.add('Say "hi"\\', "192.0.2.1")
    answer = web.get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    checked = subprocess.run(["promtool", "check", "metrics"], input=answer.body, capture_output=True)
    assert (checked.returncode, checked.stderr.decode()) == (0, "")
