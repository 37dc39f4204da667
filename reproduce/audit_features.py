"""Asks how much of the labels the batches in which features were extracted give away.

```
python reproduce/audit_features.py --data UCF_CRIME --features r3d34
python reproduce/audit_features.py --help
```
"""

import sys

from keras_wsad.commands.audit import audit_command


def main(argv=None):
    return audit_command(argv)


if __name__ == "__main__":
    sys.exit(main())
