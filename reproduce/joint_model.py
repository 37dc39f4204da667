"""Trains the joint model over several seeds and writes mean and spread of every metric.

```
python reproduce/joint_model.py --data UCF_CRIME --features r3d34
python reproduce/joint_model.py --help
```
"""

import sys

from keras_wsad.commands.seeds import seeds_command


def main(argv=None):
    return seeds_command(argv)


if __name__ == "__main__":
    sys.exit(main())
