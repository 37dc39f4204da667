"""Measures the memory of `keras-wsad extract` on a short and on a long video.

    python -m benchmarks.extract_memory --hours 3

Both videos are synthetic; writing three hours takes a minute. Each is extracted with random
weights in a process of its own, whose peak memory is read when it ends.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

from benchmarks.made_up_video import FPS
from benchmarks.made_up_video import make_video

RESULTS = pathlib.Path(__file__).parent / "results"


def measure(video, out, backbone):
    """Extracts a video in a process of its own; returns seconds and peak memory in MiB."""
    program = "import sys; from keras_wsad.cli import main; sys.exit(main(sys.argv[1:]))"
    options = [f"--backbone={backbone}", "--random_weights", f"--out={out}"]
    started = time.monotonic()
    process = subprocess.Popen([sys.executable, "-c", program, "extract", video, *options])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{video}: the extraction failed")
    # Kilobytes on Linux, bytes on macOS.
    unit = 1 if sys.platform == "darwin" else 1024
    return time.monotonic() - started, usage.ru_maxrss * unit / 2**20


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--hours", type=float, default=3.0)
    parser.add_argument("--backbone", default="compact")
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS)
    arguments = parser.parse_args(argv)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for hours in (min(1 / 30, arguments.hours), arguments.hours):
            num_frames = round(hours * 3600 * FPS)
            video = pathlib.Path(folder, f"hours{hours:.3f}.mp4")
            make_video(video, num_frames)
            seconds, peak = measure(video, folder, arguments.backbone)
            sidecar = json.loads(video.with_suffix(".json").read_text())
            row = {
                "backbone": arguments.backbone,
                "hours": round(hours, 3),
                "frames": sidecar["num_frames"],
                "clips": sidecar["num_clips"],
                "seconds": round(seconds, 1),
                "peak_mib": round(peak),
            }
            print(row, flush=True)
            rows.append(row)
    from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly

    import_tensorflow_quietly()
    from keras_wsad.csv_text import csv_text
    from keras_wsad.files import write_json
    from keras_wsad.files import write_text
    from keras_wsad.runs import describe_environment

    path = arguments.results / "extract_memory.csv"
    write_text(path, csv_text(rows[0], rows))
    write_json(path.with_suffix(".environment.json"), describe_environment())
    print(f"{path} is written")


if __name__ == "__main__":
    main()
