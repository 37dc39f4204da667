import asyncio

import pytest

pytest.importorskip("fastapi", reason="needs the extra serve")

from keras_wsad.errors import ConfigError
from keras_wsad.serve import guard
from keras_wsad.serve.guard import Guard
from keras_wsad.serve.guard import is_loopback
from keras_wsad.serve.run_server import choose_token

TOKEN = "a-token-of-the-test"


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "", "10.0.0.1", "["]
)
def test_a_foreign_host_on_loopback_is_refused(open_client, host):
    client = open_client()
    assert client.get("/", headers={"host": host}).status_code == 403


@pytest.mark.parametrize("host", ["localhost:80", "127.0.0.1:8000", "[::1]:8000"])
def test_loopback_by_any_of_its_names_is_let_in(open_client, host):
    assert open_client().get("/api/verdicts", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_another_site_can_neither_post_nor_read(open_client, headers):
    client = open_client()
    assert client.post("/api/undo", headers=headers).status_code == 403
    if "sec-fetch-site" in headers:
        assert client.get("/api/videos", headers=headers).status_code == 403
        # A link to the page works.
        assert client.get("/", headers=headers).status_code == 200
    own = {"origin": "http://localhost:8000", "sec-fetch-site": "same-origin"}
    assert client.post("/api/undo", headers=own).status_code == 200


def test_without_the_token_there_is_only_the_form(open_client):
    client = open_client(token=TOKEN)
    for path in client.app.fastapi.openapi()["paths"]:
        if path != "/login":
            path = path.replace("{number}", "1").replace("{name}", "marks.csv")
            assert client.get(path).status_code == 401, path
    assert (
        client.post("/api/undo", headers={"authorization": "Bearer no"}).status_code == 401
    )
    # Never in the URL.
    assert client.get("/api/videos", params={"token": TOKEN}).status_code == 401
    assert "Token that the server" in client.get("/").text
    assert client.get("/page/login.js").status_code == 200
    assert client.get("/page/desk.js").status_code == 401
    bearer = {"authorization": f"Bearer {TOKEN}"}
    assert client.get("/api/videos", headers=bearer).status_code == 200


def test_the_token_becomes_a_cookie_that_scripts_cannot_read(open_client):
    client = open_client(token=TOKEN)
    assert client.post("/login", json={"token": "no"}).status_code == 401
    answer = client.post("/login", json={"token": TOKEN})
    assert answer.status_code == 204
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie and "samesite=strict" in cookie
    assert client.get("/api/videos").status_code == 200
    assert "Events" in client.get("/").text


def test_every_answer_has_the_headers_of_safety(open_client):
    client = open_client(token=TOKEN)
    for path in ("/", "/api/videos", "/nowhere"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"


def test_a_client_that_stands_still_is_cut(monkeypatch):
    monkeypatch.setattr(guard, "_SECONDS", 0.05)
    sent = []

    async def never():
        await asyncio.Event().wait()

    async def send(message):
        sent.append(message)

    async def reads(scope, receive, send):
        await receive()

    async def writes(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})

    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "headers": [(b"host", b"localhost")],
    }
    asyncio.run(Guard(reads)(dict(scope), never, send))
    assert sent[0]["status"] == 408
    asyncio.run(Guard(writes)(dict(scope), never, lambda message: never()))


def test_a_token_is_made_or_checked():
    assert choose_token("127.0.0.1") is None
    assert choose_token("::1") is None
    assert choose_token("localhost", TOKEN) == TOKEN
    made = choose_token("0.0.0.0")
    assert len(made) >= 32 and made != choose_token("0.0.0.0")
    for bad in ("short", "a" * 15, "a token with blanks", "ä" * 20):
        with pytest.raises(ConfigError, match="Expected a token"):
            choose_token("0.0.0.0", bad)


def test_loopback_is_not_decided_by_how_a_name_begins():
    assert is_loopback("127.0.0.2") and is_loopback("::1") and is_loopback("localhost")
    assert not is_loopback("127.evil.example") and not is_loopback("0.0.0.0")
