"""torch_picture.py MODEL.safetensors SIDE EXTENT OUT.png: a picture of a network by PyTorch and
Pillow. Every core has a thread that draws some of the rows, with PyTorch on that core alone, which
is quicker than PyTorch on all cores."""

import concurrent.futures
import os
import sys

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy as np  # noqa: E402  (must see the variables)
import onnx_model  # noqa: E402
import torch  # noqa: E402
from PIL import Image  # noqa: E402

BATCH = 16384  # points, about: those of whole rows


def read_layers(path):
    """[(weights, bias)] as tensors, input layer first."""
    return [(torch.from_numpy(np.frombuffer(bytearray(weights), np.float32).reshape(shape)),
             torch.from_numpy(np.frombuffer(bytearray(bias), np.float32)))
            for weights, shape, bias in onnx_model.read_network(path)]


@torch.inference_mode()
def draw_rows(layers, extent, codes, begin, end):
    """floor(255 u + 0.5) of u = (v + 1) / 2; storing cuts off what is behind the point."""
    side = codes.shape[1]
    steps = ((torch.arange(side, dtype=torch.float64) + 0.5) * (2 * extent / side) - extent).float()
    points = torch.empty((max(1, BATCH // side), side, 2))
    points[:, :, 0] = steps
    for first in range(begin, end, len(points)):
        batch = points[:end - first]
        batch[:, :, 1] = -steps[first:first + len(batch), None]
        values = batch.reshape(-1, 2)
        for weights, bias in layers:
            values = torch.nn.functional.linear(values, weights, bias).tanh_()
        codes[first:first + len(batch)] = values.mul_(127.5).add_(128).reshape(len(batch), side, 3)


def main():
    model, side, extent, out = sys.argv[1:]
    side, cores = int(side), os.cpu_count()
    layers = read_layers(model)
    codes = torch.empty((side, side, 3), dtype=torch.uint8)
    torch.set_num_threads(1)
    with concurrent.futures.ThreadPoolExecutor(cores) as pool:
        jobs = [pool.submit(draw_rows, layers, float(extent), codes,
                            side * i // cores, side * (i + 1) // cores) for i in range(cores)]
    for job in jobs:
        job.result()
    Image.fromarray(codes.numpy()).save(out, compress_level=1)


main()
