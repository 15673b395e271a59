"""Who signs in, and as what: the installed configuration of lighttpd, linewatch-passwd and linewatch-certificate."""

import os
import pty
import re
import socket
import ssl
import subprocess
import urllib.parse

import pytest

from certificates import Certificates
from stack import API, AS_ROOT, PASSWORD, TOP, Web, free_port
from until import until

VIEWERS = {"access": {"anonymous": "viewer", "roles": {"alice": "admin", "olga": "operator"}}}
HOST = {"name": "Line", "ip": "127.0.0.1"}
PASSWD = TOP / "lighttpd/linewatch-passwd"
CERTIFICATE = TOP / "lighttpd/linewatch-certificate"


@pytest.fixture(scope="module", name="signed")
def fixture_signed():
    with Web(config=VIEWERS, users=["alice", "olga", "vera"]) as running:
        yield running


# ---- Signing in and out

def test_sign_in_asks_for_a_password_and_leads_back_to_the_page(signed):
    asked = signed.get("/login")
    assert asked.status == 401
    assert re.match(r'Basic realm="Linewatch"', asked.headers["WWW-Authenticate"])
    given = signed.get("/login", user="alice")
    assert (given.status, given.headers["Location"]) == (303, "/")
    assert given.headers["Cache-Control"] == "no-cache"


def test_sign_out_refuses_everybody_so_that_the_browser_forgets(signed):
    for user in (None, "alice"):
        answer = signed.get("/logout", user=user)
        assert answer.status == 401
        assert "WWW-Authenticate" in answer.headers
        assert b"You are signed out" in answer.body


def test_who_signs_in_has_his_role_and_who_has_none_that_of_everybody(signed):
    who = {user: signed.get("/api/me", user=user).json()["role"] for user in (None, "alice", "olga", "vera")}
    assert who == {None: "viewer", "alice": "admin", "olga": "operator", "vera": "viewer"}


def test_only_an_admin_adds_a_host(signed):
    for user, status in ((None, 403), ("vera", 403), ("olga", 403), ("alice", 201)):
        assert signed.send("POST", "/api/hosts", HOST, user=user).status == status, user


def test_a_wrong_password_is_refused_even_to_look_and_logged_with_its_address(signed):
    wrong = {"Authorization": "Basic YWxpY2U6d3Jvbmc="}
    for path in ("/api/hosts", "/api", "/metrics", "/", "/login"):
        assert signed.get(path, headers=wrong).status == 401, path
    filter_lines = (TOP / "lighttpd/fail2ban-filter.conf").read_text()
    expression = re.search(r"^failregex = (.*)$", filter_lines, re.M)[1].replace("<HOST>", r"(?P<host>\S+)")
    assert {match["host"] for match in re.finditer(expression, signed.log(), re.M)} == {"127.0.0.1"}


def test_a_name_cannot_lead_the_filter_to_another_address(signed):
    forged = {"Authorization": "Basic bm9ib2R5IElQOiAxOTIuMC4yLjE6eA=="}  # "nobody IP: 192.0.2.1:x"
    assert signed.get("/api/me", headers=forged).status == 401
    filter_lines = (TOP / "lighttpd/fail2ban-filter.conf").read_text()
    expression = re.search(r"^failregex = (.*)$", filter_lines, re.M)[1].replace("<HOST>", r"(?P<host>\S+)")
    assert "192.0.2.1" not in {match["host"] for match in re.finditer(expression, signed.log(), re.M)}


def test_a_heartbeat_needs_no_password_and_its_address_gets_into_no_log(signed):
    wrong = {"Authorization": "Basic YWxpY2U6d3Jvbmc="}
    assert signed.get("/api/push/0123456789secrettoken", headers=wrong).status == 404
    assert "secrettoken" not in signed.log() + (signed.folder / "access.log").read_text()


# ---- linewatch-passwd

@pytest.fixture(name="accounts")
def fixture_accounts(tmp_path):
    return Accounts(tmp_path)


class Accounts:
    """A data folder and a file of users, and linewatch-passwd for them."""

    def __init__(self, folder):
        self.users = folder / "etc/users"
        self.users.parent.mkdir()
        self.data = folder / "data"
        self.data.mkdir()
        (self.data / "config.json").write_text('{"access": {"anonymous": "viewer"}, "interval": 20}')
        self.environment = {"PATH": os.environ["PATH"], "LINEWATCH_USERS": str(self.users),
                            "LINEWATCH_DATA": str(self.data), "LINEWATCH_LIVE": str(self.data),
                            "LINEWATCH_API": str(API), "LINEWATCH_WEB_GROUP": "nogroup"}

    def passwd(self, *arguments, password=None, expect=0):
        ran = subprocess.run([PASSWD, *arguments], input=password and password + "\n", capture_output=True, text=True,
                             timeout=30, check=False, env=self.environment)
        assert ran.returncode == expect, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr


