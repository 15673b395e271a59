"""A server that can go away for a while and come back at the same port."""

import socket


class Restartable:
    """Runs in a `with`, or from start() to stop(), which whoever is one has to bring.

    address, port   the same for its whole life, through stop() and start()
    """

    def __init__(self, address=("127.0.0.1", 0)):
        # Kept bound while nobody listens, so that nobody else gets the port: what connects meanwhile is refused.
        self._reserved = socket.socket()
        self._reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._reserved.bind(address)
        self.address, self.port = self._reserved.getsockname()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.stop()
        self._reserved.close()
