import matplotlib.image
import numpy as np
import pytest

from keras_wsad import figures


@pytest.fixture
def drawn(monkeypatch):
    """Keeps the figures that are saved, to look at what is in them."""
    kept, save = [], figures.save_figure

    def keep(figure, path):
        kept.append(figure)
        save(figure, path)

    monkeypatch.setattr(figures, "save_figure", keep)
    return kept


def test_the_roc_picture_holds_every_curve(tmp_path, drawn):
    curves = {"one": ([0, 0.2, 1], [0, 0.7, 1]), "two": ([0, 1], [0, 1])}
    figures.draw_roc(tmp_path / "roc.png", curves, "a title " * 30)
    assert matplotlib.image.imread(tmp_path / "roc.png").std() > 0
    (axes,) = drawn[0].axes
    lines = {line.get_label(): line for line in axes.get_lines()}
    assert set(lines) == {"one", "two", "chance"}
    np.testing.assert_array_equal(lines["one"].get_ydata(), [0, 0.7, 1])
    assert "\n" in axes.get_title()


def test_the_confusion_picture_has_the_true_class_in_its_rows(tmp_path, drawn):
    matrix = np.zeros((14, 14), int)
    matrix[2, 5], matrix[2, 2], matrix[7, 7] = 3, 1, 9
    figures.draw_confusion(tmp_path / "confusion.png", matrix, "a title")
    axes = drawn[0].axes[0]
    shares = np.asarray(axes.get_images()[0].get_array())
    assert (shares[2, 5], shares[2, 2], shares[5, 2], shares[7, 7]) == (0.75, 0.25, 0, 1)
    texts = {text.get_position(): text.get_text() for text in axes.texts}
    assert texts[5, 2] == "3"
    assert axes.get_yticklabels()[2].get_text() == "Arson (4)"
