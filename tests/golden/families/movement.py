import torch
import torch.nn.functional as F

from golden import draw, Family, indices


def build():
    family = Family("movement")
    for title, axis in [("rows", 0), ("columns", 1), ("inner", 2)]:
        name = f"gather_{title}"
        family.case(name, "gather", dict(dim=axis), {"x": draw(name, 4, 3, 5), "i": indices(name + "/i", (4, 3, 5)[axis], 6)},
                    lambda x, i: torch.index_select(x, axis, i))
    family.case("embedding", "embedding", {}, {"w": draw("embedding", 7, 3), "i": indices("embedding/i", 7, 2, 5)},
                lambda w, i: F.embedding(i, w))
    # PyTorch's order: the last axis first, each as (before, after).
    for title, pads, value in [("line", [1, 2], 0.5), ("plane", [2, 0, 1, 3], 0.0), ("crop", [-1, 2, 1, -1], -1.5), ("upper", [0, 0, 3, 1], 0.5)]:
        family.case(f"pad_{title}", "pad", dict(pad=pads, value=value), {"x": draw(f"pad_{title}", 2, 3, 4, 5)},
                    lambda x: F.pad(x, pads, "constant", value))
    for title, starts, stops, steps in [("front", [0, 1, 0], [2, 3, 5], [1, 1, 1]), ("strided", [0, 0, 1], [3, 4, 6], [2, 3, 2]),
                                        ("one", [1, 2, 3], [2, 3, 4], [1, 1, 1])]:
        family.case(f"slice_{title}", "slice", dict(starts=starts, stops=stops, steps=steps), {"x": draw(f"slice_{title}", 3, 4, 6)},
                    lambda x: x[tuple(slice(a, b, c) for a, b, c in zip(starts, stops, steps))])
    for title, axis, shapes in [("rows", 0, [(1, 3), (2, 3)]), ("channels", 1, [(2, 1, 3), (2, 2, 3), (2, 4, 3)])]:
        name = f"concat_{title}"
        family.case(name, "concat", dict(dim=axis), {f"x{i}": draw(f"{name}/{i}", *shape) for i, shape in enumerate(shapes)},
                    lambda *parts: torch.cat(parts, axis))
    for title, order in [("matrix", [1, 0]), ("channels_last", [0, 2, 3, 1]), ("reversed", [3, 2, 1, 0])]:
        name = f"transpose_{title}"
        family.case(name, "transpose", dict(dims=order), {"x": draw(name, *(2, 3, 4, 5)[:len(order)])}, lambda x: x.permute(order))
    family.case("reshape", "reshape", dict(shape=[4, 6]), {"x": draw("reshape", 2, 3, 4)}, lambda x: x.reshape(4, 6))
    family.case("expand", "expand", dict(shape=[3, 2, 4]), {"x": draw("expand", 2, 1)}, lambda x: x.expand(3, 2, 4))
    return family
