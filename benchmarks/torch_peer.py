"""What PyTorch does on the same machine: the two reference networks in training, in inference and under FGSM.

Prints a line of JSON with the fields of `imagespace throughput` for each combination of networks, types and modes (lists
with commas). On a CPU the best that PyTorch has for these networks is
eager mode in channels_last order, with a C library that keeps memory (benchmarks/all sets it so); on a GPU try --mode eager,
compile and graph, at --dtype tf32 and bf16.

    python benchmarks/torch_peer.py --net keras --batch 128 --threads 2
    python benchmarks/torch_peer.py --net allconv --device cuda --dtype tf32 --mode graph
"""
import argparse
import itertools
import json
import resource
import statistics
import sys
import time

BORN = time.time()

import torch  # noqa: E402  (its loading counts as start-up)
from torch import nn  # noqa: E402
from torch.nn import functional  # noqa: E402


def conv(inputs, outputs, activation, padding="same"):
    return [nn.Conv2d(inputs, outputs, 3, padding=padding), activation]


def keras(side):
    """Table 1's: two blocks of two convolutions and a maximum pooling, then two dense layers, dropout between."""
    relu = nn.ReLU()
    flat = 64 * ((((side - 2) // 2) - 2) // 2) ** 2
    return nn.Sequential(
        *conv(3, 32, relu), *conv(32, 32, relu, "valid"), nn.MaxPool2d(2), nn.Dropout(0.25),
        *conv(32, 64, relu), *conv(64, 64, relu, "valid"), nn.MaxPool2d(2), nn.Dropout(0.25),
        nn.Flatten(), nn.Linear(flat, 512), relu, nn.Dropout(0.5), nn.Linear(512, 10))


def allconv(_side):
    """Table 2's: three scales of two convolutions and an average pooling, a convolution to the classes, a mean."""
    leaky, layers, inputs = nn.LeakyReLU(0.2), [], 3
    for width in (64, 128, 256):
        layers += conv(inputs, width, leaky) + conv(width, 2 * width, leaky) + [nn.AvgPool2d(2)]
        inputs = 2 * width
    return nn.Sequential(*layers, *conv(inputs, 10, leaky), nn.AdaptiveAvgPool2d(1), nn.Flatten())


class Peer:
    """A network with its optimiser and a batch of random images."""

    def __init__(self, options):
        self.cuda = options.device == "cuda"
        self.half = options.dtype == "bf16"
        self.device = options.device
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = options.dtype != "fp32"
        torch.backends.cudnn.benchmark = True
        network = {"keras": keras, "allconv": allconv}[options.net](options.side)
        self.network = network.to(options.device, memory_format=torch.channels_last)
        self.run = torch.compile(self.network) if options.mode == "compile" else self.network
        fused = {"fused": True, "capturable": True} if self.cuda else {}
        self.adam = torch.optim.Adam(self.network.parameters(), lr=1e-3, **fused)
        shape = (options.batch, 3, options.side, options.side)
        self.images = torch.rand(shape, device=options.device).contiguous(memory_format=torch.channels_last)
        self.labels = torch.arange(options.batch, device=options.device) % 10
        self.weights = torch.ones(options.batch, device=options.device)

    def logits(self, images):
        with torch.autocast(self.device, torch.bfloat16, enabled=self.half):
            return self.run(images).float()

    def train(self):
        self.adam.zero_grad()
        losses = functional.cross_entropy(self.logits(self.images), self.labels, reduction="none", label_smoothing=0.1)
        (losses * self.weights).mean().backward()
        self.adam.step()

    def infer(self):
        with torch.no_grad():
            self.logits(self.images)

    def attack(self):
        """One FGSM step away from the network's own predictions."""
        images = self.images.detach().requires_grad_(True)
        logits = self.logits(images)
        loss = functional.cross_entropy(logits, logits.argmax(1), reduction="sum")
        (gradient,) = torch.autograd.grad(loss, images)
        with torch.no_grad():
            return (images + 0.1 * gradient.sign()).clamp_(0, 1)

    def wait(self):
        if self.cuda:
            torch.cuda.synchronize()

    def recorded(self, step):
        """The step as a CUDA graph."""
        beside = torch.cuda.Stream()
        beside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(beside):
            for _ in range(10):
                step()
        torch.cuda.current_stream().wait_stream(beside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            step()
        return graph.replay

    def seconds(self, step):
        """Of a step; a GPU gets ten before it is waited for, as in a training."""
        steps = 10 if self.cuda else 1
        self.wait()
        begin = time.perf_counter()
        for _ in range(steps):
            step()
        self.wait()
        return (time.perf_counter() - begin) / steps


def timed(peer, step, options):
    """Median seconds of a step after the warm-up, and how long after the start the first one ended."""
    peer.seconds(step)
    first = time.time() - BORN
    end = time.perf_counter() + options.warm_up
    while time.perf_counter() < end:
        peer.seconds(step)
    groups = -(-options.steps // 10) if peer.cuda else options.steps
    return statistics.median(peer.seconds(step) for _ in range(groups)), first


def choices(*known):
    """The type of an option that is a list of those."""
    def parse(text):
        chosen = text.split(",")
        unknown = [c for c in chosen if c not in known]
        if unknown:
            raise argparse.ArgumentTypeError("%s is none of %s" % (unknown[0], ", ".join(known)))
        return chosen
    return parse


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--net", type=choices("keras", "allconv"), required=True)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--side", type=int, default=32)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--warm-up", type=float, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu")
    parser.add_argument("--dtype", type=choices("fp32", "tf32", "bf16"), default=["fp32"])
    parser.add_argument("--mode", type=choices("eager", "compile", "graph"), default=["eager"])
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    failed = False
    for i, (net, mode, dtype) in enumerate(itertools.product(options.net, options.mode, options.dtype)):
        one = argparse.Namespace(**vars(options))
        one.net, one.mode, one.dtype = net, mode, dtype
        try:
            measure(one, i == 0)
        except Exception as error:  # the others are worth having
            print("%s %s %s: %r" % (net, mode, dtype, error), file=sys.stderr)
            failed = True
    sys.exit(1 if failed else 0)


def measure(options, fresh):
    """Prints the line of one combination; start-up and memory only of a fresh process."""
    peer = Peer(options)
    train = peer.recorded(peer.train) if options.mode == "graph" else peer.train
    trained, first = timed(peer, train, options)
    peer.network.eval()
    infer = peer.recorded(peer.infer) if options.mode == "graph" else peer.infer
    classified, _ = timed(peer, infer, options)
    attacked, _ = timed(peer, peer.attack, options)
    line = {
        "net": options.net,
        "backend": "torch " + torch.__version__ + " " + options.mode,
        "device": torch.cuda.get_device_name() if peer.cuda else "CPU, %d threads" % options.threads,
        "dtype": options.dtype,
        "batch": options.batch,
        "side": options.side,
        "train_images_per_s": round(options.batch / trained, 1),
        "infer_images_per_s": round(options.batch / classified, 1),
        "attack_images_per_s": round(options.batch / attacked, 1),
    }
    if fresh:
        line["first_step_s"] = round(first, 1)
        line["memory_mib"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
