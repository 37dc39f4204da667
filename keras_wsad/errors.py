"""The project's own errors: each says what was expected, what was found, and where."""


class WSADError(ValueError):
    """Base of every error that keras_wsad raises for bad input."""


class DataError(WSADError):
    """A list, an annotation or a frame count is missing or contradicts another."""


class NeedsPixelsError(DataError):
    """A system looks at the videos themselves, and they are not all there.

    Args:
        system: str. Which one.
        root: str or path. Where videos were looked for.
        missing: list of names of videos that were not found.
        total: int. How many were looked for.

    Attributes:
        found: str. How many there are, without a path.
    """

    def __init__(self, system, root, missing, total):
        self.found = f"found {total - len(missing)} of {total} videos"
        super().__init__(
            f"{system} needs pixels: expected the videos below {root}, but {self.found}; "
            f"missing is such as {missing[0]}"
        )


class FeatureFileError(WSADError):
    """A feature file cannot be used.

    Args:
        path: str or path. The file.
        problem: str. What is wrong with it, in a few words (`"empty"`).
    """

    def __init__(self, path, problem):
        super().__init__(f"{path}: {problem}")
        self.path = path
        self.problem = problem


class ConfigError(WSADError):
    """Two settings exclude each other, or one does not fit the data."""


class RunError(WSADError):
    """A run folder or a saved model is absent, incomplete or of another kind."""


class LockedError(WSADError):
    """Another process is at work in a folder."""


class NaNLossError(WSADError):
    """The loss became NaN or infinite."""


class VideoError(WSADError):
    """A file is no video, or none of it decodes."""


class WeightsError(WSADError):
    """A file of weights is absent, damaged, or of another network."""


class MissingExtraError(WSADError):
    """A library is not installed that only some of the project needs."""


class ExportError(WSADError):
    """An exported model does not compute what the model itself does."""
