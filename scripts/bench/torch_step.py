"""LeNet-300-100 as a user of PyTorch writes it, on one thread. Told what to do by lines of JSON, answers each with one."""

import json
import sys
import time

import numpy
import torch
from torch import nn

torch.set_num_threads(1)
# Some processors are slow at subnormal numbers, which Adam's moments of dead weights become.
torch.set_flush_denormal(True)


class Lenet:
    def __init__(self, told):
        pixels = numpy.fromfile(told["pixels"], dtype=numpy.uint8).reshape(-1, 784)
        self.pixels = torch.from_numpy(pixels)
        self.labels = torch.from_numpy(numpy.fromfile(told["labels"], dtype=numpy.uint8).astype(numpy.int64))
        self.order = torch.from_numpy(numpy.fromfile(told["order"], dtype=numpy.uint32).astype(numpy.int64)).reshape(-1, told["batch"])
        self.mean, self.deviation = told["mean"], told["deviation"]
        self.start = [torch.from_numpy(array) for array in numpy.split(numpy.fromfile(told["start"], dtype=numpy.float32), numpy.cumsum(told["sizes"])[:-1])]
        self.loss = nn.CrossEntropyLoss()

    def restart(self, told):
        self.net = nn.Sequential(nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, 100), nn.ReLU(), nn.Linear(100, 10))
        bits = numpy.fromfile(told["masks"], dtype=numpy.uint8).astype(numpy.float32)
        self.masks = []
        with torch.no_grad():
            at = 0
            for parameter, start in zip(self.net.parameters(), self.start):
                parameter.copy_(start.reshape(parameter.shape))
                if parameter.dim() == 2:
                    mask = torch.from_numpy(bits[at : at + parameter.numel()]).reshape(parameter.shape)
                    at += parameter.numel()
                    parameter.mul_(mask)
                    # A dense network needs no masks.
                    if mask.min() == 0:
                        self.masks.append((parameter, mask))
        self.optimizer = torch.optim.Adam(self.net.parameters(), lr=told["rate"], betas=(told["beta1"], told["beta2"]))
        self.position = 0

    def train(self, told):
        clock = time.process_time if told["clock"] == "cpu" else time.perf_counter
        began = clock()
        total = 0.0
        for _ in range(told["steps"]):
            examples = self.order[self.position % len(self.order)]
            self.position += 1
            x = (self.pixels[examples].float() / 255 - self.mean) / self.deviation
            self.optimizer.zero_grad()
            loss = self.loss(self.net(x), self.labels[examples])
            loss.backward()
            # Gradients of absent weights are zeroed, so that these stay at zero.
            for parameter, mask in self.masks:
                parameter.grad.mul_(mask)
            self.optimizer.step()
            total += loss.item()
        return {"ms": 1000 * (clock() - began), "loss": total / told["steps"]}


lenet = None
print(json.dumps({"torch": torch.__version__}), flush=True)
for line in sys.stdin:
    told = json.loads(line)
    answer = {}
    if told["do"] == "open":
        lenet = Lenet(told)
    elif told["do"] == "restart":
        lenet.restart(told)
    else:
        answer = lenet.train(told)
    print(json.dumps(answer), flush=True)
