"""Draws a call: waveform, spectrogram, what was heard, and how sure the ears were of a person."""

from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Patch
import numpy as np
from numpy.typing import NDArray
from scipy.signal import spectrogram

from lab.listen.recording import RATE
from lab.listen.timeline import Record

#: A colour per kind of sound; tones share one.
COLOURS = {
    "silence": "#e8e8e8",
    "noise": "#b9b9b9",
    "speech": "#2a78d6",
    "speech_over_music": "#7d5bd0",
    "song": "#d65a9a",
    "music": "#e8a33d",
    "beep": "#159a8c",
    "dtmf": "#159a8c",
    "fax": "#159a8c",
}
_TONE = "#159a8c"
_REPEAT = "#c0392b"
_MARKS = {"suspected": "#e08a00", "detected": "#0a8f3c", "cancelled": "#777777"}
#: Momentary sounds: drawn as marks, not as stretches.
_MOMENTS = frozenset({"dtmf", "beep", "fax", "special_information", "call_waiting"})
#: Most columns of a spectrogram and points of a waveform.
_COLUMNS = 3000


def draw(
    path: Path,
    title: str,
    samples: NDArray[np.int16],
    records: list[Record],
    curve: list[tuple[float, float]],
    repeating: list[tuple[float, float]],
) -> None:
    """Write a PNG.

    `curve` holds (time in s, probability of a person), `repeating` the stretches (begin and end
    in s) that were heard before.
    """
    seconds = len(samples) / RATE
    width = float(np.clip(seconds / 8, 12, 40))
    figure, axes = plt.subplots(
        4,
        1,
        figsize=(width, 8.5),
        sharex=True,
        height_ratios=(1.2, 2.2, 0.9, 1.5),
        layout="constrained",
    )
    _waveform(axes[0], samples)
    _spectrum(axes[1], samples)
    _sounds(axes[2], records, repeating, seconds)
    _verdicts(axes[3], records, curve)
    axes[0].set_title(title, loc="left", fontsize=11)
    axes[3].set_xlabel("time, s")
    axes[3].set_xlim(0, max(seconds, 0.1))
    figure.savefig(path, dpi=100)
    plt.close(figure)


def _waveform(axis: Axes, samples: NDArray[np.int16]) -> None:
    step = max(len(samples) // _COLUMNS, 1)
    pieces = samples[: len(samples) // step * step].reshape(-1, step) / 32768.0
    times = (np.arange(len(pieces)) + 0.5) * step / RATE
    axis.fill_between(times, pieces.min(axis=1), pieces.max(axis=1), color="#444444", linewidth=0)
    axis.set_ylim(-1, 1)
    axis.set_ylabel("waveform")


def _spectrum(axis: Axes, samples: NDArray[np.int16]) -> None:
    if len(samples) < 256:
        return
    hop = max(len(samples) // _COLUMNS, 64)
    window = 256
    frequencies, times, power = spectrogram(
        samples / 32768.0, RATE, nperseg=window, noverlap=max(window - hop, 0)
    )
    if len(times) > 2 * _COLUMNS:
        step = len(times) // _COLUMNS
        power, times = power[:, ::step], times[::step]
    decibels = 10 * np.log10(power + 1e-12)
    top = float(np.percentile(decibels, 99.8))
    axis.pcolormesh(
        times,
        frequencies / 1000,
        decibels,
        vmin=top - 65,
        vmax=top,
        cmap="magma",
        shading="nearest",
        rasterized=True,
    )
    axis.set_ylabel("kHz")


def _sounds(
    axis: Axes, records: list[Record], repeating: list[tuple[float, float]], seconds: float
) -> None:
    heard = [record for record in records if record["event"] == "hearing"]
    lasting = [record for record in heard if record["kind"] not in _MOMENTS]
    seen: dict[str, str] = {}
    for index, record in enumerate(lasting):
        end = lasting[index + 1]["since"] if index + 1 < len(lasting) else seconds
        colour = COLOURS.get(record["kind"], _TONE)
        seen[record["kind"].replace("_", " ")] = colour
        axis.barh(1, max(end - record["since"], 0), left=record["since"], color=colour, height=0.8)
    for record in heard:
        if record["kind"] in _MOMENTS:
            axis.plot(record["since"], 1, "v", color=_TONE, markersize=7)
            text = record.get("digit") or record["kind"].replace("_", " ")
            axis.annotate(text, (record["since"], 1.3), fontsize=8, ha="left", va="bottom")
    for begin, end in repeating:
        axis.barh(0, end - begin, left=begin, color=_REPEAT, height=0.7)
    axis.set_yticks([0, 1], ["heard before", "heard"])
    axis.set_ylim(-0.6, 1.9)
    axis.grid(visible=False)
    axis.legend(
        handles=[Patch(color=colour, label=name) for name, colour in seen.items()],
        loc="center left",
        bbox_to_anchor=(1.0, 0.5),
        fontsize=8,
        frameon=False,
    )


def _verdicts(axis: Axes, records: list[Record], curve: list[tuple[float, float]]) -> None:
    if curve:
        times, chances = zip(*curve, strict=True)
        axis.plot(times, chances, color="#1f4e8c", linewidth=1.2)
        axis.fill_between(times, 0, chances, color="#1f4e8c", alpha=0.15)
    axis.set_ylim(0, 1.25)
    axis.set_yticks([0, 0.5, 1])
    axis.set_ylabel("person")
    handles: list[Any] = []
    for height, (name, colour) in zip((1.03, 1.10, 1.17), _MARKS.items(), strict=True):
        marked = [record for record in records if record["event"] == name]
        for record in marked:
            axis.axvline(record["t"], color=colour, linewidth=1.4)
            axis.annotate(
                f"{record['t']:.1f}", (record["t"], height), fontsize=8, color=colour, ha="left"
            )
        if marked:
            handles.append(Patch(color=colour, label=f"{name} ({len(marked)})"))
    if handles:
        axis.legend(
            handles=handles,
            loc="center left",
            bbox_to_anchor=(1.0, 0.5),
            fontsize=8,
            frameon=False,
        )
