import torch

from golden import distinct, draw, Family, indices, positive


def build():
    family = Family("mathematics")
    for title, equation, shapes in [
        ("matrix_product", "ij,jk->ik", [(3, 4), (4, 2)]), ("batched", "bij,bjk->bik", [(2, 3, 4), (2, 4, 5)]),
        ("transposed", "bij,bkj->bik", [(2, 3, 4), (2, 5, 4)]), ("turned", "bji,bjk->bki", [(2, 4, 3), (2, 4, 5)]),
        ("inner", "i,i->", [(5,), (5,)]), ("outer", "i,j->ij", [(3,), (4,)]), ("hadamard", "ij,ij->ij", [(3, 4), (3, 4)]),
        ("transpose", "ij->ji", [(3, 4)]), ("sum", "ijk->j", [(2, 3, 4)]), ("trace", "ii->", [(4, 4)]),
        ("diagonal", "bii->bi", [(2, 3, 3)]), ("diagonal_product", "iji,jk->ik", [(3, 2, 3), (2, 4)]),
        ("attention", "bhqd,bhkd->bhqk", [(2, 2, 3, 4), (2, 2, 5, 4)]), ("implicit", "ij,jk", [(3, 4), (4, 2)]),
        ("implicit_order", "ba", [(2, 3)]), ("ellipsis", "...ij,...jk->...ik", [(2, 3, 4), (2, 4, 5)]),
        ("ellipsis_stretched", "...ij,jk...->...ik", [(5, 3, 4), (4, 2, 1)]), ("ellipsis_summed", "...i->i", [(2, 3, 4)]),
        ("three", "ij,jk,kl->il", [(2, 3), (3, 4), (4, 5)]), ("bilinear", "bi,oij,bj->bo", [(3, 4), (2, 4, 5), (3, 5)]),
        ("stretched", "ij,ij->i", [(3, 1), (3, 4)]), ("unshared_sum", "ij,kl->ik", [(2, 3), (4, 5)]),
    ]:
        name = f"einsum_{title}"
        family.case(name, "einsum", dict(equation=equation), {f"x{i}": draw(f"{name}/{i}", *shape) for i, shape in enumerate(shapes)},
                    lambda *operands: torch.einsum(equation, *operands))

    for title, shape, k, axis, largest in [("rows", (3, 10), 4, 1, True), ("columns", (6, 4), 3, 0, True),
                                           ("smallest", (2, 5, 3), 2, 1, False), ("many", (2, 40), 25, 1, True)]:
        name = f"topk_{title}"
        family.case(name, "topk", dict(k=k, dim=axis, largest=largest), {"x": distinct(name, *shape)},
                    lambda x: dict(zip(["values", "indices"], torch.topk(x, k, dim=axis, largest=largest))))
    for title, shape, axis, descending in [("rows", (3, 7), 1, False), ("columns", (5, 3), 0, True), ("middle", (2, 6, 3), 1, True)]:
        name = f"sort_{title}"
        family.case(name, "sort", dict(dim=axis, descending=descending), {"x": distinct(name, *shape)},
                    lambda x: dict(zip(["values", "indices"], torch.sort(x, dim=axis, descending=descending))))
    ties = torch.tensor([[1, 0, 1, 2, 0, 2, 1], [0, 0, 0, 0, 0, 0, 0]], dtype=torch.float64)
    family.case("sort_ties", "sort", dict(dim=1, descending=False, stable=True), {"x": ties},
                lambda x: dict(zip(["values", "indices"], torch.sort(x, dim=1, stable=True))))

    for title, axis in [("rows", 1), ("columns", 0), ("inner", 2)]:
        name = f"cumsum_{title}"
        family.case(name, "cumsum", dict(dim=axis), {"x": draw(name, 3, 5, 4)}, lambda x: torch.cumsum(x, axis))
        name = f"cumprod_{title}"
        family.case(name, "cumprod", dict(dim=axis), {"x": draw(name, 3, 5, 4)}, lambda x: torch.cumprod(x, axis))
    zeros = draw("cumprod_zeros", 4, 5)
    zeros[0, 2] = zeros[1, 0] = zeros[1, 3] = zeros[2, 4] = zeros[3, 1] = zeros[3, 2] = 0
    family.case("cumprod_zeros", "cumprod", dict(dim=1), {"x": zeros}, lambda x: torch.cumprod(x, 1))

    for title, a, b in [("plain", (3, 4), (3, 4)), ("row", (3, 4), (4,)), ("column", (3, 4), (3, 1))]:
        name = f"remainder_{title}"
        family.case(name, "remainder", {}, {"a": draw(f"{name}/a", *a), "b": draw(f"{name}/b", *b)}, lambda a, b: torch.remainder(a, b))
        name = f"fmod_{title}"
        family.case(name, "fmod", {}, {"a": draw(f"{name}/a", *a), "b": draw(f"{name}/b", *b)}, lambda a, b: torch.fmod(a, b))
        name = f"floor_divide_{title}"
        family.case(name, "floor_divide", {}, {"a": draw(f"{name}/a", *a), "b": draw(f"{name}/b", *b)},
                    lambda a, b: torch.div(a, b, rounding_mode="floor").detach())
    high = torch.randint(-40, 40, (20,), generator=torch.Generator().manual_seed(1))
    low = torch.randint(1, 9, (20,), generator=torch.Generator().manual_seed(2)) * (2 * (torch.arange(20) % 2) - 1)
    for operator, function in [
        ("remainder", torch.remainder), ("fmod", torch.fmod),
        ("floor_divide", lambda a, b: torch.div(a, b, rounding_mode="floor")),
        ("bitwise_and", torch.bitwise_and), ("bitwise_or", torch.bitwise_or), ("bitwise_xor", torch.bitwise_xor),
    ]:
        family.case(f"{operator}_integers", operator, {}, {"a": high, "b": low}, function)
    family.case("bitwise_not_integers", "bitwise_not", {}, {"x": high}, torch.bitwise_not)

    bounded = draw("clamp_tensors", 3, 5)
    family.case("clamp_tensors", "clamp_tensors", {}, {"x": bounded, "low": draw("clamp_tensors/low", 3, 1) - 1,
                                                       "high": positive("clamp_tensors/high", 5) + 1}, torch.clamp)
    # The gradient of a power at 0, and of a norm of nothing but zeros.
    base = positive("pow_zero", 2, 6)
    base[0, 1] = base[1, 2] = base[1, 3] = 0
    exponent = torch.tensor([[2, 3, 1, 0, 2, 1], [1, 2, 2, 0, 3, 0]], dtype=torch.float64)
    family.case("pow_zero", "pow", {}, {"a": base, "b": exponent}, torch.pow)

    # Products of many small matrices.
    for title, a, b in [("small", (5, 2, 3), (5, 3, 4)), ("stretched", (3, 1, 2, 4), (2, 4, 3)), ("vector", (4, 1, 6), (4, 6, 1))]:
        name = f"matmul_{title}"
        family.case(name, "matmul", {}, {"a": draw(f"{name}/a", *a), "b": draw(f"{name}/b", *b)}, torch.matmul)
    return family
