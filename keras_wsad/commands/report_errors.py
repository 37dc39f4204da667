"""Errors of the project as lines for people and exit statuses for scripts."""

import functools
import sys

from keras_wsad.errors import WSADError


def report_errors(after_a_stop):
    """Turns the project's own errors into a line and an exit status of 1.

    An interruption becomes a line and the status 130.

    Args:
        after_a_stop: str. What is left of an interrupted command, and how to go on.
    """

    def decorate(command):
        @functools.wraps(command)
        def reporting(*args, **kwargs):
            try:
                return command(*args, **kwargs)
            except (WSADError, OSError) as error:
                # Of the system: a full disk, a folder that may not be written to.
                print(f"error: {error}", file=sys.stderr)
                return 1
            except KeyboardInterrupt:
                print(f"stopped; {after_a_stop}", file=sys.stderr)
                return 130

        return reporting

    return decorate
