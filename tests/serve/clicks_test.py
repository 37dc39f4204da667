"""The clicks of Table 5, and the picture of the docs, in a real browser."""

import csv
import io
import os
import pathlib
import shutil

import numpy as np
import pytest
from PIL import Image

from keras_wsad.data.marks import read_marks
from keras_wsad.data.ucf_crime import UCFCrime
from keras_wsad.runs import Run
from keras_wsad.video import find_videos
from reproduce.tables.marks import make_marks
from tests.serve.in_browser import shown_level
from tests.serve.in_browser import until
from tests.video.make_video import make_video

pytestmark = pytest.mark.large


@pytest.fixture
def rendered_run():
    """A run that has learned from a folder of rendered videos, and the folder."""
    if "KERAS_WSAD_RUN" not in os.environ:
        pytest.skip("KERAS_WSAD_RUN is not set")
    run = Run(os.environ["KERAS_WSAD_RUN"])
    return run, run.load_config().data


@pytest.fixture
def training_set(request, compact_run, tiny_root, tmp_path):
    """A run, training videos whose events are known, and in how many of them to click.

    With `$KERAS_WSAD_RUN` they are those of its data, and Table 5 clicks in 40 of them.
    """
    if "KERAS_WSAD_RUN" in os.environ:
        return *request.getfixturevalue("rendered_run"), 40
    root = tmp_path / "data"
    shutil.copytree(tiny_root, root)
    names = [video.name for video in UCFCrime(root).train if video.is_anomalous][:4]
    for name in names:
        make_video(root / f"{name}.mp4", num_frames=80)
    lines = ["name,class,num_frames,start,end", *(f"{n},Arson,80,20,70" for n in names)]
    (root / "ground_truth.csv").write_text("\n".join(lines) + "\n")
    return compact_run, root, len(names)


def test_clicks_by_the_key_are_those_that_table_5_draws(
    page, serve, training_set, tmp_path
):
    """A training reads the same from what the page exports as from what the table drew."""
    run, root, clicks = training_set
    make_marks(root, tmp_path / "drawn.csv", clicks)
    with open(tmp_path / "drawn.csv", encoding="utf-8", newline="") as file:
        drawn = list(csv.DictReader(file))
    names = [line["video"] for line in drawn]
    paths = find_videos([root])
    _, url = serve(*(paths[name] for name in names), model=run.folder)
    page.goto(url)
    count = str(clicks)
    until(page, "(count) => $('video-count').textContent === count", count, seconds=600)
    page.click("summary:has-text('Videos')")
    for done, line in enumerate(drawn, start=1):
        page.locator("#videos").get_by_text(line["video"], exact=True).click()
        until(page, "state.stamps !== null && player.readyState >= 2")
        page.evaluate("(frame) => goTo(frame)", int(line["marked_frame"]))
        page.keyboard.press("h")
        until(page, "(done) => state.verdicts.length === done", done)
    with page.expect_download() as download:
        page.click("summary:has-text('Export')")
        page.click("text=marks.csv")
    exported, expected = (
        read_marks(path, names, 32)
        for path in (download.value.path(), tmp_path / "drawn.csv")
    )
    np.testing.assert_array_equal(exported[0], expected[0])
    assert exported[1:] == (clicks, [])


def test_the_picture_of_the_docs(page, serve, rendered_run):
    run, root = rendered_run
    videos = UCFCrime(root).test
    chosen = [video.name for video in videos if video.events][:: len(videos) // 20]
    paths = find_videos([root])
    _, url = serve(*(paths[name] for name in chosen), model=run.folder)
    page.goto(url)
    count = str(len(chosen))
    until(page, "(count) => $('video-count').textContent === count", count, seconds=600)
    # An alarm that lies within the annotated event, in the middle of the list.
    found = page.evaluate(
        """() => {
          const hits = state.listed.filter(({ kind, begin, end, video }) =>
            kind === "alarm" && video.content.annotated.events.some((event) =>
              overlap({ begin, end }, { begin: event[0], end: event[1] }) > 0));
          return state.listed.indexOf(hits[Math.floor(hits.length / 2)]);
        }"""
    )
    for index, key in ((found - 2, "t"), (found - 1, "f"), (found, "h")):
        page.locator("#events button").nth(index).click()
        until(page, "state.stamps !== null && player.readyState >= 2")
        middle = "goTo(Math.floor((state.selected.begin + state.selected.end) / 2))"
        page.evaluate(middle)
        page.keyboard.press(key)
    until(page, "state.verdicts.length === 3")
    shown_level(page)
    page.evaluate("say('')")
    picture = Image.open(io.BytesIO(page.screenshot()))
    target = pathlib.Path(__file__).parents[2] / "docs" / "review.png"
    picture.convert("RGB").quantize(256, Image.Quantize.MAXCOVERAGE).save(
        target, optimize=True
    )
    assert target.stat().st_size < 150_000
