"""Makes the motion-aware features of Zhu and Newsam: an autoencoder on optical flow.

```
pip install 'keras_wsad[flow]'
python reproduce/motion_features.py --data UCF_CRIME --out motion
python train.py --data UCF_CRIME --features motion --system zhu_newsam
python reproduce/motion_features.py --help
```
"""

import argparse
import json
import pathlib
import sys

# Python looks beside a script for what it imports; the packages are one folder up.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from keras_wsad.cli.extract import print_report
from keras_wsad.cli.report_errors import report_errors
from keras_wsad.cli.tensorflow_noise import import_tensorflow_quietly
from keras_wsad.data import UCFCrime
from keras_wsad.video import find_videos
from reproduce.scenes import rendered_data


@report_errors("the same command goes on with what is not done")
def main(argv=None):
    """Makes motion-aware features."""
    parser = argparse.ArgumentParser(
        prog="reproduce/motion_features.py",
        description="Computes the optical flow of all videos, trains an autoencoder on "
        "that of the training videos, and leaves its bottleneck as the features of each "
        "video in --out. What is done is passed over. Flow is kept in the cache folder, "
        "about 12.5 kB a frame; it can be deleted afterwards.",
        allow_abbrev=False,
    )
    add = parser.add_argument
    add(
        "--data",
        help="a folder in UCF-Crime's layout, with the videos at any depth (default: "
        "rendered videos)",
    )
    add("--out", required=True, help="the folder for features")
    add("--seed", type=int, default=0, help="(default: %(default)s)")
    add(
        "--steps",
        type=int,
        default=1000,
        help="of the autoencoder, with 16 clips each (default: %(default)s)",
    )
    add(
        "--workers",
        type=int,
        default=2,
        help="videos whose flow is computed at a time (default: %(default)s)",
    )
    arguments = parser.parse_args(argv)
    import_tensorflow_quietly()
    from reproduce.motion.flow_features import motion_features

    root = arguments.data or rendered_data()
    dataset = UCFCrime(root)
    listed = [video.name for video in [*dataset.train, *dataset.test]]
    found = find_videos([root])
    # What is not there is told of as any other that cannot be read.
    root = pathlib.Path(root)
    videos = {name: found.get(name, root / f"{name}.mp4") for name in listed}
    report = motion_features(
        videos,
        [video.name for video in dataset.train],
        arguments.out,
        seed=arguments.seed,
        steps=arguments.steps,
        workers=arguments.workers,
    )
    path = pathlib.Path(arguments.out, "autoencoder.json")
    told = json.loads(path.read_text(encoding="utf-8"))
    print(
        f"The autoencoder is off by {told['loss']:.4f} pixels on average, where no flow at "
        f"all would be by {told['loss_of_no_flow']:.4f}."
    )
    print_report(report, len(listed), arguments.out)
    return 1 if report.failed else 0


if __name__ == "__main__":
    sys.exit(main())
