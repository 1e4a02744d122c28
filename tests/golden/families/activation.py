import torch
import torch.nn.functional as F

from golden import draw, Family


def build():
    family = Family("activation")
    rows = [
        ("relu", "relu", {}, F.relu),
        ("relu6", "relu6", {}, F.relu6),
        ("leaky_relu", "leaky_relu", dict(negative_slope=0.125), lambda x: F.leaky_relu(x, 0.125)),
        ("elu", "elu", dict(alpha=1.0), F.elu),
        ("elu_half", "elu", dict(alpha=0.5), lambda x: F.elu(x, 0.5)),
        ("selu", "selu", {}, F.selu),
        ("celu", "celu", dict(alpha=1.5), lambda x: F.celu(x, 1.5)),
        ("gelu", "gelu", dict(approximate="none"), F.gelu),
        ("gelu_tanh", "gelu", dict(approximate="tanh"), lambda x: F.gelu(x, approximate="tanh")),
        ("silu", "silu", {}, F.silu),
        ("hardswish", "hardswish", {}, F.hardswish),
        ("hardsigmoid", "hardsigmoid", {}, F.hardsigmoid),
        ("mish", "mish", {}, F.mish),
        ("sigmoid", "sigmoid", {}, torch.sigmoid),
        ("tanh", "tanh", {}, torch.tanh),
        ("hardtanh", "hardtanh", dict(min_val=-1.0, max_val=1.0), F.hardtanh),
        ("softplus", "softplus", {}, F.softplus),
        ("softsign", "softsign", {}, F.softsign),
    ]
    # Steps of 1/4 from -8 to 8, off the kinks, and a few far out where a careless formula overflows.
    far = torch.tensor([-50.0, -20.5, 20.5, 50.0], dtype=torch.float64)
    x = torch.cat([torch.arange(-32, 33).double() / 4 + 1 / 64, far])
    for name, operator, attributes, function in rows:
        family.case(name, operator, attributes, {"x": x}, function)
    for title, shape, axis in [("last", (3, 5), -1), ("channels", (2, 4, 3), 1)]:
        for operator, function in [("softmax", F.softmax), ("log_softmax", F.log_softmax)]:
            name = f"{operator}_{title}"
            family.case(name, operator, dict(dim=axis), {"x": draw(name, *shape) * 4}, lambda x: function(x, dim=axis))
    return family
