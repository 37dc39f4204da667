import json
import os
import subprocess
import sys
import types

import numpy as np
import pytest

from keras_wsad.errors import RunError
from keras_wsad.inference import Prediction

HEADER = "inference-header-content-length"
INFER = "/v2/models/keras_wsad/infer"
SCORES = np.float32([0.25, 0.5, 0.125])


class FakePredictor:
    """Scores a video by the sum of its features, of 4 a clip."""

    card = types.SimpleNamespace(num_segments=3, feature_dim=4)

    def predict(self, features):
        if features.shape[-1] != 4:
            raise RunError("Expected features of shape (K, 4).")
        return Prediction(
            segment_scores=SCORES * features.sum(),
            class_probabilities=np.eye(14)[9],
            class_name="Robbery",
        )


@pytest.fixture
def client():
    fastapi = pytest.importorskip("fastapi", reason="needs the extra serve")
    testclient = pytest.importorskip("starlette.testclient", reason="needs httpx")
    from keras_wsad.serve.open_inference import open_inference

    app = fastapi.FastAPI()
    app.include_router(open_inference(FakePredictor()))
    return testclient.TestClient(app)


def tensor(shape, data=None, **others):
    content = {"name": "features", "datatype": "FP32", "shape": shape, **others}
    return content if data is None else {**content, "data": data}


def test_json_comes_and_goes(client):
    content = {"id": "7", "inputs": [tensor([2, 4], [[1, 0, 0, 0], [0, 0, 0, 1]])]}
    answer = client.post(INFER, json=content).json()
    assert (answer["id"], answer["model_name"]) == ("7", "keras_wsad")
    outputs = {output["name"]: output for output in answer["outputs"]}
    assert set(outputs) == {"segment_scores", "class_probabilities"}
    assert outputs["segment_scores"]["shape"] == [3]
    assert outputs["segment_scores"]["data"] == (2 * SCORES).tolist()


def test_binary_tensors_come_and_go(client):
    values = np.arange(24, dtype="<f4").reshape(1, 6, 4)
    content = {
        "inputs": [tensor([1, 6, 4], parameters={"binary_data_size": values.nbytes})],
        "outputs": [
            {"name": "class_probabilities"},
            {"name": "segment_scores", "parameters": {"binary_data": True}},
        ],
    }
    head = json.dumps(content).encode()
    path = "/v2/models/keras_wsad/versions/1/infer"
    answer = client.post(
        path, content=head + values.tobytes(), headers={HEADER: str(len(head))}
    )
    length = int(answer.headers[HEADER])
    classes, scores = json.loads(answer.content[:length])["outputs"]
    assert classes["data"] == np.eye(14)[9].tolist()
    assert scores["parameters"] == {"binary_data_size": 12}
    found = np.frombuffer(answer.content[length:], "<f4")
    np.testing.assert_array_equal(found, values.sum() * SCORES)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ([], "a JSON object"),
        ({"inputs": []}, "one input, features"),
        ({"inputs": [tensor([2, 4], [1] * 8) | {"datatype": "INT8"}]}, "FP32"),
        ({"inputs": [tensor([2, -4], [1] * 8)]}, "a shape of 2 or 3"),
        ({"inputs": [tensor([2, 4], [1] * 7)]}, "Found 7"),
        ({"inputs": [tensor([2, 4], ["a"] * 8)]}, "numbers in a list"),
        ({"inputs": [tensor([2, 4], [[1], [1, 2]])]}, "numbers in a list"),
        ({"inputs": [tensor([2, 3], [1] * 6)]}, "features of shape"),
        ({"inputs": [tensor([2, 4], parameters={"binary_data_size": 32})]}, "32 bytes"),
        (
            {"inputs": [tensor([1, 4], [1] * 4)], "outputs": [{"name": "x"}]},
            "outputs among",
        ),
    ],
)
def test_what_is_malformed_is_refused_in_one_sentence(client, content, problem):
    answer = client.post(INFER, json=content)
    assert answer.status_code == 400
    assert problem in answer.json()["error"]


def test_the_model_describes_itself(client):
    for path in ("/v2/health/live", "/v2/health/ready", "/v2/models/keras_wsad/ready"):
        assert client.get(path).status_code == 200
    about = client.get("/v2/models/keras_wsad").json()
    assert about["inputs"] == [
        {"name": "features", "datatype": "FP32", "shape": [-1, -1, 4]}
    ]
    assert client.get("/v2/models/other/ready").status_code == 404
    assert "binary_tensor_data" in client.get("/v2").json()["extensions"]


_CLIENT = """
import sys
import numpy as np
import tritonclient.http as http

client = http.InferenceServerClient(sys.argv[1])
assert client.is_server_live() and client.is_model_ready("keras_wsad")
features = http.InferInput("features", [6, 4], "FP32")
features.set_data_from_numpy(np.ones((6, 4), np.float32))
answer = client.infer("keras_wsad", [features])
print(answer.as_numpy("segment_scores").tolist())
"""


@pytest.mark.large
def test_tritons_own_client_is_answered(tmp_path):
    fastapi = pytest.importorskip("fastapi", reason="needs the extra serve")
    uvicorn = pytest.importorskip("uvicorn", reason="needs the extra serve")
    import threading

    from keras_wsad.serve.open_inference import open_inference

    # Its protobuf is not TensorFlow's: it has an environment of its own.
    python = tmp_path / "venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    install = [python, "-m", "pip", "install", "-q", "tritonclient[http]"]
    if subprocess.run(install, env={**os.environ, "PYTHONPATH": ""}).returncode:
        pytest.skip("tritonclient cannot be installed here")
    app = fastapi.FastAPI()
    app.include_router(open_inference(FakePredictor()))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        thread.join(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    command = [python, "-c", _CLIENT, f"127.0.0.1:{port}"]
    answer = subprocess.run(command, capture_output=True, text=True, timeout=60)
    server.should_exit = True
    thread.join()
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout) == (24 * SCORES).tolist()
