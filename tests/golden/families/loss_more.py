import torch
import torch.nn.functional as F

from golden import draw, Family, indices, positive


def distribution(name, *shape):
    """Probabilities along axis 1 that a float32 holds exactly: sixteenths."""
    places = torch.Size(shape).numel() // shape[1]
    counts = torch.ones((places, shape[1]), dtype=torch.float64)
    counts.scatter_add_(1, indices(name, shape[1], places, 16 - shape[1]), torch.ones(places, 16 - shape[1], dtype=torch.float64))
    return (counts / 16).reshape(shape[0], *shape[2:], shape[1]).movedim(-1, 1).contiguous()


def cross_entropies(family):
    for title, shape, settings in [
        ("weights", (6, 4), dict(weights=True)), ("ignored", (8, 3), dict(ignore_index=1)),
        ("weights_ignored", (2, 3, 4, 2), dict(weights=True, ignore_index=2)),
        ("weights_smoothed", (6, 4), dict(weights=True, label_smoothing=0.125)),
        ("weights_ignored_smoothed", (9, 5), dict(weights=True, ignore_index=0, label_smoothing=0.25)),
        ("weights_sum", (6, 4), dict(weights=True, reduction="sum", label_smoothing=0.125)),
        ("weights_each", (6, 4), dict(weights=True, reduction="none", ignore_index=3)),
    ]:
        name = f"cross_entropy_{title}"
        used = {"ignore_index": -100, "label_smoothing": 0.0, "reduction": "mean", **settings}
        used.pop("weights", None)
        inputs = {"x": draw(name, *shape) * 2, "target": indices(name + "/t", shape[1], shape[0], *shape[2:])}
        if settings.get("weights"):
            inputs["weight"] = positive(name + "/w", shape[1])
        family.case(name, "cross_entropy_weighted", used, inputs,
                    lambda x, target, weight=None: F.cross_entropy(x, target, None if weight is None else weight.detach(), **used))
        if used["label_smoothing"] == 0:
            nll = dict(ignore_index=used["ignore_index"], reduction=used["reduction"])
            family.case(f"nll_loss_{title}", "nll_loss", nll, {**inputs, "x": -positive(f"nll_{title}", *shape)},
                        lambda x, target, weight=None: F.nll_loss(x, target, None if weight is None else weight.detach(), **nll))
    for title, shape, settings, weighted in [
        ("", (5, 4), {}, False), ("_smoothed", (5, 4), dict(label_smoothing=0.25), False),
        ("_pixels_weights", (2, 3, 3, 2), {}, True),
    ]:
        name = f"cross_entropy_probabilities{title}"
        inputs = {"x": draw(name, *shape) * 2, "target": distribution(name, *shape)}
        if weighted:
            inputs["weight"] = positive(name + "/w", shape[1])
        family.case(name, "cross_entropy_probabilities", {"label_smoothing": 0.0, **settings}, inputs,
                    lambda x, target, weight=None: F.cross_entropy(x, target, weight, **settings))


def binary(family):
    for title, shape, weights in [("", (3, 4), ()), ("_far", (3, 4), ()), ("_pos_weight", (3, 4), ("pos_weight",)),
                                  ("_weights", (2, 3, 2, 2), ("pos_weight", "weight"))]:
        name = f"bce_with_logits{title}"
        inputs = {"x": draw(name, *shape) * (16 if title == "_far" else 2), "target": indices(name + "/t", 5, *shape).double() / 4}
        for role in weights:
            inputs[role] = positive(f"{name}/{role}", shape[1])
        axes = (1, shape[1]) + (1,) * (len(shape) - 2)

        def loss(x, target, pos_weight=None, weight=None):
            each = [None if w is None else w.reshape(axes).detach() for w in (weight, pos_weight)]
            return F.binary_cross_entropy_with_logits(x, target.detach(), weight=each[0], pos_weight=each[1], reduction="none")
        family.case(name, "bce_with_logits", {}, inputs, loss)


def focal(x, target, alpha, gamma):
    """torchvision.ops.sigmoid_focal_loss."""
    p = torch.sigmoid(x)
    cross = F.binary_cross_entropy_with_logits(x, target, reduction="none")
    right = p * target + (1 - p) * (1 - target)
    loss = cross * (1 - right) ** gamma
    return loss if alpha < 0 else (alpha * target + (1 - alpha) * (1 - target)) * loss


def softmax_focal(x, target, gamma):
    log = F.log_softmax(x, 1).gather(1, target[:, None])[:, 0]
    return -(1 - log.exp()) ** gamma * log


def soft_overlap(x, target, jaccard):
    p = torch.sigmoid(x) if x.shape[1] == 1 else torch.softmax(x, 1)
    t = target[:, None].double() if x.shape[1] == 1 else F.one_hot(target, x.shape[1]).movedim(-1, 1).double()
    axes = tuple(range(2, x.dim()))
    common, sizes = (p * t).sum(axes), (p + t).sum(axes)
    ratio = (common + 1) / (sizes - common + 1) if jaccard else (2 * common + 1) / (sizes + 1)
    return (1 - ratio).mean(1)


