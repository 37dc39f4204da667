"""Trains the joint model of anomaly detection and classification, and evaluates it.

```
python train.py                                       # rendered videos, no data needed
python train.py --data UCF_CRIME --features i3d       # a folder in UCF-Crime's layout
python train.py --data UCF_CRIME --preset release     # as the authors' code does it
python train.py --help
```
"""

import sys

from keras_wsad.cli.train import train_command


def main(argv=None):
    return train_command(argv)


if __name__ == "__main__":
    sys.exit(main())
