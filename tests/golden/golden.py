"""What the families of cases share: how values are drawn, how a case is run, how a file is written."""
import json
import os
import struct
import zlib

import torch

FOLDER = os.path.dirname(os.path.abspath(__file__))
torch.set_num_threads(1)


class Family:
    """The cases of one file."""

    def __init__(self, name):
        self.name, self.cases, self.tensors = name, [], {}

    def record(self, name, operator, attributes, inputs, outputs, upstream=(), gradients=()):
        """Stores tensors that the caller has computed; each argument is a list of (role, tensor)."""
        assert all(case["name"] != name for case in self.cases), name
        case = {"name": name, "operator": operator, "attributes": attributes}
        for key, pairs in dict(inputs=inputs, outputs=outputs, upstream=upstream, gradients=gradients).items():
            case[key] = [role for role, _ in pairs]
            self.tensors.update((f"{name}/{role}", tensor.detach().contiguous()) for role, tensor in pairs)
        self.cases.append(case)

    def case(self, name, operator, attributes, inputs, compute):
        """Runs compute, which gives a tensor or a dict of tensors, on the inputs, and its gradient under a random upstream gradient.

        inputs maps roles to tensors; outputs without a gradient (indices, statistics) are stored like the others."""
        leaves = {role: t.clone().requires_grad_(t.is_floating_point()) for role, t in inputs.items()}
        result = compute(*leaves.values())
        outputs = result if isinstance(result, dict) else {"y": result}
        given = {role: draw(f"{name}/g_{role}", *y.shape) for role, y in outputs.items() if y.requires_grad}
        wanted = [role for role, leaf in leaves.items() if leaf.requires_grad]
        gradients = []
        if given:
            found = torch.autograd.grad([outputs[role] for role in given], [leaves[role] for role in wanted],
                                        list(given.values()), allow_unused=True)
            gradients = [(f"d_{role}", gradient) for role, gradient in zip(wanted, found) if gradient is not None]
        self.record(name, operator, attributes, list(inputs.items()), list(outputs.items()),
                    [(f"g_{role}", gradient) for role, gradient in given.items()], gradients)

    def write(self):
        """8 bytes header length, the JSON header, then the data in the order of the header, little-endian."""
        types = {torch.float64: ("F64", "<d"), torch.int64: ("I64", "<q")}
        header = {"__metadata__": {"cases": json.dumps(self.cases, separators=(",", ":")), "torch": torch.__version__}}
        data = bytearray()
        for name, tensor in self.tensors.items():
            kind, code = types[tensor.dtype]
            start = len(data)
            for value in tensor.flatten().tolist():
                data += struct.pack(code, value)
            header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": [start, len(data)]}
        text = json.dumps(header, separators=(",", ":")).encode()
        text += b" " * (-len(text) % 8)
        path = os.path.join(FOLDER, f"{self.name}.safetensors")
        with open(path, "wb") as file:
            file.write(struct.pack("<Q", len(text)) + text + data)
        print(f"{self.name}: {len(self.cases)} cases, {os.path.getsize(path)} bytes")


def generator(name):
    return torch.Generator().manual_seed(zlib.crc32(name.encode()))


def draw(name, *shape):
    """Normal values rounded to odd multiples of 1/64: never 0, never on the kink of an activation."""
    values = torch.randn(shape, generator=generator(name), dtype=torch.float64)
    return ((values * 32).round().clamp(-96, 96) * 2 + 1) / 64


def positive(name, *shape):
    return draw(name, *shape).abs() + 0.25


def distinct(name, *shape):
    """Values that are all different, for maxima without ties."""
    count = torch.Size(shape).numel()
    return ((torch.randperm(count, generator=generator(name)) - count // 2).double() / 16).reshape(shape)


def indices(name, high, *shape):
    return torch.randint(high, shape, generator=generator(name))
