"""The Debian package in a system that boots: what it brings, what it stands, what it leaves. In the order of its life."""

import os
import re
import time

import pytest

from machine import Machine, until

RELEASES = os.environ.get("RELEASES", "bookworm trixie").split()
SERVICES = ("monitord.service", "linewatch-api.service", "linewatch-web.service")
INSTALL = "apt-get install -qq -y --no-install-recommends /linewatch.deb 2>&1"
LINE = {"name": "Line of a test", "ip": "127.0.0.1"}
HUNDRED = [{"name": f"Line {n}", "ip": f"127.0.1.{n}"} for n in range(1, 101)]


class Installed:
    """The machine, and what the tests before have learnt."""

    def __init__(self, machine):
        self.machine = machine
        self.before = machine.files()
        self.login = None
        self.said = ""


@pytest.fixture(scope="module", params=RELEASES)
def on(request):
    with Machine(request.param) as machine:
        yield Installed(machine)


def host(machine, name=LINE["name"]):
    status, answer = machine.json("/api/hosts")
    return next((one for one in answer["hosts"] if one["name"] == name), None) if status == 200 else None


def published_at(machine):
    """When monitord last published its list, read without asking the API."""
    return int(machine.shell("stat --format %Y /run/linewatch/hosts.json"))


def is_up(machine, name=LINE["name"]):
    found = host(machine, name)
    return found if found and found["status"] == "up" else None


def listening(machine):
    """The ports of TCP that somebody serves."""
    lines = machine.shell("cat /proc/net/tcp /proc/net/tcp6 | awk '$4 == \"0A\" {print $2}'").split()
    return {int(address.split(":")[1], 16) for address in lines}


def say(on, text):
    print(f"\n[{on.machine.release}] {text}")


def memory(machine):
    """Proportional set size in KiB of every process of the services."""
    told = {}
    for service in SERVICES:
        script = (f"for pid in $(cat /sys/fs/cgroup$(systemctl show --value -p ControlGroup {service})/cgroup.procs); do "
                  "awk '/^Pss:/{print $2}' /proc/$pid/smaps_rollup; done")
        told[service.removesuffix(".service")] = sum(map(int, machine.shell(script).split()))
    return told


def test_it_is_installed_by_apt_without_a_question(on):
    packages = "dpkg-query -W -f '${Installed-Size} ${Package}\\n'"
    before = set(on.machine.shell(packages).splitlines())
    begin = time.monotonic()
    on.said = on.machine.shell(INSTALL, timeout=300)
    took = time.monotonic() - begin
    new = sorted(line.split() for line in set(on.machine.shell(packages).splitlines()) - before)
    size = {name: int(kib) for kib, name in new}
    say(on, f"installed in {took:.1f} s: linewatch {size['linewatch']} KiB, with {len(new) - 1} packages "
            f"{sum(size.values())} KiB: {' '.join(sorted(size))}")
    for unit in ("monitord.service", "linewatch-api.socket", "linewatch-web.service"):
        assert on.machine.show(unit, "ActiveState") == "active", unit


def test_nothing_listens_but_its_own_port(on):
    assert listening(on.machine) == {8000}


def test_the_page_answers_and_anybody_may_look_but_change_nothing(on):
    status, page = until(lambda: (answer := on.machine.curl("/"))[0] == 200 and answer)
    assert "Linewatch" in page
    assert on.machine.json("/api/me") == (200, {"user": None, "role": "viewer"})
    assert on.machine.json("/api/hosts")[0] == 200
    status, _ = on.machine.json("/api/hosts", "POST", LINE)
    assert status in (401, 403)
    assert host(on.machine) is None


def test_the_first_password_is_told_once_and_stands_in_no_log(on):
    told = on.machine.shell("linewatch-passwd first")
    password = re.search(r"password (\w+)", told)[1]
    on.login = f"admin:{password}"
    assert password not in on.said
    assert on.machine.run("linewatch-passwd", "first", check=False).returncode == 1
    assert on.machine.run("grep", "-rqF", password, "/etc", "/var", "/run", check=False).returncode == 1
    assert on.machine.json("/api/me", user=on.login) == (200, {"user": "admin", "role": "admin"})
    assert on.machine.curl("/api/me", user="admin:wrong")[0] == 401


