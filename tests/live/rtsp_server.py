"""A camera by RTSP, of GStreamer. Run it with a Python that has its bindings.

python3 tests/live/rtsp_server.py PORT pictures|sound
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib  # noqa: E402
from gi.repository import Gst  # noqa: E402
from gi.repository import GstRtspServer  # noqa: E402

PIPELINES = {
    "pictures": "videotestsrc is-live=true ! video/x-raw,width=64,height=48,framerate=10/1 "
    "! x264enc tune=zerolatency key-int-max=10 ! rtph264pay name=pay0 config-interval=1",
    "sound": "audiotestsrc is-live=true ! alawenc ! rtppcmapay name=pay0",
}

Gst.init(None)
factory = GstRtspServer.RTSPMediaFactory()
factory.set_launch(f"( {PIPELINES[sys.argv[2]]} )")
factory.set_shared(True)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(sys.argv[1])
server.get_mount_points().add_factory("/live", factory)
server.attach(None)
print("ready", flush=True)
GLib.MainLoop().run()
