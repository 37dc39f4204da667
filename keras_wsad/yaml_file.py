"""Files of settings."""

import yaml

from keras_wsad.errors import ConfigError
from keras_wsad.files import read_text

# Bytes of a file of settings, all of which take a tenth of it.
_MOST_YAML = 2**16


def read_yaml(path):
    """Reads a YAML file of settings, each key once and without aliases.

    Raises:
        ConfigError: it cannot be read, is not YAML, too large or nested too deep.
    """
    try:
        # `_Loader` is a safe one.
        return yaml.load(read_text(path, _MOST_YAML), _Loader)  # noqa: S506
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())[:200]
        raise ConfigError(f"{path}: expected YAML ({reason}).") from error


class _Loader(yaml.SafeLoader):
    def compose_node(self, parent, index):
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias, which settings do not need")
        return super().compose_node(parent, index)

    def construct_mapping(self, node, deep=False):
        mapping = super().construct_mapping(node, deep)
        if len(mapping) < len(node.value):
            raise yaml.YAMLError("a key stands there twice")
        return mapping
