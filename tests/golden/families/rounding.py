import torch

from golden import draw, Family, indices


def build():
    family = Family("rounding")
    for operator, function in [("floor", torch.floor), ("ceil", torch.ceil), ("round", torch.round), ("sign", torch.sign)]:
        # Multiples of 1/4, halves and integers among them.
        x = torch.round(draw(operator, 3, 7) * 8) / 4
        # A step has no slope to compare.
        family.case(operator, operator, {}, {"x": x}, lambda x, f=function: f(x.detach()))
    family.case("log1p", "log1p", {}, {"x": draw("log1p", 3, 7).abs()}, torch.log1p)
    family.case("expm1", "expm1", {}, {"x": draw("expm1", 3, 7) / 4}, torch.expm1)
    for operator, function in [("less", torch.lt), ("less_equal", torch.le), ("greater", torch.gt), ("greater_equal", torch.ge),
                               ("equal", torch.eq), ("not_equal", torch.ne), ("logical_and", torch.logical_and),
                               ("logical_or", torch.logical_or), ("logical_xor", torch.logical_xor)]:
        family.case(operator, operator, {}, {"a": indices(operator + "/a", 2, 3, 4), "b": indices(operator + "/b", 2, 4)},
                    lambda a, b, f=function: f(a, b).long())
    family.case("index_copy", "index_copy", {}, {"x": draw("index_copy/x", 5, 3), "i": torch.tensor([3, 0]),
                                                 "rows": draw("index_copy/rows", 2, 3)},
                lambda x, i, rows: torch.index_copy(x, 0, i, rows))
    return family
