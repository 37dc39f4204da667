"""Draws Figure 5 of the paper: the ROC curves of the rows of Table II.

It is `reproduce/table2.py`, which trains what is missing and draws `table2_DATA_roc.png`.

```
python reproduce/figure5.py --roc FOLDER   # beside published curves, .mat or .npy
python reproduce/figure5.py --help
```
"""

import pathlib
import sys

# The packages are one folder above this script.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from reproduce.tables.command import table_command


def main(argv=None):
    return table_command(argv, prog="reproduce/figure5.py", number=2)


if __name__ == "__main__":
    sys.exit(main())
