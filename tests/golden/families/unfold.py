import torch
import torch.nn.functional as F

from golden import draw, Family


def unfold(x, kernel, stride, padding, dilation):
    """im2col of any rank by PyTorch's windows of tensors; F.unfold, which has two axes, is the same there."""
    rank = len(kernel)
    x = F.pad(x, [p for pad in reversed(padding) for p in (pad, pad)])
    for axis in range(rank):
        extent = (kernel[axis] - 1) * dilation[axis] + 1
        x = x.unfold(axis + 2, extent, stride[axis])[..., ::dilation[axis]]
    # N, C, places, taps -> N, C * taps, places
    order = [0, 1, *range(2 + rank, 2 + 2 * rank), *range(2, 2 + rank)]
    n, c = x.shape[:2]
    return x.permute(order).reshape(n, c * torch.Size(kernel).numel(), -1)


def build():
    family = Family("unfold")
    planes = [("plain", (2, 2, 5, 4), (2, 3), (1, 1), (0, 0), (1, 1)), ("strided", (1, 3, 6, 5), (3, 2), (2, 1), (1, 0), (1, 1)),
              ("dilated", (1, 2, 7, 6), (2, 3), (1, 2), (1, 2), (3, 1))]
    for title, shape, kernel, stride, padding, dilation in planes:
        arguments = dict(kernel_size=list(kernel), stride=list(stride), padding=list(padding), dilation=list(dilation))
        x = draw(f"unfold_{title}", *shape)
        columns = F.unfold(x, **arguments)
        assert torch.equal(columns, unfold(x, kernel, stride, padding, dilation))
        family.case(f"unfold_{title}", "unfold", arguments, {"x": x}, lambda x: F.unfold(x, **arguments))
        family.case(f"fold_{title}", "fold", dict(arguments, output_size=list(shape[2:])), {"x": draw(f"fold_{title}", *columns.shape)},
                    lambda x: F.fold(x, shape[2:], **arguments))
    for title, shape, kernel, stride, padding, dilation in [("line", (2, 3, 9), (3,), (2,), (1,), (2,)),
                                                            ("volume", (1, 2, 3, 4, 3), (2, 3, 2), (1, 2, 1), (0, 1, 1), (2, 1, 1))]:
        arguments = dict(kernel_size=list(kernel), stride=list(stride), padding=list(padding), dilation=list(dilation))
        family.case(f"unfold_{title}", "unfold", arguments, {"x": draw(f"unfold_{title}", *shape)},
                    lambda x: unfold(x, kernel, stride, padding, dilation))

    # Weights that are not shared: a sum of products with the columns, O, C/groups, kernel, places.
    for title, shape, outputs, kernel, stride, padding, dilation, groups in [
        ("line", (2, 2, 7), 3, (3,), (1,), (1,), (1,), 1), ("strided", (2, 2, 8), 2, (2,), (3,), (0,), (1,), 1),
        ("plane", (2, 2, 4, 3), 2, (3, 2), (1, 1), (1, 0), (1, 1), 1), ("groups", (1, 4, 4, 4), 4, (2, 2), (2, 1), (0, 0), (1, 2), 2),
        ("volume", (1, 2, 3, 2, 3), 2, (2, 1, 2), (1, 1, 1), (0, 0, 1), (1, 1, 1), 1),
    ]:
        name, rank = f"local_{title}", len(kernel)
        places = [(s + 2 * p - (k - 1) * d - 1) // t + 1 for s, p, k, d, t in zip(shape[2:], padding, kernel, dilation, stride)]

        def local(x, w, b):
            columns = unfold(x, kernel, stride, padding, dilation)
            columns = columns.reshape(x.shape[0], groups, -1, columns.shape[2])
            weights = w.reshape(groups, outputs // groups, columns.shape[2], -1)
            return torch.einsum("ngkq,gokq->ngoq", columns, weights).reshape(x.shape[0], outputs, *places) + b

        family.case(name, "locally_connected", dict(stride=list(stride), padding=list(padding), dilation=list(dilation), groups=groups),
                    {"x": draw(name + "/x", *shape), "w": draw(name + "/w", outputs, shape[1] // groups, *kernel, *places),
                     "b": draw(name + "/b", outputs, *places)}, local)
    return family
