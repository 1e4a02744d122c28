import torch

from golden import draw, Family, indices, positive


def build():
    family = Family("elementwise")
    for operator, function in [("add", torch.add), ("sub", torch.sub), ("mul", torch.mul), ("div", torch.div),
                               ("maximum", torch.maximum), ("minimum", torch.minimum)]:
        for title, a, b in [("equal", (3, 4), (3, 4)), ("row", (3, 4), (4,)), ("column", (3, 4), (3, 1)), ("both", (2, 1, 3), (4, 1))]:
            # No value of a equals one of b: odd against even multiples of 1/64.
            name = f"{operator}_{title}"
            family.case(name, operator, {}, {"a": draw(name + "/a", *a), "b": draw(name + "/b", *b) + 1 / 64}, function)
    family.case("pow", "pow", {}, {"a": positive("pow/a", 3, 4), "b": draw("pow/b", 3, 4)}, torch.pow)
    for operator, function in [("exp", torch.exp), ("neg", torch.neg), ("abs", torch.abs), ("square", torch.square), ("sin", torch.sin),
                               ("cos", torch.cos), ("erf", torch.erf), ("reciprocal", torch.reciprocal)]:
        family.case(operator, operator, {}, {"x": draw(operator, 3, 7)}, function)
    for operator, function in [("log", torch.log), ("sqrt", torch.sqrt), ("rsqrt", torch.rsqrt)]:
        family.case(operator, operator, {}, {"x": positive(operator, 3, 7)}, function)
    family.case("clamp", "clamp", dict(min=-0.5, max=0.75), {"x": draw("clamp", 3, 7)}, lambda x: torch.clamp(x, -0.5, 0.75))
    family.case("where", "where", {}, {"c": indices("where/c", 2, 3, 4), "a": draw("where/a", 3, 4), "b": draw("where/b", 4)},
                lambda c, a, b: torch.where(c.bool(), a, b))
    return family
