import av
import numpy as np


def write_moving_square(path, step, num_frames=12, side=224):
    """Writes a video of a textured square that moves by `step`, right and down, a frame."""
    random = np.random.default_rng(0)
    texture = random.integers(120, 255, (10, 10)).repeat(8, 0).repeat(8, 1)
    # Without texture the flow would be arbitrary.
    ground = random.integers(0, 90, (side // 8, side // 8)).repeat(8, 0).repeat(8, 1)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"crf": "10"})
        stream.width = stream.height = side
        stream.pix_fmt = "yuv420p"
        for i in range(num_frames):
            image = np.stack([ground] * 3, axis=-1).astype(np.uint8)
            left, top = (72 + (i - num_frames // 2) * s for s in step)
            image[top : top + 80, left : left + 80] = texture[..., None]
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            container.mux(stream.encode(frame.reformat(format="yuv420p")))
        container.mux(stream.encode(None))
    return path
