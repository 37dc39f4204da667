"""`keras-wsad quantize`."""

import argparse
import os

from keras_wsad.cli.report_errors import report_errors
from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly
from keras_wsad.errors import ConfigError


@report_errors("nothing is written")
def quantize_command(argv=None, prog="keras-wsad quantize"):
    """Makes a backbone in int8, calibrated by the clips of videos."""
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Writes a backbone in int8 for OpenVINO, calibrated by the first clips "
        "of videos, and prints how far its features of other clips are off. Choose videos "
        "of those that the model is trained on, never test videos.",
        epilog="keras-wsad extract --weights NAME.openvino makes features with it, and "
        "predict --weights NAME.openvino predicts with those.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        "videos",
        nargs="+",
        metavar="VIDEOS",
        help="video files, folders to search, lists (.txt, a path a line)",
    )
    add("--backbone", required=True, help="i3d, c3d, r3d34 or compact")
    add("--weights", help="its published weights, as `keras-wsad extract` takes them")
    add("--out", required=True, metavar="NAME.openvino", help="the folder to write")
    add(
        "--clips",
        type=int,
        default=64,
        help="to calibrate by, as many of each video as it takes (default: %(default)s)",
    )
    arguments = parser.parse_args(argv)
    if not arguments.out.endswith(".openvino") or arguments.clips < 1:
        raise ConfigError(
            "Expected --out with a name that ends in .openvino, and --clips of at least 1. "
            f"Received: {arguments.out}, {arguments.clips}"
        )
    if os.path.lexists(arguments.out):
        raise ConfigError(f"{arguments.out}: expected a folder to make. It exists already.")
    from keras_wsad.video import find_videos

    videos = find_videos(arguments.videos)
    import_tensorflow_quietly()
    from keras_wsad.backbones.registry import find_backbone
    from keras_wsad.features.calibration import quantize_backbone

    entry = find_backbone(arguments.backbone)
    if not (arguments.weights or entry.default_weights):
        raise ConfigError(
            f"Expected --weights FILE for {arguments.backbone} ({entry.published})."
        )
    about = quantize_backbone(
        videos, arguments.out, arguments.backbone, arguments.weights, arguments.clips
    )
    print(
        f"Features of {about['clips_compared']} other clips are off by "
        f"{about['relative_error']:.4f} of their length, calibrated by "
        f"{about['clips']} clips of {about['videos']} videos"
    )
    print(f"{arguments.out} is written")
    return 0
