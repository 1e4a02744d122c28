import torch
import torch.nn.functional as F

from golden import distinct, draw, Family, positive

SIZES = {1: (9,), 2: (6, 7), 3: (4, 3, 5)}
MAX = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
AVERAGE = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}
ADAPTIVE_MAX = {1: F.adaptive_max_pool1d, 2: F.adaptive_max_pool2d, 3: F.adaptive_max_pool3d}
ADAPTIVE_AVERAGE = {1: F.adaptive_avg_pool1d, 2: F.adaptive_avg_pool2d, 3: F.adaptive_avg_pool3d}
UNPOOL = {1: F.max_unpool1d, 2: F.max_unpool2d, 3: F.max_unpool3d}


def with_indices(result):
    return {"y": result[0], "indices": result[1]}


def windows(family):
    for rank in (1, 2, 3):
        for title, kernel, stride, padding, dilation, ceil in [
            ("plain", 2, 2, 0, 1, False), ("ceil", 2, 3, 0, 1, True), ("ceil_padded", 3, 2, 1, 1, True),
            ("ceil_dropped", 2, 3, 1, 1, True), ("dilated_ceil", 2, 2, 1, 2, True),
        ]:
            name = f"max_pool{rank}d_indices_{title}"
            attributes = dict(kernel_size=[kernel] * rank, stride=[stride] * rank, padding=[padding] * rank,
                              dilation=[dilation] * rank, ceil_mode=ceil)
            family.case(name, "max_pool_with_indices", attributes, {"x": distinct(name, 1, 2, *SIZES[rank])},
                        lambda x: with_indices(MAX[rank](x, **attributes, return_indices=True)))
        for title, kernel, stride, padding, include, ceil in [
            ("ceil", 2, 3, 0, True, True), ("ceil_counted", 3, 2, 1, True, True), ("ceil_uncounted", 3, 2, 1, False, True),
        ]:
            name = f"avg_pool{rank}d_{title}"
            attributes = dict(kernel_size=[kernel] * rank, stride=[stride] * rank, padding=[padding] * rank,
                              count_include_pad=include, ceil_mode=ceil)
            family.case(name, "avg_pool", attributes, {"x": draw(name, 1, 2, *SIZES[rank])},
                        lambda x: AVERAGE[rank](x, **attributes))
        if rank > 1:
            name = f"avg_pool{rank}d_divisor"
            attributes = dict(kernel_size=[3] * rank, stride=[2] * rank, padding=[1] * rank, count_include_pad=True, ceil_mode=False,
                              divisor_override=5)
            family.case(name, "avg_pool", attributes, {"x": draw(name, 1, 2, *SIZES[rank])},
                        lambda x: AVERAGE[rank](x, **attributes))


def adaptive(family):
    for rank in (1, 2, 3):
        for title, size in [("even", (3, 4, 3)), ("uneven", (4, 3, 4)), ("one", (1, 1, 1)), ("more", [n + 2 for n in SIZES[rank]])]:
            size = list(size[:rank])
            name = f"adaptive_max_pool{rank}d_{title}"
            family.case(name, "adaptive_max_pool", dict(output_size=size), {"x": distinct(name, 1, 2, *SIZES[rank])},
                        lambda x: with_indices(ADAPTIVE_MAX[rank](x, size, return_indices=True)))
            name = f"adaptive_avg_pool{rank}d_{title}"
            family.case(name, "adaptive_avg_pool", dict(output_size=size), {"x": draw(name, 1, 2, *SIZES[rank])},
                        lambda x: ADAPTIVE_AVERAGE[rank](x, size))
    # Maps of any size to one length: He and others, 2014.
    for title, height, width in [("square", 9, 9), ("wide", 5, 13)]:
        name = f"spatial_pyramid_{title}"
        family.case(name, "spatial_pyramid", dict(levels=[1, 2, 4]), {"x": distinct(name, 2, 3, height, width)},
                    lambda x: torch.cat([F.adaptive_max_pool2d(x, level).flatten(1) for level in (1, 2, 4)], 1))


