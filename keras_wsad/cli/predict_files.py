"""Predicts many videos, each into a folder of its own."""

import pathlib

from keras_wsad.errors import WSADError
from keras_wsad.files import checked_name
from keras_wsad.files import printable
from keras_wsad.inference.write import describe_protocol
from keras_wsad.inference.write import write_prediction
from keras_wsad.progress import count_up
from keras_wsad.serve.report import report_content
from keras_wsad.serve.report import write_report


def predict_files(
    files, predictor, out, *, threshold=0.5, truths=None, backbone=None, html=False
):
    """Predicts videos or feature files one after the other.

    Prints a line for each. One that fails does not stop the rest.

    Args:
        files: dict from name to path.
        predictor: `Predictor`.
        out: str or path. `OUT/NAME/prediction.json` and `.png` are written.
        threshold: float. A score above it is an alarm. Defaults to `0.5`.
        truths: `GroundTruth` or `None`. Defaults to `None`.
        backbone: `OpenBackbone` or `None`, see `Predictor.predict_video`. Defaults to
            `None`.
        html: bool. Whether to write `OUT/report.html` as well, with all that did not fail.
            Defaults to `False`.

    Returns:
        A dict from name to error message, of those that failed.
    """
    failed, contents = {}, []
    for number, (name, path) in enumerate(files.items(), start=1):
        shown = printable(name)
        try:
            folder = pathlib.Path(out, checked_name(name))
            with count_up(f"{name} ({number} of {len(files)})") as on_clip:
                prediction = predictor.predict_video(
                    path, threshold=threshold, backbone=backbone, on_clip=on_clip
                )
            truth = truths and truths.of(name, path)
            protocol = predictor.protocol(prediction)
            write_prediction(folder, name, prediction, protocol, truth)
            if html:
                contents.append(report_content(name, prediction, truth))
        except (WSADError, OSError) as error:
            failed[name] = str(error)
            print(f"{shown}  failed: {printable(error)}")
            continue
        print(f"{shown}  {prediction.headline()}")
        if prediction.damage:
            print(f"  {printable(prediction.damage)}")
    if contents:
        report = pathlib.Path(out, "report.html")
        write_report(report, contents, describe_protocol(protocol), threshold)
    return failed
