"""Evaluates a trained run on its test videos.

```
python evaluate.py                       # the newest run
python evaluate.py --run runs/NAME
python evaluate.py --help
```
"""

import sys

from keras_wsad.commands.evaluate import evaluate_command


def main(argv=None):
    return evaluate_command(argv)


if __name__ == "__main__":
    sys.exit(main())
