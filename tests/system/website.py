"""Runs lighttpd as a website that is watched: plain and by TLS, with good and bad certificates, good and bad pages.

    with Website(folder, certificates) as site:
        site.url                      # http://127.0.0.1:PORT, and url6 the same on ::1
        site.tls["expired"]           # https://localhost:PORT with the certificate of that name
"""

import contextlib
import hashlib
import socket
import subprocess

from until import until

CERTIFICATES = ("good", "wrong_host", "expired", "self_signed")
LOGIN = ("watcher", "pa55-w0rd-of-a-site")

CONFIGURATION = """
server.modules       = ( "mod_auth", "mod_authn_file", "mod_redirect", "mod_cgi", "mod_openssl",
                         "mod_deflate" )
server.port          = {port}
server.bind          = "127.0.0.1"
server.document-root = "{folder}/pages"
server.errorlog      = "{folder}/error.log"
mimetype.assign      = ( ".html" => "text/html" )
index-file.names     = ( "index.html" )
cgi.assign           = ( ".sh" => "/bin/sh" )
url.redirect         = ( "^/moved$" => "/", "^/circle([?]|$)" => "/circle", "^/to-tls$" => "https://localhost:{good}/" )
auth.backend         = "plain"
auth.backend.plain.userfile = "{folder}/users"
deflate.mimetypes    = ( "text/html" )
deflate.allowed-encodings = ( "br", "gzip", "deflate" )
$HTTP["url"] =~ "^/digest/" {{
  auth.backend = "htdigest"
  auth.backend.htdigest.userfile = "{folder}/digests"
  auth.require = ( "/digest/" => ( "method" => "digest", "algorithm" => "{algorithm}", "realm" => "site",
                                   "require" => "valid-user" ) )
}}
auth.require         = ( "/private" => ( "method" => "basic", "realm" => "site", "require" => "valid-user" ) )
$SERVER["socket"] == "[::1]:{port}" {{ }}
"""
TLS = """
$SERVER["socket"] == "127.0.0.1:{port}" {{
  ssl.engine  = "enable"
  ssl.pemfile = "{pair.certificate}"
  ssl.privkey = "{pair.key}"
}}
"""
PAGES = {
    "index.html": "<h1>All systems are go</h1>",
    "private/index.html": "<h1>For those who know the password</h1>",
    "digest/index.html": "<h1>For those who never send it</h1>",
    "posted.sh": "printf 'Content-Type: text/html\\r\\n\\r\\n%s: ' \"$CONTENT_TYPE\"; cat",
    "state.sh": "printf 'Content-Type: text/html\\r\\n\\r\\n{\"checks\": [{\"state\": \"ok\", \"queue\": 21.50}]}'",
    "huge.html": "x" * (5 << 20),
    "broken.sh": "printf 'Status: 500\\r\\n\\r\\nall broken'",
    "slow.sh": "sleep 0.2; printf 'Content-Type: text/html\\r\\n\\r\\nat last'",
}


def free_port():
    """Free on both loopbacks."""
    with socket.socket() as four, socket.socket(socket.AF_INET6) as six:
        four.bind(("127.0.0.1", 0))
        port = four.getsockname()[1]
        six.bind(("::1", port))
        return port


def is_open(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


class Website:
    def __init__(self, folder, certificates):
        self.folder = folder
        self.process = None
        ports = {name: free_port() for name in ("plain", *CERTIFICATES)}
        self.ports = list(ports.values())
        self.url, self.url6 = (f"http://{host}:{ports['plain']}" for host in ("127.0.0.1", "[::1]"))
        self.tls = {name: f"https://localhost:{ports[name]}" for name in CERTIFICATES}
        for name, text in PAGES.items():
            path = folder / "pages" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        digest = hashlib.sha256(f"{LOGIN[0]}:site:{LOGIN[1]}".encode()).hexdigest()
        (folder / "digests").write_text(f"{LOGIN[0]}:site:{digest}\n")
        (folder / "users").write_text(":".join(LOGIN) + "\n")
        text = CONFIGURATION.format(folder=folder, port=ports["plain"], algorithm="SHA-256", good=ports["good"])
        for name in CERTIFICATES:
            text += TLS.format(port=ports[name], pair=getattr(certificates, name))
        (folder / "site.conf").write_text(text)

    def __enter__(self):
        self.process = subprocess.Popen(["lighttpd", "-D", "-f", str(self.folder / "site.conf")],
                                        stdin=subprocess.DEVNULL)
        try:
            until(lambda: all(map(is_open, self.ports)), 10, "the website does not listen")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
