"""Learns the weights of the backbone `compact` from rendered clips of plain motions.

```
python reproduce/compact_weights.py                      # as they were learned
python reproduce/compact_weights.py --clips 2000 --out compact.weights.h5  # a short one
python reproduce/compact_weights.py --help
```
"""

import sys

from keras_wsad.commands.compact_weights import compact_weights_command


def main(argv=None):
    return compact_weights_command(argv)


if __name__ == "__main__":
    sys.exit(main())
