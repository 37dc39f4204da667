from tests.features.conftest import backbone  # noqa: F401
