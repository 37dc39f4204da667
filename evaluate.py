"""Evaluates a trained run on its test videos, or makes a table.

```
python evaluate.py                       # the newest run
python evaluate.py --run runs/NAME
python evaluate.py --table1              # or 2 to 5; --table1 --help says what it takes
python evaluate.py --help
```
"""

import sys

from keras_wsad.cli.evaluate import evaluate_command
from reproduce.tables.command import table_command


def main(argv=None):
    argv = sys.argv[1:] if argv is None else list(argv)
    for number in range(1, 6):
        option = f"--table{number}"
        if option in argv:
            argv.remove(option)
            return table_command(argv, prog=f"evaluate.py {option}", number=number)
    return evaluate_command(
        argv,
        epilog="--table1 or --table2 makes a table of the paper in place of this, --table3 "
        "one of the field since, --table4 one of the successor's parts, --table5 one of "
        "what marks are worth; --table1 --help says what it takes.",
    )


if __name__ == "__main__":
    sys.exit(main())