def test_a_line_that_the_admin_adds_is_checked_and_up(on):
    status, added = on.machine.json("/api/hosts", "POST", LINE, user=on.login)
    assert status == 201, added
    assert until(lambda: is_up(on.machine))["trail"]


def test_files_belong_to_whom_they_should_and_secrets_are_read_by_nobody_else(on):
    listed = on.machine.shell("stat -c '%U:%G %a %n' /var/lib/linewatch /run/linewatch /run/linewatch-api.sock "
                              "/etc/linewatch/users /var/lib/linewatch/config.json").splitlines()
    assert listed == ["linewatch:linewatch 750 /var/lib/linewatch", "linewatch:linewatch 750 /run/linewatch",
                      "root:linewatch-web 660 /run/linewatch-api.sock", "root:linewatch-web 640 /etc/linewatch/users",
                      "linewatch:linewatch 640 /var/lib/linewatch/config.json"]


def test_no_process_is_roots_or_has_a_capability_or_can_leave_a_core(on):
    users = {}
    for service in SERVICES:
        pid = on.machine.show(service, "MainPID")
        status = dict(line.split(":\t", 1) for line in on.machine.shell(f"cat /proc/{pid}/status").splitlines()
                      if ":\t" in line)
        assert set(status["CapEff"] + status["CapPrm"] + status["CapBnd"] + status["CapAmb"]) == {"0"}, service
        assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"
        assert re.search(r"Max core file size +0 +0", on.machine.shell(f"cat /proc/{pid}/limits"))
        users[service] = on.machine.shell(f"stat -c %U /proc/{pid}").strip()
    assert users == {"monitord.service": "linewatch", "linewatch-api.service": "linewatch",
                     "linewatch-web.service": "linewatch-web"}


@pytest.mark.parametrize("service", SERVICES)
def test_little_is_left_to_whoever_breaks_in(service, on):
    told = on.machine.run("systemd-analyze", "security", "--no-pager", "--threshold=15", service, check=False)
    say(on, told.stdout.splitlines()[-1])
    assert told.returncode == 0, told.stdout


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_that_is_killed_comes_back(service, on):
    pid = on.machine.show(service, "MainPID")
    on.machine.run("kill", "-KILL", pid)
    until(lambda: on.machine.show(service, "MainPID") not in ("0", pid) and
          on.machine.show(service, "ActiveState") == "active")
    until(lambda: is_up(on.machine))


def test_an_api_that_is_killed_again_and_again_still_comes_back(on):
    for _ in range(30):
        on.machine.shell("systemctl kill -s KILL linewatch-api.service 2>/dev/null || true")
        on.machine.curl("/api/me")
    until(lambda: on.machine.curl("/api/me")[0] == 200)
    assert on.machine.show("linewatch-api.socket", "ActiveState") == "active"


def test_a_monitord_that_hangs_is_noticed_and_comes_back(on):
    before = on.machine.show("monitord", "MainPID")
    on.machine.run("kill", "-STOP", before)
    begin = time.monotonic()
    until(lambda: on.machine.show("monitord", "MainPID") not in ("0", before), 60)
    until(lambda: on.machine.show("monitord", "ActiveState") == "active")
    say(on, f"hang to restart {time.monotonic() - begin:.1f} s")
    since = time.time()
    until(lambda: host(on.machine)["last_check"] > since)


