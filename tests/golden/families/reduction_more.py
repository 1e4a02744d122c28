import torch

from golden import distinct, draw, Family


def build():
    family = Family("reduction_more")
    for operator, function in [
        ("prod", lambda x, dim, keepdim: product(x, dim, keepdim)),
        ("norm1", lambda x, dim, keepdim: torch.linalg.vector_norm(x, 1, dim=dim, keepdim=keepdim)),
        ("norm2", lambda x, dim, keepdim: torch.linalg.vector_norm(x, 2, dim=dim, keepdim=keepdim)),
        ("sum_square", lambda x, dim, keepdim: x.square().sum(dim=dim, keepdim=keepdim)),
        ("var_unbiased", lambda x, dim, keepdim: torch.var(x, dim=dim, keepdim=keepdim, unbiased=True)),
        ("std", lambda x, dim, keepdim: torch.std(x, dim=dim, keepdim=keepdim, unbiased=False)),
        ("std_unbiased", lambda x, dim, keepdim: torch.std(x, dim=dim, keepdim=keepdim, unbiased=True)),
    ]:
        for title, axes, keep in [("last", [2], False), ("middle_kept", [1], True), ("outer", [0, 2], False), ("all", [0, 1, 2], False)]:
            name = f"{operator}_{title}"
            family.case(name, operator, dict(dim=axes, keepdim=keep), {"x": distinct(name, 2, 3, 4)},
                        lambda x: function(x, dim=axes, keepdim=keep))
    for count, places in [("one", [(0, 1), (1, 3)]), ("two", [(0, 1), (0, 2), (1, 0), (1, 3)])]:
        name = f"prod_{count}_zero"
        x = draw(name, 3, 4)
        for place in places:
            x[place] = 0
        family.case(name, "prod", dict(dim=[1], keepdim=False), {"x": x}, lambda x: torch.prod(x, 1))
    zero = draw("norm_zero", 3, 4)
    zero[1] = 0
    family.case("norm2_zero", "norm2", dict(dim=[1], keepdim=False), {"x": zero}, lambda x: torch.linalg.vector_norm(x, 2, dim=[1]))
    family.case("norm1_zero", "norm1", dict(dim=[1], keepdim=False), {"x": zero}, lambda x: torch.linalg.vector_norm(x, 1, dim=[1]))
    family.case("std_zero", "std", dict(dim=[1], keepdim=False), {"x": zero}, lambda x: torch.std(x, dim=1, unbiased=False))
    # Far from 0 on either side: e^x overflows, or vanishes.
    for title, shift in [("large", 1000.0), ("small", -1000.0)]:
        name = f"logsumexp_{title}"
        family.case(name, "logsumexp", dict(dim=[1], keepdim=False), {"x": draw(name, 3, 5) + shift}, lambda x: torch.logsumexp(x, 1))
    return family


def product(x, dim, keepdim):
    for axis in sorted(dim, reverse=True):
        x = x.prod(axis, keepdim=keepdim)
    return x
