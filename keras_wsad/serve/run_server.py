"""Serves a review until it is interrupted."""

import secrets
import socket

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from keras_wsad.errors import ConfigError
from keras_wsad.serve.guard import is_loopback

# Seconds for the head of a request, and connections at a time.
_SECONDS, _CONNECTIONS = 20, 200
_SHORTEST_TOKEN = 16


def choose_token(host, given=None):
    """Returns the token that clients must know.

    Args:
        host: str. The address to bind to.
        given: str or `None`. A token of the user's own. Defaults to `None`.

    Returns:
        str; `None` on loopback if none is given.

    Raises:
        ConfigError: the given token is short, or is not of ASCII letters, digits, `-`, `_`.
    """
    if not given:
        return None if is_loopback(host) else secrets.token_urlsafe(24)
    is_plain = given.isascii() and given.replace("-", "a").replace("_", "a").isalnum()
    if len(given) < _SHORTEST_TOKEN or not is_plain:
        raise ConfigError(
            f"Expected a token of at least {_SHORTEST_TOKEN} ASCII letters, digits, '-' "
            "and '_'."
        )
    return given


def run_server(app, host, port, on_start):
    """Serves an application until it is interrupted.

    Args:
        app: ASGI application.
        host: str. The address to bind to.
        port: int. `0` for any that is free.
        on_start: function. Called with the URL when the port is bound.

    Raises:
        OSError: the address cannot be bound.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=128) as bound:
        shown = f"[{host}]" if family == socket.AF_INET6 else host
        on_start(f"http://{shown}:{bound.getsockname()[1]}/")
        config = uvicorn.Config(
            app,
            http=_ImpatientProtocol,
            ws="none",
            limit_concurrency=_CONNECTIONS,
            timeout_graceful_shutdown=3,
            # No line for each request: its path would hold names of videos.
            access_log=False,
            log_level="warning",
            server_header=False,
        )
        uvicorn.Server(config).run(sockets=[bound])


class _ImpatientProtocol(H11Protocol):
    """Cuts a client that does not finish the head of its request."""

    _deadline = None

    def connection_made(self, transport):
        super().connection_made(transport)
        self._begin_waiting()

    def data_received(self, data):
        super().data_received(data)
        if self.cycle is not None and not self.cycle.response_complete:
            self._stop_waiting()
        elif self._deadline is None:
            self._begin_waiting()

    def connection_lost(self, exc):
        self._stop_waiting()
        super().connection_lost(exc)

    def _begin_waiting(self):
        self._deadline = self.loop.call_later(_SECONDS, self.transport.close)

    def _stop_waiting(self):
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
