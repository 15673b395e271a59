"""A name server that knows no name, and does not even say so when it is asked for one with "hang" in it.

name_server.py ADDRESS: says "ready", then works until it is ended. Its port is that of the domain name system.
"""

import socket
import sys

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
    server.bind((sys.argv[1], 53))
    print("ready", flush=True)
    while True:
        query, asker = server.recvfrom(2048)
        if b"hang" not in query:
            # RFC 1035: response, recursion desired and available, name error; the question again and nothing else.
            server.sendto(query[:2] + b"\x81\x83" + query[4:6] + bytes(6) + query[12:], asker)
