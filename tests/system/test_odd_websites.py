"""Websites that browsers and curl open, each in a manner that some monitor took for an outage."""

import contextlib
import gzip
import http.server
import shutil
import socket
import ssl
import subprocess
import threading

import pytest

import network
from certificates import Certificates
from daemon import Daemon, folder_in_memory
from until import until
from website import free_port, is_open

# A handshake of TLS on a busy machine is within the timeout.
CONFIG = {"interval": 3, "timeout": 2.5, "retries": 1, "fail_threshold": 3, "digest_window": 0}
PUBLIC = "203.0.113.5"  # RFC 5737


def website(name, url, **settings):
    return {"name": name, "ip": "127.0.0.1", "check": "http", "url": url, "warn_days": [1], **settings}


@contextlib.contextmanager
def openssl(pair, *options):
    """openssl s_server, which answers each GET with a page about the connection; its port."""
    port = free_port()
    command = ["openssl", "s_server", "-quiet", "-www", "-accept", f"127.0.0.1:{port}", "-cert", pair.certificate,
               "-key", pair.key, *options]
    process = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)
    try:
        until(lambda: is_open(port), 10, f"{command} does not listen")
        yield port
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def abrupt(pair):
    """Answers without a length over TLS, and closes without a farewell; cut off where the path says so. Its port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), peer, context.wrap_socket(peer, server_side=True) as tls:
                path = tls.recv(4096).split(b" ")[1]
                head = b"Content-Length: 100\r\n" if path == b"/short" else b""
                head += b"Transfer-Encoding: chunked\r\n" if path == b"/chunks" else b""
                tls.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" +
                            (b"5\r\nhello\r\n" if path == b"/chunks" else b"hello"))
                tls.shutdown(socket.SHUT_RDWR)  # of TCP alone
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


@pytest.fixture(scope="module", name="watched")
def fixture_watched():
    with folder_in_memory() as folder, contextlib.ExitStack() as stack:
        certificates = Certificates(folder / "certificates")
        good = certificates.good
        old = type(good)(folder, "old")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:1024", "-sha1", "-nodes", "-days", "9", "-subj",
                        "/CN=old", "-keyout", old.key, "-out", old.certificate], check=True, capture_output=True)
        def start(*options, pair=good):
            return f"https://127.0.0.1:{stack.enter_context(openssl(pair, *options))}/"
        ancient = start("-tls1", "-cipher", "ALL:@SECLEVEL=0", pair=old)
        finite = start("-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256")
        client = ["-Verify", "1", "-verify_return_error", "-CAfile", certificates.authority]
        wanting, wanting_old = start(*client), start(*client, "-tls1_2")
        second = start("-alpn", "h2")
        end = f"https://127.0.0.1:{stack.enter_context(abrupt(good))}"
        keys = folder / "data" / "keys"
        keys.mkdir(parents=True)
        shutil.copy(good.certificate, keys / "watcher.pem")
        shutil.copy(good.key, keys / "watcher.key")
        (keys / "both.pem").write_text(good.certificate.read_text() + good.key.read_text())
        shutil.copy(certificates.self_signed.certificate, keys / "stranger.pem")
        shutil.copy(certificates.self_signed.key, keys / "stranger.key")
        own = {"client_cert": "watcher.pem", "client_key": "watcher.key"}
        hosts = [
            website("old", ancient, verify_tls=False),
            website("old and strict", ancient + "?strict"),
            website("finite field", finite, verify_tls=False),
            website("farewell missing", end + "/", keyword="hello"),
            website("farewell missing, no keyword", end + "/?"),
            website("short", end + "/short"),
            website("chunks", end + "/chunks"),
            website("wants a certificate", wanting),
            website("wants a certificate by TLS 1.2", wanting_old),
            website("shows a certificate", wanting + "?1", **own),
            website("shows a certificate by TLS 1.2", wanting_old + "?1", **own),
            website("certificate and key in one file", wanting + "?2", client_cert="both.pem"),
            website("shows a stranger's", wanting + "?3", client_cert="stranger.pem", client_key="stranger.key"),
            website("wrong key", wanting + "?4", client_cert="watcher.pem", client_key="stranger.key"),
            website("no such file", wanting + "?5", client_cert="nothing.pem"),
            website("HTTP/2 only", second),
        ]
        config = {**CONFIG, "ca_file": str(certificates.authority)}
        with Daemon(folder / "data", hosts, config) as daemon:
            daemon.start()
            yield daemon


@pytest.mark.parametrize("name, is_good, reason", [
    ("old", True, ""),
    ("old and strict", False, ("TLS handshake failed: ", "certificate is not trusted: ")),
    ("finite field", False, "TLS handshake failed: "),
    ("farewell missing", True, ""),
    ("farewell missing, no keyword", True, ""),
    ("short", False, "the answer ends early"),
    ("chunks", False, "the answer ends early"),
    ("wants a certificate", False, "the server wants a client certificate"),
    ("wants a certificate by TLS 1.2", False, "the server wants a client certificate"),
    ("shows a certificate", True, ""),
    ("shows a certificate by TLS 1.2", True, ""),
    ("certificate and key in one file", True, ""),
    ("shows a stranger's", False, "the server refuses the client certificate: tlsv1 alert unknown ca"),
    ("wrong key", None, "void: keys/stranger.key has not the key of the certificate in keys/watcher.pem"),
    ("no such file", None, "void: keys/nothing.pem cannot be read: No such file or directory"),
    ("HTTP/2 only", False, "the server speaks HTTP/2 only"),
])
def test_a_website_is_told_for_what_it_is(watched, name, is_good, reason):
    found = watched.until_host(name, lambda h: h["last_check"] or h["reason"])
    assert found["statusCurrent"] is is_good, found["reason"]
    assert found["reason"].startswith(reason) and bool(found["reason"]) == bool(reason), found["reason"]


class Leading(http.server.BaseHTTPRequestHandler):
    """Leads to where the query says, or answers compressed."""
    heard = []

    def do_GET(self):
        path, _, target = self.path.partition("?")
        self.heard.append((self.command, path))
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = gzip.compress(b"all systems are go")
        self.send_response(307 if target else 200)
        if target:
            self.send_header("Location", target)
        else:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", "0" if target else str(len(body)))
        self.end_headers()
        self.wfile.write(b"" if target else body)

    do_POST = do_GET

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def leading(namespace, address):
    """Such a server in a namespace; its port."""
    with open(f"/run/netns/{namespace.name}") as inside, open("/proc/thread-self/ns/net") as outside:
        network.enter(inside)
        try:
            server = http.server.ThreadingHTTPServer((address, 0), Leading)
        finally:
            network.enter(outside)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


@network.needs_network
def test_a_site_leads_the_monitor_to_no_place_of_its_own():
    with folder_in_memory() as folder, contextlib.closing(
            network.Namespace({"hosts": "127.0.0.1 inside.example\n"})) as here:
        for address in (PUBLIC, "203.0.113.6", "10.9.9.9"):
            here.ip("addr", "add", f"{address}/32", "dev", "lo")
        Leading.heard.clear()
        with leading(here, PUBLIC) as site, leading(here, "127.0.0.1") as own, leading(here, "10.9.9.9") as private, \
                leading(here, "203.0.113.6") as public:
            def at(name, target, address=PUBLIC, port=site, **settings):
                return {**website(name, f"http://{address}:{port}/{name}?{target}", **settings), "ip": ""}
            inside = [f"http://127.0.0.1:{own}/secret", f"http://inside.example:{own}/secret",
                      f"http://10.9.9.9:{private}/secret", f"http://[::ffff:127.0.0.1]:{own}/secret"]
            hosts = [at(f"inside{i}", target) for i, target in enumerate(inside)]
            hosts += [at("anywhere", f"http://127.0.0.1:{own}/meant", follow_redirects="anywhere", keyword="systems"),
                      at("public", f"http://203.0.113.6:{public}/there", keyword="systems"),
                      at("private", f"http://127.0.0.1:{own}/secret", "10.9.9.9", private),
                      at("itself", f"http://10.9.9.9:{private}/there", "127.0.0.1", own, keyword="systems"),
                      at("post", f"http://203.0.113.6:{public}/post", method="POST", body="on", follow_redirects="anywhere")]
            with Daemon(folder / "data", hosts, CONFIG, launcher=here.launcher()) as daemon:
                daemon.start()
                published = daemon.until(lambda p: all(h["last_check"] for h in p["hosts"]), "not all were checked")
    found = {h["name"]: h["reason"] for h in published["hosts"]}
    loopback = "127.0.0.1 is a loopback address, and no redirect is followed there"
    assert found == {
        "inside0": f"redirected to 127.0.0.1: {loopback}",
        "inside1": f"redirected to inside.example: {loopback}",
        "inside2": "redirected to 10.9.9.9: 10.9.9.9 is a private address, and no redirect is followed there",
        "inside3": "redirected to a URL that cannot be used",
        "anywhere": "", "public": "", "itself": "",
        "private": f"redirected to 127.0.0.1: {loopback}",
        "post": "redirected to 203.0.113.6: a POST is not repeated to another origin",
    }
    assert ("GET", "/secret") not in Leading.heard and ("GET", "/meant") in Leading.heard
    assert ("POST", "/post") in Leading.heard and Leading.heard.count(("POST", "/post")) <= 2
