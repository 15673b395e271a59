"""Checks of ports, certificates and name servers, by real servers on this machine."""

import contextlib
import os
import shutil
import socket
import struct
import subprocess
import threading
import time

import pytest

from certificates import Certificates
from daemon import Daemon, folder_in_memory, host
from http_sink import HttpSink
from mail_server import MailServer
from until import until

# A busy machine still shakes hands within the timeout.
CONFIG = {"interval": 2, "timeout": 1, "retries": 1, "fail_threshold": 1, "digest_window": 0}
LONG_TEXT = "x" * 200


class Speaker:
    """Takes connections, says its words to each, and then nothing more."""

    def __init__(self, words=b"", address="127.0.0.1"):
        self.words = words
        self.listener = socket.create_server((address, 0), family=socket.AF_INET6 if ":" in address else socket.AF_INET)
        self.port = self.listener.getsockname()[1]
        self.taken = []
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        with contextlib.suppress(OSError):  # it was closed
            while True:
                taken, _ = self.listener.accept()
                taken.sendall(self.words)
                self.taken.append(taken)  # and so stays open

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for taken in self.taken:
            taken.close()


@contextlib.contextmanager
def closed_port():
    """One that nobody listens at, and nobody else gets."""
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield reserved.getsockname()[1]


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextlib.contextmanager
def listening(command, port, **settings):
    """Runs a server from when it takes connections at the port until the end of the `with`."""
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                          **settings) as process:
        def answers():
            assert process.poll() is None, process.stderr.read()
            with socket.socket() as asker:
                return asker.connect_ex(("127.0.0.1", port)) == 0
        try:
            until(answers, 10, f"{command[0]} does not listen")
            yield
        finally:
            process.kill()


def name_bytes(name):
    """As messages of the domain name system have it."""
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"


SOA = (name_bytes("ns.test.example") + name_bytes("hostmaster.test.example") +
       struct.pack("!5I", 2026113001, 7200, 3600, 1209600, 300))


@contextlib.contextmanager
def dnsmasq():
    """Its port, at 127.0.0.1 and ::1. It knows names below test.example, and asks nobody about others."""
    port = free_port(socket.SOCK_DGRAM)
    records = ["--host-record=www.test.example,10.1.2.3,2001:db8::1", "--cname=alias.test.example,www.test.example",
               "--mx-host=test.example,mail.test.example,10", "--txt-record=test.example,v=spf1 -all",
               "--txt-record=pieces.test.example,v=spf1 mx, -all", "--ptr-record=3.2.1.10.in-addr.arpa,www.test.example",
               "--srv-host=_sip._udp.test.example,sip.test.example,5060,0,5",
               "--caa-record=test.example,0,issue,letsencrypt.org",
               f"--dns-rr=test.example,2,{name_bytes('ns.test.example').hex()}",
               f"--dns-rr=test.example,6,{SOA.hex()}",
               "--txt-record=long.test.example," + ",".join([LONG_TEXT] * 10), "--auth-ttl=1"]
    command = ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--pid-file=", "--no-hosts", "--no-resolv",
               "--user=" + os.environ.get("USER", "root" if os.geteuid() == 0 else ""), f"--port={port}",
               "--listen-address=127.0.0.1,::1", "--bind-interfaces", "--local=/test.example/", *records]
    environment = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"}
    with listening(command, port, env=environment):
        yield port


