import torch
import torch.nn.functional as F

from golden import draw, Family, indices


def build():
    family = Family("embedding")
    for title, count, padding, shape in [("padding", 7, 2, (3, 6)), ("plain", 5, None, (4,)), ("first", 4, 0, (2, 2, 3))]:
        name = f"embedding_{title}"
        family.case(name, "embedding_layer", dict(padding_idx=-1 if padding is None else padding),
                    {"weight": draw(name, count, 3), "i": indices(f"{name}/i", count, *shape)},
                    lambda weight, i: F.embedding(i, weight, padding))
    # Rows that a step does not name keep value and moments; rows named twice are added up. Epsilon is as good as none.
    for name, settings in [("sparse_adam", dict(lr=0.0625, betas=(0.75, 0.9375), eps=2**-60)), ("sparse_sgd", dict(lr=0.125))]:
        start = draw(name, 8, 3)
        steps = [(indices(f"{name}/i{step}", 8, 5), draw(f"{name}/g{step}", 5, 3)) for step in range(5)]
        parameter = start.clone().requires_grad_()
        optimizer = (torch.optim.SparseAdam if name == "sparse_adam" else torch.optim.SGD)([parameter], **settings)
        states = []
        for index, gradient in steps:
            parameter.grad = torch.sparse_coo_tensor(index[None], gradient, parameter.shape)
            optimizer.step()
            states.append(parameter.detach().clone())
        family.record(name, name, settings,
                      [("p", start)] + [pair for n, (i, g) in enumerate(steps) for pair in ((f"i{n + 1}", i), (f"g{n + 1}", g))],
                      [(f"p{n + 1}", state) for n, state in enumerate(states)])
    return family
