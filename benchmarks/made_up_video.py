"""Synthetic videos to measure with, encoded in H.264."""

import av
import numpy as np

FPS = 25


def make_video(path, num_frames, size=(160, 120)):
    """Writes a video of a texture that drifts by a pixel a frame.

    Args:
        path: str or path.
        num_frames: int.
        size: `(width, height)` in pixels. Defaults to `(160, 120)`.

    Returns:
        The path.
    """
    width, height = size
    texture = np.random.default_rng(0).integers(0, 256, (height // 8, width // 8), np.uint8)
    texture = np.kron(texture, np.ones((8, 8), np.uint8))
    # Luma above, the two chroma planes below it.
    image = np.full((height * 3 // 2, width), 128, np.uint8)
    with av.open(str(path), "w") as container:
        options = {"preset": "ultrafast"}
        stream = container.add_stream("libx264", rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(num_frames):
            image[:height] = np.roll(texture, number % width, axis=1)
            frame = av.VideoFrame.from_ndarray(image, format="yuv420p")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
