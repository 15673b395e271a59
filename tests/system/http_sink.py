"""An HTTP or HTTPS server on 127.0.0.1 that notes each request, and answers as it is scripted.

    with HttpSink(default=Answer(200, '{"ok":true}')) as sink:
        ...                                       # monitord posts to sink.url + "/path"
        sink.requests[0].json()["text"]
        sink.answers += [Answer(429, headers={"Retry-After": "7"}), HANG]      # the next two, then the default again
        sink.default = Answer(503)
        sink.stop(); sink.start()                 # away for a while, back at the same port
"""

import http.server
import json
import ssl
import threading
import time

from restartable import Restartable

HANG = "say nothing, until the server stops"
CLOSE = "close the connection"


class Answer:
    def __init__(self, status=200, body="ok", headers=None):
        self.status = status
        self.body = body.encode() if isinstance(body, str) else body
        self.headers = headers or {}


class Request:
    """t is when it had come in whole, as time.time(); the names of headers are not case-sensitive."""

    def __init__(self, method, path, headers, body):
        self.t = time.time()
        self.method, self.path, self.headers, self.body = method, path, headers, body

    def json(self):
        return json.loads(self.body)


class HttpSink(Restartable):
    """Runs in a `with`, or from start() to stop().

    certificate  a Certificate makes it HTTPS
    port, url    the same for its whole life, through stop() and start(); the url has no slash at its end
    requests     all that ever came in
    answers      what to answer to the next requests: each is an Answer, HANG or CLOSE
    default      the same, for when there is nothing left of them
    """

    def __init__(self, certificate=None, default=None):
        super().__init__()
        self.context = None
        if certificate:
            self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self.show(certificate)
        self.default = default or Answer()
        self.answers = []
        self.requests = []
        self._lock = threading.Lock()
        self._server = None
        self.url = f"{'https' if certificate else 'http'}://127.0.0.1:{self.port}"

    def show(self, certificate):
        """From the next connection on."""
        self.context.load_cert_chain(certificate.certificate, certificate.key)

    def start(self):
        self._server = Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def stop(self):
        """Ends all connections, too."""
        if self._server is None:
            return
        self._server.shutdown()
        self._server.stopping.set()
        self._server.server_close()
        self._thread.join(10)
        self._server = None

    def take(self, request):
        with self._lock:
            self.requests.append(request)
            return self.answers.pop(0) if self.answers else self.default


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, sink):
        self.sink = sink
        self.stopping = threading.Event()
        super().__init__(("127.0.0.1", sink.port), Handler)

    def finish_request(self, request, client_address):
        # Here, in the connection's own thread: a client that never ends its handshake holds up nobody else.
        request.settimeout(30)
        if self.sink.context:
            try:
                request = self.sink.context.wrap_socket(request, server_side=True)
            except OSError:
                return  # the client did not like the certificate
        super().finish_request(request, client_address)

    def handle_error(self, request, client_address):
        """A client that goes away is none of ours."""


class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer = self.server.sink.take(Request(self.command, self.path, self.headers, body))
        if answer == HANG:
            self.server.stopping.wait()
        if answer in (HANG, CLOSE):
            self.close_connection = True
            return
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = answer

    def log_message(self, *_):
        """Nothing on stderr: the requests are noted."""
