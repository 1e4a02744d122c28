import torch
import torch.nn.functional as F

from golden import distinct, draw, Family


def build():
    family = Family("activation_more")
    for title, shape, slopes in [("one", (3, 4), 1), ("channels", (2, 3, 4), 3), ("image", (2, 4, 3, 2), 4), ("volume", (1, 2, 2, 2, 3), 2)]:
        name = f"prelu_{title}"
        family.case(name, "prelu", {}, {"x": draw(name, *shape), "weight": draw(name + "/w", slopes)}, F.prelu)
    family.case("prelu_zero", "prelu", {}, {"x": torch.tensor([[0.0, 1.0, -1.0]], dtype=torch.float64), "weight": draw("prelu_zero/w", 1)},
                F.prelu)
    for title, shape, axis in [("last", (3, 6), -1), ("channels", (2, 4, 3, 2), 1), ("rows", (4, 5), 0)]:
        name = f"glu_{title}"
        family.case(name, "glu", dict(dim=axis), {"x": draw(name, *shape)}, lambda x: F.glu(x, axis))
    # PyTorch has no maxout: the largest of neighbours, differentiated by PyTorch.
    for title, shape, pieces in [("features", (3, 6), 3), ("image", (2, 4, 3, 2), 2)]:
        name = f"maxout_{title}"
        family.case(name, "maxout", dict(pieces=pieces), {"x": distinct(name, *shape)},
                    lambda x: x.reshape(x.shape[0], x.shape[1] // pieces, pieces, *x.shape[2:]).amax(2))
    family.case("hardtanh_narrow", "hardtanh", dict(min_val=-0.25, max_val=0.5), {"x": draw("hardtanh_narrow", 3, 5)},
                lambda x: F.hardtanh(x, -0.25, 0.5))
    return family