def test_a_full_disk_is_told_and_harms_nothing(on):
    services = "monitord linewatch-api.service linewatch-api.socket"
    on.machine.shell(f"systemctl stop {services}; mv /var/lib/linewatch /var/lib/whole; mkdir /var/lib/linewatch; "
                     "mount -t tmpfs -o size=2m,mode=0750 small /var/lib/linewatch; "
                     "chown linewatch:linewatch /var/lib/linewatch; cp -a /var/lib/whole/. /var/lib/linewatch; "
                     "systemctl start linewatch-api.socket monitord")
    until(lambda: on.machine.json("/api/health")[0] == 200)
    on.machine.shell("cat /dev/zero > /var/lib/linewatch/filler 2>/dev/null || true")
    status, answer = on.machine.json("/api/hosts", "POST", {"name": "No room", "ip": "127.0.0.2"}, user=on.login)
    assert status == 507, answer
    until(lambda: on.machine.json("/api/health")[0] == 503, 30)
    assert is_up(on.machine)
    on.machine.run("rm", "/var/lib/linewatch/filler")
    until(lambda: on.machine.json("/api/health")[0] == 200, 60, lambda: str(on.machine.json("/api/health")))
    status, _ = on.machine.json("/api/hosts", "POST", {"name": "Room again", "ip": "127.0.0.2"}, user=on.login)
    assert status == 201
    on.machine.shell(f"systemctl stop {services}; rm -rf /var/lib/whole/*; cp -a /var/lib/linewatch/. /var/lib/whole; "
                     "umount /var/lib/linewatch; rmdir /var/lib/linewatch; mv /var/lib/whole /var/lib/linewatch; "
                     "systemctl start linewatch-api.socket monitord")
    until(lambda: is_up(on.machine, "Room again"))


def test_wrong_passwords_are_logged_in_words_that_fail2bans_filter_finds(on):
    on.machine.curl("/api/me", user="nobody IP: 192.0.2.1:wrong")
    log = until(lambda: on.machine.shell("journalctl -u linewatch-web -o cat | grep password || true"))
    expression = re.search(r"^failregex = (.*)$", on.machine.shell("cat /usr/share/linewatch/fail2ban/filter.conf"), re.M)
    found = [re.search(expression[1].replace("<HOST>", r"(\S+)"), line) for line in log.splitlines()]
    assert found and {match[1] for match in found} == {"127.0.0.1"}


def test_tls_is_one_command_and_so_is_the_way_back(on):
    on.machine.shell("linewatch-certificate self-made noc.example.org")
    status, _ = until(lambda: (answer := on.machine.curl("/", "--insecure", scheme="https"))[0] == 200 and answer)
    status, headers = on.machine.curl("/login?a=b", "--head", port=8080)
    assert status == 308 and "Location: https://127.0.0.1:8000/login?a=b" in headers
    assert "Strict-Transport-Security" in on.machine.curl("/", "--insecure", "--head", scheme="https")[1]
    assert on.machine.shell("stat -c '%U:%G %a' /etc/linewatch/tls/key.pem").strip() == "root:linewatch-web 640"
    on.machine.shell("linewatch-certificate off")
    until(lambda: on.machine.curl("/")[0] == 200)


def test_a_reboot_keeps_everything(on):
    settings = on.machine.json("/api/config")[1]
    before = sorted((one["id"], one["name"]) for one in on.machine.json("/api/hosts")[1]["hosts"])
    on.machine.power_off()
    on.machine.boot()
    until(lambda: is_up(on.machine))
    assert sorted((one["id"], one["name"]) for one in on.machine.json("/api/hosts")[1]["hosts"]) == before
    assert on.machine.json("/api/config")[1] == settings
    assert listening(on.machine) == {8000}
    assert on.machine.json("/api/me", user=on.login) == (200, {"user": "admin", "role": "admin"})
    started, ready = (int(on.machine.shell(f"systemctl show --value --property {what}"))
                      for what in ("UserspaceTimestampMonotonic", "ActiveEnterTimestampMonotonic monitord"))
    say(on, f"from the machine's start to monitord's first list, and with it its first checks: {(ready - started) / 1e6:.1f} s")


