import torch.nn.functional as F

from golden import draw, Family, indices


def build():
    family = Family("loss")
    for title, shape, smoothing, reduction in [
        ("plain", (5, 4), 0.0, "mean"), ("sum", (5, 4), 0.0, "sum"), ("each", (5, 4), 0.0, "none"), ("smoothed", (5, 4), 0.125, "mean"),
        ("pixels", (2, 3, 4, 2), 0.0, "mean"), ("pixels_smoothed", (2, 3, 4, 2), 0.25, "mean"),
    ]:
        name = f"cross_entropy_{title}"
        inputs = {"x": draw(name, *shape) * 2, "target": indices(name + "/t", shape[1], shape[0], *shape[2:])}
        family.case(name, "cross_entropy", dict(label_smoothing=smoothing, reduction=reduction), inputs,
                    lambda x, target: F.cross_entropy(x, target, reduction=reduction, label_smoothing=smoothing))
    for operator, function in [("mse_loss", F.mse_loss), ("l1_loss", F.l1_loss), ("huber_loss", F.huber_loss),
                               ("binary_cross_entropy_with_logits", F.binary_cross_entropy_with_logits)]:
        target = draw(operator + "/t", 3, 4)
        if operator.startswith("binary"):
            target = (target > 0).double()
        family.case(operator, operator, {}, {"x": draw(operator, 3, 4) * 2, "target": target},
                    lambda x, target: function(x, target.detach()))
    return family
