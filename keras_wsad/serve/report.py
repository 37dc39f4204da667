"""The page as one self-contained file, without server, player and verdicts."""

import base64
import io
import json

from PIL import Image

from keras_wsad.data.annotations import CLASS_NAMES
from keras_wsad.files import write_text
from keras_wsad.inference.write import read_key_frames
from keras_wsad.serve.content import page_content
from keras_wsad.serve.content import read_page


def report_content(name, prediction, truth=None):
    """Returns what a report shows of one video, with its key frames.

    Args:
        name: str. The video's name.
        prediction: `VideoPrediction`.
        truth: `Video` or `None`. The annotation. Defaults to `None`.
    """
    key_frames = [
        {"segment": segment, "frame": frame, "image": _data_url(image)}
        for segment, (frame, image) in sorted(
            read_key_frames(prediction.video, prediction, short_side=180).items()
        )
    ]
    return {**page_content(name, prediction, truth), "key_frames": key_frames}


def write_report(path, contents, protocol, threshold):
    """Writes `report.html`, which needs nothing but a browser.

    Args:
        path: path. The file to write, atomically.
        contents: list of dicts, as `report_content` returns them.
        protocol: str. See `describe_protocol`.
        threshold: float. Where the slider begins.
    """
    videos = [
        {"id": number, "name": content["name"], "state": "done", "content": content}
        for number, content in enumerate(contents)
    ]
    report = {
        "protocol": protocol,
        "class_names": list(CLASS_NAMES),
        "threshold": threshold,
        "videos": videos,
    }
    # A name could otherwise end the script.
    data = json.dumps(report, allow_nan=False).replace("<", "\\u003c")
    page = read_page("index.html")
    style = '<link rel="stylesheet" href="/page/style.css">'
    page = page.replace(style, f"<style>\n{read_page('style.css')}</style>")
    for name in ("events.js", "chart.js", "why.js", "page.js"):
        tag = f'<script src="/page/{name}"></script>'
        page = page.replace(tag, f"<script>\n{read_page(name)}</script>")
    page = page.replace('<script src="/page/live.js"></script>\n', "")
    desk = '<script src="/page/desk.js"></script>'
    page = page.replace(desk, f"<script>\nshowReport({data});\n</script>")
    write_text(path, page)


def _data_url(image):
    file = io.BytesIO()
    Image.fromarray(image).save(file, "JPEG", quality=80)
    return "data:image/jpeg;base64," + base64.b64encode(file.getvalue()).decode()
