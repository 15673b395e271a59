"""Makes a private certificate authority, and with it certificates for servers on this machine, good and bad.

    certificates = Certificates(folder)
    MailServer("tls", certificate=certificates.good)     and the client trusts certificates.authority
"""

import pathlib
import subprocess

CONFIGURATION = """
[ca]
default_ca = authority
[authority]
dir = {folder}
database = {folder}/index.txt
rand_serial = yes
new_certs_dir = {folder}
certificate = {folder}/authority.pem
private_key = {folder}/authority.key
default_md = sha256
policy = anything
unique_subject = no
[anything]
commonName = supplied
[here]
subjectAltName = DNS:localhost,IP:127.0.0.1
[elsewhere]
subjectAltName = DNS:mail.elsewhere.example
"""


class Certificate:
    """A certificate and its key, as paths of PEM files."""

    def __init__(self, folder, name):
        self.certificate = pathlib.Path(folder) / f"{name}.pem"
        self.key = pathlib.Path(folder) / f"{name}.key"


class Certificates:
    """In a folder of the caller's, made in less than a second:

    authority    path of the authority's own certificate: what a client has as its ca_file
    good         for localhost and 127.0.0.1
    renewed      the same for 90 days, while good ends in two
    wrong_host   for a name that nobody here has
    expired      for localhost, in the year 2024
    self_signed  for localhost, by nobody but itself
    """

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "index.txt").touch()
        (self.folder / "openssl.cnf").write_text(CONFIGURATION.format(folder=self.folder))
        self.authority = self._sign_itself("authority", "CN=Authority of a test").certificate
        self.self_signed = self._sign_itself("self_signed", "CN=localhost", "-addext",
                                             "subjectAltName=DNS:localhost,IP:127.0.0.1")
        self.good = self._sign("good", "here", "-days", "2")
        self.renewed = self._sign("renewed", "here", "-days", "90")
        self.wrong_host = self._sign("wrong_host", "elsewhere", "-days", "2")
        self.expired = self._sign("expired", "here", "-startdate", "20240101000000Z", "-enddate", "20240201000000Z")

    def _openssl(self, *arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, timeout=30)

    def _sign_itself(self, name, subject, *more):
        made = Certificate(self.folder, name)
        self._openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                      "-subj", f"/{subject}", "-keyout", made.key, "-out", made.certificate, *more)
        return made

    def _sign(self, name, extensions, *validity):
        made = Certificate(self.folder, name)
        request = self.folder / f"{name}.csr"
        self._openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                      "-subj", "/CN=a server of a test", "-keyout", made.key, "-out", request)
        self._openssl("ca", "-batch", "-notext", "-config", self.folder / "openssl.cnf", "-extensions", extensions,
                      "-in", request, "-out", made.certificate, *validity)
        return made
