import torch.nn.functional as F

from golden import distinct, draw, Family


def build():
    family = Family("pooling")
    sizes = {1: (9,), 2: (7, 8)}
    maximum, average = {1: F.max_pool1d, 2: F.max_pool2d}, {1: F.avg_pool1d, 2: F.avg_pool2d}
    for rank in (1, 2):
        for title, kernel, stride, padding, dilation in [
            ("plain", 2, 2, 0, 1), ("overlapping", 3, 2, 0, 1), ("padded", 3, 2, 1, 1), ("dilated", 2, 1, 1, 3), ("gaps", 2, 3, 0, 1),
        ]:
            name = f"max_pool{rank}d_{title}"
            attributes = dict(kernel_size=[kernel] * rank, stride=[stride] * rank, padding=[padding] * rank,
                              dilation=[dilation] * rank)
            family.case(name, f"max_pool{rank}d", attributes, {"x": distinct(name, 2, 3, *sizes[rank])},
                        lambda x: maximum[rank](x, **attributes))
        for title, kernel, stride, padding, include in [
            ("plain", 2, 2, 0, True), ("padded_counted", 3, 2, 1, True), ("padded_uncounted", 3, 2, 1, False), ("gaps", 2, 3, 0, True),
        ]:
            name = f"avg_pool{rank}d_{title}"
            attributes = dict(kernel_size=[kernel] * rank, stride=[stride] * rank, padding=[padding] * rank,
                              count_include_pad=include)
            family.case(name, f"avg_pool{rank}d", attributes, {"x": draw(name, 2, 3, *sizes[rank])},
                        lambda x: average[rank](x, **attributes))
    name, attributes = "max_pool2d_uneven", dict(kernel_size=[3, 2], stride=[1, 2], padding=[1, 0], dilation=[2, 1])
    family.case(name, "max_pool2d", attributes, {"x": distinct(name, 1, 2, 7, 8)}, lambda x: F.max_pool2d(x, **attributes))
    name, attributes = "avg_pool2d_uneven", dict(kernel_size=[3, 2], stride=[2, 1], padding=[1, 0], count_include_pad=False)
    family.case(name, "avg_pool2d", attributes, {"x": draw(name, 1, 2, 7, 8)}, lambda x: F.avg_pool2d(x, **attributes))
    return family
