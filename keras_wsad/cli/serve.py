"""`keras-wsad serve`."""

import argparse
import contextlib
import os
import pathlib

from keras_wsad.cli.report_errors import report_errors
from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly
from keras_wsad.errors import ConfigError
from keras_wsad.extras import import_extra

# The name of the variable, which holds the password.
_TOKEN = "KERAS_WSAD_TOKEN"  # noqa: S105


@report_errors("what was reviewed is kept")
def serve_command(argv=None, prog="keras-wsad serve"):
    """Serves the page on which alarms are reviewed, until it is interrupted."""
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Serves a page on which alarms of videos are reviewed. Predictions and "
        "verdicts are kept in the folder, so that a later call goes on from there.",
        epilog=f"Bound to anything but loopback, a token is asked for: ${_TOKEN}, or one "
        "that is made and printed. There is no encryption: tunnel it through SSH, or put "
        "it behind a server that speaks TLS.",
    )
    parser.add_argument(
        "videos",
        nargs="*",
        metavar="VIDEO",
        help="a video, a folder of videos or a .txt list of them; others can be uploaded",
    )
    parser.add_argument(
        "--model",
        help="a run folder, its model.keras or its saved_model (default: the newest "
        "run of the joint model in runs)",
    )
    parser.add_argument(
        "--folder",
        default="review",
        help="where uploads, predictions and verdicts are kept (default: %(default)s)",
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="the address to bind to (default: %(default)s)"
    )
    parser.add_argument("--port", type=int, default=8000, help="(default: %(default)s)")
    parser.add_argument(
        "--weights",
        help="the backbone's file of weights, where they do not come with this project",
    )
    parser.add_argument(
        "--data",
        help="a folder in UCF-Crime's layout with the temporal annotation, to show what is "
        "annotated (default: an annotation that lies near the video, if any)",
    )
    parser.add_argument(
        "--live",
        metavar="FILE",
        help="the file that `keras-wsad watch --out FILE` writes, to show its scores and "
        "alarms as they come",
    )
    parser.add_argument(
        "--max_upload",
        type=int,
        default=2048,
        metavar="MIB",
        help="the largest video that can be uploaded (default: %(default)s)",
    )
    parser.add_argument(
        "--max_videos",
        type=int,
        default=1000,
        help="how many videos a review may have by uploads (default: %(default)s)",
    )
    arguments = parser.parse_args(argv)
    if not 0 <= arguments.port < 65536:
        raise ConfigError(f"Expected a port up to 65535. Received: {arguments.port}")
    for library in ("fastapi", "uvicorn"):
        import_extra(library, "serve")
    # A training that the page begins needs memory of the GPU, too.
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    import_tensorflow_quietly()
    from keras_wsad.serve.open_review import open_review
    from keras_wsad.serve.run_server import choose_token
    from keras_wsad.serve.run_server import run_server
    from keras_wsad.serve.uploads import UploadLimits

    given = os.environ.get(_TOKEN)
    token = choose_token(arguments.host, given)
    limits = UploadLimits(
        most_bytes=arguments.max_upload * 2**20, most_videos=arguments.max_videos
    )

    def on_start(url):
        print(f"Reviewing at {url} (Ctrl-C ends it)", flush=True)
        if token is not None and not given:
            print(f"Token: {token}", flush=True)

    with contextlib.ExitStack() as held:
        app = open_review(
            pathlib.Path(arguments.folder),
            arguments.videos,
            model=arguments.model,
            weights=arguments.weights,
            data=arguments.data,
            token=token,
            limits=limits,
            live=arguments.live and pathlib.Path(arguments.live),
            held=held,
        )
        run_server(app, arguments.host, arguments.port, on_start)
    return 0
