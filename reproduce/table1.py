"""Regenerates Table I of the paper, and its pictures.

```
python reproduce/table1.py                                     # on the embedded data set
python reproduce/table1.py --data UCF_CRIME --features r3d34
python reproduce/table1.py --quick
python reproduce/table1.py --help
```
"""

import sys

from keras_wsad.commands.table import table_command


def main(argv=None):
    return table_command(argv, prog="reproduce/table1.py", number=1)


if __name__ == "__main__":
    sys.exit(main())
