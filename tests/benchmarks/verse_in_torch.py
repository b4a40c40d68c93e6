"""Train a network of PyTorch's own on the verse and store it as others would: in safetensors.

    python tests/benchmarks/verse_in_torch.py

Writes notebooks/course/data/verse_in_torch.safetensors, which lesson 15 reads. It wants torch and
safetensors. Nothing in it is this course's: drawn weights, both biases trained, Adam at 0.01.
"""

import platform
import sys
import time
from pathlib import Path

import safetensors
import torch
from safetensors.torch import save_file

ROOT = Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "notebooks"))

from course.texts import DICKINSON  # noqa: E402

STORE = ROOT / "notebooks" / "course" / "data" / "verse_in_torch.safetensors"
H, T, UPDATES, RATE = 32, 25, 800, 0.01


def train(seed=0):
    """Return the module, the characters by number, and the loss of a chunk at the end, in nats."""
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    characters = "".join(sorted(set(DICKINSON)))
    V = len(characters)
    parts = torch.nn.ModuleDict({"rnn": torch.nn.RNN(V, H), "linear": torch.nn.Linear(H, V)})
    optimizer = torch.optim.Adam(parts.parameters(), RATE)
    indices = torch.tensor([characters.index(char) for char in DICKINSON])
    h, start = torch.zeros(1, H), 0
    for _ in range(UPDATES):
        if start + T + 1 > len(indices):
            h, start = torch.zeros(1, H), 0
        x = torch.nn.functional.one_hot(indices[start : start + T], V).float()
        states, h = parts["rnn"](x, h)
        targets = indices[start + 1 : start + T + 1]
        loss = torch.nn.functional.cross_entropy(parts["linear"](states), targets, reduction="sum")
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parts.parameters(), 5.0)
        optimizer.step()
        h, start = h.detach(), start + T
    return parts, characters, loss.item()


def main():
    parts, characters, loss = train()
    about = {
        "characters": characters,
        "made": f"{time.strftime('%Y-%m-%d')}, torch {torch.__version__}, safetensors "
        f"{safetensors.__version__}, Python {platform.python_version()}",
        "by": "python tests/benchmarks/verse_in_torch.py",
    }
    save_file(parts.state_dict(), STORE, metadata=about)
    print(f"loss of the last chunk {loss:.3f} nats; {STORE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
