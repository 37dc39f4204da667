"""Regenerates Table I of the paper, and its pictures.

```
python reproduce/table1.py                                     # on rendered videos
python reproduce/table1.py --data UCF_CRIME --features r3d34
python reproduce/table1.py --quick
python reproduce/table1.py --help
```
"""

import pathlib
import sys

# The packages are one folder above this script.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from reproduce.tables.command import table_command


def main(argv=None):
    return table_command(argv, prog="reproduce/table1.py", number=1)


if __name__ == "__main__":
    sys.exit(main())
