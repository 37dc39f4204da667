"""`keras-wsad convert`."""

import argparse

from keras_wsad.cli.report_errors import report_errors
from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly
from keras_wsad.errors import ConfigError
from keras_wsad.errors import WeightsError


@report_errors("nothing is written")
def convert_command(argv=None, prog="keras-wsad convert"):
    """Reads published weights, checks them if asked to, and writes them as `.weights.h5`.

    Returns:
        int, the exit status: 0, or 1 if the weights cannot be used or the outputs are not
        the published ones.
    """
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Reads published weights of a backbone and writes them as one file of "
        "this project, .weights.h5, which needs neither TensorFlow 1 nor PyTorch.",
        epilog="The published clip of --verify is data/v_CricketShot_g04_c01_rgb.npy of "
        "github.com/google-deepmind/kinetics-i3d, and the weights that its outputs were "
        "published for are data/checkpoints/rgb_imagenet. The network runs on the "
        "processor. Where the outputs differ nothing is written and the status is 1.",
    )
    parser.add_argument(
        "weights",
        help="the prefix or .index of a TensorFlow checkpoint, an .h5 file of Keras, a "
        "state dict of PyTorch (.pt, .pth, .pickle), or a .weights.h5 file",
    )
    parser.add_argument("--backbone", required=True, choices=["i3d", "c3d", "r3d34"])
    parser.add_argument("--out", metavar="FILE.weights.h5", help="the file to write")
    parser.add_argument(
        "--verify",
        metavar="CLIP.npy",
        help="compare the outputs of i3d on the published clip with the published outputs",
    )
    parser.add_argument(
        "--label_map",
        metavar="FILE",
        help="the names of the classes, to compare the class as well: data/label_map.txt "
        "of the same repository",
    )
    arguments = parser.parse_args(argv)
    _check(arguments)
    import_tensorflow_quietly()
    import keras

    from keras_wsad.backbones.convert import read_backbone
    from keras_wsad.backbones.convert import write_backbone
    from keras_wsad.backbones.verify import read_clip

    clip = read_clip(arguments.verify) if arguments.verify else None
    settings = {} if clip is None else {"clip_shape": clip.shape[1:]}
    # An accelerator may round products to fewer bits than the comparison allows for.
    with keras.device("cpu:0"):
        found = read_backbone(arguments.weights, arguments.backbone, **settings)
        classes = getattr(found.model, "num_classes", None)
        print(
            f"{arguments.weights}: {arguments.backbone}, written by {found.kind}; "
            f"{len(found.model.weights)} variables, "
            f"{found.model.count_params():,} parameters, "
            + (f"a head of {classes} classes" if classes else "no head")
        )
        if found.left_out:
            print(f"left out, of a head: {', '.join(found.left_out)}")
        if clip is not None and not _verify(found.model, clip, arguments):
            return 1
        if arguments.out:
            digest = write_backbone(found.model, arguments.out)
            print(f"{arguments.out} is written; sha256 {digest}")
    return 0


def _check(arguments):
    if not arguments.out and not arguments.verify:
        raise ConfigError("Expected --out, --verify, or both.")
    if arguments.out and not arguments.out.endswith(".weights.h5"):
        raise ConfigError(
            f"Expected --out with a name that ends in .weights.h5. Found {arguments.out}"
        )
    if arguments.verify and arguments.backbone != "i3d":
        raise ConfigError(
            f"--verify is for i3d. No outputs are published for {arguments.backbone}."
        )
    if arguments.label_map and not arguments.verify:
        raise ConfigError("--label_map is for --verify.")


def _verify(model, clip, arguments):
    from keras_wsad.backbones.verify import TOLERANCE
    from keras_wsad.backbones.verify import agree
    from keras_wsad.backbones.verify import compare_with_published
    from keras_wsad.backbones.verify import read_label_map

    if model.num_classes is None:
        raise WeightsError(
            f"{arguments.weights}: expected weights with their head, whose outputs were "
            "published. Found none."
        )
    label_map = None
    if arguments.label_map:
        label_map = read_label_map(arguments.label_map, model.num_classes)
    logits = model.predict(clip, verbose=0)
    comparisons = compare_with_published(logits, label_map)
    print(f"{'':20} {'measured':>26} {'published':>16}")
    for row in comparisons:
        measured, published = (
            f"{value:.8g}" if isinstance(value, float) else value
            for value in (row.measured, row.published)
        )
        verdict = {True: "agrees", False: "differs", None: "not compared"}[row.agrees]
        print(f"{row.name:20} {measured:>26} {published:>16}  {verdict}")
    whole = agree(comparisons)
    result = "are" if whole else "are not"
    print(f"The outputs {result} the published ones (numbers within {TOLERANCE}).")
    return whole
