import numpy as np
from scipy.ndimage import uniform_filter
from sklearn.decomposition import PCA

from keras_wsad.baselines.gradient_cubes import FRAME
from keras_wsad.baselines.gradient_cubes import LENGTH
from keras_wsad.baselines.gradient_cubes import SIDE
from keras_wsad.baselines.gradient_cubes import WIDTH
from keras_wsad.baselines.gradient_cubes import moving_cubes
from keras_wsad.baselines.pixel_learner import PixelLearner
from keras_wsad.baselines.sparse_combinations import combination_errors
from keras_wsad.baselines.sparse_combinations import learn_combinations
from keras_wsad.errors import DataError
from keras_wsad.progress import count_up
from keras_wsad.progress import track

_COMPONENTS = 100
# Largest number of cubes to learn from: per video, in total, and per training step. With
# many cameras the time grows with its square, as each needs combinations of its own.
_OF_A_VIDEO, _IN_ALL, _A_STEP = 7000, 20_000, 100
# Frames whose cubes are in memory at a time.
_BLOCK = 256


class Lu(PixelLearner):
    """Sparse combination learning on gradients of small cubes in which something moves.

    Six frames of 160 by 120 grey pixels hold 16 by 12 cubes, side by side. Where something
    moves, the 1500 gradients of a cube along width, height and time are scaled to unit norm
    and projected on 100 principal components. The cubes of normal videos give combinations
    of at most 20 atoms such that each cube fits one of them, with a squared error of at
    most lambda = .21. The abnormality of a cube of another video is its error in the
    combination that it fits best. Errors are averaged over 5 by 5 cubes and 5 frames; a
    frame's score is their maximum. Where nothing moves the error is 0.

    Of the paper, whose text was at hand in public notes only: cubes and their 1500
    gradients, 100 components, combinations of few atoms that are learned one after the
    other until all data are bounded, the error (equation 13). It has frames of three sizes,
    20 by 20, 40 by 30 and 160 by 120, separate combinations for each position, features
    of mean 0 and variance 1, and counts the cubes above a threshold.

    Of the authors' distributed script, which Sultani et al. took for UCF-Crime: frames of
    one size and one set of combinations for all positions, as videos of many cameras
    require; unit norm, and a projection that is not centred; the threshold of motion;
    20 atoms; cubes to learn from at every fifth pixel and every second frame, 7000 of a
    video at most; the averaging of errors. Its cubes hold the changes over time alone, 500,
    and its lambda is .1, or .2 when it tests. The .21 is not confirmed by either.

    Of this project: the maximum over a frame; at most 20,000 cubes to learn from; frames
    at either end have the errors of the nearest cube.

    Args:
        config: `ExperimentConfig`. It reads `seed`, which chooses the cubes to learn from,
            and `steps`: at most 100 cubes for each.

    Reference:
        - [Lu, Shi and Jia, ICCV 2013](https://openaccess.thecvf.com/content_iccv_2013/papers/Lu_Abnormal_Event_Detection_2013_ICCV_paper.pdf).
        - [Sultani et al., CVPR 2018](https://arxiv.org/abs/1801.04264), section 5.2.
    """

    title = "Lu et al., ICCV 2013"
    settings = ("steps",)
    arrays = ("projection", "atoms", "counts")

    def fit_clips(self, clips, workspace=None):
        random = np.random.default_rng(self.config.seed)
        in_all = min(_IN_ALL, _A_STEP * self.config.steps)
        share = max(min(_OF_A_VIDEO, in_all // max(len(clips.names), 1)), 1)
        cubes = np.concatenate(
            [np.zeros((0, WIDTH), np.float32)]
            + [
                part
                for name in track(clips.names, "Videos cut into cubes")
                for part in _some_cubes(clips.read(name, FRAME), share, random)
            ]
        )
        if not len(cubes):
            raise DataError(
                f"Expected normal videos in which something moves. Found none among "
                f"{len(clips.names)}."
            )
        pca = PCA(min(_COMPONENTS, len(cubes)), svd_solver="covariance_eigh").fit(cubes)
        projection = pca.components_.T.astype(np.float32)
        data = cubes @ projection
        with count_up("Cubes that fit a combination") as step:
            combinations, _ = learn_combinations(
                data, on_covered=lambda count: step(len(data), count)
            )
        self.learned = {
            "projection": projection,
            "atoms": np.concatenate(combinations, axis=1),
            "counts": np.array([combination.shape[1] for combination in combinations]),
        }

    def score_clip(self, clips, name):
        projection, atoms, counts = (self.learned[name] for name in self.arrays)
        combinations = np.split(atoms, np.cumsum(counts)[:-1], axis=1)
        frames = clips.read(name, FRAME)
        centres = len(frames) - LENGTH
        if centres < 1:
            return np.zeros(len(frames), np.float32)
        errors = np.zeros((centres, FRAME[0] // SIDE, FRAME[1] // SIDE), np.float32)
        all_cubes, all_indices = [], []
        for start in range(0, centres, _BLOCK):
            cubes, indices = moving_cubes(frames[start : start + _BLOCK + LENGTH])
            all_cubes.append(cubes @ projection)
            all_indices.append(indices + np.array([start, 0, 0]))
        of_cubes = combination_errors(np.concatenate(all_cubes), combinations)
        errors[tuple(np.concatenate(all_indices).T)] = of_cubes
        # A cube is centred on the frame two after its first.
        before = LENGTH // 2
        ends = (before, len(frames) - centres - before)
        errors = np.pad(errors, (ends, (0, 0), (0, 0)), mode="edge")
        return uniform_filter(errors, LENGTH, mode="nearest").max(axis=(1, 2))


def _some_cubes(frames, share, random):
    """Yields at most `share` cubes to learn from, spread evenly over a video."""
    starts = range(0, max(len(frames) - LENGTH, 1), _BLOCK)
    of_block = -(-share // len(starts))
    for start in starts:
        yield moving_cubes(
            frames[start : start + _BLOCK + LENGTH],
            step=(2, SIDE // 2, SIDE // 2),
            choose=lambda count: np.sort(random.permutation(count)[:of_block]),
        )[0]
