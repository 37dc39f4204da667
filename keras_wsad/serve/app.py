"""The application behind the page: what the page is, shows and trains."""

import contextlib
import sqlite3
from typing import Annotated
from typing import Literal

import fastapi
import pydantic
from fastapi.responses import HTMLResponse
from fastapi.responses import JSONResponse
from fastapi.responses import Response

import keras_wsad
from keras_wsad.data.annotations import CLASS_NAMES
from keras_wsad.errors import DataError
from keras_wsad.errors import WSADError
from keras_wsad.metrics.alarms import ALARM_THRESHOLD
from keras_wsad.serve.content import read_page
from keras_wsad.serve.guard import TOKEN_COOKIE
from keras_wsad.serve.guard import Guard
from keras_wsad.serve.live import read_live
from keras_wsad.serve.open_inference import INFER_PATHS
from keras_wsad.serve.open_inference import open_inference
from keras_wsad.serve.openapi import responses
from keras_wsad.serve.uploads import UploadError
from keras_wsad.serve.uploads import UploadLimits
from keras_wsad.serve.uploads import Uploads
from keras_wsad.serve.verdict_routes import verdict_routes
from keras_wsad.serve.video_routes import video_routes

_PARTS = (
    "style.css",
    "events.js",
    "chart.js",
    "why.js",
    "page.js",
    "live.js",
    "desk.js",
    "login.js",
)
_TYPES = {"css": "text/css", "js": "text/javascript"}


class Login(pydantic.BaseModel):
    """The token, in exchange for a cookie."""

    token: Annotated[str, pydantic.Field(max_length=200)]


def create_app(
    reviews,
    worker,
    folder,
    about,
    token=None,
    limits=None,
    predictor=None,
    live=None,
    retraining=None,
):
    """Creates the ASGI application of a review.

    Args:
        reviews: `Reviews`.
        worker: `Worker`, started with the application and stopped with it.
        folder: path. Where uploads are kept.
        about: dict for JSON, `model` (its path) and `protocol` (a sentence on it).
        token: str or `None`. What a client must know. Defaults to `None`, for a server on
            loopback.
        limits: `UploadLimits`, or `None` for the default. Defaults to `None`.
        predictor: `Predictor` that answers the Open Inference Protocol, or `None` for a
            server without it. Defaults to `None`.
        live: path or `None`. The file that `keras-wsad watch --out` writes, to be shown.
            Defaults to `None`.
        retraining: `Retraining`, stopped with the application, or `None` for a server that
            does not train. Defaults to `None`.

    Returns:
        A `Guard` around the application of FastAPI, which is its attribute `fastapi`.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app):
        worker.start()
        yield
        worker.stop()
        if retraining is not None:
            retraining.stop()

    app = fastapi.FastAPI(
        title="keras_wsad review",
        version=keras_wsad.__version__,
        lifespan=lifespan,
        # Their pages load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
    )
    guard = Guard(app, token, uploads=("/api/videos", *INFER_PATHS))
    if predictor is not None:
        app.include_router(open_inference(predictor))
    guard.fastapi = app
    limits = limits or UploadLimits()
    app.include_router(video_routes(reviews, worker, Uploads(folder, reviews, limits)))
    app.include_router(verdict_routes(reviews))

    @app.exception_handler(KeyError)
    def absent(request, error):
        return JSONResponse({"detail": "There is no such thing."}, 404)

    @app.exception_handler(DataError)
    def contradictory(request, error):
        return JSONResponse({"detail": str(error)}, 400)

    @app.exception_handler(sqlite3.OperationalError)
    def full(request, error):
        return JSONResponse({"detail": f"The review cannot be written ({error})."}, 507)

    @app.exception_handler(UploadError)
    def not_accepted(request, error):
        # The rest of the body is not read.
        headers = {"connection": "close"}
        return JSONResponse({"detail": str(error)}, error.status, headers)

    # === The page ===

    @app.get("/", response_class=HTMLResponse, include_in_schema=False)
    def page(request: fastapi.Request):
        is_owner = request.scope["wsad.authorized"]
        name = "index.html" if is_owner else "login.html"
        return HTMLResponse(read_page(name))

    @app.get("/page/{name}", include_in_schema=False)
    def part(name: Literal[_PARTS]):
        kind = _TYPES[name.rpartition(".")[2]]
        return Response(read_page(name), media_type=kind)

    @app.post("/login", status_code=204, responses=responses(401))
    def login(login: Login):
        if token is None or not guard.is_token(login.token.strip()):
            raise fastapi.HTTPException(401, "This is not the token.")
        response = Response(status_code=204)
        response.set_cookie(
            TOKEN_COOKIE, token, max_age=30 * 86_400, httponly=True, samesite="strict"
        )
        return response

    # === Videos ===

    @app.get("/api/videos")
    def list_videos() -> dict:
        """All videos, with scores and classes of those that are done."""
        fields = ("id", "name", "state", "message", "content")
        videos = [{name: v[name] for name in fields} for v in reviews.videos()]
        return {
            **about,
            "revision": reviews.revision,
            "class_names": list(CLASS_NAMES),
            "threshold": ALARM_THRESHOLD,
            "most_bytes": limits.most_bytes,
            "is_live": live is not None,
            "can_train": retraining is not None,
            "videos": videos,
        }

    @app.get("/api/progress")
    def progress() -> dict:
        """A number that grows with every change, how far the running video is, and what
        keeps the review from going on."""
        running = worker.progress
        keys = ("id", "done", "total")
        return {
            "revision": reviews.revision,
            "running": running and dict(zip(keys, running, strict=True)),
            "problem": worker.problem,
        }

    @app.get("/api/live")
    def show_live() -> dict:
        """The last scores, alarms and status of a watch."""
        return read_live(live) if live else {"segments": [], "alarms": [], "status": None}

    # === Training ===

    @app.get("/api/training", responses=responses(404))
    def show_training() -> dict:
        """How the last training with the verdicts went, and what another would do."""
        return _known_retraining().describe()

    @app.post("/api/training", status_code=202, responses=responses(400, 404, 507))
    def train() -> dict:
        """Trains the model anew with the verdicts."""
        try:
            _known_retraining().start()
        except WSADError as error:
            raise DataError(str(error)) from error
        except OSError as error:
            raise fastapi.HTTPException(507, f"It cannot be written ({error}).") from error
        return retraining.describe()

    def _known_retraining():
        if retraining is None:
            raise KeyError("training")
        return retraining

    return guard
