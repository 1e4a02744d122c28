import torch

from golden import distinct, draw, Family, indices, positive


def build():
    family = Family("movement_more")
    for title, shape, axis, other in [("rows", (4, 5), 0, (3, 5)), ("columns", (4, 5), 1, (4, 7)), ("middle", (2, 5, 3), 1, (2, 4, 3)),
                                      ("narrow", (4, 5), 1, (3, 2))]:
        name = f"gather_elements_{title}"
        index = indices(name + "/i", shape[axis], *other)
        family.case(name, "gather_elements", dict(dim=axis), {"x": draw(name, *shape), "i": index},
                    lambda x, i: torch.gather(x, axis, i))
        name = f"scatter_add_{title}"
        family.case(name, "scatter", dict(dim=axis, reduce="add"),
                    {"x": draw(name, *shape), "i": index, "updates": draw(name + "/u", *other)},
                    lambda x, i, updates: torch.scatter_add(x, axis, i, updates))
        for reduce, values in [("prod", positive), ("amax", distinct), ("amin", distinct)]:
            name = f"scatter_{reduce}_{title}"
            # No update equals another, or a value: ties share the gradient here, too, but in another way.
            updates = values(name + "/u", *other) + (1 / 32 if values is distinct else 0)
            family.case(name, "scatter", dict(dim=axis, reduce=reduce), {"x": values(name, *shape), "i": index, "updates": updates},
                        lambda x, i, updates: torch.scatter_reduce(x, axis, i, updates, reduce, include_self=True))
    # Each place is written once: PyTorch leaves open which of several stays.
    order = torch.stack([torch.randperm(6, generator=torch.Generator().manual_seed(i))[:4] for i in range(3)])
    family.case("scatter_replace", "scatter", dict(dim=1, reduce="none"),
                {"x": draw("scatter_replace", 3, 6), "i": order, "updates": draw("scatter_replace/u", 3, 4)},
                lambda x, i, updates: torch.scatter(x, 1, i, updates))
    places = torch.tensor([[0, 1], [2, 3], [1, 0], [0, 1]])
    family.case("gather_nd", "gather_nd", {}, {"x": draw("gather_nd", 3, 4, 2), "i": places}, lambda x, i: x[i[:, 0], i[:, 1]])
    family.case("gather_nd_rows", "gather_nd", {}, {"x": draw("gather_nd_rows", 4, 3), "i": torch.tensor([[[2], [0]], [[3], [2]]])},
                lambda x, i: x[i[..., 0]])
    family.case("scatter_nd_add", "scatter_nd", dict(accumulate=True),
                {"x": draw("scatter_nd_add", 3, 4, 2), "i": places, "updates": draw("scatter_nd_add/u", 4, 2)},
                lambda x, i, updates: x.index_put((i[:, 0], i[:, 1]), updates, accumulate=True))
    family.case("scatter_nd_replace", "scatter_nd", dict(accumulate=False),
                {"x": draw("scatter_nd_replace", 3, 4, 2), "i": places[:3], "updates": draw("scatter_nd_replace/u", 3, 2)},
                lambda x, i, updates: x.index_put((i[:, 0], i[:, 1]), updates))

    for title, axes in [("one", [1]), ("two", [0, 2])]:
        family.case(f"flip_{title}", "flip", dict(dims=axes), {"x": draw(f"flip_{title}", 2, 3, 4)}, lambda x: torch.flip(x, axes))
    for shift, axis in [(2, 1), (-1, 2), (7, 1), (0, 0)]:
        name = f"roll_{shift}_{axis}"
        family.case(name, "roll", dict(shift=shift, dim=axis), {"x": draw(name, 2, 3, 4)}, lambda x: torch.roll(x, shift, axis))
    family.case("tile", "tile", dict(counts=[2, 1, 3]), {"x": draw("tile", 2, 3, 2)}, lambda x: torch.tile(x, (2, 1, 3)))
    family.case("repeat", "repeat", dict(count=3, dim=1), {"x": draw("repeat", 2, 3)}, lambda x: torch.repeat_interleave(x, 3, 1))
    family.case("stack", "stack", dict(dim=1), {"x0": draw("stack/0", 2, 3), "x1": draw("stack/1", 2, 3)},
                lambda *parts: torch.stack(parts, 1))
    family.case("stack_last", "stack", dict(dim=-1), {"x0": draw("stack_last/0", 2, 3), "x1": draw("stack_last/1", 2, 3)},
                lambda *parts: torch.stack(parts, -1))
    family.case("split", "split", dict(sizes=[1, 3, 2], dim=1), {"x": draw("split", 2, 6)},
                lambda x: {f"y{i}": part for i, part in enumerate(torch.split(x, [1, 3, 2], 1))})
    family.case("chunk", "chunk", dict(count=3, dim=0), {"x": draw("chunk", 6, 2)},
                lambda x: {f"y{i}": part for i, part in enumerate(torch.chunk(x, 3, 0))})
    for upper in [True, False]:
        for diagonal in [0, 1, -2]:
            name = f"{'triu' if upper else 'tril'}_{diagonal}"
            family.case(name, name[:4], dict(diagonal=diagonal), {"x": draw(name, 2, 4, 3)},
                        lambda x: (torch.triu if upper else torch.tril)(x, diagonal))
    family.case("one_hot", "one_hot", dict(classes=5), {"i": indices("one_hot", 5, 2, 3)}, lambda i: torch.nn.functional.one_hot(i, 5).double())
    family.case("squeeze", "squeeze", dict(dim=1), {"x": draw("squeeze", 2, 1, 3)}, lambda x: x.squeeze(1))
    family.case("unsqueeze", "unsqueeze", dict(dim=-2), {"x": draw("unsqueeze", 2, 3)}, lambda x: x.unsqueeze(-2))
    family.case("flatten", "flatten", dict(start=1, end=2), {"x": draw("flatten", 2, 3, 2, 2)}, lambda x: x.flatten(1, 2))
    family.case("movedim", "movedim", dict(source=0, destination=2), {"x": draw("movedim", 2, 3, 4)}, lambda x: x.movedim(0, 2))
    return family
