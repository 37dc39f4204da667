"""Draws figure 5 of the paper: the ROC curves of the rows of Table II.

It is the picture `table2_roc.png`, and trains what Table II has not trained yet.

```
python reproduce/figure5.py --roc FOLDER   # beside published curves, .mat or .npy
python reproduce/figure5.py --help
```
"""

import sys

from keras_wsad.commands.table import table_command


def main(argv=None):
    return table_command(argv, prog="reproduce/figure5.py", number=2)


if __name__ == "__main__":
    sys.exit(main())
