import torch.nn.functional as F

from golden import draw, Family

CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}


def rule_widths(rule, sizes, kernel, stride, dilation):
    """Pixels before and after each axis, by the definitions of the rules (PyTorch has only "same", at stride 1)."""
    widths = []
    for size, k in zip(sizes, kernel):
        extent = (k - 1) * dilation + 1
        if rule == "full":
            widths.append((extent - 1, extent - 1))
        elif rule == "causal":
            widths.append((extent - 1, 0))
        else:
            total = max((-(-size // stride) - 1) * stride + extent - size, 0)
            small, large = total // 2, total - total // 2
            widths.append((small, large) if rule == "same" else (large, small))
    return widths


def last_axis_first(widths):
    return [pixels for pair in reversed(widths) for pixels in pair]


def build():
    family = Family("convolution_padding")

    # Borders alone: PyTorch names the last axis first, each as (before, after).
    for mode in ("reflect", "replicate", "circular"):
        for title, shape, pads in [("line", (2, 2, 5), [2, 3]), ("plane", (1, 2, 4, 3), [1, 2, 3, 0]),
                                   ("volume", (1, 1, 3, 2, 3), [2, 1, 0, 1, 1, 2])]:
            name = f"pad_{mode}_{title}"
            family.case(name, "pad_mode", dict(pad=pads, mode=mode), {"x": draw(name, *shape)}, lambda x: F.pad(x, pads, mode))

    # PyTorch's own "same", even kernels and dilation included.
    for rank, sizes, kernel in [(1, (7,), (4,)), (2, (5, 6), (3, 2)), (3, (3, 4, 3), (2, 3, 2))]:
        for dilation in (1, 2):
            name = f"conv{rank}d_same_{dilation}"
            family.case(name, "conv_rule", dict(rule="same", stride=[1] * rank, dilation=[dilation] * rank, groups=1),
                        {"x": draw(name + "/x", 1, 2, *sizes), "w": draw(name + "/w", 2, 2, *kernel), "b": draw(name + "/b", 2)},
                        lambda x, w, b: CONV[rank](x, w, b, padding="same", dilation=dilation))

    # The rules by their definitions: strides, lower, full, causal.
    for title, rule, rank, sizes, kernel, stride, dilation, groups in [
        ("same_stride", "same", 2, (7, 6), (3, 4), 2, 1, 1),
        ("same_stride_over_kernel", "same", 1, (8,), (2,), 3, 1, 1),
        ("same_lower", "same_lower", 2, (5, 6), (2, 4), 1, 1, 2),
        ("same_lower_stride", "same_lower", 3, (3, 4, 5), (2, 3, 2), 2, 1, 1),
        ("full", "full", 2, (4, 3), (3, 2), 1, 2, 1),
        ("causal", "causal", 1, (7,), (3,), 1, 2, 1),
        ("causal_stride", "causal", 1, (8,), (4,), 3, 1, 2),
    ]:
        widths = rule_widths(rule, sizes, kernel, stride, dilation)
        name = f"conv_{title}"
        family.case(name, "conv_rule", dict(rule=rule, stride=[stride] * rank, dilation=[dilation] * rank, groups=groups),
                    {"x": draw(name + "/x", 1, 2, *sizes), "w": draw(name + "/w", 2, 2 // groups, *kernel)},
                    lambda x, w: CONV[rank](F.pad(x, last_axis_first(widths)), w, stride=stride, dilation=dilation, groups=groups))

    # Numbers for each side; and borders that show the image, as torch.nn.ConvNd with a padding_mode lays them.
    for title, mode, rank, sizes, widths, stride in [
        ("sides", "constant", 2, (5, 4), [(0, 2), (3, 1)], 2),
        ("reflect", "reflect", 2, (5, 4), [(1, 1), (2, 2)], 1),
        ("replicate", "replicate", 3, (3, 2, 3), [(1, 1), (1, 1), (2, 2)], 2),
        ("circular", "circular", 2, (4, 5), [(2, 2), (1, 1)], 1),
        ("circular_line", "circular", 1, (6,), [(2, 2)], 1),
    ]:
        name = f"conv_{title}"
        begins, ends = [a for a, _ in widths], [b for _, b in widths]
        family.case(name, "conv_border", dict(mode=mode, padding=begins + ends, stride=[stride] * rank),
                    {"x": draw(name + "/x", 2, 2, *sizes), "w": draw(name + "/w", 2, 2, *[3] * rank), "b": draw(name + "/b", 2)},
                    lambda x, w, b: CONV[rank](F.pad(x, last_axis_first(widths), mode), w, b, stride=stride))
    return family
