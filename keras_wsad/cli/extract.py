"""`keras-wsad extract`."""

import argparse
import os
import sys

from keras_wsad.cli.report_errors import report_errors
from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly
from keras_wsad.errors import ConfigError
from keras_wsad.files import printable


@report_errors("the same command goes on with the videos that are not done")
def extract_command(argv=None, prog="keras-wsad extract"):
    """Extracts the clip features of videos into a folder.

    Returns:
        int, the exit status: 0, 1 if a video gives no features or the settings do not fit,
        or 130 after an interruption.
    """
    return _extract(_parser(prog).parse_args(argv))


def _parser(prog):
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Cuts videos into clips and leaves the features of each in --out, as "
        "NAME.npy of shape (clips, features), or NAME__0.npy ... for several crops, with "
        "how they were made in NAME.json. What is done is passed over: after a kill, or "
        "with more videos, the same command goes on.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        "videos",
        nargs="+",
        metavar="VIDEOS",
        help="video files, folders to search, lists (.txt, a path a line)",
    )
    add(
        "--backbone",
        required=True,
        help="the network that describes a clip: i3d, c3d, r3d34 or compact",
    )
    add(
        "--weights",
        help="its published weights: a TensorFlow checkpoint, .h5, .pt, .pth, .pickle, or "
        ".weights.h5 of this project, or a folder that `keras-wsad quantize` wrote",
    )
    add("--out", required=True, help="the folder for features")
    add("--root", help="the folder that lines of lists are relative to")
    add(
        "--crops",
        type=int,
        choices=[1, 5, 10],
        default=1,
        help="centre; and four corners; and their mirror images (default: %(default)s)",
    )
    add("--stride", type=int, help="frames from clip to clip (default: a clip's length)")
    add(
        "--num_segments",
        type=int,
        default=32,
        help="in a video of fewer clips than this, one is centred on each segment; 0 to "
        "leave it (default: %(default)s)",
    )
    add("--dtype", choices=["float32", "float16"], default="float32")
    add(
        "--precision",
        choices=["float32", "bfloat16", "int8"],
        help="what the network computes in: bfloat16 needs a GPU or a CPU with units for "
        "it (AVX512_BF16, AMX), is not faster on all of them, and its features differ by "
        "about half a percent; int8 needs --weights that `keras-wsad quantize` wrote "
        "(default: float32, or int8 for those)",
    )
    add(
        "--runtime",
        choices=["tensorflow", "jax", "torch", "openvino"],
        help="openvino, or what Keras is set to run on (default: the latter)",
    )
    add("--batch", type=int, help="clips that the network sees at a time")
    add(
        "--workers",
        type=int,
        default=2,
        help="videos decoded at a time (default: %(default)s)",
    )
    add(
        "--shard",
        metavar="I/N",
        help="only the I-th of N shares of the videos, for N processes or machines that "
        "share --out",
    )
    add(
        "--ray",
        nargs="?",
        const="",
        metavar="HOST:PORT",
        help="extract on all nodes of this Ray cluster, with --workers processes on each; "
        "they have the videos, the weights and --out under the same paths; without an "
        "address on this machine alone",
    )
    add("--overwrite", action="store_true", help="replace features made otherwise")
    add(
        "--random_weights",
        action="store_true",
        help="go without weights, for trying things out",
    )
    add("--seed", type=int, help="of random weights (default: 0)")
    return parser


def _extract(arguments):
    if arguments.random_weights and arguments.weights:
        raise ConfigError("Expected --weights or --random_weights. Received: both")
    if arguments.seed is not None and not arguments.random_weights:
        raise ConfigError("Expected --seed with --random_weights only.")
    from keras_wsad.video import find_videos

    videos = find_videos(arguments.videos, arguments.root)
    import_tensorflow_quietly()
    from keras_wsad.backbones import open_backbone
    from keras_wsad.backbones.registry import find_backbone
    from keras_wsad.features.extract_videos import extract_videos
    from keras_wsad.features.extract_with_ray import extract_with_ray
    from keras_wsad.features.extraction import Extraction
    from keras_wsad.features.shard import Shard

    shard = Shard.parse(arguments.shard) if arguments.shard else None
    entry = find_backbone(arguments.backbone)
    weights = arguments.weights or entry.default_weights
    if not weights and not arguments.random_weights:
        raise ConfigError(
            f"Expected --weights FILE for {arguments.backbone} ({entry.published}); "
            "--random_weights goes without, for trying things out."
        )
    opening = {
        "name": arguments.backbone,
        "weights": "random" if arguments.random_weights else os.path.abspath(weights),
        "seed": arguments.seed or 0,
        "batch_size": arguments.batch,
        "precision": arguments.precision,
        "runtime": arguments.runtime,
    }
    settings = {
        "stride": arguments.stride,
        "crops": arguments.crops,
        "num_segments": arguments.num_segments or None,
    }
    options = {
        "dtype": arguments.dtype,
        "workers": arguments.workers,
        "overwrite": arguments.overwrite,
        "shard": shard,
    }
    if arguments.ray is None:
        backbone = open_backbone(**opening)
        extraction = Extraction.of(backbone, **settings)
        report = extract_videos(videos, arguments.out, backbone, extraction, **options)
    else:
        address = arguments.ray or None
        report = extract_with_ray(
            videos, arguments.out, opening, settings, address=address, **options
        )
    num_videos = len(videos if shard is None else shard.of(videos))
    print_report(report, num_videos, arguments.out)
    return 1 if report.failed or report.missing else 0


def print_report(report, num_videos, out):
    """Prints what came of an extraction.

    Args:
        report: `keras_wsad.features.finished.ExtractionReport`.
        num_videos: int. Videos asked for.
        out: str or path. The folder for features.
    """
    for name in sorted(report.damaged):
        damage = printable(f"{name}: damaged. {report.damaged[name]}")
        print(f"warning: {damage}", file=sys.stderr)
    for name in sorted(report.failed):
        print(f"error: {printable(report.failed[name])}", file=sys.stderr)
    if report.missing:
        first = ", ".join(map(printable, report.missing[:3]))
        print(
            f"error: {len(report.missing)} of {num_videos} videos do not exist: {first}"
            f"{', ...' if report.missing[3:] else ''}",
            file=sys.stderr,
        )
    if report.done_before:
        print(f"{len(report.done_before)} of {num_videos} were done before")
    if report.changed:
        print(f"{len(report.changed)} videos had changed and were extracted again")
    good = num_videos - len(report.failed) - len(report.missing)
    print(f"features of {good} of {num_videos} videos are in {printable(out)}")
