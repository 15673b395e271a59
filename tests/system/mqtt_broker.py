"""Runs mosquitto on loopback, without rights, for one user with a password; and publishes there."""

import os
import shutil
import signal
import socket
import subprocess

from until import until

AS_ROOT = os.geteuid() == 0
USER, PASSWORD = "linewatch", "correct horse"


class Broker:
    """Use it in a `with`: it runs there, and ends with it. `certificate` makes it one that speaks TLS. `more` are lines of
    its configuration, `authority` is in ca.pem of its folder."""

    def __init__(self, folder, certificate=None, more=(), with_passwords=True, authority=None):
        self.folder = folder
        self.folder.mkdir()
        self.process = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        passwords = self.folder / "passwords"
        subprocess.run(["mosquitto_passwd", "-b", "-c", passwords, USER, PASSWORD], check=True, capture_output=True,
                       timeout=30)
        lines = [f"listener {self.port} 127.0.0.1"]
        if with_passwords:
            lines += ["allow_anonymous false", f"password_file {passwords}"]
        if authority:
            shutil.copy(authority, self.folder / "ca.pem")
        self.client_tls = []
        self.login = ["-u", USER, "-P", PASSWORD] if with_passwords else []
        if certificate:
            for path, name in ((certificate.certificate, "server.pem"), (certificate.key, "server.key")):
                shutil.copy(path, self.folder / name)
            lines += [f"certfile {self.folder}/server.pem", f"keyfile {self.folder}/server.key"]
        lines += more
        if AS_ROOT:
            lines.append("user nobody")
            for path in (self.folder, *self.folder.iterdir()):
                shutil.chown(path, "nobody", "nogroup")
        self.configuration = self.folder / "mosquitto.conf"
        self.configuration.write_text("\n".join(lines) + "\n")

    def settings(self, **more):
        return {"host": "127.0.0.1", "port": self.port, "username": USER, "password": PASSWORD, **more}

    def start(self):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(["mosquitto", "-v", "-c", str(self.configuration)],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                            env={"PATH": os.environ["PATH"] + ":/usr/sbin"})
        until(self.is_open, 10, lambda: f"mosquitto does not answer\n{self.log()}")
        return self

    def is_open(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self):
        self.process.kill()
        self.process.wait()

    def hang(self, really=True):
        """It takes connections, for the kernel does that, and says nothing any more; or goes on."""
        self.process.send_signal(signal.SIGSTOP if really else signal.SIGCONT)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.kill()

    def log(self):
        return (self.folder / "log").read_text(errors="replace")

    def until_subscribed(self, topic, times=1):
        until(lambda: self.log().count(f"\t{topic} (QoS 0)") >= times, 10,
              lambda: f"nobody subscribes to {topic}\n{self.log()}")

    def publish_file(self, topic, path, *options):
        subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.port), *self.login, "-t", topic,
                        "-f", path, *options], check=True, capture_output=True, timeout=30)

    def publish(self, topic, payload, *options):
        subprocess.run(["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.port), *self.login, "-t", topic,
                        "-m", payload, *options], check=True, capture_output=True, timeout=30)
