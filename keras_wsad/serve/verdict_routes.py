"""Routes of what a reviewer says of the events."""

from typing import Annotated
from typing import Literal

import fastapi
import pydantic
from fastapi.responses import PlainTextResponse

from keras_wsad.data.annotations import CLASS_NAMES
from keras_wsad.serve.openapi import Number
from keras_wsad.serve.openapi import responses
from keras_wsad.serve.verdict_formats import export_verdicts


class Verdict(pydantic.BaseModel):
    """What a reviewer says of the frames `[begin_frame, end_frame)` of a video."""

    model_config = pydantic.ConfigDict(extra="forbid", strict=True)

    video: Number
    begin_frame: Number
    end_frame: Number
    # With `class` the event is real, but of another class.
    verdict: Literal["true", "false", "unsure", "class"]
    class_name: Literal[CLASS_NAMES] | None = None
    marked_frame: Number | None = None
    note: Annotated[str, pydantic.Field(max_length=2000)] = ""


def verdict_routes(reviews):
    """Creates the routes of the verdicts.

    Args:
        reviews: `Reviews`.

    Returns:
        A `fastapi.APIRouter`.
    """
    routes = fastapi.APIRouter()

    @routes.get("/api/verdicts")
    def list_verdicts() -> list[dict]:
        """All verdicts."""
        return reviews.verdicts()

    @routes.post("/api/verdicts", status_code=201, responses=responses(400, 404, 413, 507))
    def add_verdict(verdict: Verdict) -> dict:
        """Adds a verdict."""
        return reviews.save_verdict(verdict.model_dump())

    @routes.put("/api/verdicts/{number}", responses=responses(400, 404, 413, 507))
    def change_verdict(number: Number, verdict: Verdict) -> dict:
        """Changes a verdict."""
        return reviews.save_verdict(verdict.model_dump(), number)

    @routes.delete("/api/verdicts/{number}", status_code=204, responses=responses(404, 507))
    def delete_verdict(number: Number):
        """Removes a verdict."""
        reviews.delete_verdict(number)

    @routes.post("/api/undo", responses=responses(507))
    def undo() -> dict:
        """Takes back the last change of a verdict."""
        return {"verdict": reviews.undo()}

    @routes.get("/api/export/{name}", response_class=PlainTextResponse)
    def export(
        name: Literal["marks.csv", "annotation.txt", "fiftyone.json", "label_studio.json"],
    ):
        """All verdicts as a file."""
        text, left_out = export_verdicts(reviews)[name]
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        headers["x-left-out"] = str(left_out)
        return PlainTextResponse(text, headers=headers)

    return routes
