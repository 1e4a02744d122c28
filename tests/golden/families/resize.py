import itertools

import torch.nn.functional as F

from golden import draw, Family


def build():
    family = Family("resize")
    interpolate(family)
    shuffle(family)
    sample(family)
    return family


def interpolate(family):
    sizes = {1: (6,), 2: (4, 5), 3: (2, 3, 4)}
    targets = {1: [(11,), (4,)], 2: [(7, 10), (3, 3), (1, 8)], 3: [(4, 3, 6)]}
    modes = {1: ["nearest", "nearest-exact", "linear"], 2: ["nearest", "nearest-exact", "bilinear", "bicubic"],
             3: ["nearest", "nearest-exact", "trilinear"]}
    for rank in (1, 2, 3):
        for mode, target in itertools.product(modes[rank], targets[rank]):
            for corners in [None] if mode.startswith("nearest") else [False, True]:
                name = f"interpolate{rank}d_{mode}_{'x'.join(map(str, target))}" + ("_corners" if corners else "")
                one(family, name, rank, sizes[rank], dict(size=list(target), mode=mode, align_corners=corners))
    # The scale itself, where it is not the ratio of the sizes.
    for mode, scales in itertools.product(["nearest", "bilinear", "bicubic"], [(1.75, 0.625), (2.0, 3.0)]):
        name = f"interpolate2d_{mode}_by_{scales[0]}_{scales[1]}"
        corners = None if mode == "nearest" else False
        one(family, name, 2, (5, 6), dict(scale_factor=list(scales), mode=mode, align_corners=corners))
    for mode, target in itertools.product(["bilinear", "bicubic"], [(3, 4), (9, 4)]):
        name = f"interpolate2d_{mode}_antialias_{target[0]}x{target[1]}"
        one(family, name, 2, (8, 11), dict(size=list(target), mode=mode, align_corners=False, antialias=True))


def one(family, name, rank, size, arguments):
    x = draw(name, 2 if rank == 1 else 1, 2, *size)
    attributes = dict(arguments, antialias=arguments.get("antialias", False), align_corners=bool(arguments["align_corners"]))
    family.case(name, "interpolate", attributes, {"x": x}, lambda x: F.interpolate(x, **arguments))


def shuffle(family):
    for block, shape in [(2, (2, 8, 2, 3)), (3, (1, 9, 2, 2))]:
        name = f"pixel_shuffle_{block}"
        family.case(name, "pixel_shuffle", dict(upscale_factor=block), {"x": draw(name, *shape)},
                    lambda x: F.pixel_shuffle(x, block))
    for block, shape in [(2, (2, 2, 4, 6)), (3, (1, 1, 6, 3))]:
        name = f"pixel_unshuffle_{block}"
        family.case(name, "pixel_unshuffle", dict(downscale_factor=block), {"x": draw(name, *shape)},
                    lambda x: F.pixel_unshuffle(x, block))


def sample(family):
    settings = [("bilinear", 2), ("nearest", 2), ("bicubic", 2), ("bilinear", 3), ("nearest", 3)]
    for (mode, rank), padding, corners in itertools.product(settings, ["zeros", "border", "reflection"], [False, True]):
        name = f"grid_sample{rank}d_{mode}_{padding}" + ("_corners" if corners else "")
        image, places = ((4, 5), (3, 4)) if rank == 2 else ((3, 2, 4), (1, 2, 3))
        # Some places lie outside; none lies on a pixel, or halfway, where the gradient jumps.
        grid = draw(name + "/g", 2, *places, rank) * 0.8125 + 0.0078125
        family.case(name, "grid_sample", dict(mode=mode, padding_mode=padding, align_corners=corners),
                    {"x": draw(name + "/x", 2, 2, *image), "grid": grid},
                    lambda x, grid: F.grid_sample(x, grid, mode=mode, padding_mode=padding, align_corners=corners))
    for rank, size in [(2, [2, 1, 3, 4]), (3, [1, 1, 2, 3, 2])]:
        for corners in (False, True):
            name = f"affine_grid{rank}d" + ("_corners" if corners else "")
            theta = draw(name, size[0], rank, rank + 1)
            family.case(name, "affine_grid", dict(size=size, align_corners=corners), {"theta": theta},
                        lambda theta: F.affine_grid(theta, size, align_corners=corners))
