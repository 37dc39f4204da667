"""Routes of the files of videos: upload, playing, excerpts."""

import os
import tempfile
from typing import Annotated

import fastapi
import pydantic
from fastapi.responses import FileResponse

from keras_wsad.errors import DataError
from keras_wsad.errors import VideoError
from keras_wsad.serve.openapi import Number
from keras_wsad.serve.openapi import responses
from keras_wsad.serve.playable import write_excerpt

# Seconds that an excerpt may have.
_LONGEST = 600.0
_Seconds = Annotated[float, pydantic.Field(ge=0, le=1e6, allow_inf_nan=False)]


class VideoResponse(FileResponse):
    """A video, by parts if the client asks for one (`Range`)."""

    media_type = "video/mp4"


def video_routes(reviews, worker, uploads):
    """Creates the routes of the files of videos.

    Args:
        reviews: `Reviews`.
        worker: `Worker`, woken by an upload.
        uploads: `Uploads`.

    Returns:
        A `fastapi.APIRouter`.
    """
    routes = fastapi.APIRouter()
    body = {"content": {"application/octet-stream": {"schema": {"format": "binary"}}}}

    @routes.post(
        "/api/videos",
        status_code=201,
        openapi_extra={"requestBody": {"required": True, **body}},
        responses=responses(400, 408, 409, 413, 415, 429, 507),
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

    @routes.get("/api/videos/{number}", responses=responses(404))
    def details(number: Number) -> dict:
        """The times of a video's frames, and the most similar training videos."""
        video = reviews.video(number)
        return {"stamps": None, "similar": None, **(video["details"] or {})}

    @routes.get(
        "/api/videos/{number}/media",
        response_class=VideoResponse,
        responses=responses(206, 404, 416),
    )
    def media(number: Number):
        """The video as browsers play it, by parts (`Range`)."""
        return VideoResponse(_played(number))

    @routes.get(
        "/api/videos/{number}/clip",
        response_class=VideoResponse,
        responses=responses(400, 404),
    )
    def clip(number: Number, begin: _Seconds, end: _Seconds):
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

    return routes
