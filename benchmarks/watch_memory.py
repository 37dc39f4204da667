"""Measures the memory of `keras-wsad watch` over an hour of stream at tenfold speed.

    python -m benchmarks.watch_memory --model runs/NAME

A server on loopback streams a rendered minute over and over, and cuts the connection twice.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np

from benchmarks.stream_server import StreamServer
from benchmarks.stream_server import transport_stream

RESULTS = pathlib.Path(__file__).parent / "results" / "watch_memory.csv"
# Seconds between two measurements.
_INTERVAL = 5.0
# Minutes of stream after which memory shall not grow.
_WARM = 5.0


def measure(model, minutes, speed, folder):
    """Watches a stream in a process of its own.

    Args:
        model: str or path. A finished run.
        minutes: float. Length of the stream.
        speed: float. Minutes of stream in a minute.
        folder: path. For the video and the lines.

    Returns:
        `(samples, statuses)`: a list of `(minute of the stream, MiB)`, and the records of
        type status.
    """
    from keras_wsad.scenes import SceneSet
    from keras_wsad.scenes import write_scene
    from keras_wsad.scenes.data_set import write_video

    random = np.random.default_rng(0)
    scene = write_scene(None, random, SceneSet(seconds=(60.0, 60.0)))
    write_video(folder / "minute.mp4", scene.frames(random))
    out = folder / "watch.jsonl"
    program = "import sys; from keras_wsad.cli import main; sys.exit(main(sys.argv[1:]))"
    options = ["--model", str(model), "--out", str(out)]
    loops = int(minutes) + 10
    samples = []
    with StreamServer(
        lambda: transport_stream(folder / "minute.mp4", loops), speed
    ) as camera:
        command = [sys.executable, "-c", program, "watch", camera.url, *options]
        process = subprocess.Popen(command)
        while not (out.exists() and out.stat().st_size):
            if process.poll() is not None:
                raise SystemExit("the watch failed")
            time.sleep(0.1)
        started, drops = time.monotonic(), [minutes / 3, 2 * minutes / 3]
        while (minute := (time.monotonic() - started) * speed / 60) < minutes:
            if drops and minute > drops[0]:
                drops.pop(0)
                camera.cut()
            samples.append((minute, _resident(process.pid)))
            print(f"{minute:6.2f} min  {samples[-1][1]:7.1f} MiB", flush=True)
            time.sleep(_INTERVAL)
        process.terminate()
        process.wait()
    records = [json.loads(line) for line in out.read_text().splitlines()]
    return samples, [record for record in records if record["type"] == "status"]


def _resident(pid):
    """Returns the memory of a process in MiB, without what is shared with files."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1]) / 1024
    raise SystemExit("this system does not tell the memory of a process")


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", required=True, help="a finished run")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--speed", type=float, default=10.0)
    parser.add_argument("--results", type=pathlib.Path, default=RESULTS)
    arguments = parser.parse_args(argv)
    from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly

    import_tensorflow_quietly()
    from keras_wsad.csv_text import csv_text
    from keras_wsad.files import write_json
    from keras_wsad.files import write_text
    from keras_wsad.runs import describe_environment

    with tempfile.TemporaryDirectory() as folder:
        samples, statuses = measure(
            arguments.model, arguments.minutes, arguments.speed, pathlib.Path(folder)
        )
    warm = next(memory for minute, memory in samples if minute >= _WARM)
    row = {
        "stream_minutes": arguments.minutes,
        "speed": arguments.speed,
        "mib_after_5_minutes": round(warm, 1),
        "highest_mib_after_that": round(max(m for at, m in samples if at >= _WARM), 1),
        "mib_at_the_end": round(samples[-1][1], 1),
        "camera_fps": round(float(np.mean([s["camera_fps"] for s in statuses])), 1),
        "process_fps": round(float(np.mean([s["process_fps"] for s in statuses])), 1),
        "skipped_clips": statuses[-1]["skipped_clips"],
        "reconnects": statuses[-1]["reconnects"],
        "state_at_the_end": statuses[-1]["state"],
    }
    print(row)
    write_text(arguments.results, csv_text(row, [row]))
    path = arguments.results.with_suffix(".environment.json")
    write_json(path, describe_environment())
    print(f"{arguments.results} is written")


if __name__ == "__main__":
    main()