@pytest.fixture(scope="module")
def watched():
    """A monitord that has checked all of these once, with what they are."""
    with contextlib.ExitStack() as stack:
        enter = stack.enter_context
        folder = enter(folder_in_memory())
        made = Certificates(folder / "certificates")
        ssh = enter(Speaker(b"SSH-2.0-OpenSSH_9.2p1\r\n"))
        six = enter(Speaker(b"220 mail.example ESMTP\r\n", "::1"))
        silent = enter(Speaker())
        closed = enter(closed_port())
        names = enter(dnsmasq())

        def tls(name, certificate, ip="127.0.0.1", **settings):
            sink = enter(HttpSink(certificate=certificate))
            return host(name, ip, check="tls", port=sink.port, **{"warn_days": [], **settings})

        def dns(name, query, record="A", ip="127.0.0.1", **settings):
            return host(name, ip, check="dns", port=names, query=query, record=record, **settings)

        hosts = [
            host("port", "127.0.0.1", check="tcp", port=silent.port),
            host("named port", "localhost", check="tcp", port=ssh.port),
            host("closed port", "127.0.0.1", check="tcp", port=closed),
            host("ssh", "127.0.0.1", check="tcp", port=ssh.port, expect="SSH-2.0"),
            host("no ssh", "::1", check="tcp", port=six.port, expect="SSH-2.0"),
            host("six", "::1", check="tcp", port=six.port, expect="ESMTP"),
            host("silent", "127.0.0.1", check="tcp", port=silent.port, expect="SSH-2.0"),
            tls("good", made.good),
            tls("good by name", made.good, ip="localhost"),
            tls("other name", made.good, server_name="www.test.example"),
            tls("expired", made.expired),
            tls("expired, any authority", made.expired, verify_tls=False),
            tls("wrong host", made.wrong_host),
            tls("server name", made.wrong_host, server_name="mail.elsewhere.example"),
            tls("self-signed", made.self_signed),
            tls("self-signed, any authority", made.self_signed, verify_tls=False),
            host("no tls", "127.0.0.1", check="tls", port=ssh.port),
            host("silent tls", "127.0.0.1", check="tls", port=silent.port),
            host("closed tls", "127.0.0.1", check="tls", port=closed),
            dns("a", "www.test.example", expect="10.1.2.3"),
            dns("any a", "WWW.test.example."),
            dns("another a", "www.test.example", expect="10.1.2.4"),
            dns("aaaa", "www.test.example", "AAAA", expect="2001:DB8:0::1"),
            dns("cname", "alias.test.example", "CNAME", expect="www.test.example."),
            dns("a by cname", "alias.test.example", expect="10.1.2.3"),
            dns("mx", "test.example", "MX", expect="mail.test.example"),
            dns("mx 10", "test.example", "MX", expect="10 mail.test.example"),
            dns("no mx", "www.test.example", "MX"),
            dns("txt", "test.example", "TXT", expect="v=spf1 -all"),
            dns("long txt", "long.test.example", "TXT", expect=LONG_TEXT * 4),
            dns("long txt, any", "long.test.example", "TXT"),
            dns("txt as dig has it", "pieces.test.example", "TXT", expect='"v=spf1 mx" " -all"'),
            dns("part of txt", "pieces.test.example", "TXT", expect="v=spf1 *"),
            dns("no such part of txt", "pieces.test.example", "TXT", expect="v=spf2 *"),
            dns("ns", "test.example", "NS", expect="NS.test.example."),
            dns("soa", "test.example", "SOA",
                expect="ns.test.example. hostmaster.test.example. 2026113001 7200 3600 1209600 300"),
            dns("serial", "test.example", "SOA", expect="2026113001"),
            dns("old serial", "test.example", "SOA", expect="2026113000"),
            dns("srv", "_sip._udp.test.example", "SRV", expect="0 5 5060 sip.test.example"),
            dns("caa", "test.example", "CAA", expect='0 issue "letsencrypt.org"'),
            dns("ptr", "3.2.1.10.in-addr.arpa", "PTR", expect="www.test.example"),
            dns("ptr of address", "10.1.2.3", "PTR", expect="www.test.example"),
            dns("no name, as wanted", "nobody.test.example", expect="NXDOMAIN"),
            dns("a name, not as wanted", "www.test.example", expect="NXDOMAIN"),
            dns("by six", "www.test.example", ip="::1", expect="10.1.2.3"),
            dns("no such name", "nobody.test.example"),
            dns("refused", "elsewhere.example"),
            host("no name server", "127.0.0.1", check="dns", port=closed, query="www.test.example"),
        ]
        config = {**CONFIG, "ca_file": str(made.authority)}
        daemon = enter(Daemon(folder / "data", hosts, config)).start()
        daemon.until(lambda p: all(h.get("last_check") for h in p["hosts"]), "not all were checked")
        # Kept, so that no test depends on which check was the last.
        yield {h["name"]: h for h in daemon.published()["hosts"]}


def fault(watched, name):
    """Why it is down."""
    assert watched[name]["status"] == "down", watched[name]
    assert watched[name]["trail"][-1] is None
    return watched[name]["reason"]


@pytest.mark.parametrize("name", [
    "port", "named port", "ssh", "six", "good", "good by name", "server name", "self-signed, any authority", "a",
    "any a", "aaaa", "cname", "a by cname", "mx", "mx 10", "txt", "long txt, any", "by six",
    "txt as dig has it", "part of txt", "ns", "soa", "serial", "srv", "caa", "ptr", "ptr of address",
    "no name, as wanted"])
def test_what_is_as_it_should_be_is_up(watched, name):
    found = watched[name]
    assert (found["status"], found["reason"]) == ("up", "")
    assert 0 < found["rtt_ms"] < 1000


