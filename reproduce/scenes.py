"""The rendered videos that results are measured on where no other data are named."""

from keras_wsad.data.embedded import embedded_features
from keras_wsad.data.embedded import embedded_root
from keras_wsad.scenes import SETS
from keras_wsad.scenes import SceneSet

#: The videos of the tables, 1820.
BENCH = SETS["bench"]

#: The videos of the studies, nearly twice as many as those of a first hour.
SCENES = SceneSet(train_per_class=11, test_per_class=4)


def rendered_data(scenes=SCENES):
    """Returns the folder of the rendered videos, a str, and their features below it.

    Both are made on first use and are kept in the cache folder.

    Args:
        scenes: `SceneSet`. Defaults to `SCENES`.
    """
    root = embedded_root(scenes)
    embedded_features(root)
    return str(root)
