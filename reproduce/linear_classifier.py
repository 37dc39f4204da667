"""Asks what a linear classifier owes to class balance and to standardised features.

```
python reproduce/linear_classifier.py
python reproduce/linear_classifier.py --data UCF_CRIME --features r3d34
python reproduce/linear_classifier.py --help
```
"""

import sys

from keras_wsad.commands.linear_study import linear_study_command


def main(argv=None):
    return linear_study_command(argv)


if __name__ == "__main__":
    sys.exit(main())
