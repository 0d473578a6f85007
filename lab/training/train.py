"""Trains the timbre network with PyTorch on the collected scenes and writes the weights for numpy.

    python -m lab.training.build train 2450      # scenes; dev 650 --first 100000, test 200 --first 200000
    python -m lab.training.collect train         # what the network sees; also dev and test
    python lab/training/train.py --splits train dev --epochs 50 --out custom_components/hold_slayer/hearing/timbre.npz

This script alone needs `torch` (tried: 2.13.0, CPU, Python 3.11); it imports nothing of the project.
"""

import argparse
import copy
import os
from pathlib import Path
import time

import numpy as np
import torch  # type: ignore[import-not-found]
from torch import nn

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "hold-slayer" / "training"
HEADS = ("voice", "music", "singing", "live")
#: How much each head's error counts.
SHARES = torch.tensor([1.5, 1.0, 0.6, 0.35])
#: The network answers for the sound this many steps of 50 ms ago.
DELAY = 1


#: Distances of the three taps of each convolution, steps: together they look back 6.3 s.
DILATIONS = (1, 2, 4, 8, 16, 32)


class Network(nn.Module):
    """Dense, causal dilated convolutions with shortcuts, dense: what `hearing/timbre.py` computes."""

    def __init__(self, inputs: int, inner: int) -> None:
        """Make the layers."""
        super().__init__()
        self.dense = nn.Linear(inputs, inner)
        self.convolutions = nn.ModuleList(
            nn.Conv1d(inner, inner, 3, dilation=gap) for gap in DILATIONS
        )
        self.join = nn.Linear(2 * inner, 48)
        self.out = nn.Linear(48, len(HEADS))
        self.drop = nn.Dropout(0.1)

    def forward(self, seen: torch.Tensor) -> torch.Tensor:
        """Return logits (batch, steps, heads)."""
        first = torch.relu(self.dense(seen))
        flow = self.drop(first).transpose(1, 2)
        for gap, convolution in zip(DILATIONS, self.convolutions, strict=True):
            flow = flow + torch.relu(convolution(nn.functional.pad(flow, (2 * gap, 0))))
            flow = self.drop(flow)
        joined = torch.relu(self.join(torch.cat([first, flow.transpose(1, 2)], dim=2)))
        return self.out(joined)