def test_a_user_is_added_listed_given_a_role_and_removed(accounts):
    assert "as admin" in accounts.passwd("add", "alice", "admin", password=PASSWORD)
    assert "as viewer" in accounts.passwd("add", "bob", password="another secret")
    accounts.passwd("role", "bob", "operator")
    assert accounts.passwd("list").split() == ["alice", "admin", "bob", "operator"]
    accounts.passwd("remove", "alice")
    assert accounts.passwd("list").split() == ["bob", "operator"]
    assert '"interval": 20' in (accounts.data / "config.json").read_text()
    assert "alice" not in (accounts.data / "config.json").read_text()


def test_a_new_password_replaces_the_old_one_and_keeps_the_role(accounts):
    accounts.passwd("add", "alice", "admin", password=PASSWORD)
    old = accounts.users.read_text()
    assert "as admin" in accounts.passwd("add", "alice", password=PASSWORD)
    assert accounts.users.read_text() != old
    assert len(accounts.users.read_text().splitlines()) == 1
    assert re.fullmatch(r"alice:\$2b\$08\$[./A-Za-z0-9]{53}\n", accounts.users.read_text())


def test_a_user_who_is_added_signs_in_at_once(accounts):
    accounts.passwd("add", "alice", password=PASSWORD)
    with Web(config=VIEWERS) as web:
        assert web.get("/api/me", user="alice").status == 401
        (web.folder / "users").write_text(accounts.users.read_text())
        assert web.get("/api/me", user="alice").json() == {"user": "alice", "role": "admin"}


def test_the_file_of_users_is_read_by_nobody_else(accounts):
    accounts.passwd("add", "alice", password=PASSWORD)
    assert accounts.users.stat().st_mode & 0o777 == 0o640
    if AS_ROOT:
        assert accounts.users.owner() == "root" and accounts.users.group() == "nogroup"
    assert [path.name for path in accounts.users.parent.iterdir()] == ["users"]


@pytest.mark.parametrize("arguments, password", [
    (["add", "al:ice"], PASSWORD), (["add", "alice\nbob"], PASSWORD), (["add", ""], PASSWORD), (["add", "a" * 65], PASSWORD),
    (["add", "alice", "root"], PASSWORD), (["add", "alice"], "short"), (["add", "alice"], "x" * 73),
    (["add", "alice"], ""), (["role", "nobody", "admin"], None), (["remove", "nobody"], None)])
def test_what_makes_no_sense_is_refused_and_changes_nothing(arguments, password, accounts):
    accounts.passwd("add", "vera", "viewer", password=PASSWORD)
    before = accounts.users.read_text(), (accounts.data / "config.json").read_text()
    assert accounts.passwd(*arguments, password=password, expect=1).startswith("linewatch-passwd: ")
    assert (accounts.users.read_text(), (accounts.data / "config.json").read_text()) == before


def test_at_a_terminal_the_password_is_asked_for_twice_and_not_shown(accounts):
    def type_in(first, second):
        process, terminal = pty.fork()
        if process == 0:
            os.execve(PASSWD, [str(PASSWD), "add", "alice"], accounts.environment)
        shown = b""
        for answer in (first, second):
            while not shown.endswith(b": "):
                shown += os.read(terminal, 1000)
            os.write(terminal, answer + b"\n")
            shown += b"\n"
        try:
            while more := os.read(terminal, 1000):
                shown += more
        except OSError:
            pass  # the other end is closed
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), shown
    status, shown = type_in(b"a long secret", b"another secret")
    assert status == 1 and b"two passwords" in shown and b"secret" not in shown
    status, shown = type_in(b"a long secret", b"a long secret")
    assert status == 0 and b"secret" not in shown


def test_the_first_password_is_shown_once(accounts):
    (accounts.users.parent / "first-password").write_text("abcd2345\n")
    assert "abcd2345" in accounts.passwd("first")
    assert "shown already" in accounts.passwd("first", expect=1)


# ---- TLS

TLS = """
var.port          = "{port}"
var.redirect_port = "{redirect}"
include "{folder}/lighttpd.d/*.conf"
"""


class Encrypted(Web):
    """The web server with what linewatch-certificate puts into force."""

    def __init__(self, *arguments):
        self.redirect = free_port()
        super().__init__(config=VIEWERS, users=["alice"], more=TLS.replace("{redirect}", str(self.redirect)))
        (self.folder / "lighttpd.d").mkdir()
        environment = {"PATH": os.environ["PATH"], "LINEWATCH_TLS": str(self.folder / "tls"),
                       "LINEWATCH_LIGHTTPD_D": str(self.folder / "lighttpd.d"), "LINEWATCH_WEB_GROUP": "nogroup",
                       "LINEWATCH_TLS_CONF": str(self.folder / "lighttpd/tls.conf")}
        self.said = subprocess.run([CERTIFICATE, *arguments], capture_output=True, text=True, timeout=30, check=True,
                                   env=environment).stdout

    def ask(self, path, port=None, host="localhost", trust=None, headers=""):
        """Status line, headers and body, as they came."""
        with socket.create_connection(("127.0.0.1", port or self.port), timeout=10) as plain:
            stream = plain
            if trust:
                stream = ssl.create_default_context(cafile=trust).wrap_socket(plain, server_hostname=host)
            stream.sendall(f"GET {path} HTTP/1.0\r\nHost: {host}:{port or self.port}\r\n{headers}\r\n".encode())
            answer = b""
            while piece := stream.recv(65536):
                answer += piece
            return answer.decode(errors="replace")


