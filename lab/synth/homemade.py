"""A small corpus that the lab makes itself, so that benchmarks run where no recordings are.

Its "people" are synthetic voices too: good for trying the machinery, worthless as evidence about people.
"""

from pathlib import Path

import numpy as np

from lab.corpus import RATE, CorpusError, Split
from lab.synth import phrases, singing, voice
from lab.synth.music import STYLES, music
from lab.synth.office import office

#: Where it lies; safe to delete.
FOLDER = Path(__file__).resolve().parent.parent.parent / ".bench" / "homemade"

_TALK = (
    "Hello? Hello, this is Sandra speaking, how can I help you today? Are you there? I can't hear you very well.",
    "Good morning, you're through to customer service, my name is David. Could I take your name, please? One moment. Right, I have it here.",
    "Hi, thanks for waiting. What can I do for you? Hello? Is anybody on the line? I'm going to hang up now, then. Bye.",
    "Yes, hello, service desk, Peter here. Um, just a second, the computer is slow today. So, how may I help?",
)


def make() -> Path:
    """Make it, unless it is there; returns its folder."""
    done = FOLDER / "manifest.csv"
    if done.is_file():
        return FOLDER
    if not voice.installed():
        raise CorpusError(
            "No corpus was given and espeak-ng is not installed, so none can be made. Give --corpus or install espeak-ng."
        )
    import soundfile

    rows = ["file,label,group,language,seconds,licence"]

    def put(label: str, name: str, samples: np.ndarray[tuple[int], np.dtype[np.float32]]) -> None:
        path = FOLDER / label / f"{name}.flac"
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, samples, RATE, subtype="PCM_16")
        rows.append(
            f"{label}/{name}.flac,{label},homemade/{label}/{name.partition('_')[0]},,{len(samples) / RATE:.2f},CC0-1.0 (made here)"
        )

    variants = [variant for split in Split for variant in voice.VARIANTS[split]]
    for number, variant in enumerate(variants):
        # every second voice is a "person", the others record prompts: no voice is both
        if number % 2:
            for index, text in enumerate(_TALK):
                put(
                    "live",
                    f"{variant}_{index}",
                    voice.speak(text, f"en-gb+{variant}", words_per_minute=165),
                )
        else:
            for index, text in enumerate(phrases.ANNOUNCEMENTS["en"]):
                put(
                    "recorded",
                    f"{variant}_{index}",
                    voice.speak(text.format(n=3), f"en-us+{variant}", words_per_minute=145),
                )
    for number, style in enumerate(STYLES):
        put("music", f"{style.name}", music(number, 60, style.name))
    for number in range(6):
        speech = voice.speak(" ".join(_TALK), f"en-us+{variants[number]}", words_per_minute=130)
        put("song", f"song{number}", singing.song(number, 60, speech))
        put("noise", f"office{number}", office(np.random.default_rng(number), 20, [speech]))
    done.write_text("\n".join(rows) + "\n", "utf-8")
    return FOLDER
