"""Websites that are watched as a user has set them up: real lighttpd on both sides, the API, and monitord between them."""

import time

import pytest

from certificates import Certificates
from daemon import Daemon, copy_for_everyone, folder_in_memory
from stack import AS_ROOT, Web
from website import LOGIN, Website

TOKEN = "t0ken-of-a-site"
DAY = 86400
# A handshake of TLS on a busy machine is within the timeout.
CONFIG = {"interval": 2, "timeout": 1.8, "retries": 1, "fail_threshold": 3, "digest_window": 0,
          "access": {"anonymous": "admin"}}


@pytest.fixture(scope="module", name="made")
def fixture_made():
    with folder_in_memory() as folder:
        yield folder, Certificates(folder / "certificates")


@pytest.fixture(scope="module", name="site")
def fixture_site(made):
    folder, certificates = made
    with Website(folder, certificates) as site:
        yield site


@pytest.fixture(scope="module", name="web")
def fixture_web(made):
    folder, certificates = made
    with Web(config={**CONFIG, "ca_file": str(certificates.authority)}) as web:
        yield web


@pytest.fixture(scope="module", name="daemon")
def fixture_daemon(web, made):
    # As the user that the API is, in the folder that both share.
    launcher = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--inh-caps=-all,+net_raw",
                "--ambient-caps=-all,+net_raw"] if AS_ROOT else []
    for path in made[0].rglob("*.pem"):
        path.chmod(0o644)
    daemon = Daemon(web.data, config=None, launcher=launcher, program=copy_for_everyone(web.folder))
    with daemon.start_and_watch():
        yield daemon


def checked(web, daemon, name, url, condition=lambda h: h["last_check"], **settings):
    """What is published of a website after its first check."""
    web.add(name, "", check="http", url=url, **settings)
    return daemon.until_host(name, condition)


def test_a_website_is_up_with_the_time_of_each_step(web, daemon, site):
    found = checked(web, daemon, "plain", site.url + "/", keyword="systems are go")
    assert (found["status"], found["reason"]) == ("up", "")
    assert 0 <= found["connect_ms"] + found["first_byte_ms"] <= found["rtt_ms"]
    assert found.get("tls_ms") is None and found.get("cert_expires") is None


def test_over_ipv6_it_is_as_good(web, daemon, site):
    found = checked(web, daemon, "six", site.url6 + "/", ip_version=6)
    assert (found["status"], found["reason"]) == ("up", "")


def test_a_good_certificate_is_read_and_its_handshake_timed(web, daemon, site):
    found = checked(web, daemon, "tls", site.tls["good"] + "/", ip_version=4, warn_days=[1])
    assert (found["status"], found["reason"]) == ("up", "")
    assert time.time() + DAY < found["cert_expires"] < time.time() + 3 * DAY
    assert found["cert_issuer"] == "Authority of a test"
    assert found["tls_ms"] > 0 and found["name_ms"] >= 0


@pytest.mark.parametrize("name, reason", [
    ("expired", "certificate expired"),
    ("wrong_host", "certificate is for mail.elsewhere.example, not for localhost"),
    ("self_signed", "certificate is not trusted: self-signed"),
])
def test_a_bad_certificate_fails_with_its_own_reason_and_is_read_all_the_same(web, daemon, site, name, reason):
    found = checked(web, daemon, name, site.tls[name] + "/", ip_version=4)
    assert found["status"] == "failing"
    assert found["reason"].startswith(reason)
    assert found["cert_expires"] > 0


def test_who_does_not_verify_takes_any_certificate_that_has_not_expired(web, daemon, site):
    for name, status in (("wrong_host", "up"), ("self_signed", "up"), ("expired", "failing")):
        found = checked(web, daemon, f"any {name}", site.tls[name] + "/?any", ip_version=4, verify_tls=False)
        assert found["status"] == status, found["reason"]


