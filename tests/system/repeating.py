"""What goes on beside a test, as the programs do that a test plays."""

import threading


class Repeating:
    """In a `with`, calls the function again and again, `pause` seconds apart, until the `with` ends."""

    def __init__(self, function, pause):
        self.function, self.pause = function, pause
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.ended.wait(self.pause):
            self.function()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()
