"""A mail server on this machine that keeps nothing but the identifiers of what it took."""

from __future__ import annotations

import socket
from email.message import Message

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as Takes


class Sink(Takes):
    """Takes every mail; `taken` are the Message-IDs, in order, twice when it came twice."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[str] = []
        self._controller: Controller | None = None

    def handle_message(self, message: Message) -> None:
        """Keep the identifier."""
        self.taken.append(str(message["Message-ID"]))

    def open(self) -> int:
        """Listen; returns the port."""
        with socket.socket() as trial:
            trial.bind(("127.0.0.1", 0))
            port = int(trial.getsockname()[1])
        self._controller = Controller(self, hostname="127.0.0.1", port=port)
        self._controller.start()
        return port

    def close(self) -> None:
        """Stop listening."""
        if self._controller is not None:
            self._controller.stop()