@pytest.fixture(scope="module", name="encrypted")
def fixture_encrypted():
    with Encrypted("self-made", "noc.example.org", "192.0.2.7") as running:
        yield running


def test_a_certificate_of_ones_own_making_is_for_the_names_given_and_its_fingerprint_is_shown(encrypted):
    certificate = encrypted.folder / "tls/certificate.pem"
    text = subprocess.run(["openssl", "x509", "-in", certificate, "-noout", "-text", "-fingerprint", "-sha256"],
                          capture_output=True, text=True, check=True).stdout
    assert "DNS:noc.example.org" in text and "IP Address:192.0.2.7" in text
    assert text.splitlines()[-1].split("=")[1] in encrypted.said or text.splitlines()[0].split("=")[1] in encrypted.said


@pytest.mark.skipif(not AS_ROOT, reason="only root gives a file to the web server's group")
def test_the_key_is_read_by_the_web_server_and_nobody_else(encrypted):
    key = encrypted.folder / "tls/key.pem"
    assert (key.stat().st_mode & 0o777, key.owner(), key.group()) == (0o640, "root", "nogroup")


@pytest.mark.parametrize("path", ["/", "/api/hosts", "/metrics", "/login", "/nothing-here"])
def test_with_tls_every_answer_tells_browsers_to_stay_with_it(path, encrypted):
    answer = encrypted.ask(path, trust=encrypted.folder / "tls/certificate.pem")
    assert "Strict-Transport-Security: max-age=31536000\r\n" in answer


@pytest.mark.parametrize("host", ["localhost", "192.0.2.7", "[::1]"])
@pytest.mark.parametrize("path", ["/", "/login", "/api/hosts?q=a%20b", "/logout"])
def test_plain_http_is_sent_to_https_and_never_asked_for_a_password(host, path, encrypted):
    for headers in ("", "Authorization: Basic YWxpY2U6d3Jvbmc=\r\n"):
        answer = encrypted.ask(path, port=encrypted.redirect, host=host, headers=headers)
        assert answer.startswith("HTTP/1.0 308 ")
        location = re.search(r"^Location: (.*)\r$", answer, re.M)[1]
        assert urllib.parse.unquote(location) == urllib.parse.unquote(f"https://{host}:{encrypted.port}{path}")
        assert "WWW-Authenticate" not in answer and "Strict-Transport-Security" not in answer


def test_a_password_over_tls_signs_in(encrypted):
    login = "Authorization: Basic YWxpY2U6Y29ycmVjdCBob3JzZQ==\r\n"
    answer = encrypted.ask("/api/me", trust=encrypted.folder / "tls/certificate.pem", headers=login)
    assert '"admin"' in answer


def test_a_certificate_of_an_authority_is_taken_with_its_key_and_with_no_other(tmp_path):
    made = Certificates(tmp_path)
    with Encrypted("use", made.good.certificate, made.good.key) as web:
        assert web.ask("/", trust=made.authority).startswith("HTTP/1.0 200 ")
    for certificate, key, why in ((made.good.certificate, made.renewed.key, "is not that of"),
                                  (made.expired.certificate, made.expired.key, "expired"),
                                  (made.good.key, made.good.key, "no certificate")):
        with pytest.raises(subprocess.CalledProcessError) as refused:
            Encrypted("use", certificate, key)
        assert why in refused.value.stderr


# ---- Behind a lighttpd that is there already

def test_debians_lighttpd_hands_linewatch_on_with_its_logins(tmp_path):
    config = {**VIEWERS, "public_url": "http://linewatch.example.org/"}
    with Web(config=config, users=["alice"]) as web:
        port = free_port()
        snippet = (TOP / "lighttpd/debian.conf").read_text().replace('"port" => 8000', f'"port" => {web.port}')
        assert str(web.port) in snippet
        (tmp_path / "front.conf").write_text(f'server.port = {port}\nserver.bind = "127.0.0.1"\n'
                                             f'server.document-root = "{tmp_path}"\nserver.modules = ()\n{snippet}')
        front = subprocess.Popen(["lighttpd", "-D", "-f", tmp_path / "front.conf"], env={"PATH": "/usr/sbin:/usr/bin"})
        try:
            until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
            web.port = port
            named = {"Host": "linewatch.example.org"}
            assert web.get("/api/me", headers=named).json() == {"user": None, "role": "viewer"}
            assert web.get("/api/me", headers=named, user="alice").json() == {"user": "alice", "role": "admin"}
            ours = {**named, "Origin": "http://linewatch.example.org"}
            assert web.send("POST", "/api/hosts", HOST, headers=ours, user="alice").status == 201
            foreign = {**named, "Origin": "http://elsewhere.example"}
            assert web.send("POST", "/api/hosts", HOST, headers=foreign, user="alice").status == 403
            assert web.get("/api/me", headers={"Host": "another.example"}).status == 404
        finally:
            front.terminate()
            front.wait(10)
