import matplotlib.image
import numpy as np
import pytest

from keras_wsad.data import Video
from keras_wsad.inference import picture
from keras_wsad.inference.panels import TimeAxis
from keras_wsad.inference.panels import clock


@pytest.fixture
def draw(monkeypatch):
    """A function that draws a prediction and returns its figure."""
    kept = []
    monkeypatch.setattr(picture, "save_figure", lambda figure, path: kept.append(figure))

    def draw(prediction, *arguments):
        picture.draw_prediction("p.png", prediction, "title", "protocol", *arguments)
        return kept[-1]

    return draw


def test_the_picture_is_a_file_with_something_in_it(make_prediction, tmp_path):
    path = tmp_path / "p.png"
    picture.draw_prediction(path, make_prediction(), "title", "protocol")
    assert matplotlib.image.imread(path).std() > 0


def panel(figure, label):
    (axes,) = [axes for axes in figure.axes if label in axes.get_ylabel()]
    return axes


def test_the_score_the_threshold_and_the_alarms_are_where_they_belong(
    draw, make_prediction
):
    prediction = make_prediction()
    axes = panel(draw(prediction), "anomaly score")
    steps = axes.patches[-1].get_data()
    np.testing.assert_allclose(steps.values, prediction.segment_scores)
    np.testing.assert_allclose(steps.edges, np.arange(9.0))
    assert axes.get_lines()[0].get_ydata() == [0.5, 0.5]
    spans = [patch.get_x() for patch in axes.patches if hasattr(patch, "get_x")]
    assert spans == [2.0, 6.0]
    assert axes.get_xlim() == (0, 8)


def test_the_ground_truth_is_drawn_and_cut_at_the_end(draw, make_prediction):
    truth = Video(name="a", label=9, events=[(30, 60), (210, 900), (400, 500)])
    figure = draw(make_prediction(threshold=0.99), None, truth)
    axes = panel(figure, "anomaly score")
    boxes = [patch for patch in axes.patches if hasattr(patch, "get_x")]
    spans = [(box.get_x(), box.get_x() + box.get_width()) for box in boxes]
    assert spans == [(1.0, 2.0), (7.0, 8.0)]
    assert "annotated event" in axes.get_legend_handles_labels()[1]


def test_panels_are_those_that_there_is_something_for(draw, make_prediction):
    def labels(figure):
        return {axes.get_ylabel().partition("\n")[0] for axes in figure.axes} - {""}

    whole = {"anomaly score", "first-level", "second-level"}
    assert labels(draw(make_prediction())) == whole
    ablated = make_prediction(first_level_attention=None, second_level_attention=None)
    assert labels(draw(ablated)) == {"anomaly score"}


def test_key_frames_are_shown_with_their_times(draw, make_prediction):
    image = np.zeros((48, 64, 3), np.uint8)
    figure = draw(make_prediction(), {3: (105, image), 0: (15, image)})
    titles = [axes.get_title() for axes in figure.axes if axes.get_images()]
    assert titles == ["a  0.5 s,  score 0.10", "b  3.5 s,  score 0.90"]
    marks = {text.get_text(): text.xy for text in panel(figure, "anomaly score").texts}
    assert marks == {"a": (0.5, 0.1), "b": (3.5, 0.9)}


@pytest.mark.parametrize(
    ("num_frames", "fps", "label", "end", "mark"),
    [
        (150, 30.0, "time", 5, "3 s"),
        (9000, 25.0, "time", 360, "3:00"),
        (108000, 30.0, "time", 3600, "0:10:00"),
        (900, None, "frame", 900, None),
        (None, None, "segment", 8, None),
    ],
)
def test_time_is_told_as_far_as_it_is_known(
    draw, make_prediction, num_frames, fps, label, end, mark
):
    figure = draw(make_prediction(num_frames=num_frames, fps=fps))
    axes = panel(figure, "second-level")
    assert axes.get_xlabel() == label
    assert axes.get_xlim() == (0, end)
    marks = [text.get_text() for text in axes.get_xticklabels()]
    assert mark is None or mark in marks
    assert len(marks) <= 11


def test_a_moment_has_a_name(make_prediction):
    assert TimeAxis(make_prediction()).label_of(2.26) == "2.3 s"
    assert TimeAxis(make_prediction(fps=None)).label_of(70) == "frame 70"
    assert (clock(59.96), clock(3599.9)) == ("1:00", "1:00:00")
