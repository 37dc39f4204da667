"""`keras-wsad export`."""

import argparse

from keras_wsad.cli.report_errors import report_errors
from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly


@report_errors("nothing is written")
def export_command(argv=None, prog="keras-wsad export"):
    """Exports a trained model for another runtime."""
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Writes head and backbone of a run as two files, with a manifest and a "
        "model card. Both are opened again and compared with the model; unless they agree "
        "nothing is left.",
        epilog="keras_wsad.load(DIR) and predict --model DIR open it.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("run", metavar="RUN", help="a run folder of the joint or the equivariant model")
    add(
        "--format",
        required=True,
        choices=["savedmodel", "onnx", "openvino", "litert"],
        help="all but savedmodel need the extra of that name",
    )
    add("--out", required=True, metavar="DIR", help="the folder to write")
    add(
        "--weights",
        help="the backbone's file of weights, where they do not come with this project "
        "(default: the head alone)",
    )
    arguments = parser.parse_args(argv)
    import_tensorflow_quietly()
    from keras_wsad.inference.export_run import export_run

    card = export_run(arguments.run, arguments.out, arguments.format, arguments.weights)
    for name, difference in card["largest_difference"].items():
        print(f"{name} differs from the model by at most {difference:.1e}")
    print(f"{arguments.out} is written")
    return 0
