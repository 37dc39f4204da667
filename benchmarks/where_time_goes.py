"""Profiles the TensorFlow operations of a training step of the joint model.

    python -m benchmarks.where_time_goes
    python -m benchmarks.where_time_goes --precision float32 --quick

It runs the step of the work `training_step` under TensorFlow's profiler.
"""

import argparse
import collections
import pathlib
import tempfile

from benchmarks.works.training_step import SIZES
from benchmarks.works.training_step import in_keras

_STEPS = 5
# Kinds of operations, by the TYPE of their events, which are called NAME:TYPE.
_KINDS = {
    "matrix products": (
        "_MklMatMul",
        "_MklNativeFusedMatMul",
        "_MklBatchMatMulV2",
        "MatMul",
    ),
    "conversions between precisions": ("Cast",),
    "random numbers and masks of dropout": (
        "StatelessRandomUniformV2",
        "GreaterEqual",
        "SelectV2",
    ),
}


def profile(precision, size):
    """Runs some steps under the profiler.

    Args:
        precision: str. `"float32"` or `"mixed_bfloat16"`.
        size: dict, one of `SIZES`.

    Returns:
        A dict from the type of an operation to its milliseconds a step. Concurrent
        operations each count in full.
    """
    step = in_keras(precision)(**size)
    import tensorflow as tf
    from tensorflow.tsl.profiler.protobuf import xplane_pb2

    for _ in range(3):
        step()
    with tempfile.TemporaryDirectory() as folder:
        with tf.profiler.experimental.Profile(folder):
            for _ in range(_STEPS):
                step()
        space = xplane_pb2.XSpace()
        (path,) = pathlib.Path(folder).rglob("*.xplane.pb")
        space.ParseFromString(path.read_bytes())
    times = collections.Counter()
    for plane in space.planes:
        for line in plane.lines:
            for event in line.events:
                name = plane.event_metadata[event.metadata_id].name
                if ":" in name and "/" in name:
                    times[name.rpartition(":")[2]] += event.duration_ps / 1e9 / _STEPS
    return dict(times)


def by_kind(times):
    """Sums the times of operations by kind.

    Args:
        times: dict, as `profile` returns it.

    Returns:
        A list of `(kind, milliseconds)`, the longest first and the rest last.
    """
    kinds = {
        kind: sum(times.get(name, 0.0) for name in names) for kind, names in _KINDS.items()
    }
    rest = sum(times.values()) - sum(kinds.values())
    return [*sorted(kinds.items(), key=lambda item: -item[1]), ("all other", rest)]


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--precision", choices=["float32", "mixed_bfloat16"], default="mixed_bfloat16"
    )
    parser.add_argument("--quick", action="store_true", help="a small model")
    arguments = parser.parse_args(argv)
    times = profile(arguments.precision, SIZES["quick" if arguments.quick else "full"])
    total = sum(times.values())
    print(f"{arguments.precision}: {total:.0f} ms of operations a step, side by side")
    for kind, milliseconds in by_kind(times):
        print(f"{milliseconds:7.1f} ms  {milliseconds / total:4.0%}  {kind}")


if __name__ == "__main__":
    main()
