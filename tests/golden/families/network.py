import torch
import torch.nn.functional as F

from golden import draw, Family, indices, positive


def build():
    """A small network with everything in it, trained for five steps: the losses, and the parameters at the end."""
    family = Family("network")
    for name, make, settings in [
        ("sgd", torch.optim.SGD, dict(lr=0.0625, momentum=0.875, nesterov=False, weight_decay=0.0)),
        ("adamw", torch.optim.AdamW, dict(lr=0.03125, betas=(0.875, 0.96875), eps=2**-20, weight_decay=0.0625)),
    ]:
        # No bias before the batch norm: its gradient is rounding noise, which Adam would blow up to whole steps.
        start = {
            "conv.weight": draw(name + "/cw", 4, 2, 3, 3) / 4,
            "norm.weight": positive(name + "/nw", 4), "norm.bias": draw(name + "/nb", 4),
            "head.weight": draw(name + "/hw", 3, 36) / 4, "head.bias": draw(name + "/hb", 3),
        }
        p = {key: value.clone().requires_grad_() for key, value in start.items()}
        mean, var = torch.zeros(4, dtype=torch.float64), torch.ones(4, dtype=torch.float64)
        x, target = draw(name + "/x", 5, 6, 2, 6, 6), indices(name + "/t", 3, 5, 6)
        optimizer, found = make(list(p.values()), **settings), []
        for step in range(5):
            y = F.conv2d(x[step], p["conv.weight"], padding=1)
            y = F.relu(F.batch_norm(y, mean, var, p["norm.weight"], p["norm.bias"], True, 0.125, 2**-10))
            y = F.linear(F.max_pool2d(y, 2).flatten(1), p["head.weight"], p["head.bias"])
            loss = F.cross_entropy(y, target[step])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            found.append(loss.detach())
        family.record(f"network_{name}", "network", dict(optimizer=name, bn_momentum=0.125, bn_eps=2**-10, **settings),
                      [("x", x), ("target", target), *start.items()],
                      [("losses", torch.stack(found)), ("running_mean", mean), ("running_var", var)]
                      + [(f"end.{key}", value) for key, value in p.items()])
    return family
