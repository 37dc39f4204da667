"""The application behind the page: its routes, in the order in which the page asks."""

import contextlib
import os
import sqlite3
import tempfile
from http import HTTPStatus
from typing import Annotated
from typing import Literal

import fastapi
import pydantic
from fastapi.responses import FileResponse
from fastapi.responses import HTMLResponse
from fastapi.responses import JSONResponse
from fastapi.responses import PlainTextResponse
from fastapi.responses import Response

import keras_wsad
from keras_wsad.data.annotations import CLASS_NAMES
from keras_wsad.errors import DataError
from keras_wsad.errors import VideoError
from keras_wsad.errors import WSADError
from keras_wsad.metrics.alarms import ALARM_THRESHOLD
from keras_wsad.serve.content import read_page
from keras_wsad.serve.guard import TOKEN_COOKIE
from keras_wsad.serve.guard import Guard
from keras_wsad.serve.live import read_live
from keras_wsad.serve.open_inference import INFER_PATHS
from keras_wsad.serve.open_inference import open_inference
from keras_wsad.serve.playable import write_excerpt
from keras_wsad.serve.uploads import UploadError
from keras_wsad.serve.uploads import UploadLimits
from keras_wsad.serve.uploads import Uploads
from keras_wsad.serve.verdict_formats import export_verdicts

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
# Seconds that an excerpt may have.
_LONGEST = 600.0
# What SQLite and JavaScript count exactly.
_Number = Annotated[int, pydantic.Field(ge=0, le=2**53 - 1)]
_Seconds = Annotated[float, pydantic.Field(ge=0, le=1e6, allow_inf_nan=False)]


class VideoResponse(FileResponse):
    """A video, by parts if the client asks for one (`Range`)."""

    media_type = "video/mp4"


class Verdict(pydantic.BaseModel):
    """What a reviewer says of the frames `[begin_frame, end_frame)` of a video."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True)

    video: _Number
    begin_frame: _Number
    end_frame: _Number
    # With `class` the event is real, but of another class.
    verdict: Literal["true", "false", "unsure", "class"]
    class_name: Literal[CLASS_NAMES] | None = None
    marked_frame: _Number | None = None
    note: Annotated[str, pydantic.Field(max_length=2000)] = ""


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
    uploads = Uploads(folder, reviews, limits)

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

    @app.post("/login", status_code=204, responses=_responses(401))
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

    body = {"content": {"application/octet-stream": {"schema": {"format": "binary"}}}}

    @app.post(
        "/api/videos",
        status_code=201,
        openapi_extra={"requestBody": {"required": True, **body}},
        responses=_responses(400, 408, 409, 413, 415, 429, 507),
    )
    async def upload(
        request: fastapi.Request,
        name: Annotated[str, fastapi.Query(max_length=255)],
    ) -> dict:
        """Uploads a video, as the body of the request, under the name of a file."""
        length = request.headers.get("content-length")
        number = await uploads.receive(name, length and int(length), request.stream())
        worker.wake()
        return {"id": number}

    @app.get("/api/videos/{number}", responses=_responses(404))
    def details(number: _Number) -> dict:
        """The times of a video's frames, and the most similar training videos."""
        video = reviews.video(number)
        return {"stamps": None, "similar": None, **(video["details"] or {})}

    @app.get(
        "/api/videos/{number}/media",
        response_class=VideoResponse,
        responses=_responses(206, 404, 416),
    )
    def media(number: _Number):
        """The video as browsers play it, by parts (`Range`)."""
        return VideoResponse(_played(number))

    @app.get(
        "/api/videos/{number}/clip",
        response_class=VideoResponse,
        responses=_responses(400, 404),
    )
    def clip(number: _Number, begin: _Seconds, end: _Seconds):
        """An excerpt as a file, from the key frame before `begin` on, not encoded anew."""
        if not begin < end <= begin + _LONGEST:
            raise DataError(f"Expected begin < end, at most {_LONGEST:.0f} s later.")
        played, name = _played(number), reviews.video(number)["name"]
        file, path = tempfile.mkstemp(prefix="keras-wsad-clip-", suffix=".mp4")
        os.close(file)
        try:
            write_excerpt(played, path, begin, end)
        except (VideoError, OSError) as error:
            os.unlink(path)
            raise DataError("The clip cannot be cut.") from error
        remove = fastapi.BackgroundTasks()
        remove.add_task(os.unlink, path)
        name = f"{name}_{begin:.1f}-{end:.1f}s.mp4"
        return VideoResponse(path, filename=name, background=remove)

    def _played(number):
        played = reviews.video(number)["played"]
        if played is None or not os.path.isfile(played):
            raise KeyError(number)
        return played

    @app.get("/api/live")
    def show_live() -> dict:
        """The last scores, alarms and status of a watch."""
        return read_live(live) if live else {"segments": [], "alarms": [], "status": None}

    # === Verdicts ===

    @app.get("/api/verdicts")
    def list_verdicts() -> list[dict]:
        """All verdicts."""
        return reviews.verdicts()

    @app.post("/api/verdicts", status_code=201, responses=_responses(400, 404, 413, 507))
    def add_verdict(verdict: Verdict) -> dict:
        """Adds a verdict."""
        return reviews.save_verdict(verdict.model_dump())

    @app.put("/api/verdicts/{number}", responses=_responses(400, 404, 413, 507))
    def change_verdict(number: _Number, verdict: Verdict) -> dict:
        """Changes a verdict."""
        return reviews.save_verdict(verdict.model_dump(), number)

    @app.delete("/api/verdicts/{number}", status_code=204, responses=_responses(404, 507))
    def delete_verdict(number: _Number):
        """Removes a verdict."""
        reviews.delete_verdict(number)

    @app.post("/api/undo", responses=_responses(507))
    def undo() -> dict:
        """Takes back the last change of a verdict."""
        return {"verdict": reviews.undo()}

    @app.get("/api/export/{name}", response_class=PlainTextResponse)
    def export(
        name: Literal["marks.csv", "annotation.txt", "fiftyone.json", "label_studio.json"],
    ):
        """All verdicts as a file."""
        text, left_out = export_verdicts(reviews)[name]
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        headers["x-left-out"] = str(left_out)
        return PlainTextResponse(text, headers=headers)

    # === Training ===

    @app.get("/api/training", responses=_responses(404))
    def show_training() -> dict:
        """How the last training with the verdicts went, and what another would do."""
        return _known_retraining().describe()

    @app.post("/api/training", status_code=202, responses=_responses(400, 404, 507))
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


def _responses(*statuses):
    """Documents the statuses that a route may answer with, besides its own and 422."""
    return {status: {"description": HTTPStatus(status).phrase} for status in statuses}
