import sys

import pytest

from keras_wsad.cli import main


@pytest.mark.parametrize("name", ["fastapi", "uvicorn"])
def test_a_missing_extra_is_named_in_one_line(monkeypatch, capsys, name):
    monkeypatch.setitem(sys.modules, name, None)
    assert main(["serve"]) == 1
    error = capsys.readouterr().err
    assert "pip install 'keras_wsad[serve]'" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "token", "complaint"),
    [
        (["--port=65536"], "", "Expected a port up to 65535"),
        (["--host=0.0.0.0"], "short", "Expected a token of at least 16"),
        (["/nowhere/camera.mp4"], "", "/nowhere/camera.mp4"),
        (["--model=/nowhere"], "", "/nowhere"),
    ],
)
def test_what_cannot_begin_is_an_error_of_one_line(
    monkeypatch, tmp_path, capsys, arguments, token, complaint
):
    pytest.importorskip("fastapi", reason="needs the extra serve")
    monkeypatch.setenv("KERAS_WSAD_TOKEN", token)
    assert main(["serve", *arguments, f"--folder={tmp_path}/review"]) == 1
    error = capsys.readouterr().err
    assert complaint in error
    assert error.count("\n") == 1
    assert not (tmp_path / "review").exists()


@pytest.mark.parametrize(
    ("host", "token", "is_printed"),
    [
        ("127.0.0.1", "", False),
        ("0.0.0.0", "", True),
        ("0.0.0.0", "a-token-of-the-test", False),
    ],
)
def test_a_token_that_is_made_is_printed_once(
    monkeypatch, tmp_path, capsys, host, token, is_printed
):
    pytest.importorskip("fastapi", reason="needs the extra serve")
    given = {}
    monkeypatch.setenv("KERAS_WSAD_TOKEN", token)
    monkeypatch.setattr(
        "keras_wsad.serve.open_review.open_review", lambda *_, **options: given | options
    )
    monkeypatch.setattr(
        "keras_wsad.serve.run_server.run_server",
        lambda app, *address, on_start=None: given.update(app) or address[2]("URL"),
    )
    assert main(["serve", f"--host={host}", f"--folder={tmp_path}"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("Reviewing at URL")
    assert printed.count("Token: ") == is_printed
    if host == "127.0.0.1":
        assert given["token"] is None
    else:
        assert printed.count(given["token"]) == is_printed
        assert given["token"] == token or not token


def test_features_cannot_be_reviewed(tmp_path, capsys, compact_run):
    pytest.importorskip("fastapi", reason="needs the extra serve")
    (tmp_path / "a.npy").touch()
    options = [f"--model={compact_run.folder}", f"--folder={tmp_path}/review"]
    assert main(["serve", str(tmp_path / "a.npy"), *options]) == 1
    assert "Expected videos" in capsys.readouterr().err
