"""Stage A: from a video file to clips of cropped frames."""

from keras_wsad.video.clips import ClipReader
from keras_wsad.video.clips import clip_starts
from keras_wsad.video.clips import read_clips
from keras_wsad.video.clips import scale_pixels
from keras_wsad.video.crops import take_crops
from keras_wsad.video.decode import DamagedVideoWarning
from keras_wsad.video.decode import decode_frames
from keras_wsad.video.decode import probe_video
from keras_wsad.video.find import VIDEO_SUFFIXES
from keras_wsad.video.find import find_videos
from keras_wsad.video.find import video_in
from keras_wsad.video.grey import GreyVideos

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
    "take_crops",
    "video_in",
]
