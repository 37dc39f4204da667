import torch

from benchmarks.joint_case import CLASS_COUNTS

# The layers of the two branches, whose kernels have an L2 penalty.
_PENALISED = ("detection_latent", "detection_score", "class_latent", "class_probabilities")


class TorchJoint(torch.nn.Module):
    """The joint model in idiomatic PyTorch.

    Args:
        weights: dict of lists of arrays, see `make_weights`.
        dropout: float. Rate of the three dropouts. Defaults to `0.6`.

    Call arguments:
        features: tensor of shape `(batch, segments, features)`.
        normalized_features: tensor of the same shape.

    Returns:
        A dict of the outputs of `JointModel`.
    """

    def __init__(self, weights, dropout=0.6):
        super().__init__()
        kernel, recurrent_kernel, bias = (torch.tensor(array) for array in weights["lstm"])
        self.lstm = torch.nn.LSTM(len(kernel), len(recurrent_kernel), batch_first=True)
        self.lstm.weight_ih_l0.data = kernel.T.contiguous()
        self.lstm.weight_hh_l0.data = recurrent_kernel.T.contiguous()
        self.lstm.bias_ih_l0.data = bias
        # Keras has one bias: the second one stays zero.
        self.lstm.bias_hh_l0.data.zero_()
        self.lstm.bias_hh_l0.requires_grad_(False)
        first, second = weights["first_level_attention"], weights["second_level_attention"]
        self.first_latent, self.first_score = _linear(*first[:2]), _linear(*first[2:])
        self.second_latent, self.second_score = _linear(*second[:2]), _linear(*second[2:])
        for name in _PENALISED:
            setattr(self, name, _linear(*weights[name]))
        self.dropout = torch.nn.Dropout(dropout)

    def forward(self, features, normalized_features):
        hidden, _ = self.lstm(features)
        x = torch.cat([hidden, features], dim=-1)
        alpha = torch.relu(self.first_latent(normalized_features)).mean(dim=1)
        alpha = torch.softmax(self.first_score(alpha), dim=-1)
        x = x + alpha[..., None] * x
        latent = self.dropout(self.detection_latent(self.dropout(x)))
        scores = torch.sigmoid(self.detection_score(latent)[..., 0].float())
        beta = torch.relu(self.second_latent(latent)).flatten(start_dim=1)
        beta = torch.sigmoid(self.second_score(beta))
        x = x + beta[..., None] * x
        video = self.dropout(torch.relu(self.class_latent(x.mean(dim=1))))
        logits = self.class_probabilities(video).float()
        return {
            "segment_scores": scores,
            "class_probabilities": torch.softmax(logits, dim=-1),
            "first_level_attention": alpha,
            "second_level_attention": beta,
        }

    def loss(self, outputs, labels, is_anomalous):
        """Returns equation 6 with the settings of the paper, plus the kernel penalty.

        Args:
            outputs: dict, as the model returns it.
            labels: int64 tensor of shape `(batch,)`.
            is_anomalous: float tensor of shape `(batch,)`.

        Returns:
            A scalar.
        """
        scores = outputs["segment_scores"]
        top, anomalous, normal = scores.amax(dim=1), is_anomalous, 1 - is_anomalous
        margins = torch.relu(1 - top[:, None] + top[None, :])
        detection = (anomalous[:, None] * normal[None, :] * margins).sum() / normal.sum()
        steps = (scores[:, 1:] - scores[:, :-1]).square().sum(dim=1)
        detection = detection + 8e-5 * (anomalous * steps).sum()
        detection = detection + 8e-5 * (anomalous * scores.sum(dim=1)).sum()

        counts = torch.tensor(CLASS_COUNTS, dtype=torch.float32)
        of_label = outputs["class_probabilities"].gather(1, labels[:, None])[:, 0]
        weights = (1 - counts / counts.sum())[labels]
        classification = -(weights * of_label.clamp(1e-7, 1 - 1e-7).log()).mean()

        attention = (1 - outputs["first_level_attention"]).square().sum(dim=1).mean()
        second = outputs["second_level_attention"].square().sum(dim=1).mean()
        attention = attention + second

        kernels = [getattr(self, name).weight for name in _PENALISED]
        penalty = 1e-3 * sum(kernel.square().sum() for kernel in kernels)
        return 0.9 * detection + 0.1 * classification + 1e-3 * attention + penalty


def _linear(kernel, bias):
    layer = torch.nn.Linear(*kernel.shape)
    layer.weight.data = torch.tensor(kernel.T.copy())
    layer.bias.data = torch.tensor(bias)
    return layer