@pytest.mark.parametrize("name, reason", [
    ("closed port", "connection refused"),
    ("no ssh", 'no "SSH-2.0" in the banner "220 mail.example ESMTP" within 1 s'),
    ("silent", "no banner within 1 s"),
    ("other name", "certificate is for localhost, 127.0.0.1, not for www.test.example"),
    ("wrong host", "certificate is for mail.elsewhere.example, not for 127.0.0.1"),
    ("self-signed", "certificate is not trusted: self-signed"),
    ("no tls", "no TLS: the server speaks something else"),
    ("silent tls", "no TLS handshake within 1 s"),
    ("closed tls", "connection refused"),
    ("another a", "answered 10.1.2.3 instead of 10.1.2.4"),
    ("no mx", "no MX record"),
    ("no such part of txt", "answered v=spf1 mx -all instead of v=spf2 *"),
    ("old serial", "answered ns.test.example hostmaster.test.example 2026113001 7200 3600 1209600 300 instead of 2026113000"),
    ("a name, not as wanted", "answered 10.1.2.3 instead of NXDOMAIN"),
    ("no such name", "the name does not exist"),
    ("refused", "the name server refuses to answer (REFUSED)"),
    ("no name server", "port unreachable")])
def test_what_is_wrong_says_what_it_is(watched, name, reason):
    assert fault(watched, name) == reason


@pytest.mark.parametrize("name", ["expired", "expired, any authority"])
def test_an_expired_certificate_says_since_when_and_is_read(watched, name):
    days = int((time.time() - 1706745600) // 86400)  # 2024-02-01
    assert fault(watched, name) in {f"certificate expired {n} days ago" for n in (days - 1, days)}
    assert watched[name]["cert_expires"] == 1706745600
    assert watched[name]["cert_issuer"] == "Authority of a test"


def test_a_certificate_is_shown_with_how_long_each_step_took(watched):
    good = watched["good"]
    assert good["cert_subject"] == "a server of a test"
    assert good["cert_issuer"] == "Authority of a test"
    assert abs(good["cert_expires"] - time.time() - 2 * 86400) < 600
    assert 0 < good["connect_ms"] < good["rtt_ms"]
    assert 0 < good["tls_ms"] < good["rtt_ms"]
    assert watched["port"]["cert_expires"] is None


def test_an_answer_that_is_too_long_for_a_packet_is_compared_as_a_whole(watched):
    reason = fault(watched, "long txt")
    assert reason.startswith("answered xxx") and " instead of xxx" in reason and len(reason) < 250


def test_a_mail_server_is_asked_for_tls_as_mail_servers_are(tmp_path):
    made = Certificates(tmp_path / "certificates")
    address = f"127.{os.getpid() % 200 + 20}.25.87"
    try:
        server = MailServer("starttls", made.good, address=(address, 587))
    except PermissionError:
        pytest.skip("only root may listen at port 587")
    hosts = [host("mail", address, check="tls", port=587, server_name="localhost", warn_days=[])]
    with server, Daemon(tmp_path / "data", hosts, {**CONFIG, "ca_file": str(made.authority)}) as daemon:
        daemon.start()
        found = daemon.until_host("mail", lambda h: h["last_check"])
        assert (found["status"], found["reason"]) == ("up", "")
        assert found["cert_subject"] == "a server of a test"
        server.script["starttls"] = "454 4.7.0 not now"
        daemon.until_host("mail", lambda h: h["reason"] == "no STARTTLS, the mail server says: 454 4.7.0 not now")


def test_a_mail_server_that_is_strict_about_names_is_asked_for_tls_at_any_port(tmp_path):
    made = Certificates(tmp_path / "certificates")
    server = MailServer("starttls", made.good)
    # As Postfix does with reject_invalid_helo_hostname and reject_non_fqdn_helo_hostname.
    server.script["ehlo"] = lambda name: None if "." in name else "504 5.5.2 need fully-qualified hostname"
    hosts = [host("mail", "127.0.0.1", check="tls", port=server.port, starttls="smtp", warn_days=[])]
    with server, Daemon(tmp_path / "data", hosts, {**CONFIG, "ca_file": str(made.authority)}) as daemon:
        daemon.start()
        found = daemon.until_host("mail", lambda h: h["last_check"])
        assert (found["status"], found["reason"]) == ("up", "")
        server.script["ehlo"] = lambda name: "550 5.7.1 not you"
        daemon.until_host("mail", lambda h: h["reason"] == "no STARTTLS, the mail server says: 550 5.7.1 not you")


@contextlib.contextmanager
def openssl_server(certificate, *options):
    """The port of an `openssl s_server`."""
    port = free_port(socket.SOCK_STREAM)
    command = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", certificate.certificate, "-key",
               certificate.key, "-quiet", *options]
    with listening(command, port):
        yield port


