import torch

from golden import draw, Family

LAYERS = {1: torch.nn.ConvTranspose1d, 2: torch.nn.ConvTranspose2d, 3: torch.nn.ConvTranspose3d}


def build():
    family = Family("transposed_sizes")
    # Every size that a stride leaves open, by name.
    for title, rank, size, kernel, stride, padding, dilation, groups, outputs in [
        ("line", 1, (4,), (3,), (3,), (1,), (1,), 1, [(10,), (11,), (12,)]),
        ("line_dilated", 1, (3,), (2,), (2,), (0,), (3,), 2, [(8,), (9,)]),
        ("plane", 2, (3, 2), (3, 2), (2, 3), (1, 0), (1, 1), 1, [(5, 5), (6, 7)]),
        ("plane_groups", 2, (2, 3), (2, 3), (1, 2), (0, 1), (2, 1), 2, [(4, 5), (4, 6)]),
        ("volume", 3, (2, 1, 2), (2, 3, 2), (2, 2, 3), (0, 1, 1), (1, 1, 2), 1, [(4, 1, 4), (5, 2, 6)]),
    ]:
        for output in outputs:
            name = f"transposed_{title}_{'x'.join(map(str, output))}"

            def spread(x, w, b):
                layer = LAYERS[rank](2, 2, kernel, stride, padding, 0, groups, True, dilation).double()
                del layer.weight, layer.bias
                layer.weight, layer.bias = w, b
                return layer(x, output_size=list(output))

            family.case(name, "transposed_size", dict(stride=list(stride), padding=list(padding), dilation=list(dilation), groups=groups,
                                                      output_size=list(output)),
                        {"x": draw(name + "/x", 1, 2, *size), "w": draw(name + "/w", 2, 2 // groups, *kernel), "b": draw(name + "/b", 2)},
                        spread)
    return family
