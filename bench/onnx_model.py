"""A network that `tiedye weights` wrote becomes an ONNX model.

Gemm and Tanh nodes, the way PyTorch exports nn.Linear and nn.Tanh; or Conv nodes.

The few messages of onnx.proto3 that this takes are written by hand: a field is a key (number << 3 |
wire type) and a value; a message within a message is its bytes behind their length.
"""

import json
import struct

FLOAT, IR_VERSION, OPSET = 1, 8, 13
ATTRIBUTE_INT = 2


def read_network(path):
    """[(weights as bytes, (out, in), bias as bytes)] of a safetensors file, input layer first."""
    with open(path, "rb") as file:
        size, = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(size))
        body = file.read()

    def part(name):
        begin, end = header[name]["data_offsets"]
        return body[begin:end]

    layers = []
    while f"layers.{len(layers)}.weight" in header:
        name = f"layers.{len(layers)}"
        layers.append((part(name + ".weight"), header[name + ".weight"]["shape"],
                       part(name + ".bias")))
    return layers


def varint(value):
    data = bytearray()
    while value > 127:
        data.append(value & 127 | 128)
        value >>= 7
    data.append(value)
    return bytes(data)


def field(number, value):
    """A number, a text, or bytes (a message, or raw data)."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def tensor(name, shape, data):
    return (b"".join(field(1, size) for size in shape) + field(2, FLOAT) + field(8, name) +
            field(9, data))


def node(kind, inputs, output, attributes=()):
    return (b"".join(field(1, name) for name in inputs) + field(2, output) + field(3, output) +
            field(4, kind) + b"".join(
                field(5, field(1, name) + field(3, value) + field(20, ATTRIBUTE_INT))
                for name, value in attributes))


def value_info(name, shape):
    """A size is a number, or a word for one that is open."""
    sizes = b"".join(field(1, field(2 if isinstance(size, str) else 1, size)) for size in shape)
    return field(1, name) + field(2, field(1, field(1, FLOAT) + field(2, sizes)))


def file_of(nodes, tensors, inputs, outputs):
    """`inputs` and `outputs` as (name, shape)."""
    graph = (nodes + field(2, "network") + tensors + field(11, value_info(*inputs)) +
             field(12, value_info(*outputs)))
    return field(1, IR_VERSION) + field(2, "tiedye") + field(7, graph) + field(8, field(2, OPSET))


def parameters(i, layer):
    weights, shape, bias = layer
    return (field(5, tensor(f"{i}.weight", shape, weights)) +
            field(5, tensor(f"{i}.bias", shape[:1], bias)))


def model(layers):
    """`layers` as read_network gives them; every activation is tanh."""
    nodes, tensors, values = b"", b"", "points"
    for i, layer in enumerate(layers):
        tensors += parameters(i, layer)
        nodes += field(1, node("Gemm", [values, f"{i}.weight", f"{i}.bias"], f"sum{i}",
                               [("transB", 1)]))
        values = "outputs" if i + 1 == len(layers) else f"values{i}"
        nodes += field(1, node("Tanh", [f"sum{i}"], values))
    return file_of(nodes, tensors, ("points", ["batch", layers[0][1][1]]),
                   ("outputs", ["batch", layers[-1][1][0]]))


def convolutions(layers, inputs, outputs):
    """Convolutions without padding or activations between tensors of these shapes."""
    nodes, tensors, values = b"", b"", "inputs"
    for i, layer in enumerate(layers):
        tensors += parameters(i, layer)
        made = "outputs" if i + 1 == len(layers) else f"values{i}"
        nodes += field(1, node("Conv", [values, f"{i}.weight", f"{i}.bias"], made))
        values = made
    return file_of(nodes, tensors, ("inputs", inputs), ("outputs", outputs))


def write(file):
    """FILE.safetensors becomes FILE.onnx."""
    with open(file + ".onnx", "wb") as output:
        output.write(model(read_network(file + ".safetensors")))
