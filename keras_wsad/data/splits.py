"""Splits off training videos for validation."""

from sklearn.model_selection import train_test_split

from keras_wsad.errors import ConfigError


def hold_out(videos, fraction, seed):
    """Splits videos in two, each class in the same proportion.

    Args:
        videos: list of `Video`.
        fraction: float. Share to hold out, `0` for none.
        seed: int. The same seed always holds out the same videos.

    Returns:
        `(training, validation)`, two lists in the order of `videos`.

    Raises:
        ConfigError: too few videos for every class to be in both parts.
    """
    if not 0 <= fraction < 1:
        raise ConfigError(f"Expected 0 <= validation_fraction < 1. Received: {fraction}")
    if not fraction:
        return list(videos), []
    labels = [video.label for video in videos]
    places = range(len(videos))
    try:
        training, validation = train_test_split(
            places, test_size=fraction, random_state=seed, stratify=labels
        )
    except ValueError as error:
        raise ConfigError(
            f"Cannot hold out {fraction:.0%} of {len(videos)} training videos with each "
            f"class in both parts ({error}). Use --validation_fraction 0 and "
            "--checkpoint_rule last, or more videos."
        ) from error
    return [videos[i] for i in sorted(training)], [videos[i] for i in sorted(validation)]
