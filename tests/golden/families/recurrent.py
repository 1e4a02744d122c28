import torch
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

from golden import draw, Family


def build():
    family = Family("recurrent")
    for kind, module in [("lstm", "LSTM"), ("gru", "GRU"), ("rnn_tanh", "RNN")]:
        for title, layers, both, bias, lengths in [
            ("one", 1, False, True, None), ("plain", 1, False, False, None), ("both_ways", 1, True, True, None),
            ("ragged", 1, True, True, [5, 3, 1]), ("deep", 2, True, True, None),
        ]:
            name = f"{kind}_{title}"
            batch, steps, features, state = 3, 5, 4, 3
            directions = 2 if both else 1
            net = getattr(torch.nn, module)(features, state, layers, bias=bias, batch_first=True, bidirectional=both).double()
            inputs = {"x": draw(name + "/x", batch, steps, features),
                      "h": draw(name + "/h", layers * directions, batch, state) / 2}
            if kind == "lstm":
                inputs["c"] = draw(name + "/c", layers * directions, batch, state) / 2
            for parameter, value in net.named_parameters():
                inputs[parameter] = draw(f"{name}/{parameter}", *value.shape) / 2

            # The functions behind torch.nn.LSTM and its like: the weights are arguments, so that gradients reach them.
            function = getattr(torch, kind)

            def compute(x, h, *rest):
                states = 1 if kind == "lstm" else 0
                first, weights = ((h, rest[0]) if states else h), list(rest[states:])
                options = (bias, layers, 0.0, False, both)
                if lengths:
                    packed = pack_padded_sequence(x, lengths, batch_first=True)
                    y, *last = function(packed.data, packed.batch_sizes, first, weights, *options)
                    y = pad_packed_sequence(PackedSequence(y, packed.batch_sizes), batch_first=True, total_length=steps)[0]
                else:
                    y, *last = function(x, first, weights, *options, True)
                return dict(y=y, **dict(zip(["hn", "cn"], last)))

            attributes = dict(layers=layers, bidirectional=both, bias=bias, lengths=lengths or [])
            family.case(name, kind, attributes, inputs, compute)
    return family
