"""A provider's API on loopback, in a thread, for commands that run as processes of their own."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Self
from urllib.parse import parse_qsl


class LoopbackProvider:
    """Records its requests; answers each action from `answers`."""

    def __init__(self) -> None:
        self.answers: dict[str, object] = {}
        self.asked: list[dict[str, str]] = []

    def __enter__(self) -> Self:
        panel = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = self.rfile.read(int(self.headers["content-length"])).decode()
                panel.asked.append(dict(parse_qsl(form)))
                answer = json.dumps(panel.answers.get(panel.asked[-1]["action"])).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *values: object) -> None:  # noqa: A002 - http.server's name
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/api/v2"
        self._thread = Thread(target=self._server.serve_forever)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """From here on connections to `url` are refused."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
