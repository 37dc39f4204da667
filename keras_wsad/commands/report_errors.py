"""Errors of the project as lines for people and exit statuses for scripts."""

import functools
import sys

from keras_wsad.errors import WSADError


def report_errors(command):
    """Turns the project's own errors into a line and an exit status of 1."""

    @functools.wraps(command)
    def reporting(*args, **kwargs):
        try:
            return command(*args, **kwargs)
        except WSADError as error:
            print(f"error: {error}", file=sys.stderr)
            return 1
        except OSError as error:
            # A full disk, a folder that may not be written to, a closed pipe.
            print(f"error: {error}", file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("stopped; train.py --resume RUN goes on with a run", file=sys.stderr)
            return 130

    return reporting
