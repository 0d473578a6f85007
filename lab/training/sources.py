"""Freely licensed recordings in Debian's main archive: which files of which package, what they are, whose they are.

Whether somebody's recordings count as `live` was measured: a room or a microphone is heard between the words (17 to 45 dB
below them, never digital silence). Voices cleaned by a noise gate count as `recorded`; what is neither, nearer than 17 dB
to its noise, or acted with effects is left out.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Files of one package that share a label and a licence."""

    package: str
    #: Pattern on a file's path in the package; its named groups may be used in `group` and `language`.
    files: str
    label: str
    #: `unit` or `unit/speaker`: a unit is what must never be divided between training and judging.
    group: str
    language: str = ""
    licence: str
    #: Archive inside the package (a .pk3 is a zip) that `files` looks into.
    archive: str = ""
    #: Coding of files without a header: g722 or gsm.
    raw: str = ""


_STAMPS = r"/tuxpaint/stamps/.*_desc_(?P<who>%s)\.ogg$"
_POTATO = r"/ktuberling/sounds/(?P<who>%s)(@\w+)?/[^/]*\.(wav|ogg)$"
_LETTERS = r"/klettres/(?P<who>%s)/[a-z]+/[^/]*\.ogg$"
_SHARED = "GPL-2, LGPL, GFDL, CC0 or CC BY 4.0 by language"
_PROMPTS = r"/asterisk/sounds/\w+/(followme/|dictate/)?[^/]+\.%s$"


def _tracks(package: str, unit: str, files: str, licence: str, archive: str = "") -> Source:
    """Instrumental music, a group for each track."""
    return Source(
        package=package,
        files=files,
        label="music",
        group=unit + "/{track}",
        licence=licence,
        archive=archive,
    )


def _prompts(language: str, voice: str) -> Source:
    """Asterisk's prompts in another language."""
    return Source(
        package=f"asterisk-core-sounds-{language}-g722",
        files=_PROMPTS % "g722",
        label="recorded",
        group=voice,
        language=language,
        licence="CC BY-SA 3.0",
        raw="g722",
    )


