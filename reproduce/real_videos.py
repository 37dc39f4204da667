"""Scores real UCF-Crime videos with models that have seen rendered videos alone.

```
python reproduce/real_videos.py UCF_CRIME/videos --data UCF_CRIME --model runs/NAME
python reproduce/real_videos.py UCF_CRIME/videos --data UCF_CRIME \\
    --model runs/bench/joint-seed[0-4] --model runs/bench/equivariant-watch*-seed[0-4]
python reproduce/real_videos.py --help
```
"""

import argparse
import pathlib
import sys

# Python looks beside a script for what it imports; the packages are one folder up.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from keras_wsad.cli.report_errors import report_errors
from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly
from keras_wsad.errors import ConfigError
from keras_wsad.files import write_text
from keras_wsad.runs import describe_environment
from reproduce.real.measure import measure
from reproduce.real.scored_set import pool_sets
from reproduce.real.scored_set import score_set
from reproduce.real.write import as_csv
from reproduce.real.write import as_markdown
from reproduce.real.write import draw_scores


@report_errors("nothing is written")
def main(argv=None):
    """Scores the videos and writes what was measured."""
    parser = argparse.ArgumentParser(
        prog="reproduce/real_videos.py",
        description="Scores real videos of UCF-Crime with trained models: video AUC, frame "
        "AUC, frame AUC within anomalous videos and the share named right, for each folder "
        "and for all together.",
    )
    parser.add_argument("videos", nargs="+", metavar="FOLDER", help="a folder of videos")
    parser.add_argument(
        "--data", required=True, help="a folder with UCF-Crime's lists and annotation"
    )
    parser.add_argument(
        "--model",
        required=True,
        nargs="+",
        action="append",
        metavar="RUN",
        help="the run folders of one system, a seed each, named SYSTEM-...; given twice, "
        "two systems are compared, run by run",
    )
    parser.add_argument("--out", help="path without suffix, of .csv, .md and .png to write")
    arguments = parser.parse_args(argv)
    # The system's name is that of its first run up to the first hyphen.
    models = {
        pathlib.Path(runs[0]).name.partition("-")[0]: runs for runs in arguments.model
    }
    if len(models) < len(arguments.model) or len({*map(len, arguments.model)}) > 1:
        raise ConfigError(
            "Expected systems of different names and as many runs. Received: "
            f"{', '.join(f'{name} ({len(runs)})' for name, runs in models.items())}"
        )
    import_tensorflow_quietly()
    sets = {
        pathlib.Path(folder).name: score_set(folder, arguments.data, models)
        for folder in arguments.videos
    }
    if len(sets) > 1:
        sets[f"{' and '.join(sets)} pooled"] = pool_sets(list(sets.values()))
    measured = {name: measure(scored) for name, scored in sets.items()}
    about = [_describe(name, scored) for name, scored in sets.items()]
    text = as_markdown(measured, about, describe_environment())
    print(text)
    if arguments.out:
        write_text(f"{arguments.out}.csv", as_csv(measured))
        write_text(f"{arguments.out}.md", text)
        *_, largest = sets.values()
        draw_scores(f"{arguments.out}.png", largest)
    return 0


def _describe(name, scored):
    anomalous = sum(video.is_anomalous for video in scored.videos)
    return (
        f"{name}: {anomalous} anomalous and {len(scored.videos) - anomalous} normal "
        f"videos; frames are judged in the {scored.is_located.sum()} whose events are "
        "annotated or that have none."
    )


if __name__ == "__main__":
    sys.exit(main())