def others(family):
    for delta in (0.5, 2.0):
        family.case(f"huber_{delta}", "huber", dict(delta=delta), {"x": draw(f"huber{delta}", 3, 4) * 2, "target": draw("huber/t", 3, 4)},
                    lambda x, target: F.huber_loss(x, target, reduction="none", delta=delta))
        family.case(f"smooth_l1_{delta}", "smooth_l1", dict(beta=delta),
                    {"x": draw(f"smooth{delta}", 3, 4) * 2, "target": draw("smooth/t", 3, 4)},
                    lambda x, target: F.smooth_l1_loss(x, target, reduction="none", beta=delta))
    for margin, power in ((1.0, 1), (0.5, 2)):
        family.case(f"multi_margin_{power}", "multi_margin", dict(margin=margin, p=power),
                    {"x": draw(f"multi_margin{power}", 6, 5), "target": indices("multi_margin/t", 5, 6), "weight": positive("mm/w", 5)},
                    lambda x, target, w: F.multi_margin_loss(x, target, p=power, margin=margin, weight=w.detach(), reduction="none"))
    family.case("hinge", "hinge", dict(margin=1.0), {"x": draw("hinge", 4, 3), "target": indices("hinge/t", 2, 4, 3).double() * 2 - 1},
                lambda x, target: (1 - x * target.detach()).clamp(min=0))
    for log_target in (False, True):
        name = f"kl_div_{'log' if log_target else 'plain'}"
        target = -positive(name + "/t", 4, 3, 2) if log_target else distribution(name, 4, 3, 2)
        family.case(name, "kl_div", dict(log_target=log_target), {"x": -positive(name, 4, 3, 2), "target": target},
                    lambda x, target: F.kl_div(x, target, reduction="batchmean", log_target=log_target))
    zero = distribution("kl_zero/t", 3, 4)
    zero[0, 0], zero[0, 1] = 0, zero[0, 0] + zero[0, 1]
    family.case("kl_div_zero", "kl_div", dict(log_target=False), {"x": -positive("kl_zero", 3, 4), "target": zero},
                lambda x, target: F.kl_div(x, target.detach(), reduction="batchmean"))
    for gamma, alpha in ((2.0, 0.25), (0.5, -1.0), (3.0, 0.75)):
        family.case(f"sigmoid_focal_{gamma}", "sigmoid_focal", dict(gamma=gamma, alpha=alpha),
                    {"x": draw(f"focal{gamma}", 3, 4) * 2, "target": indices("focal/t", 2, 3, 4).double()},
                    lambda x, target: focal(x, target.detach(), alpha, gamma))
        family.case(f"softmax_focal_{gamma}", "softmax_focal", dict(gamma=gamma),
                    {"x": draw(f"softmax_focal{gamma}", 6, 4) * 2, "target": indices("softmax_focal/t", 4, 6)},
                    lambda x, target: softmax_focal(x, target, gamma))
    for title, shape in (("pixels", (2, 3, 4, 3)), ("binary", (3, 1, 5))):
        for operator in ("dice", "jaccard"):
            name = f"{operator}_{title}"
            family.case(name, operator, {},
                        {"x": draw(name, *shape) * 2, "target": indices(name + "/t", max(2, shape[1]), shape[0], *shape[2:])},
                        lambda x, target: soft_overlap(x, target, operator == "jaccard"))
    inputs = {role: draw(f"triplet/{role}", 5, 4) for role in ("x", "p", "n")}
    family.case("triplet_margin", "triplet_margin", dict(margin=0.5), inputs,
                lambda x, p, n: F.triplet_margin_loss(x, p, n, margin=0.5, reduction="none"))
    inputs = {"x": draw("cosine/x", 6, 4), "other": draw("cosine/y", 6, 4)}
    family.case("cosine_similarity", "cosine_similarity", {}, inputs, lambda x, y: F.cosine_similarity(x, y))
    family.case("cosine_embedding", "cosine_embedding", dict(margin=0.125),
                {**inputs, "target": indices("cosine/t", 2, 6) * 2 - 1},
                # torch's own adds 1e-12 to each square, which shows in double precision.
                lambda x, y, t: torch.where(t > 0, 1 - F.cosine_similarity(x, y), (F.cosine_similarity(x, y) - 0.125).clamp(min=0)))


def ctc(family):
    for title, shape, blank, lengths, target_lengths, zero_infinity in [
        ("plain", (7, 3, 5), 0, [7, 7, 7], [3, 2, 1], False), ("lengths", (9, 4, 4), 0, [9, 6, 3, 1], [4, 2, 2, 0], False),
        ("blank_last", (6, 2, 4), 3, [6, 5], [2, 3], False), ("repeats", (8, 3, 2), 0, [8, 7, 5], [4, 3, 3], False),
        ("zero_infinity", (5, 3, 3), 0, [5, 2, 4], [2, 3, 1], True), ("long", (40, 2, 6), 0, [40, 33], [12, 15], False),
    ]:
        frames, count, classes = shape
        name, width = f"ctc_{title}", max(target_lengths)
        targets = indices(name + "/t", classes - 1, count, width)
        targets = targets + 1 if blank == 0 else targets
        if title == "repeats":
            targets = torch.ones_like(targets)
        inputs = {"x": draw(name, count, classes, frames) * 2, "target": targets,
                  "input_lengths": torch.tensor(lengths), "target_lengths": torch.tensor(target_lengths)}
        family.case(name, "ctc_loss", dict(blank=blank, zero_infinity=zero_infinity, reduction="none"), inputs,
                    lambda x, t, i, l: F.ctc_loss(F.log_softmax(x, 1).permute(2, 0, 1), t, i, l, blank, "none", zero_infinity))
    family.case("ctc_mean", "ctc_loss", dict(blank=0, zero_infinity=False, reduction="mean"),
                {**inputs, "x": draw("ctc_mean", 2, 6, 40)},
                lambda x, t, i, l: F.ctc_loss(F.log_softmax(x, 1).permute(2, 0, 1), t, i, l))


def build():
    family = Family("loss_more")
    cross_entropies(family)
    binary(family)
    others(family)
    ctc(family)
    return family
