"""Stage A: from a video file to clips of cropped frames."""

from keras_wsad.lazy import on_demand

__all__ = [
    "ClipReader",
    "DamagedVideoWarning",
    "GreyVideos",
    "VIDEO_SUFFIXES",
    "clip_starts",
    "decode_frames",
    "find_videos",
    "probe_video",
    "read_clips",
    "scale_pixels",
    "video_in",
]

__getattr__ = on_demand(
    __name__,
    {
        "ClipReader": "clips",
        "clip_starts": "clips",
        "read_clips": "clips",
        "scale_pixels": "clips",
        "DamagedVideoWarning": "decode",
        "decode_frames": "decode",
        "probe_video": "decode",
        "VIDEO_SUFFIXES": "find",
        "find_videos": "find",
        "video_in": "find",
        "GreyVideos": "grey",
    },
)
