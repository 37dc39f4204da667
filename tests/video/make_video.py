import av
import numpy as np


def make_video(
    path,
    num_frames=100,
    size=(64, 48),
    codec="libx264",
    pixels="yuv420p",
    fps=30,
    **options,
):
    """Writes a video whose frames differ in brightness.

    Frame `i` has the level `40 + i` from 0 to 199, in its upper left quarter a brighter
    one, so that its orientation shows as well. Options are those of `av.open`.
    """
    with av.open(str(path), "w", **options) as container:
        stream = container.add_stream(codec, rate=fps)
        stream.width, stream.height = size
        stream.pix_fmt = pixels
        for i in range(num_frames):
            image = np.full((size[1], size[0], 3), 40 + i % 160, np.uint8)
            image[: size[1] // 2, : size[0] // 2] = 255
            frame = av.VideoFrame.from_ndarray(image, format="rgb24")
            container.mux(stream.encode(frame.reformat(format=pixels)))
        container.mux(stream.encode(None))
    return path


def level(frame):
    """The brightness of a frame's lower right corner."""
    return int(np.median(frame[-8:, -8:]))


def cut_video(path, whole):
    """Cuts the first second off a video without encoding it anew."""
    with av.open(str(whole)) as source, av.open(str(path), "w") as target:
        track = source.streams.video[0]
        copy = target.add_stream_from_template(track)
        second = round(1 / track.time_base)
        for packet in source.demux(track):
            if packet.dts is not None:
                packet.pts, packet.dts = packet.pts - second, packet.dts - second
                packet.stream = copy
                target.mux(packet)
    return path


def write_wide(path):
    """Writes a video of one frame that FFmpeg opens, and cannot resize."""
    size = (100_000, 2)
    header = b"YUV4MPEG2 W%d H%d F25:1 Ip A1:1 C420\nFRAME\n" % size
    path.write_bytes(header + bytes(size[0] * size[1] * 3 // 2))
