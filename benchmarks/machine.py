"""Describes the machine, and measures how busy other processes keep it."""

import datetime
import importlib.metadata
import os
import pathlib
import sys

from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly
from keras_wsad.runs import describe_environment
from keras_wsad.runs import environment_line

# A repetition is disturbed if other processes use a larger share of the machine.
DISTURBED = 0.05

# Instructions that decide what bfloat16 and int8 gain.
_FLAGS = ("avx2", "avx512f", "avx512_bf16", "avx512_vnni", "amx_bf16", "amx_int8")
_PACKAGES = ("torch", "onnx", "onnxruntime", "openvino", "av", "opencv-python-headless")
_THREADS = ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


class CPUProbe:
    """Measures how much of the machine other processes use from its creation on.

    It subtracts the own processor time from that of all processors in `/proc/stat`, which
    includes time taken by the host of a virtual machine ("steal").
    """

    def __init__(self):
        self._before = _ticks()

    def others(self, own_seconds):
        """Returns the share of the machine, 0 to 1, that other processes have used.

        Args:
            own_seconds: float. Processor time of what is measured.

        Returns:
            A float, or `None` without `/proc/stat` or after too short a time.
        """
        after = _ticks()
        if self._before is None or after is None:
            return None
        busy, everything = (b - a for a, b in zip(self._before, after, strict=True))
        if not everything:
            return None
        own = own_seconds * os.sysconf("SC_CLK_TCK")
        return min(max((busy - own) / everything, 0.0), 1.0)


def describe_machine():
    """Returns the environment of a measurement, as a dict for JSON.

    It is that of a run, with the date, processor flags, thread settings and versions of the
    libraries compared.
    """
    import_tensorflow_quietly()

    environment = describe_environment()
    for package in _PACKAGES:
        try:
            environment["packages"][package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    # `sys.argv[0]` of a module is its whole path.
    name = f"python -m benchmarks.{pathlib.Path(sys.argv[0]).stem}"
    return {
        "date": datetime.date.today().isoformat(),
        **environment,
        "command": " ".join([name, *sys.argv[1:]]),
        "processor_flags": _processor_flags(),
        "threads": {name: os.environ[name] for name in _THREADS if name in os.environ},
    }


def machine_line(about):
    """Returns an environment as a sentence for a table.

    Args:
        about: dict, as `describe_machine` returns it.
    """
    threads = [f"{name} {count}" for name, count in about["threads"].items()]
    return (
        f"{about['date']}; {environment_line(about)}, "
        f"{' '.join(about['processor_flags']) or 'flags unknown'}; "
        f"{', '.join(threads) or 'threads as the libraries choose'}."
    )


def _ticks():
    """Returns clock ticks of all processors since boot: those used, and all."""
    try:
        line = pathlib.Path("/proc/stat").read_text(encoding="ascii").partition("\n")[0]
    except OSError:
        return None
    # user nice system idle iowait irq softirq steal; guests are counted in user and nice.
    ticks = [int(number) for number in line.split()[1:9]]
    return sum(ticks) - ticks[3] - ticks[4], sum(ticks)


def _processor_flags():
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []
    line = next((line for line in lines if line.startswith("flags")), "")
    return [flag for flag in _FLAGS if flag in line.split()]
