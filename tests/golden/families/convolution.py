import torch.nn.functional as F

from golden import draw, Family


def build():
    family = Family("convolution")
    sizes = {1: (9,), 2: (6, 5), 3: (3, 4, 3)}
    conv = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
    transposed = {1: F.conv_transpose1d, 2: F.conv_transpose2d, 3: F.conv_transpose3d}
    settings = [
        # name, kernel, stride, padding, dilation, groups, bias
        ("plain", 3, 1, 0, 1, 1, False),
        ("bias", 2, 1, 0, 1, 1, True),
        ("pointwise", 1, 1, 0, 1, 1, True),
        ("strided", 3, 2, 1, 1, 1, True),
        ("stride_over_kernel", 2, 3, 0, 1, 1, False),
        ("dilated", 2, 1, 1, 2, 1, True),
        ("grouped", 3, 1, 1, 1, 2, True),
        ("depthwise", 2, 2, 1, 1, 4, True),
    ]
    for rank in (1, 2, 3):
        for title, kernel, stride, padding, dilation, groups, bias in settings:
            name = f"conv{rank}d_{title}"
            arguments = dict(stride=[stride] * rank, padding=[padding] * rank, dilation=[dilation] * rank, groups=groups)
            inputs = {"x": draw(name + "/x", 2, 4, *sizes[rank]), "w": draw(name + "/w", 4, 4 // groups, *[kernel] * rank)}
            if bias:
                inputs["b"] = draw(name + "/b", 4)
            family.case(name, f"conv{rank}d", arguments, inputs,
                        lambda x, w, b=None: conv[rank](x, w, b, **arguments))

            name = f"conv_transpose{rank}d_{title}"
            extra = 1 if stride > 1 else 0
            arguments = dict(stride=[stride] * rank, padding=[padding] * rank, output_padding=[extra] * rank,
                             dilation=[dilation] * rank, groups=groups)
            small = [3, 2, 3][:rank]
            inputs = {"x": draw(name + "/x", 2, 4, *small), "w": draw(name + "/w", 4, 4 // groups, *[kernel] * rank)}
            if bias:
                inputs["b"] = draw(name + "/b", 4)
            family.case(name, f"conv_transpose{rank}d", arguments, inputs,
                        lambda x, w, b=None: transposed[rank](x, w, b, **arguments))

    # Axes that differ from each other.
    for name, attributes, kernel in [
        ("conv2d_uneven", dict(stride=[2, 1], padding=[0, 2], dilation=[1, 2], groups=1), (3, 2)),
        ("conv2d_wide", dict(stride=[1, 3], padding=[1, 0], dilation=[2, 1], groups=3), (2, 5)),
    ]:
        family.case(name, "conv2d", attributes,
                    {"x": draw(name + "/x", 1, 6, 8, 9), "w": draw(name + "/w", 3, 6 // attributes["groups"], *kernel)},
                    lambda x, w: F.conv2d(x, w, None, **attributes))
    return family