def test_a_server_that_wants_a_client_certificate_is_shown_the_one_of_the_host(tmp_path):
    made = Certificates(tmp_path / "certificates")
    wants = ["-Verify", "2", "-verify_return_error", "-CAfile", made.authority]
    with openssl_server(made.good, "-tls1_2", *wants) as old, openssl_server(made.good, "-tls1_3", *wants) as new:
        def tls(name, port, **settings):
            return host(name, "127.0.0.1", check="tls", port=port, warn_days=[], **settings)

        known = {"client_cert": "noc.pem", "client_key": "noc.key"}
        stranger = {"client_cert": "stranger.pem"}
        hosts = [tls("old", old, **known), tls("new", new, **known), tls("old, none", old),
                 tls("old, stranger", old, **stranger), tls("new, stranger", new, **stranger),
                 tls("gone", new, client_cert="gone.pem")]
        daemon = Daemon(tmp_path / "data", hosts, {**CONFIG, "ca_file": str(made.authority)})
        keys = daemon.data / "keys"
        keys.mkdir(parents=True)
        shutil.copy(made.good.certificate, keys / "noc.pem")
        shutil.copy(made.good.key, keys / "noc.key")
        (keys / "stranger.pem").write_bytes(made.self_signed.certificate.read_bytes() + made.self_signed.key.read_bytes())
        with daemon:
            daemon.start()
            for name in "old", "new":
                found = daemon.until_host(name, lambda h: h["last_check"])
                assert (found["status"], found["reason"]) == ("up", "")
            daemon.until_host("old, none", lambda h: h["reason"] == "the server wants a client certificate")
            for name in "old, stranger", "new, stranger":
                daemon.until_host(name, lambda h: h["reason"].startswith("the server refuses the client certificate: "))
            daemon.until(lambda p: "keys_missing" in {n["code"] for n in p["monitor"]["notices"]}, "a notice says so")
            assert daemon.until_host("gone", lambda h: True)["status"] == "pending"


def test_a_host_that_is_checked_less_often_may_have_a_longer_timeout_than_the_cycle(tmp_path):
    with Speaker() as silent, Speaker(b"ready\r\n") as quick:
        hosts = [host("slow", "127.0.0.1", check="tcp", port=silent.port, expect="ready", interval=4, timeout=2.5),
                 host("quick", "127.0.0.1", check="tcp", port=quick.port, expect="ready")]
        with Daemon(tmp_path / "data", hosts, {**CONFIG, "interval": 1, "timeout": 0.5}) as daemon:
            daemon.start()
            daemon.until_host("slow", lambda h: h["reason"] == 'no banner within 2.5 s')
            # The others have their results each second meanwhile.
            assert len(daemon.until_host("quick", lambda h: True)["trail"]) >= 2


def test_what_was_down_is_up_when_it_answers_again(tmp_path):
    with closed_port() as port:
        hosts = [host("service", "127.0.0.1", check="tcp", port=port)]
        with Daemon(tmp_path / "data", hosts, {**CONFIG, "interval": 1, "timeout": 0.5}) as daemon:
            daemon.start()
            daemon.until_host("service", lambda h: h["status"] == "down")
            with socket.socket() as listener:
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
                listener.bind(("127.0.0.2", port))
                listener.listen()
                daemon.edit_by_hand(lambda p: p["hosts"][0].update(ip="127.0.0.2"))
                daemon.until_host("service", lambda h: h["ip"] == "127.0.0.2" and h["status"] == "up")


def test_a_certificate_near_its_end_is_one_alert_and_so_is_that_it_was_renewed():
    with folder_in_memory() as folder:
        made = Certificates(folder / "certificates")
        with HttpSink(certificate=made.good) as site, MailServer() as server:
            mail = {"host": "localhost", "port": server.port, "security": "none", "from": "linewatch@example.net",
                    "to": ["noc@example.net"]}
            config = {**CONFIG, "interval": 1, "timeout": 0.9, "ca_file": str(made.authority), "smtp": mail}
            hosts = [host("shop", "127.0.0.1", check="tls", port=site.port)]
            subjects = lambda: [mail.message["Subject"] for mail in server.mails]  # noqa: E731
            daemon = Daemon(folder / "data", hosts, config)
            with daemon.start_and_watch():
                until(lambda: server.mails, 15, subjects)
                shop = daemon.until_host("shop", lambda h: h["cert_warned"])
                assert (shop["status"], shop["reason"][:16]) == ("degraded", "the certificate ")
                assert subjects()[0].startswith("CERTIFICATE shop (127.0.0.1), expires in ")
                until(lambda: not list((daemon.data / "outbox").glob("*.json")), 5, "the mail counts as delivered")
            with daemon.start_and_watch():
                daemon.until_host("shop", lambda h: h["last_check"] > shop["last_check"] + 3)
                assert len(server.mails) == 1, subjects()
                site.show(made.renewed)
                until(lambda: len(server.mails) == 2, 15, subjects)
                assert subjects()[1].startswith("RENEWED shop (127.0.0.1), the certificate is now valid until ")
                assert daemon.until_host("shop", lambda h: h["status"] == "up")["cert_warned"] is None
