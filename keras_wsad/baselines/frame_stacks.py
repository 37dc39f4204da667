"""Stacks of consecutive frames: where they start, and random batches of them."""

import numpy as np


def stack_starts(num_frames, length, hop):
    """Returns where stacks of consecutive frames begin, such that every frame is in one.

    Args:
        num_frames: int. Frames in the video.
        length: int. Frames in a stack.
        hop: int. Frames from one stack to the next, at most `length`; the last stack lies
            at the end of the video, wherever that is.

    Returns:
        An int array, `[0]` for a video of at most one stack.

    Example:

    >>> stack_starts(23, length=10, hop=5).tolist()
    [0, 5, 10, 13]
    """
    last = max(num_frames - length, 0)
    return np.append(np.arange(0, last, hop), last)


def take_stack(frames, start, length, stride=1):
    """Takes one stack; a video too short for it repeats its last frame.

    Args:
        frames: array of shape `(frames, height, width)`.
        start: int. The first frame.
        length: int. Frames in the stack.
        stride: int. From one frame to the next. Defaults to `1`.

    Returns:
        An array of shape `(height, width, length)`, frames as channels.
    """
    indices = np.minimum(start + stride * np.arange(length), len(frames) - 1)
    return np.moveaxis(frames[indices], 0, -1)


def draw_stacks(videos, batch_size, length, strides, seed, step):
    """Draws stacks at random: first a stride, then any stack of that stride.

    The draw depends on the seed and the step alone. Strides that fit into no video are
    not drawn, except the first if none fits.

    Args:
        videos: list of arrays of shape `(frames, height, width)`.
        batch_size: int. Stacks to draw.
        length: int. Frames in a stack.
        strides: tuple of ints, equally likely.
        seed: int.
        step: int. Number of the batch.

    Returns:
        `(stacks, owners)`: a list of arrays `(height, width, length)`, and for each the
        index of its video.
    """
    random = np.random.default_rng((seed, step))
    counts = {
        stride: np.array([len(video) - stride * (length - 1) for video in videos])
        for stride in strides
    }
    counts = {
        stride: count.clip(0) for stride, count in counts.items() if (count > 0).any()
    }
    counts = counts or {strides[0]: np.ones(len(videos), int)}
    stacks, owners = [], []
    for _ in range(batch_size):
        stride = list(counts)[random.integers(len(counts))]
        ends = np.cumsum(counts[stride])
        number = random.integers(ends[-1])
        owner = int(np.searchsorted(ends, number, side="right"))
        start = int(number - ends[owner] + counts[stride][owner])
        stacks.append(take_stack(videos[owner], start, length, stride))
        owners.append(owner)
    return stacks, owners
