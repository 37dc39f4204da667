"""`python reproduce/ucsd_ped2.py`."""

import argparse
import pathlib

from keras_wsad.commands.report_errors import report_errors
from keras_wsad.files import cache_folder
from keras_wsad.tensorflow_noise import import_tensorflow_quietly

_SYSTEMS = ("hasan", "lu")


@report_errors("the same command goes on")
def ucsd_ped2_command(argv=None, prog="reproduce/ucsd_ped2.py"):
    """Trains the systems that look at pixels on UCSD Ped2 and measures their frame AUC.

    Args:
        argv: list of str, or `None` for the process's own.
        prog: str. The command's name, for its help.

    Returns:
        int, the exit status: 0, or 1 if the data do not fit.
    """
    arguments = _parser(prog).parse_args(argv)
    import_tensorflow_quietly()
    import keras

    from keras_wsad.data.ucsd_ped import UCSDPed
    from keras_wsad.frame_benchmark import reference_results
    from keras_wsad.frame_benchmark import run_frame_benchmark
    from keras_wsad.frame_benchmark import write_frame_benchmark

    data = UCSDPed(arguments.data)
    workspace = pathlib.Path(arguments.workspace or cache_folder() / "ucsd_ped2")
    settings = {"seed": arguments.seed}
    of_steps = {
        "steps": arguments.steps,
        "normal_per_batch": arguments.stacks,
        "learning_rate": arguments.learning_rate,
    }
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(arguments.precision)
    try:
        # These first: they tell whether frames and labels fit.
        references = reference_results(data)
        results = [
            run_frame_benchmark(
                data,
                system,
                settings | (of_steps if system == "hasan" else {}),
                workspace,
            )
            for system in arguments.systems
        ]
        write_frame_benchmark(arguments.out, "UCSD Ped2", [*results, *references])
    finally:
        keras.config.set_dtype_policy(before)
    print(pathlib.Path(f"{arguments.out}.md").read_text(encoding="utf-8"))
    print(f"{arguments.out}.csv and {arguments.out}.md are written")
    return 0


def _parser(prog):
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Trains on the normal clips of UCSD Ped2 and measures the frame AUC "
        "over all of its test clips, beside what was published. The defaults of Hasan et "
        "al. are what two cores can do; it was published with --steps 150000 --stacks 64 "
        "--learning_rate 1e-4.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        "--data",
        required=True,
        help="a folder with training/, testing/ and testing_labels.txt, or with Train/ and "
        "Test/ as published",
    )
    parser.add_argument(
        "--systems", nargs="+", choices=_SYSTEMS, default=list(_SYSTEMS), help="which"
    )
    parser.add_argument("--seed", type=int, default=0, help="of everything random")
    parser.add_argument("--steps", type=int, default=400, help="of Hasan et al.")
    parser.add_argument("--stacks", type=int, default=4, help="stacks in a step")
    parser.add_argument("--learning_rate", type=float, default=5e-4, help="of Adagrad")
    parser.add_argument(
        "--precision",
        choices=("float32", "mixed_bfloat16"),
        default="float32",
        help="mixed_bfloat16 is faster on processors that have it",
    )
    parser.add_argument(
        "--workspace", help="folder for frames and unfinished training; by default a cache"
    )
    parser.add_argument("--out", default="ucsd_ped2", help=".csv and .md, without suffix")
    return parser
