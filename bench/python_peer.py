"""python_peer.py numpy|torch THREADS FOLDER: the networks in NumPy or PyTorch.

Speaks the lines of bench/throughput.c; a way is a batch. FOLDER has points.f32 and check.f32.
"""

import os
import sys
import time

which, threads, folder = sys.argv[1:]
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = threads

import numpy as np  # noqa: E402  (must see the variables)
import onnx_model  # noqa: E402


def blas():
    """The file name of the BLAS that this process has loaded, for the records."""
    with open("/proc/self/maps", encoding="utf-8") as file:
        loaded = {os.path.realpath(line.split()[-1]) for line in file if "blas" in line}
    return ", ".join(sorted(os.path.basename(path) for path in loaded)) or "no BLAS"


class Numpy:
    """Memory is set aside once for each batch, and every operation works in place, which is as
    quick as NumPy gets. Only the products use more than one thread."""

    name = f"NumPy {np.__version__}"

    def __init__(self, layers):
        self.layers = [(np.ascontiguousarray(weights.T), bias) for weights, bias in layers]
        self.batch, self.hidden = 0, []

    def run(self, points, results):
        if self.batch != len(points):
            self.batch = len(points)
            self.hidden = [np.empty((self.batch, weights.shape[1]), np.float32)
                           for weights, _ in self.layers[:-1]]
        values = points
        for (weights, bias), into in zip(self.layers, self.hidden + [results]):
            values = np.matmul(values, weights, out=into)
            values += bias
            np.tanh(values, out=values)


class Torch:
    """Linear layers under inference_mode, tanh in place."""

    def __init__(self, layers):
        self.layers = [(torch.from_numpy(weights), torch.from_numpy(bias))
                       for weights, bias in layers]

    def run(self, points, results):
        with torch.inference_mode():
            values = torch.from_numpy(points)
            for weights, bias in self.layers:
                values = torch.nn.functional.linear(values, weights, bias).tanh_()
            torch.from_numpy(results).copy_(values)


class Peer:
    def __init__(self, kind):
        self.kind, self.network = kind, None
        self.points, self.check_points = (
            np.fromfile(f"{folder}/{name}.f32", np.float32).reshape(-1, 2)
            for name in ("points", "check"))
        self.results = np.empty((len(self.points), 3), np.float32)

    def load(self, file):
        self.network = self.kind([
            (np.frombuffer(bytearray(weights), np.float32).reshape(shape),
             np.frombuffer(bytearray(bias), np.float32))
            for weights, shape, bias in onnx_model.read_network(file + ".safetensors")])
        return "ok"

    def check(self, _, path):
        results = np.empty((len(self.check_points), 3), np.float32)
        self.network.run(self.check_points, results)
        results.tofile(path)
        return "ok"

    def time(self, batch, seconds):
        batch, first, points, start = int(batch), 0, 0, time.perf_counter()
        while True:
            last = first + batch
            self.network.run(self.points[first:last], self.results[first:last])
            points += batch
            first = last if last + batch <= len(self.points) else 0
            passed = time.perf_counter() - start
            if passed >= float(seconds):
                return points / passed


if which == "torch":
    import torch  # noqa: E402
    torch.set_num_threads(int(threads))
    Torch.name = f"PyTorch {torch.__version__}"
peer = Peer(Torch if which == "torch" else Numpy)
print(f"{peer.kind.name} ({blas()})", flush=True)
for line in sys.stdin:
    request, *words = line.rstrip("\n").split("\t")
    try:
        print(getattr(peer, request)(*words), flush=True)
    except Exception as error:  # whatever a peer throws is its answer
        print("error:", " ".join(str(error).split())[:300], flush=True)
