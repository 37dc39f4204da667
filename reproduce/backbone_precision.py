"""Asks what bfloat16 and int8 in the backbone do to features, frame AUC and mAA.

```
pip install 'keras_wsad[openvino]'
python reproduce/joint_model.py --name embedded      # three runs
python reproduce/backbone_precision.py --runs runs/embedded-seed*
python reproduce/backbone_precision.py --help
```
"""

import sys

from keras_wsad.commands.precision_study import precision_study_command


def main(argv=None):
    return precision_study_command(argv)


if __name__ == "__main__":
    sys.exit(main())
