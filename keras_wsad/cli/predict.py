"""`keras-wsad predict`."""

import argparse
import sys

from keras_wsad.cli.report_errors import report_errors
from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly
from keras_wsad.errors import DataError
from keras_wsad.files import printable


@report_errors("the videos whose line is above are done")
def predict_command(argv=None, prog="keras-wsad predict"):
    """Scores videos with a trained model and leaves what it found.

    Returns:
        int, the exit status: 0, whatever was found, 1 if a video could not be scored, or
        130 after an interruption.
    """
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Scores videos with a trained model and leaves prediction.json and "
        "prediction.png of each in OUT/NAME. Clips are made as those of the training "
        "videos were.",
        epilog="The exit status is 0 whatever was found, and 1 if a video failed. "
        "prediction.json has is_anomalous and the alarms.",
    )
    parser.add_argument(
        "videos",
        nargs="+",
        metavar="VIDEO",
        help="a video, a folder of videos, a .txt list of them, or a feature file "
        "(.npy, .h5, .txt)",
    )
    parser.add_argument(
        "--model",
        help="a run folder, its model.keras or its saved_model (default: the newest "
        "run of the joint model in runs)",
    )
    parser.add_argument(
        "--out", default="predictions", help="where to write (default: %(default)s)"
    )
    parser.add_argument(
        "--weights",
        help="the backbone's file of weights, where they do not come with this project; "
        "they must be those of the training features, or a folder in int8 that "
        "`keras-wsad quantize` made of them",
    )
    parser.add_argument(
        "--precision",
        choices=["float32", "bfloat16"],
        help="what the backbone computes in (default: as for the training features)",
    )
    parser.add_argument(
        "--runtime",
        choices=["tensorflow", "jax", "torch", "openvino"],
        help="openvino, or what Keras is set to run on (default: the latter)",
    )
    parser.add_argument(
        "--threshold",
        type=float,
        default=0.5,
        help="a score above it is an alarm (default: %(default)s)",
    )
    parser.add_argument(
        "--data",
        help="a folder in UCF-Crime's layout with the temporal annotation, to draw what "
        "is annotated (default: an annotation that lies near the video, if any)",
    )
    parser.add_argument(
        "--html",
        action="store_true",
        help="write OUT/report.html as well: all videos on one page, in one file",
    )
    arguments = parser.parse_args(argv)
    import_tensorflow_quietly()
    from keras_wsad.baselines.registry import PREDICTING
    from keras_wsad.cli.predict_files import predict_files
    from keras_wsad.data.ground_truth import GroundTruth
    from keras_wsad.features.formats import is_feature_file
    from keras_wsad.features.sidecar import sidecar_path
    from keras_wsad.inference import load
    from keras_wsad.runs import newest_run
    from keras_wsad.video import find_videos

    found = {}
    for name, path in find_videos(arguments.videos).items():
        if is_feature_file(path):
            # A file of one crop, NAME__0.npy, stands for the video NAME.
            name = sidecar_path(path).stem
        other = found.setdefault(name, path)
        if other != path and sidecar_path(other) != sidecar_path(path):
            raise DataError(
                f"Expected every video once, since what is found is left in a folder of "
                f"its name. Received: {other} and {path}"
            )
    truths = GroundTruth(arguments.data)
    predictor = load(arguments.model or newest_run(systems=PREDICTING))
    backbone = None
    if not all(is_feature_file(path) for path in found.values()):
        backbone = predictor.open_backbone(
            arguments.weights, arguments.precision, arguments.runtime
        )
    failed = predict_files(
        found,
        predictor,
        arguments.out,
        threshold=arguments.threshold,
        truths=truths,
        backbone=backbone,
        html=arguments.html,
    )
    done = len(found) - len(failed)
    if failed:
        print(
            f"error: {len(failed)} of {len(found)} could not be scored: "
            f"{', '.join(map(printable, failed))}",
            file=sys.stderr,
        )
    if done:
        out = printable(arguments.out)
        print(f"prediction.json and prediction.png of {done} are in {out}/NAME")
        if arguments.html:
            print(f"report: {out}/report.html")
    return 1 if failed else 0
