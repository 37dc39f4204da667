"""Trains the systems that look at pixels on UCSD Ped2 and measures their frame AUC.

```
python reproduce/ucsd_ped2.py --data UCSD_PED2
python reproduce/ucsd_ped2.py --data UCSD_PED2 --systems hasan --steps 400
python reproduce/ucsd_ped2.py --help
```
"""

import sys

from keras_wsad.commands.ucsd_ped2 import ucsd_ped2_command


def main(argv=None):
    return ucsd_ped2_command(argv)


if __name__ == "__main__":
    sys.exit(main())