def load(split: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Return inputs and delayed truth of a split."""
    with np.load(CACHE / f"{split}.collected.npz") as stored:
        inputs = torch.from_numpy(stored["inputs"].astype(np.float32))
        truth = torch.from_numpy(stored["truth"].astype(np.float32))
    return inputs, torch.cat([truth[:, :1].repeat(1, DELAY, 1), truth[:, :-DELAY]], dim=1)


def loss_of(logits: torch.Tensor, truth: torch.Tensor) -> torch.Tensor:
    """Return the mean cross entropy of the known values, heads weighted."""
    known = (truth >= 0).float()
    each = nn.functional.binary_cross_entropy_with_logits(
        logits, truth.clamp(min=0), reduction="none"
    )
    return ((each * known).sum(dim=(0, 1)) / known.sum(dim=(0, 1)).clamp(min=1) * SHARES).sum()


def vary(inputs: torch.Tensor, bands: int = 24) -> torch.Tensor:
    """Shift level, tilt and a smooth curve over the bands of each scene at random, in the units of `timbre.describe`."""
    out = inputs.clone()
    shift = (torch.rand(len(inputs), 1, 1) - 0.5) * 0.8
    tilt = (torch.rand(len(inputs), 1, 1) - 0.5) * 0.6 * torch.linspace(-1, 1, bands)
    knots = (torch.rand(len(inputs), 1, 6) - 0.5) * 0.5
    curve = nn.functional.interpolate(knots, bands, mode="linear", align_corners=True)
    out[:, :, :bands] += shift + tilt + curve
    out[:, :, 2 * bands : 2 * bands + 3] += shift
    return out


def scores(network: nn.Module, inputs: torch.Tensor, truth: torch.Tensor) -> str:
    """Return loss and, per head, the share of misses and false alarms at 0.5 and the area under the curve."""
    network.eval()
    with torch.no_grad():
        logits = network(inputs)
        parts = [f"loss {float(loss_of(logits, truth)):.4f}"]
        for head, name in enumerate(HEADS):
            known = truth[..., head] >= 0
            said, is_so = logits[..., head][known], truth[..., head][known] > 0
            ranks = said.argsort().argsort().double()
            count = is_so.sum().double()
            area = (ranks[is_so].sum() - count * (count - 1) / 2) / (count * (len(said) - count))
            missed, false = (
                float((said[is_so] < 0).float().mean()),
                float((said[~is_so] > 0).float().mean()),
            )
            parts.append(f"{name} {missed:.3f}/{false:.3f}/{float(area):.4f}")
    network.train()
    return "  ".join(parts)


def export(network: Network, path: Path) -> None:
    """Write the weights as numpy arrays, input side first; convolutions as (layer, tap, in, out), oldest tap first."""
    arrays = {
        "in": network.dense.weight.T,
        "in_bias": network.dense.bias,
        "convolutions": torch.stack(
            [layer.weight.permute(2, 1, 0) for layer in network.convolutions]
        ),
        "convolution_biases": torch.stack([layer.bias for layer in network.convolutions]),
        "dilations": torch.tensor(DILATIONS),
        "join": network.join.weight.T,
        "join_bias": network.join.bias,
        "out": network.out.weight.T,
        "out_bias": network.out.bias,
    }
    np.savez(
        path, **{name: value.detach().numpy().astype(np.float32) for name, value in arrays.items()}
    )


def begun(path: Path) -> dict[str, torch.Tensor]:
    """Read what an earlier training wrote, a state or exported weights."""
    if path.suffix != ".npz":
        state: dict[str, torch.Tensor] = torch.load(path)
        return state
    with np.load(path) as stored:
        found = {
            "dense.weight": stored["in"].T,
            "dense.bias": stored["in_bias"],
            "join.weight": stored["join"].T,
            "join.bias": stored["join_bias"],
            "out.weight": stored["out"].T,
            "out.bias": stored["out_bias"],
        }
        for number in range(len(DILATIONS)):
            found[f"convolutions.{number}.weight"] = stored["convolutions"][number].transpose(
                2, 1, 0
            )
            found[f"convolutions.{number}.bias"] = stored["convolution_biases"][number]
    return {name: torch.from_numpy(value.copy()) for name, value in found.items()}


def main() -> None:
    """Train and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--splits", nargs="+", default=["train"])
    parser.add_argument("--epochs", type=int, default=30)
    parser.add_argument("--inner", type=int, default=48)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--start",
        type=Path,
        help="weights to go on from (an .npz or the .pt beside an earlier --out)",
    )
    parser.add_argument("--rate", type=float, default=4e-3)
    parser.add_argument(
        "--keep",
        type=float,
        default=0.998,
        help="the weights written are a running mean: share kept per step",
    )
    parser.add_argument("--checks", nargs="*", default=["dev", "test"], help="splits to judge on")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    torch.manual_seed(chosen.seed)
    torch.set_num_threads(chosen.threads)
    parts = [load(split) for split in chosen.splits]
    inputs, truth = torch.cat([part[0] for part in parts]), torch.cat([part[1] for part in parts])
    checks = {
        split: load(split) for split in chosen.checks if (CACHE / f"{split}.collected.npz").exists()
    }
    network = Network(inputs.shape[2], chosen.inner)
    if chosen.start:
        network.load_state_dict(begun(chosen.start))
    mean = copy.deepcopy(network)
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=1e-2)
    rounds = chosen.epochs * (len(inputs) // chosen.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, chosen.rate, total_steps=rounds + 1)
    for epoch in range(chosen.epochs):
        began, total = time.monotonic(), 0.0
        order = torch.randperm(len(inputs))
        for place in range(0, len(order) - chosen.batch + 1, chosen.batch):
            some = order[place : place + chosen.batch]
            error = loss_of(network(vary(inputs[some])), truth[some])
            optimiser.zero_grad()
            error.backward()
            nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            with torch.no_grad():
                for kept, now in zip(mean.parameters(), network.parameters(), strict=True):
                    kept.lerp_(now, 1 - chosen.keep)
            total += error.item()
        print(
            f"{epoch} train {total / (len(order) // chosen.batch):.4f} {time.monotonic() - began:.0f} s",
            flush=True,
        )
        if epoch % 3 == 2 or epoch == chosen.epochs - 1:
            for name, check in checks.items():
                print("   ", name, scores(mean, *check), flush=True)
            export(mean, chosen.out)
            torch.save(mean.state_dict(), chosen.out.with_suffix(".pt"))
    print("parameters", sum(value.numel() for value in network.parameters()))


if __name__ == "__main__":
    main()
