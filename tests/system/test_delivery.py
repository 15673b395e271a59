"""An alert is never lost: servers that are away, a disk that takes nothing, and monitord killed at any moment."""

import contextlib
import random
import time

import network
from mail_server import MailServer
from outage import (FIRST, SECOND, hosts_at, results, smtp, subjects, until_all_is_sent, until_down, until_mails, waiting,
                    watch)
from until import until

pytestmark = network.needs_network


# ---- Killed, restarted

def test_a_server_that_is_off_gets_one_mail_with_the_true_begin_though_monitord_was_killed_meanwhile(net, data):
    server = MailServer()
    with contextlib.closing(server), watch(data, hosts_at(FIRST), smtp=smtp(server)).start_and_watch() as daemon:
        net.make("silent", FIRST)
        began = until_down(daemon)["fail_since"]
        until(lambda: waiting(daemon) and waiting(daemon)[0]["attempts"] > 0, 10, "it was never tried")
        daemon.kill()
        message = waiting(daemon)[0]
        daemon.start_and_watch()
        server.start()
        mail, = until_mails(server, 1)
        until_all_is_sent(daemon)
        assert len(server.mails) == 1
        assert mail.id == f"<{message['id']}@example.net>"
        clock = time.strftime("%H:%M:%S", time.localtime(began))
        assert mail.message["Subject"] == f"DOWN line 1 ({FIRST}) since {clock}, no answer within 0.4 s"
        until(lambda: not waiting(daemon), 5, "the outbox is not emptied")
        until(lambda: results(daemon, "smtp") == ["sent"], 5, lambda: results(daemon, "smtp"))
        assert daemon.host("line 1")["last_alert_time"] > began


def test_a_message_is_neither_lost_nor_another_one_wherever_monitord_is_killed(net, data):
    """At random moments from before the threshold until after the delivery."""
    dice = random.Random(3)
    with MailServer() as server, watch(data, hosts_at(FIRST), smtp=smtp(server)) as daemon:
        net.make("silent", FIRST)
        for _ in range(12):
            daemon.start()
            time.sleep(dice.uniform(0.02, 1.3))
            daemon.kill()
        daemon.start()
        until_mails(server, 1, 20)
        until_all_is_sent(daemon)
        assert len({mail.id for mail in server.mails}) == 1, subjects(server)
        net.restore("silent", FIRST)
        until(lambda: subjects(server)[-1].startswith("UP line 1"), 10, lambda: subjects(server))
        until(lambda: not waiting(daemon), 5, lambda: waiting(daemon))


def test_a_down_and_an_up_that_both_waited_are_one_late_message(net, data):
    server = MailServer()
    with contextlib.closing(server), watch(data, hosts_at(FIRST), smtp=smtp(server)).start_and_watch() as daemon:
        net.make("silent", FIRST)
        until(lambda: waiting(daemon) and waiting(daemon)[0]["attempts"] > 0, 10, "it was never tried")
        net.restore("silent", FIRST)
        until(lambda: [w["subject"].split()[0] for w in waiting(daemon)] == ["UP"], 10, lambda: waiting(daemon))
        server.start()
        mail, = until_mails(server, 1)
        until_all_is_sent(daemon)
        assert subjects(server) == [mail.message["Subject"]]
        assert mail.message["Subject"].startswith(f"UP line 1 ({FIRST}) after ")
        assert "told with a later message" in results(daemon, "smtp")


def test_a_recovery_is_sent_though_monitord_was_not_running_when_the_host_came_back(net, data):
    with MailServer() as server, watch(data, hosts_at(FIRST), smtp=smtp(server)).start_and_watch() as daemon:
        net.make("silent", FIRST)
        until_mails(server, 1)
        until(lambda: not waiting(daemon), 5)
        daemon.kill()
        net.restore("silent", FIRST)
        daemon.start()
        until_mails(server, 2)
        until_all_is_sent(daemon)
        assert [s.split()[0] for s in subjects(server)] == ["DOWN", "UP"]


# ---- The disk

def test_an_outbox_that_takes_nothing_keeps_no_alert_from_being_sent(net, data):
    with MailServer() as server, watch(data, hosts_at(FIRST, SECOND), smtp=smtp(server)).start_and_watch() as daemon:
        (data / "outbox").write_text("in the way")
        net.make("silent", FIRST)
        until_mails(server, 1)
        daemon.until_notice("outbox_unwritable")
        (data / "outbox").unlink()
        net.make("silent", SECOND)
        until_mails(server, 2)
        daemon.until_no_notice("outbox_unwritable")
        until_all_is_sent(daemon)
        assert len(server.mails) == 2


def test_a_full_disk_keeps_no_alert_from_being_sent(net, data):
    data.mkdir(parents=True)
    network.run("mount", "-t", "tmpfs", "-o", "size=1m,mode=0755", "tmpfs", data)
    try:
        with MailServer() as server, watch(data, hosts_at(FIRST), smtp=smtp(server)).start_and_watch() as daemon:
            with contextlib.suppress(OSError), open(data / "filler", "wb", buffering=0) as filler:
                for size in (4096, 1):
                    with contextlib.suppress(OSError):
                        while True:
                            filler.write(b"x" * size)
            net.make("silent", FIRST)
            until_mails(server, 2, 15)
            (data / "filler").unlink()
            daemon.until_no_notice("disk_full", 15)
            until_mails(server, 3, 15)
            until_all_is_sent(daemon)
            sent = ["NOT RECORDING anything", "DOWN", "RECORDING again"]
            assert len(server.mails) == len(sent)
            subjects = [e["subject"] for e in daemon.events("alert") if e["channel"] == "log"]
            assert all(any(s.startswith(begin) for s in subjects) for begin in sent), subjects
    finally:
        network.run("umount", "--lazy", data)


def test_a_damaged_message_costs_only_itself(net, data):
    with MailServer() as server, watch(data, hosts_at(FIRST), smtp=smtp(server)) as daemon:
        (data / "outbox").mkdir()
        (data / "outbox" / "abc.smtp.json").write_text('{"id":"abc","chan')
        daemon.start_and_watch()
        net.make("silent", FIRST)
        until_mails(server, 1)
        assert (data / "outbox" / "abc.smtp.json").exists()
        assert "abc.smtp.json" in daemon.log()