@pytest.mark.parametrize("path, settings, reason", [
    ("/broken.sh", {}, "500 instead of 200-399"),
    ("/broken.sh?", {"expect_status": "500"}, ""),
    ("/missing", {"method": "HEAD"}, "404 instead of 200-399"),
    ("/", {"keyword": "in trouble"}, 'keyword "in trouble" not found'),
    ("/", {"keyword": "systems", "keyword_absent": True}, 'keyword "systems" found'),
    ("/huge.html", {}, ""),
    ("/moved", {"keyword": "systems"}, ""),
    ("/moved", {"follow_redirects": False, "expect_status": "200"}, "301 instead of 200"),
    ("/circle", {}, "more than 5 redirects"),
    ("/circle?", {"max_redirects": 2}, "more than 2 redirects"),
    ("/state.sh", {"field": "checks[0].state", "expect": "ok"}, ""),
    ("/state.sh?1", {"field": "/checks/0/queue", "expect": "21.5", "min": 20, "max": 22}, ""),
    ("/state.sh?2", {"field": "checks[0].queue", "max": 20}, "checks[0].queue is 21.5, more than 20"),
    ("/state.sh?3", {"field": "checks[1]"}, "the answer has no field checks[1]"),
    ("/posted.sh", {"method": "POST", "body": '{"a": 1}', "keyword": 'application/json: {"a": 1}'}, ""),
    ("/posted.sh?1", {"method": "POST", "body": "<a/>", "content_type": "text/xml", "keyword": "text/xml: <a/>"}, ""),
])
def test_a_page_is_judged_by_what_is_expected_of_it(web, daemon, site, path, settings, reason):
    name = f"{path} {settings}"[:100]
    found = checked(web, daemon, name, site.url + path, **settings)
    assert (found["status"], found["reason"]) == ("failing" if reason else "up", reason)


def test_a_redirect_to_tls_is_followed_and_its_certificate_read(web, daemon, site):
    found = checked(web, daemon, "to tls", site.url + "/to-tls", ip_version=4, warn_days=[1])
    assert (found["status"], found["reason"]) == ("up", "")
    assert found["cert_expires"] > time.time()


def test_a_website_slower_than_it_should_be_is_degraded(web, daemon, site):
    found = checked(web, daemon, "slow", site.url + "/slow.sh", lambda h: h["status"] == "degraded", slow_ms=50)
    assert found["first_byte_ms"] > 150


def test_a_website_that_nobody_serves_refuses(web, daemon):
    assert checked(web, daemon, "nobody", "http://127.0.0.1:9/")["reason"] == "connection refused"


def test_a_site_that_wants_digest_gets_it(web, daemon, site):
    user, password = LOGIN
    digest = {"username": user, "auth": "digest", "keyword": "never send it"}
    good = checked(web, daemon, "digest", site.url + "/digest/", password=password, **digest)
    assert (good["status"], good["reason"]) == ("up", "")
    bad = checked(web, daemon, "wrong digest", site.url + "/digest/?", password=password + "!", **digest)
    assert bad["reason"] == "401 instead of 200-399"


def test_a_password_and_a_header_reach_the_site_and_nobody_else(web, daemon, site):
    user, password = LOGIN
    secret = {"username": user, "password": password, "headers": {"X-Token": TOKEN}}
    good = checked(web, daemon, "private", site.url + "/private/", **secret)
    assert (good["status"], good["reason"]) == ("up", "")
    bad = checked(web, daemon, "wrong password", site.url + "/private/?", **{**secret, "password": password + "!"})
    assert bad["reason"] == "401 instead of 200-399"

    kept = web.data / "secrets.json"
    assert password in kept.read_text() and kept.stat().st_mode & 0o007 == 0
    texts = [daemon.log(), (site.folder / "error.log").read_text(), web.get("/api/hosts").body.decode()]
    texts += [p.read_text() for p in web.data.rglob("*") if p.is_file() and p != kept]
    with open(f"/proc/{daemon.process.pid}/cmdline") as command:
        texts.append(command.read())
    for text in texts:
        assert password not in text and TOKEN not in text
