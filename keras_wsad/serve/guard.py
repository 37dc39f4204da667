"""Which requests are let in: host, origin, token, size and speed."""

import asyncio
import hmac
import http.cookies
import ipaddress
import urllib.parse

TOKEN_COOKIE = "keras_wsad_token"  # noqa: S105

# Bytes of a request that is no upload, and seconds that a client may stand still.
_MOST_BYTES, _SECONDS = 64 * 1024, 60
_SAFE = ("GET", "HEAD")
# What anyone may load: the form that asks for the token.
_OPEN = ("/", "/login", "/page/style.css", "/page/login.js")
_HEADERS = {
    b"content-security-policy": b"default-src 'none'; script-src 'self'; style-src 'self'; "
    b"img-src 'self' data:; media-src 'self'; connect-src 'self'; form-action 'self'; "
    b"frame-ancestors 'none'; base-uri 'none'",
    b"cross-origin-resource-policy": b"same-origin",
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
    b"cache-control": b"no-store",
}


class Guard:
    """ASGI middleware that lets in only requests of the page itself and of its owner.

    - Where only loopback is served, the host must be named so: a foreign name that
      resolves to loopback (DNS rebinding) is refused.
    - A page of another origin can neither change nor read anything.
    - With a token, whoever has neither it nor its cookie gets the login form alone.
    - Bodies are small, unless uploads, and a client that stands still is cut.

    Args:
        app: the ASGI application.
        token: str or `None`. Defaults to `None`, for a server on loopback.
        uploads: tuple of str. Paths whose bodies are limited by the application.
    """

    def __init__(self, app, token=None, uploads=()):
        self._app = app
        self._token = token
        self._uploads = uploads

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            # The start of the application; there are no web sockets.
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        text = {
            name.decode("latin-1"): value.decode("latin-1")
            for name, value in headers.items()
        }
        sender = _Sender(send)
        refusal = self._refusal(scope, text)
        if refusal:
            await sender.refuse(*refusal)
            return
        scope["wsad.authorized"] = self.is_owner(text)
        receiver = _Receiver(receive, scope["path"] not in self._uploads)
        try:
            await self._app(scope, receiver, sender)
        except TimeoutError:
            # The server closes the connection of a response that has not ended.
            if not sender.has_begun:
                await sender.refuse(408, "The request took too long.")

    def is_owner(self, headers):
        """Whether a request has the token, in a header or a cookie, or needs none."""
        if self._token is None:
            return True
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            try:
                cookies = http.cookies.SimpleCookie(headers.get("cookie", ""))
            except http.cookies.CookieError:
                return False
            given = cookies[TOKEN_COOKIE].value if TOKEN_COOKIE in cookies else ""
        return self.is_token(given.strip())

    def is_token(self, given):
        """Whether a text is the token, in a time that does not tell how much of it is."""
        return hmac.compare_digest(given.encode(), (self._token or "").encode())

    def _refusal(self, scope, headers):
        """Returns the status and the sentence of a request that is not let in."""
        host = headers.get("host", "")
        if self._token is None and not is_loopback(_host_name(host)):
            return 403, "Expected the host to be localhost."
        method, path = scope["method"], scope["path"]
        site = headers.get("sec-fetch-site", "none")
        is_visit = method in _SAFE and path == "/"
        if site not in ("none", "same-origin") and not is_visit:
            return 403, "A page of another site asks."
        origin = headers.get("origin")
        if method not in _SAFE and origin is not None:
            parts = urllib.parse.urlsplit(origin)
            if parts.netloc.lower() != host.lower():
                return 403, "A page of another site asks."
        length = headers.get("content-length", "0")
        if path not in self._uploads and int(length) > _MOST_BYTES:
            return 413, "The request is too large."
        if not self.is_owner(headers) and path not in _OPEN:
            return 401, "Expected the token that the server has printed."
        return None


class _Receiver:
    """Reads a request, not for ever, and not more than it should be."""

    def __init__(self, receive, is_limited):
        self._receive, self._is_limited, self._bytes = receive, is_limited, 0
        self._has_ended = False

    async def __call__(self):
        if self._has_ended:
            # From now on it waits for the client to leave.
            return await self._receive()
        message = await asyncio.wait_for(self._receive(), _SECONDS)
        self._bytes += len(message.get("body", b""))
        self._has_ended = not message.get("more_body", False)
        if self._is_limited and self._bytes > _MOST_BYTES:
            # Of no announced length: a reader of JSON answers that it cannot read it.
            raise ValueError("The request is too large.")
        return message


class _Sender:
    """Sends a response with the headers of safety, and not for ever."""

    def __init__(self, send):
        self._send, self.has_begun = send, False

    async def __call__(self, message):
        if message["type"] == "http.response.start":
            self.has_begun = True
            own = {name for name, _ in message["headers"]}
            message["headers"] = [
                *message["headers"],
                *((name, value) for name, value in _HEADERS.items() if name not in own),
            ]
        await asyncio.wait_for(self._send(message), _SECONDS)

    async def refuse(self, status, sentence):
        if self.has_begun:
            return
        body = f'{{"detail": "{sentence}"}}'.encode()
        headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
        headers.append((b"content-length", str(len(body)).encode()))
        start = {"type": "http.response.start", "status": status, "headers": headers}
        await self(start)
        await self({"type": "http.response.body", "body": body})


def is_loopback(host):
    """Whether a host's name or address is that of this machine, as seen from itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _host_name(host):
    """Returns the name in a `Host` header, `""` if it is malformed."""
    try:
        return urllib.parse.urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