def norms(family):
    # PyTorch takes powers of x itself, not of |x|: odd and fractional exponents get positive inputs.
    for rank, pool in ((1, F.lp_pool1d), (2, F.lp_pool2d)):
        for title, p, kernel, stride, source in [
            ("2", 2.0, 2, 2, draw), ("2_overlapping", 2.0, 3, 1, draw), ("3", 3.0, 3, 2, positive), ("1", 1.0, 2, 3, positive),
            ("1.5", 1.5, 3, 2, positive), ("4", 4.0, 2, 2, draw),
        ]:
            name = f"lp_pool{rank}d_{title}"
            family.case(name, "lp_pool", dict(norm_type=p, kernel_size=kernel, stride=stride),
                        {"x": source(name, 1, 2, *SIZES[rank])}, lambda x: pool(x, p, kernel, stride))
    for p, source in ((1.0, draw), (2.0, draw), (3.5, positive)):
        name = f"global_lp_{p}"
        family.case(name, "global_lp_pool", dict(norm_type=p), {"x": source(name, 2, 3, 4, 5)},
                    lambda x: x.norm(p=p, dim=(2, 3), keepdim=True))


def unpool(family):
    for rank in (1, 2, 3):
        for title, kernel, stride, padding, extra in [
            ("plain", 2, 2, 0, 0), ("size", 2, 2, 0, 1), ("gaps", 2, 3, 0, 0), ("padded", 2, 2, 1, 0),
        ]:
            name = f"max_unpool{rank}d_{title}"
            places = tuple((size + 2 * padding - kernel) // stride + 1 for size in SIZES[rank])
            size = [(n - 1) * stride - 2 * padding + kernel + extra for n in places]
            x = distinct(name, 1, 2, *size)
            values, indices = MAX[rank](x, kernel, stride, padding, return_indices=True)
            attributes = dict(kernel_size=[kernel] * rank, stride=[stride] * rank, padding=[padding] * rank,
                              output_size=size if extra else [])
            family.case(name, "max_unpool", attributes, {"x": draw(name, *values.shape), "i": indices},
                        lambda x, i: UNPOOL[rank](x, i, kernel, stride, padding, (1, 2, *size)))


def k_max(x, k):
    indices = x.topk(k, dim=2).indices.sort(dim=2).values
    return {"y": x.gather(2, indices), "indices": indices}


def over_time(x, lengths):
    counts = torch.arange(x.shape[2])[None, None, :] < lengths[:, None, None]
    return x.masked_fill(~counts, -torch.inf).amax(2)


def sequences(family):
    for title, k, length in [("3", 3, 9), ("all", 5, 5), ("1", 1, 7)]:
        name = f"k_max_{title}"
        family.case(name, "k_max_pool", dict(k=k), {"x": distinct(name, 2, 3, length)}, lambda x: k_max(x, k))
    name = "max_over_time"
    family.case(name, name, {}, {"x": distinct(name, 3, 4, 6), "lengths": torch.tensor([6, 1, 4])}, over_time)


def blur(family):
    rows = {2: [1, 1], 3: [1, 2, 1], 4: [1, 3, 3, 1], 5: [1, 4, 6, 4, 1]}
    for kernel in rows:
        for stride, mode in ((2, "reflect"), (1, "constant"), (3, "reflect")):
            for rank in (1, 2):
                name = f"blur{rank}d_{kernel}_{stride}_{mode}"
                row = torch.tensor(rows[kernel], dtype=torch.float64)
                taps = row if rank == 1 else row[:, None] * row[None, :]
                weight = (taps / taps.sum()).expand(3, 1, *taps.shape)
                around = [(kernel - 1) // 2, kernel // 2] * rank
                convolution = F.conv1d if rank == 1 else F.conv2d
                family.case(name, "blur_pool", dict(kernel=kernel, stride=stride, mode=mode), {"x": draw(name, 1, 3, *SIZES[rank])},
                            lambda x: convolution(F.pad(x, around, mode=mode), weight, stride=stride, groups=3))


def build():
    family = Family("pooling_more")
    for part in (windows, adaptive, norms, unpool, sequences, blur):
        part(family)
    return family
