"""The embedding and the transformer that UR-DMU and BN-WVAD share."""

import keras

from keras_wsad.baselines.torch_layers import conv1d
from keras_wsad.baselines.torch_layers import dense
from keras_wsad.baselines.torch_layers import layer_norm
from keras_wsad.layers import GlobalLocalAttention


def global_local_transformer(x, *, width, heads, head_units, dropout):
    """Adds a convolution over 3 segments and two blocks of attention and perceptron.

    ```
    x <- relu(C x)
    x <- x + D(W_2 attention(W_1 LN(x)))
    x <- x + D(W_4 D(gelu(W_3 LN(x))))              D dropout, LN layer normalisation
    ```

    Args:
        x: symbolic tensor of shape `(batch, segments, features)`.
        width: int. Features of the result.
        heads: int. Of each block's `GlobalLocalAttention`.
        head_units: int. Features of a head.
        dropout: float.

    Returns:
        A symbolic tensor of shape `(batch, segments, width)`.
    """
    attended = heads * head_units
    x = conv1d(width, 3, x.shape[-1], activation="relu", name="embedding")(x)
    for block in ("first", "second"):
        y = layer_norm(name=f"{block}_attention_norm")(x)
        y = dense(4 * attended, width, use_bias=False, name=f"{block}_parts")(y)
        y = GlobalLocalAttention(heads, name=f"{block}_attention")(y)
        y = dense(width, 2 * attended, name=f"{block}_attended")(y)
        y = keras.layers.Dropout(dropout, name=f"{block}_attention_dropout")(y)
        x = keras.layers.Add(name=f"{block}_attention_sum")([x, y])
        y = layer_norm(name=f"{block}_perceptron_norm")(x)
        y = dense(width, width, activation="gelu", name=f"{block}_hidden")(y)
        y = keras.layers.Dropout(dropout, name=f"{block}_hidden_dropout")(y)
        y = dense(width, width, name=f"{block}_perceptron")(y)
        y = keras.layers.Dropout(dropout, name=f"{block}_perceptron_dropout")(y)
        x = keras.layers.Add(name=f"{block}_perceptron_sum")([x, y])
    return x
