#!/usr/bin/env python3
"""Known networks, untrained, as ONNX files: export_networks.py NAME... -o FOLDER.

Two files a network: NAME.onnx as torch.onnx.export makes it by itself (batch norms folded into the
convolutions), and NAME-bn.onnx with batch norms kept. NAME.json is what torch says of the network:
parameters, multiply-adds, the shapes of outputs and of all convolutions' outputs. Needs torch and
torchvision (Debian: python3-torch, python3-torchvision, python3-onnx), which belong to the system's
Python. Without a NAME the names are listed.
"""

import argparse
import json
import os
import sys
import warnings

import torch
import torchvision
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

# pylint: disable=no-member,too-few-public-methods

# ---- Networks that torchvision does not have ------------------------------------------------


def conv(inputs, outputs, kernel, stride=1, pad=0):
    """Convolution, batch norm, ReLU."""
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, stride, pad, bias=False),
                         nn.BatchNorm2d(outputs, eps=0.001), nn.ReLU(inplace=True))


def row(inputs, outputs):
    return conv(inputs, outputs, (1, 7), 1, (0, 3))


def column(inputs, outputs):
    return conv(inputs, outputs, (7, 1), 1, (3, 0))


class Branches(nn.Module):
    """Branches side by side, joined along the channels."""

    def __init__(self, *branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


def average():
    return nn.AvgPool2d(3, 1, 1, count_include_pad=False)


def inception_a():
    return Branches(conv(384, 96, 1), nn.Sequential(conv(384, 64, 1), conv(64, 96, 3, 1, 1)),
                    nn.Sequential(conv(384, 64, 1), conv(64, 96, 3, 1, 1), conv(96, 96, 3, 1, 1)),
                    nn.Sequential(average(), conv(384, 96, 1)))


def inception_b():
    return Branches(conv(1024, 384, 1),
                    nn.Sequential(conv(1024, 192, 1), row(192, 224), column(224, 256)),
                    nn.Sequential(conv(1024, 192, 1), column(192, 192), row(192, 224),
                                  column(224, 224), row(224, 256)),
                    nn.Sequential(average(), conv(1024, 128, 1)))


def fork(inputs):
    return Branches(conv(inputs, 256, (1, 3), 1, (0, 1)), conv(inputs, 256, (3, 1), 1, (1, 0)))


def inception_c():
    return Branches(conv(1536, 256, 1), nn.Sequential(conv(1536, 384, 1), fork(384)),
                    nn.Sequential(conv(1536, 384, 1), conv(384, 448, (3, 1), 1, (1, 0)),
                                  conv(448, 512, (1, 3), 1, (0, 1)), fork(512)),
                    nn.Sequential(average(), conv(1536, 256, 1)))


def inception_v4():
    """Szegedy et al. 2016, "Inception-v4, Inception-ResNet and the Impact of Residual
    Connections on Learning"."""
    stem = [conv(3, 32, 3, 2), conv(32, 32, 3), conv(32, 64, 3, 1, 1),
            Branches(nn.MaxPool2d(3, 2), conv(64, 96, 3, 2)),
            Branches(nn.Sequential(conv(160, 64, 1), conv(64, 96, 3)),
                     nn.Sequential(conv(160, 64, 1), row(64, 64), column(64, 64),
                                   conv(64, 96, 3))),
            Branches(conv(192, 192, 3, 2), nn.MaxPool2d(3, 2))]
    reduction_a = Branches(conv(384, 384, 3, 2),
                           nn.Sequential(conv(384, 192, 1), conv(192, 224, 3, 1, 1),
                                         conv(224, 256, 3, 2)), nn.MaxPool2d(3, 2))
    reduction_b = Branches(nn.Sequential(conv(1024, 192, 1), conv(192, 192, 3, 2)),
                           nn.Sequential(conv(1024, 256, 1), row(256, 256), column(256, 320),
                                         conv(320, 320, 3, 2)), nn.MaxPool2d(3, 2))
    return nn.Sequential(*stem, *[inception_a() for _ in range(4)], reduction_a,
                         *[inception_b() for _ in range(7)], reduction_b,
                         *[inception_c() for _ in range(3)],
                         nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Dropout(0.2),
                         nn.Linear(1536, 1000))


def two(inputs, outputs):
    return nn.Sequential(conv(inputs, outputs, 3, 1, 1), conv(outputs, outputs, 3, 1, 1))


class UNet(nn.Module):
    """Ronneberger et al. 2015, with padded convolutions and half the channels."""

    def __init__(self, widths=(32, 64, 128, 256, 512)):
        super().__init__()
        self.down = nn.ModuleList(two(a, b) for a, b in zip((3, *widths), widths))
        back = list(reversed(widths))
        self.grow = nn.ModuleList(nn.ConvTranspose2d(a, b, 2, 2) for a, b in zip(back, back[1:]))
        self.up = nn.ModuleList(two(2 * b, b) for b in back[1:])
        self.last = nn.Conv2d(widths[0], 2, 1)

    def forward(self, x):
        kept = []
        for step in self.down:
            x = step(x if not kept else nn.functional.max_pool2d(x, 2))
            kept.append(x)
        kept.pop()
        for grow, step in zip(self.grow, self.up):
            x = step(torch.cat([kept.pop(), grow(x)], 1))
        return self.last(x)


class Block(nn.Module):
    """A decoder's block: masked self-attention and two dense layers, norms first."""

    def __init__(self, width, heads, length):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.wide, self.back = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
        mask = torch.full((length, length), float("-inf")).triu(1)
        self.register_buffer("mask", mask, persistent=False)

    def attend(self, x):
        batch, length, width = x.shape
        q, k, v = (part.view(batch, length, self.heads, width // self.heads).transpose(1, 2)
                   for part in self.qkv(x).chunk(3, dim=2))
        scores = q @ k.transpose(2, 3) / (width // self.heads) ** 0.5
        weights = torch.softmax(scores + self.mask[:length, :length], -1)
        return self.out((weights @ v).transpose(1, 2).reshape(batch, length, width))

    def forward(self, x):
        x = x + self.attend(self.norm1(x))
        return x + self.back(nn.functional.gelu(self.wide(self.norm2(x))))


class Gpt(nn.Module):
    def __init__(self, words=1000, width=128, heads=4, blocks=6, length=64):
        super().__init__()
        self.words, self.places = nn.Embedding(words, width), nn.Embedding(length, width)
        self.blocks = nn.Sequential(*[Block(width, heads, length) for _ in range(blocks)])
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, words, bias=False)

    def forward(self, tokens):
        places = torch.arange(tokens.shape[1])
        return self.head(self.norm(self.blocks(self.words(tokens) + self.places(places))))


class Lstm(nn.Module):
    def __init__(self, words=1000, width=64, hidden=128):
        super().__init__()
        self.words = nn.Embedding(words, width)
        self.cells = nn.LSTM(width, hidden, num_layers=2, bidirectional=True, batch_first=True)
        self.head = nn.Linear(2 * hidden, 10)

    def forward(self, tokens):
        return self.head(self.cells(self.words(tokens))[0][:, -1])


class Mlp(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 256), nn.ReLU(),
                         nn.Linear(256, 10))


class FirstOf(nn.Module):
    """A segmentation network's dictionary of outputs, without the dictionary."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return self.inner(x)["out"]


# ---- The table ------------------------------------------------------------------------------

IMAGES = {"alexnet": 224, "convnext_tiny": 224, "densenet121": 224, "efficientnet_b0": 224,
          "mnasnet1_0": 224, "mobilenet_v2": 224, "mobilenet_v3_small": 224,
          "regnet_y_400mf": 224, "resnet18": 224, "resnet34": 224, "resnet50": 224,
          "resnet101": 224, "resnet152": 224, "resnext50_32x4d": 224, "shufflenet_v2_x1_0": 224,
          "squeezenet1_1": 224, "swin_t": 224, "vgg16": 224, "vgg19": 224, "vit_b_16": 224}


def image(size):
    return torch.zeros(1, 3, size, size)


def tokens():
    return torch.arange(64).view(1, 64)


def segmentation(name):
    make = getattr(torchvision.models.segmentation, name)
    return FirstOf(make(weights=None, weights_backbone=None, num_classes=21))


def inception(aux):
    return torchvision.models.inception_v3(weights=None, aux_logits=aux, transform_input=False,
                                           init_weights=False)


OTHERS = {
    "deeplabv3_resnet50": (lambda: segmentation("deeplabv3_resnet50"), lambda: image(224)),
    "fcn_resnet50": (lambda: segmentation("fcn_resnet50"), lambda: image(224)),
    "googlenet": (lambda: torchvision.models.googlenet(weights=None, aux_logits=False,
                                                       init_weights=False), lambda: image(224)),
    "gpt": (Gpt, tokens),
    "inception_v3": (lambda: inception(False), lambda: image(299)),
    "inception_v3_aux": (lambda: inception(True), lambda: image(299)),
    "inception_v4": (inception_v4, lambda: image(299)),
    "lstm": (Lstm, tokens),
    "mlp": (Mlp, lambda: torch.zeros(1, 784)),
    "unet": (UNet, lambda: image(256)),
}


def names():
    return sorted([*IMAGES, *OTHERS])


def make(name):
    """The network and an example of its input."""
    torch.manual_seed(1)
    if name in IMAGES:
        return getattr(torchvision.models, name)(weights=None), image(IMAGES[name])
    network, example = OTHERS[name]
    return network(), example()


def tell_apart(network):
    """Random numbers where a parameter is the same number everywhere: torch stores equal ones
    once."""
    with torch.no_grad():
        for each in [*network.parameters(), *network.buffers()]:
            if each.is_floating_point() and each.numel() > 1 and each.min() == each.max():
                each.copy_(1 + 0.1 * torch.rand_like(each))


# ---- What torch says ------------------------------------------------------------------------


class Products(TorchDispatchMode):
    """Multiply-adds of all convolutions and matrix products that are executed."""

    def __init__(self):
        super().__init__()
        self.macs = 0

    def __torch_dispatch__(self, function, types, arguments=(), named=None):
        out = function(*arguments, **(named or {}))
        name = function.__name__.split(".")[0]
        if name == "convolution":
            x, weight, transposed = arguments[0], arguments[1], arguments[6]
            self.macs += weight.numel() * (x[0][0] if transposed else out[0][0]).numel() * len(x)
        elif name in ("mm", "bmm"):
            self.macs += out.numel() * arguments[0].shape[-1]
        elif name in ("addmm", "baddbmm"):
            self.macs += out.numel() * arguments[1].shape[-1]
        return out


def describe(network, example):
    """Parameters, multiply-adds of Conv and Linear modules, those of all products, shapes."""
    found = {"parameters": sum(each.numel() for each in network.parameters()), "macs": 0,
             "convolutions": []}

    def linear(module, inputs, output):
        found["macs"] += output.numel() * module.in_features

    def convolution(module, inputs, output):
        cells = (inputs[0] if module.transposed else output)[0][0].numel()
        found["macs"] += module.weight.numel() * cells * len(output)
        found["convolutions"].append(list(output.shape))

    hooks = []
    for module in network.modules():
        if isinstance(module, nn.Linear):
            hooks.append(module.register_forward_hook(linear))
        elif isinstance(module, nn.modules.conv._ConvNd):  # pylint: disable=protected-access
            hooks.append(module.register_forward_hook(convolution))
    products = Products()
    output = network(example)
    with products:
        network(example)
    for hook in hooks:
        hook.remove()
    # Both runs called the hooks.
    found["macs"] //= 2
    found["convolutions"] = found["convolutions"][:len(found["convolutions"]) // 2]
    found["macs_of_products"] = products.macs
    found["output"] = list(output.shape)
    found["input"] = list(example.shape)
    return found


def export(network, example, path, keep_norms):
    options = {"training": torch.onnx.TrainingMode.PRESERVE, "do_constant_folding": False}
    torch.onnx.export(network, example, path, **(options if keep_norms else {}))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("name", nargs="*")
    parser.add_argument("-o", dest="folder", default=".")
    parser.add_argument("--plain", action="store_true",
                        help="leave equal parameters equal, which torch then stores once")
    arguments = parser.parse_args()
    if not arguments.name:
        print("\n".join(names()))
        return
    unknown = [name for name in arguments.name if name not in names()]
    if unknown:
        sys.exit(f"export_networks.py: there is no network called {unknown[0]}")
    warnings.simplefilter("ignore")
    os.makedirs(arguments.folder, exist_ok=True)
    for name in arguments.name:
        network, example = make(name)
        network.eval()
        if not arguments.plain:
            tell_apart(network)
        start = os.path.join(arguments.folder, name)
        found = describe(network, example)  # without no_grad, where attention is one operator
        with open(start + ".json", "w", encoding="utf-8") as file:
            json.dump(found, file)
        export(network, example, start + ".onnx", False)
        export(network, example, start + "-bn.onnx", True)
        print(name, found["parameters"], found["macs"], found["macs_of_products"], flush=True)


if __name__ == "__main__":
    main()