#: Live voices are units by language: the same translator may have spoken for several packages.
SOURCES = (
    Source(
        package="tuxpaint-stamps-default",
        files=_STAMPS % "be|bg|ca|da|el|es|fr|lt|ml|nl|ro|ru",
        label="live",
        group="home_{who}/tuxpaint",
        language="{who}",
        licence="GPL-2",
    ),
    Source(
        package="tuxpaint-stamps-default",
        files=r"/tuxpaint/stamps/.*_desc\.ogg$",
        label="live",
        group="home_en/tuxpaint",
        language="en",
        licence="GPL-2",
    ),
    Source(
        package="ktuberling-data",
        files=_POTATO % "da|de|en|fi|fr|it|nds|nl|pt|ro|ru|sl|sv|uk|wa",
        label="live",
        group="home_{who}/ktuberling",
        language="{who}",
        licence=_SHARED,
    ),
    Source(
        package="klettres-data",
        files=_LETTERS % "ar|cs|es|he|hu|ml|nb|ru",
        label="live",
        group="home_{who}/klettres",
        language="{who}",
        licence=_SHARED,
    ),
    Source(
        package="fillets-ng-data-cs",
        files=r"/sound/.*/cs/\w+-(?P<who>[mv])-[^/]*\.ogg$",
        label="live",
        group="home_cs/fillets_{who}",
        language="cs",
        licence="GPL-2",
    ),
    Source(
        package="pocketsphinx-testdata",
        files=r"/(?P<who>cards|librivox)/[^/]*\.wav$",
        label="live",
        group="home_en/{who}",
        language="en",
        licence="BSD-2-Clause",
    ),
    Source(
        package="klettres-data",
        files=_LETTERS % "de|en_GB|fr",
        label="recorded",
        group="klettres_{who}",
        language="{who}",
        licence=_SHARED,
    ),
    Source(
        package="fillets-ng-data-nl",
        files=r"/sound/.*/nl/\w+-[mv]-[^/]*\.ogg$",
        label="recorded",
        group="fillets_nl",
        language="nl",
        licence="GPL-2",
    ),
    _prompts("es", "asterisk_en/es"),  # the voice of the English prompts
    _prompts("fr", "asterisk_fr_june"),
    _prompts("it", "asterisk_it_carlo"),
    _prompts("ru", "asterisk_ru"),
    Source(
        package="asterisk-prompt-it-menardi-wav",
        files=_PROMPTS % "wav",
        label="recorded",
        group="asterisk_it_menardi",
        language="it",
        licence="CC BY-SA 3.0",
    ),
    Source(
        package="asterisk-prompt-es-co",
        files=_PROMPTS % "gsm",
        raw="gsm",
        label="recorded",
        group="asterisk_es_co",
        language="es",
        licence="GPL-2",
    ),
    Source(
        package="asterisk-prompt-fr-armelle",
        files=_PROMPTS % "gsm",
        raw="gsm",
        label="recorded",
        group="asterisk_fr_armelle",
        language="fr",
        licence="GPL-2",
    ),
    Source(
        package="asterisk-moh-opsound-wav",
        files=r"/moh/(?P<who>[a-z]+)[^/]*\.wav$",
        label="music",
        group="opsound_{who}/{track}",
        licence="CC BY-SA 3.0",
    ),
    _tracks("wesnoth-1.16-music", "wesnoth", r"/core/music/[^/]*\.ogg$", "GPL-2"),
    Source(
        package="warzone2100-music",
        files=r"/albums/(?P<who>[a-z]+)_soundtrack/[^/]*\.opus$",
        label="music",
        group="warzone/{who}_{track}",
        licence="GPL-2, CC BY-SA 3.0 or CC0",
    ),
    _tracks(
        "singularity-music", "singularity", r"/singularity/music/.*\.ogg$", "GPL-2 or CC BY-SA 3.0"
    ),
    _tracks("hyperrogue-music", "hyperrogue", r"/music/[^/]*\.ogg$", "CC BY-SA 3.0 or 4.0"),
    _tracks("asc-music", "asc", r"/music/[^/]*\.mp3$", "GPL-2"),
    _tracks("planetblupi-music-ogg", "planetblupi", r"/music/[^/]*\.ogg$", "GPL-3"),
    _tracks("ardentryst", "ardentryst", r"/Music/[^/]*\.ogg$", "GPL-3, CC BY-SA 3.0"),
    _tracks("lomiri-sounds", "lomiri", r"/ringtones/[^/]*\.ogg$", "CC BY-SA 3.0, CC BY or CC0"),
    _tracks("unknown-horizons", "unknown_horizons", r"/audio/music/.*\.ogg$", "CC BY-SA 3.0"),
    _tracks("flare-game", "flare", r"/music/[^/]*_theme\.ogg$", "CC BY-SA 3.0"),
    _tracks("colobot-common-sounds", "colobot", r"/music/[^/]*\.ogg$", "GPL-3"),
    _tracks("tuxtype-data", "tuxtype", r"/sounds/(amidst|chiptune|tuxi)[^/]*\.ogg$", "GPL-3"),
    _tracks("nexuiz-music", "nexuiz", r"cdtracks/[^/]*\.ogg$", "GPL-2", archive=r"/music\.pk3$"),
    _tracks("marsshooter-data", "marsshooter", r"/audio/music/.*\.ogg$", "CC BY-SA 3.0"),
    _tracks("fretsonfire-songs-muldjord", "muldjord", r"/muldjord/.*/song\.ogg$", "CC BY-SA 3.0"),
    _tracks("fretsonfire-songs-sectoid", "sectoid", r"/sectoid/.*/song\.ogg$", "GPL-2"),
)
