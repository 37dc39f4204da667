import socket
import threading

import pytest

pytest.importorskip("uvicorn", reason="needs the extra serve")

import uvicorn

from keras_wsad.serve import run_server


async def answer(scope, receive, send):
    if scope["type"] == "http":
        headers = [(b"content-length", b"2")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"ok"})


@pytest.fixture
def connect(monkeypatch):
    """A function that connects to a server whose patience is short."""
    monkeypatch.setattr(run_server, "_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as bound:
        config = uvicorn.Config(
            answer,
            http=run_server._ImpatientProtocol,
            lifespan="off",
            log_level="error",
            timeout_keep_alive=60,
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        yield lambda: socket.create_connection(bound.getsockname(), timeout=60)
        server.should_exit = True
        thread.join()


def test_a_request_that_does_not_end_is_cut(connect):
    for begun in (b"", b"GET / HTTP/1.1\r\nHost: local"):
        with connect() as client:
            client.sendall(begun)
            # The end of the stream, and no answer.
            assert client.recv(1000) == b""


def test_a_second_request_that_does_not_end_is_cut_too(connect):
    with connect() as client:
        client.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        received = b""
        while not received.endswith(b"ok"):
            received += client.recv(1000)
        client.sendall(b"GET / HTTP/1.1\r\n")
        assert client.recv(1000) == b""
