"""Makes the motion-aware features of Zhu and Newsam: an autoencoder on optical flow.

```
pip install 'keras_wsad[flow]'
python reproduce/motion_features.py --data UCF_CRIME --out motion
python train.py --data UCF_CRIME --features motion --system zhu_newsam
python reproduce/motion_features.py --help
```
"""

import sys

from keras_wsad.commands.motion_features import motion_features_command


def main(argv=None):
    return motion_features_command(argv)


if __name__ == "__main__":
    sys.exit(main())
