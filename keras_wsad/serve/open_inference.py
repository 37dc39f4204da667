"""The Open Inference Protocol: clip features of a video in, its prediction out."""

import json
import math
from typing import Annotated

import fastapi
import numpy as np
from fastapi.responses import JSONResponse
from fastapi.responses import Response

import keras_wsad
from keras_wsad.errors import WSADError

#: The name of the model, and its only version.
MODEL, VERSION = "keras_wsad", "1"

_PATHS = (f"/v2/models/{MODEL}", f"/v2/models/{MODEL}/versions/{VERSION}")
#: The paths of requests for a prediction, whose bodies are limited here.
INFER_PATHS = tuple(f"{path}/infer" for path in _PATHS)

_MOST_BYTES = 512 * 2**20
_HEADER = "inference-header-content-length"
_TYPE = "FP32"


class _RequestError(Exception):
    """A request that is refused.

    Args:
        message: str.
        status: int. Of HTTP. Defaults to `400`.
    """

    def __init__(self, message, status=400):
        super().__init__(message)
        self.status = status


def open_inference(predictor):
    """Creates the routes of the Open Inference Protocol, version 2, over HTTP.

    The model has one input, `features`, of type FP32: the clips of one video of shape
    `(K, n)`, or of several crops `(crops, K, n)`. Its outputs are those of a `Prediction`,
    FP32 without a batch axis. Tensors come as JSON or as binary data behind it, which is
    what Triton's client sends by default, and go back as the request asks.

    Args:
        predictor: `Predictor`.

    Returns:
        A `fastapi.APIRouter`.

    Reference:
        - [Open Inference Protocol](https://github.com/kserve/open-inference-protocol), and
          Triton's extension for binary tensors.
    """
    routes = fastapi.APIRouter(tags=["Open Inference Protocol"])

    @routes.get("/v2")
    def server() -> dict:
        """Name and version of the server."""
        return {
            "name": MODEL,
            "version": keras_wsad.__version__,
            "extensions": ["binary_tensor_data"],
        }

    @routes.get("/v2/health/live")
    @routes.get("/v2/health/ready")
    def health() -> dict:
        """That the server is there; its model is opened before it."""
        return {}

    def metadata() -> dict:
        """Inputs and outputs of the model."""
        card = predictor.card
        outputs = {"segment_scores": [card.num_segments], "class_probabilities": [14]}
        return {
            "name": MODEL,
            "versions": [VERSION],
            "platform": "keras",
            "inputs": [_spec("features", [-1, -1, card.feature_dim])],
            "outputs": [_spec(name, shape) for name, shape in outputs.items()],
        }

    async def infer(
        request: fastapi.Request,
        header_length: Annotated[int | None, fastapi.Header(alias=_HEADER, ge=0)] = None,
    ):
        """The prediction of one video."""
        try:
            body = await _read(request)
            if header_length is None:
                header_length = len(body)
            content = _parse(body[:header_length])
            features = _features(content, body[header_length:])
            prediction = await fastapi.concurrency.run_in_threadpool(
                predictor.predict, features
            )
            return _answer(content, vars(prediction))
        except _RequestError as error:
            return JSONResponse({"error": str(error)}, error.status)
        except WSADError as error:
            return JSONResponse({"error": str(error)}, 400)

    schema = {"schema": {"type": "object"}}
    for path in _PATHS:
        routes.add_api_route(path, metadata)
        routes.add_api_route(f"{path}/ready", health)
        routes.add_api_route(
            f"{path}/infer",
            infer,
            methods=["POST"],
            responses={status: {"description": "Refused"} for status in (400, 408, 413)},
            openapi_extra={"requestBody": {"content": {"application/json": schema}}},
        )
    return routes


def _spec(name, shape):
    return {"name": name, "datatype": _TYPE, "shape": shape}


async def _read(request):
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > _MOST_BYTES:
            raise _RequestError(f"Expected at most {_MOST_BYTES} bytes.", 413)
    return bytes(body)


def _parse(text):
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _RequestError("Expected JSON.") from error
    if not isinstance(content, dict):
        raise _RequestError("Expected a JSON object.")
    return content


def _features(content, binary):
    """Returns the only input of a request, an array."""
    inputs = content.get("inputs")
    if not isinstance(inputs, list) or len(inputs) != 1 or not isinstance(inputs[0], dict):
        raise _RequestError("Expected one input, features.")
    (tensor,) = inputs
    shape, kind = tensor.get("shape"), tensor.get("datatype")
    if tensor.get("name") != "features" or kind != _TYPE:
        raise _RequestError(f"Expected one input, features, of the type {_TYPE}.")
    if not _is_shape(shape):
        raise _RequestError("Expected a shape of 2 or 3 whole numbers above 0.")
    size = _parameters(tensor).get("binary_data_size")
    if size is None:
        try:
            values = np.array(tensor.get("data"), np.float32).ravel()
        except (TypeError, ValueError, OverflowError) as error:
            raise _RequestError("Expected data, numbers in a list.") from error
    elif size == len(binary) and not size % 4:
        values = np.frombuffer(binary, "<f4")
    else:
        raise _RequestError(f"Expected {size} bytes behind the JSON. Found {len(binary)}.")
    if len(values) != math.prod(shape):
        raise _RequestError(f"Expected values of shape {shape}. Found {len(values)}.")
    return values.reshape(shape)


def _is_shape(shape):
    return (
        isinstance(shape, list)
        and len(shape) in (2, 3)
        and all(type(size) is int and 0 < size < 2**31 for size in shape)
    )


def _parameters(content):
    parameters = content.get("parameters", {})
    return parameters if isinstance(parameters, dict) else {}


def _answer(content, prediction):
    """Returns the tensors that a request asks for, all unless it names some."""
    tensors = {
        name: np.asarray(value, "<f4")
        for name, value in prediction.items()
        if isinstance(value, np.ndarray)
    }
    binary_by_default = bool(_parameters(content).get("binary_data_output", False))
    wanted = content.get("outputs") or [{"name": name} for name in tensors]
    if not isinstance(wanted, list) or not all(
        isinstance(output, dict) and output.get("name") in tensors for output in wanted
    ):
        raise _RequestError(f"Expected outputs among {', '.join(tensors)}.")
    outputs, parts = [], []
    for output in wanted:
        values = tensors[output["name"]]
        described = _spec(output["name"], list(values.shape))
        if _parameters(output).get("binary_data", binary_by_default):
            parts.append(values.tobytes())
            described["parameters"] = {"binary_data_size": values.nbytes}
        else:
            described["data"] = values.ravel().tolist()
        outputs.append(described)
    answer = {"model_name": MODEL, "model_version": VERSION, "outputs": outputs}
    if isinstance(content.get("id"), str):
        answer["id"] = content["id"]
    head = json.dumps(answer).encode()
    if not parts:
        return Response(head, media_type="application/json")
    headers = {_HEADER: str(len(head))}
    return Response(
        b"".join([head, *parts]), media_type="application/octet-stream", headers=headers
    )
