import torch

from golden import distinct, Family


def build():
    family = Family("reduction")
    for operator, function in [
        ("sum", torch.sum), ("mean", torch.mean), ("amax", torch.amax), ("amin", torch.amin), ("logsumexp", torch.logsumexp),
        ("var", lambda x, dim, keepdim: torch.var(x, dim=dim, keepdim=keepdim, unbiased=False)),
    ]:
        for title, axes, keep in [("last", [2], False), ("middle_kept", [1], True), ("outer", [0, 2], False), ("all", [0, 1, 2], False)]:
            name = f"{operator}_{title}"
            family.case(name, operator, dict(dim=axes, keepdim=keep), {"x": distinct(name, 2, 3, 4)},
                        lambda x: function(x, dim=axes, keepdim=keep))
    for title, axis in [("rows", 1), ("columns", 0)]:
        for operator, function in [("argmax", torch.argmax), ("argmin", torch.argmin)]:
            name = f"{operator}_{title}"
            family.case(name, operator, dict(dim=axis), {"x": distinct(name, 4, 5)}, lambda x: function(x, dim=axis))
    return family
