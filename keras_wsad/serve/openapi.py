"""What the routes share in their description."""

from http import HTTPStatus
from typing import Annotated

import pydantic

#: An id or a frame: what SQLite and JavaScript count exactly.
Number = Annotated[int, pydantic.Field(ge=0, le=2**53 - 1)]


def responses(*statuses):
    """Documents the statuses that a route may answer with, besides its own and 422.

    Args:
        *statuses: ints, of HTTP.

    Returns:
        What a route of FastAPI takes as `responses`.
    """
    return {status: {"description": HTTPStatus(status).phrase} for status in statuses}
