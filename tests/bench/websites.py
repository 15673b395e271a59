#!/usr/bin/python3
"""What 500 checks of websites every 10 s cost, half of which hang, and what they do to pings beside them."""

import asyncio
import contextlib
import multiprocessing
import os
import ssl
import subprocess
import time

import figures
import loopback
import network
from certificates import Certificates
from daemon import Daemon, folder_in_memory, host

SITES = 500  # every other one hangs
PINGS = 100
INTERVAL = 10
TIMEOUT = 8  # so that those that hang do so nearly all of the time
ROUNDS = 3
BODY = b"<h1>All systems are go</h1>" * 100
ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(BODY) + BODY


def serve(ports, asked, certificate):
    """A website that counts what it is asked for, and is silent about /hang."""
    async def answer(reader, writer):
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            request = await reader.readuntil(b"\r\n\r\n")
            asked.value += 1
            if b"/hang" in request:
                await reader.read()
            else:
                writer.write(ANSWER)
                await writer.drain()
        writer.close()

    async def main():
        context = None
        if certificate:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate.certificate, certificate.key)
        server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context, backlog=SITES)
        ports.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


@contextlib.contextmanager
def website(certificate=None):
    """Its URL, and the number of requests that it got."""
    ports, asked = multiprocessing.Queue(), multiprocessing.Value("q", 0)
    process = multiprocessing.Process(target=serve, args=(ports, asked, certificate), daemon=True)
    process.start()
    try:
        yield f"{'https' if certificate else 'http'}://127.0.0.1:{ports.get(timeout=10)}", asked
    finally:
        process.kill()
        process.join()


def is_hanging(number):
    return number % 2 == 1


def sites(url):
    settings = {"check": "http", "ip": "127.0.0.1", "warn_days": []}
    return [{"name": f"site {i}", "url": f"{url}/{'hang' if is_hanging(i) else 'good'}/{i}", **settings}
            for i in range(SITES)]


def curl(folder, url):
    """Processor seconds of curl for those that answer, all at once and each by a connection of its own."""
    good = [site["url"] for i, site in enumerate(sites(url)) if not is_hanging(i)]
    lines = "".join(f'url = "{each}"\noutput = "/dev/null"\n' for each in good)
    (folder / "curl.conf").write_text(lines + 'header = "Connection: close"\n')
    process = subprocess.Popen(["curl", "-qsk", "--http1.1", "-Z", "--parallel-max", "300", "-K", folder / "curl.conf"],
                               stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise RuntimeError(f"curl ended with status {process.returncode}")
    return used.ru_utime + used.ru_stime


def measure(folder, name, config, url=None, asked=None):
    """Rounds of (monitord's seconds, requests, lateness of a cycle and 99th percentile of the pings in ms)."""
    hosts = [host(address, address) for address in network.loopback_addresses(PINGS)] + (sites(url) if url else [])
    rounds = []
    with Daemon(folder / name, hosts, {"interval": INTERVAL, "timeout": TIMEOUT, **config}).start_and_watch() as daemon:
        pid = daemon.process.pid
        # In the middle of a cycle: what is begun in one is then counted in one.
        time.sleep(INTERVAL / 2)
        last = loopback.processor_seconds(pid), asked.value if asked else 0
        for _ in range(ROUNDS):
            time.sleep(INTERVAL)
            now = loopback.processor_seconds(pid), asked.value if asked else 0
            published = daemon.published()
            pings = [h["rtt_ms"] for h in published["hosts"] if h["check"] == "ping" and h["rtt_ms"] is not None]
            rounds.append((now[0] - last[0], now[1] - last[1], published["monitor"]["late_ms"],
                           figures.percentile(pings, 99)))
            last = now
        voided = daemon.published()["monitor"]["voided"]
        wrong = [h["name"] for h in daemon.published()["hosts"]
                 if (h["status"] == "up") == ("/hang/" in h.get("url", ""))]
    # Afterwards: the website is the bottleneck, and what curl asks of it monitord would wait for.
    yardstick = [curl(folder, url) for _ in rounds] if url else []
    used, requests, late, p99 = zip(*rounds)
    print(f"\n{name}")
    figures.show("of one core", [seconds / INTERVAL * 100 for seconds in used], "%")
    if url:
        figures.show("  to curl -Z, for those that answer", [a / b for a, b in zip(used, yardstick)], "x")
        figures.show("requests a cycle", requests, f"of {SITES}")
    figures.show("a cycle of pings begins late by", late, "ms")
    figures.show("p99 of the pings' round trips", p99, "ms")
    figures.show("voided checks", [sum(count for cause, count in voided.items() if cause != "rounds")], "", 0)
    figures.show("wrong verdicts", [len(wrong)], "", 0)


def main():
    if reason := loopback.why_not():
        print(f"Websites were not measured: {reason}")
        return
    loopback.leave_network()
    figures.heading(f"{SITES} checks of websites every {INTERVAL} s, half of them hanging for {TIMEOUT} s, "
                    f"beside {PINGS} pings; {ROUNDS} rounds")
    with folder_in_memory() as folder:
        certificates = Certificates(folder / "certificates")
        measure(folder, "pings alone", {})
        with website() as (url, asked):
            measure(folder, "http", {}, url, asked)
        with website(certificates.good) as (url, asked):
            measure(folder, "https", {"ca_file": str(certificates.authority)}, url, asked)


main()
