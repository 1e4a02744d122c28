import torch
import torch.nn.functional as F

from golden import draw, Family


def build():
    family = Family("product")
    for title, bias, shape in [("plain", False, (4, 5)), ("bias", True, (4, 5)), ("leading_axes", True, (2, 3, 5))]:
        name = f"linear_{title}"
        inputs = {"x": draw(name, *shape), "w": draw(name + "/w", 3, 5)}
        if bias:
            inputs["b"] = draw(name + "/b", 3)
        family.case(name, "linear", {}, inputs, lambda x, w, b=None: F.linear(x, w, b))
    for title, a, b in [("plain", (3, 4), (4, 5)), ("batched", (2, 3, 4), (2, 4, 3)), ("broadcast", (2, 1, 3, 4), (3, 4, 2)),
                        ("shared_right", (3, 2, 4), (4, 2)), ("single_row", (1, 7), (7, 1))]:
        name = f"matmul_{title}"
        family.case(name, "matmul", {}, {"a": draw(name + "/a", *a), "b": draw(name + "/b", *b)}, torch.matmul)
    return family
