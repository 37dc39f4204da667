"""What a command says besides its results: the package's log and errors, as lines."""

import contextlib
import functools
import logging
import os
import sys

from keras_wsad.errors import WSADError


def report_errors(after_a_stop):
    """Turns the project's own errors into a line and an exit status of 1.

    While the command runs, what the package logs is printed to standard output. An
    interruption becomes a line and the status 130; output that nobody reads any more ends
    the command without a line, with the status 141 of a broken pipe.

    Args:
        after_a_stop: str. What is left of an interrupted command, and how to go on.
    """

    def decorate(command):
        @functools.wraps(command)
        def reporting(*args, **kwargs):
            try:
                with _log_on_stdout():
                    return command(*args, **kwargs)
            except BrokenPipeError:
                # Whoever read the output has gone, as `| head` does. What is still in the
                # buffer goes nowhere, or Python would complain of it at its end.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                return 128 + 13
            except (WSADError, OSError) as error:
                # Of the system: a full disk, a folder that may not be written to.
                print(f"error: {error}", file=sys.stderr)
                return 1
            except KeyboardInterrupt as stop:
                # Whoever knows more than the command says it in the exception.
                print(f"stopped; {str(stop) or after_a_stop}", file=sys.stderr)
                return 130

        return reporting

    return decorate


@contextlib.contextmanager
def _log_on_stdout():
    """Prints what the package logs, each message as a plain line."""
    logger, handler = logging.getLogger("keras_wsad"), _Printer()
    level, propagate = logger.level, logger.propagate
    logger.setLevel(logging.INFO)
    # TensorFlow may give the root logger a handler, which would print each message again.
    logger.propagate = False
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagate
        logger.setLevel(level)


class _Printer(logging.Handler):
    def emit(self, record):
        # To what standard output is now; a broken pipe ends the command as with any print.
        print(self.format(record), flush=True)
