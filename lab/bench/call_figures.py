"""The figures of `scripts/bench calls` over many calls."""

from collections.abc import Iterable, Sequence

import numpy as np

from ..speech.journal import Understood
from .call_result import STAGES, MenuTurn, Result

#: What a transcript says began within this long of the audio that speech-to-text made it of, s.
_NEAR_S = 3.0
#: The trap of companies whose menu is not that of the stored flow.
_CHANGED = "changed menu"
HEADER = (
    f"{'scenario':22} {'':2} {'result':18} {'keys (short)':14} menus  "
    f"suspected ring detected connected  early"
)


def line(got: Result) -> str:
    """One call as a line."""
    delays = "  ".join(
        f"{got.delays[stage]:5.1f}" if stage in got.delays else "    –" for stage in STAGES
    )
    early = f"{got.suspected_early}/{got.detected_early}"
    mark = ("bridged" if got.bridged else got.outcome) + ("" if got.right else " ✗")
    keys = f"{got.keys or '–'} ({got.shortest or '–'})"
    menus = f"{len(got.menus) - got.misread}/{len(got.menus)}"
    flow = " known flow" if got.known_flow else ""
    breaches = "".join(f"  !! {breach}" for breach in got.breaches)
    return (
        f"{got.scenario:22} {got.language} {mark:18} {keys:14} {menus:5}  {delays}   "
        f"{early:>5}{flow}{breaches}"
    )


def summary(results: Sequence[Result], understood: Sequence[Understood]) -> str:
    """All figures over all calls."""
    fresh = [r for r in results if not r.known_flow]
    known = [r for r in results if r.known_flow]
    lines = [
        "",
        *(
            _reached(f"reached a person, {language}", fresh, language)
            for language in sorted({r.language for r in results})
        ),
    ]
    lines.append(_reached("reached a person, all languages", fresh))
    if known:
        lines.append(_reached("reached a person with a known flow", known))
    nobody = [r for r in results if not r.reachable]
    lines.append(
        f"nobody to reach, ended as it should: {sum(r.right for r in nobody)} of {len(nobody)}"
        + _names(r for r in nobody if not r.right)
    )
    walked = [r for r in fresh if r.reachable]
    menus = [turn for r in walked for turn in r.menus]
    lines.append(
        f"menus misread: {sum(not turn.right for turn in menus)} of {len(menus)}"
        + _names(r for r in walked if r.misread)
    )
    lines.append(
        f"wrong keys pressed: {sum(r.wrong_keys for r in walked)} of {sum(len(r.keys) for r in walked)}"
    )
    lines += _in_menus(menus, "")
    # a menu that has changed since is not known any more
    followed = [turn for r in known if r.trap != _CHANGED for turn in r.menus]
    if followed:
        lines.append(
            f"prompts recognised with a known flow: {sum(turn.right for turn in followed)} of {len(followed)}"
        )
        lines += _in_menus(followed, "known flow: ")
    lines += _speech(results, understood)
    reachable = [r for r in results if r.reachable]
    for stage in STAGES:
        times = [r.delays[stage] for r in reachable if stage in r.delays]
        if times:
            lines.append(
                f"agent's first word → {stage:17} median {np.median(times):5.1f} s, "
                f"95 % {np.percentile(times, 95):5.1f} s ({len(times)} calls)"
            )
    lines.append(
        f"suspected / detected while nobody was there: "
        f"{sum(r.suspected_early for r in results)} / {sum(r.detected_early for r in results)}"
    )
    breaches = [f"{r.scenario}: {breach}" for r in results for breach in r.breaches]
    lines.append(
        f"dialled, said, pressed or given away against the rules: {len(breaches)}"
        + "".join(f"\n  {breach}" for breach in breaches)
    )
    return "\n".join(lines)


def _reached(title: str, results: Sequence[Result], language: str = "") -> str:
    chosen = [r for r in results if r.reachable and language in ("", r.language)]
    bridged = sum(r.bridged for r in chosen)
    share = 100 * bridged / max(len(chosen), 1)
    return f"{title}: {bridged} of {len(chosen)} ({share:.0f} %)" + _names(
        r for r in chosen if not r.bridged
    )


def _names(results: Iterable[Result]) -> str:
    names = ", ".join(r.scenario for r in results)
    return f"  — {names}" if names else ""


def _in_menus(menus: Sequence[MenuTurn], title: str) -> list[str]:
    """Time in menus against the shortest possible, and how soon a key came."""
    timed = [(t.pressed, t.said) for t in menus if t.right and t.pressed is not None and t.said]
    if not timed:
        return []
    spent, least = sum(pressed for pressed, _ in timed), sum(said for _, said in timed)
    after = [pressed - said for pressed, said in timed]
    return [
        f"{title}time in menus: {spent:.0f} s, {spent / least:.2f} × the shortest possible ({least:.0f} s)",
        (
            f"{title}key after its option had been said: median {np.median(after):.2f} s, "
            f"95 % {np.percentile(after, 95):.2f} s"
        ),
    ]


def _speech(results: Sequence[Result], understood: Sequence[Understood]) -> list[str]:
    """Seconds of speech-to-text used while on hold, per hour of it, and its speed."""
    if not understood:
        return []
    heard = sum(entry.seconds for entry in understood)
    took = sum(entry.took for entry in understood)
    hold = sum(r.hold_s for r in results)

    read = [entry for r in results for entry in r.read_on_hold]
    used = sum(
        entry.seconds
        for entry in understood
        if any(
            text == entry.text and abs(at - (entry.time - entry.took - entry.seconds)) < _NEAR_S
            for at, text in read
        )
    )
    return [
        (
            f"speech-to-text: {heard:.0f} s of audio in {took:.0f} s; on hold {used:.0f} s of {hold:.0f} s "
            f"({3600 * used / max(hold, 1):.0f} s per hour of hold)"
        )
    ]