def test_no_service_has_complained(on):
    log = on.machine.shell("journalctl -b -u monitord -u linewatch-api -u linewatch-web -p warning -o cat || true")
    assert [line for line in log.splitlines() if "pcre2_jit_compile" not in line] == []


def test_a_hundred_lines_and_ten_browsers_fit_into_little_memory(on):
    for line in HUNDRED:
        assert on.machine.json("/api/hosts", "POST", line, user=on.login)[0] == 201
    until(lambda: is_up(on.machine, "Line 100"), 30)
    on.machine.shell("systemctl restart monitord linewatch-api linewatch-web")
    until(lambda: is_up(on.machine, "Line 100"), 30)
    begin = published_at(on.machine)
    until(lambda: published_at(on.machine) >= begin + 20, 60)  # two cycles, in which nobody asks for anything
    idle = memory(on.machine)
    for _ in range(3):
        for _ in range(10):
            for path in ("/api/hosts", "/api/alerts", "/api/me", "/api/config"):
                assert on.machine.curl(path, "--compressed", user=on.login)[0] == 200
    busy = memory(on.machine)
    say(on, f"PSS with 100 hosts, KiB: idle {idle} = {sum(idle.values())}; "
            f"after ten browsers' questions {busy} = {sum(busy.values())}")
    assert sum(busy.values()) < 64 * 1024


def test_an_upgrade_keeps_data_users_and_edited_settings(on):
    on.machine.shell("echo '# mine' >> /etc/linewatch/lighttpd.conf; "
                     "mkdir /tmp/new && dpkg-deb -R /linewatch.deb /tmp/new && "
                     "sed -i 's/^Version: .*/Version: 99/' /tmp/new/DEBIAN/control && dpkg-deb -b /tmp/new /tmp/new.deb")
    before = {service: on.machine.show(service, "MainPID") for service in SERVICES}
    on.machine.shell("dpkg -i /tmp/new.deb", timeout=120)
    until(lambda: is_up(on.machine))
    assert all(on.machine.show(service, "MainPID") != before[service] for service in SERVICES)
    assert on.machine.json("/api/me", user=on.login) == (200, {"user": "admin", "role": "admin"})
    assert "# mine" in on.machine.shell("cat /etc/linewatch/lighttpd.conf")
    assert on.machine.run("test", "-e", "/etc/linewatch/first-password", check=False).returncode == 1


def test_removing_stops_the_services_and_keeps_data_and_settings(on):
    on.machine.shell("apt-get remove -qq -y linewatch 2>&1")
    assert on.machine.curl("/")[0] == 0
    on.machine.shell("test -s /var/lib/linewatch/hosts.json && test -s /etc/linewatch/users")
    on.machine.shell("dpkg -i /linewatch.deb", timeout=120)
    until(lambda: is_up(on.machine))
    assert on.machine.json("/api/me", user=on.login) == (200, {"user": "admin", "role": "admin"})


def test_purging_leaves_nothing(on):
    on.machine.shell("apt-get purge -qq -y --autoremove linewatch 2>&1")
    left = {path for path in on.machine.files() - on.before if not path.startswith("/var/lib/dpkg/")}
    assert {path for path in left if "linewatch" in path or "monitord" in path} == set()
    say(on, f"{len(left)} files left by packages that it had pulled in")
    assert on.machine.shell("find /run -name '*linewatch*'").split() == []
    users = on.machine.shell("getent passwd linewatch linewatch-web | cut -d: -f1").split()
    assert users == ["linewatch", "linewatch-web"]


def test_a_lighttpd_that_was_there_before_stays_as_it_is(on):
    on.machine.shell("apt-get install -qq -y --no-install-recommends lighttpd 2>&1", timeout=120)
    until(lambda: listening(on.machine) == {80})
    before = on.machine.show("lighttpd", "MainPID")
    on.machine.shell(INSTALL, timeout=300)
    until(lambda: on.machine.curl("/")[0] == 200)
    assert listening(on.machine) == {80, 8000}
    assert on.machine.show("lighttpd", "MainPID") == before
