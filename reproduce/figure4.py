"""Draws figure 4 of the paper: score and attentions of test videos, and the ground truth.

```
python reproduce/figure4.py --run runs/NAME
python reproduce/figure4.py --run runs/NAME --videos Shoplifting016_x264 Shoplifting034_x264
python reproduce/figure4.py --help
```
"""

import sys

from keras_wsad.commands.figure4 import figure4_command


def main(argv=None):
    return figure4_command(argv)


if __name__ == "__main__":
    sys.exit(main())
