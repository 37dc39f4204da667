"""A synthetic clip source: a bright square that moves, and anomalies."""

import numpy as np


class MadeClips:
    """Videos of a square on a dark ground, at whatever size they are read.

    Args:
        odd: dict from the name of a video to its odd frames, in which there is a bar in
            the upper half as well.
        num_frames: int. Frames of each.
    """

    def __init__(self, odd, num_frames=30):
        self.odd = odd
        self.num_frames = num_frames

    @property
    def names(self):
        return list(self.odd)

    def read(self, name, size=None):
        height, width = size or (48, 64)
        frames = np.full((self.num_frames, height, width), 20, np.uint8)
        side = max(height // 6, 2)
        for i, frame in enumerate(frames):
            left = (self.names.index(name) + i) % (width - side)
            frame[height - side :, left : left + side] = 220
            if i in self.odd[name]:
                frame[side : 2 * side] = 220
        return frames
