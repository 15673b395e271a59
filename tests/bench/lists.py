"""Hosts as monitord publishes them after an hour: full trails, and round trips that vary as they do on real lines."""

import random
import time

CHECKS = 60  # that a trail keeps
PLACES = ("Harbour Street", "North Campus", "Town Hall", "Mill Road", "Airport", "St Mary's School")


def hosts(addresses):
    noise = random.Random(1)
    now = time.time()

    def host(i, address):
        rtt = noise.uniform(1, 60)
        trail = [None if noise.random() < 0.01 else round(noise.gauss(rtt, rtt / 30), 3) for _ in range(CHECKS)]
        settings = {"name": f"{noise.choice(PLACES)} {i}, leased line", "ip": address, "check": "ping",
                    "enabled": True, "group": noise.choice(["", "north", "south"]), "customer": "", "tags": [],
                    "notes": "", "parents": []}
        unset = dict.fromkeys(["interval", "timeout", "retries", "fail_threshold", "slow_ms", "max_loss_percent",
                               "max_jitter_ms", "sla_percent", "acknowledged", "fail_since", "last_alert_time",
                               "jitter_ms", "cert_expires"])
        seen = {"status": "up", "statusCurrent": True, "fail_count": 0, "last_check": round(now, 3), "reason": "",
                "last_good": round(now, 3), "last_change": round(now - noise.uniform(0, 1e6), 3), "rtt_ms": trail[-1],
                "loss_percent": 0, "uptime": round(noise.uniform(99, 100), 3), "trail": trail, "in_maintenance": False}
        return {"id": f"{i:010x}", "revision": 1, **settings, "packets": 1, "maintenance": [], **unset, **seen}

    return [host(i, address) for i, address in enumerate(addresses)]
