#!/usr/bin/env bash
# How many weights torch.nn.utils.prune cuts at a rate that asks for half a weight: it rounds to the even neighbour, which
# its documentation ("the fraction of parameters to prune") leaves open. The lab rounds halves up, so that its masks may
# differ from PyTorch's by one weight. No part of the lab runs here, and CI does not run this.
#
# Needs Debian 12 and root. Ends with 0 if PyTorch still does so, with 1 if it does something else.
set -euo pipefail

package=python3-torch=1.13.1+dfsg-4
apt-get install -y --no-install-recommends "$package" >/dev/null

cd "$(mktemp -d)"
trap 'rm -rf "$PWD"' EXIT
cat >rounding.py <<'PYTHON'
import sys
import torch
from torch.nn.utils import prune

print(f"PyTorch {torch.__version__}, torch.nn.utils.prune.l1_unstructured(layer, 'weight', amount=0.25)")
as_before = True
for weights, expected in {2: 0, 6: 2, 10: 2, 14: 4, 9: 2, 11: 3}.items():
    layer = torch.nn.Linear(weights, 1, bias=False)
    with torch.no_grad():
        # All of different size: no tie can move the count.
        layer.weight.copy_(torch.arange(1.0, weights + 1).reshape(1, weights))
    prune.l1_unstructured(layer, "weight", amount=0.25)
    cut = int((layer.weight_mask == 0).sum())
    print(f"of {weights:2} weights {0.25 * weights:4} are to go: {cut} go")
    as_before = as_before and cut == expected
sys.exit(0 if as_before else "not halves to even any more")
PYTHON
/usr/bin/python3 rounding.py
