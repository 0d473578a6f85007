"""The rest of a menu that goes on although a key was pressed in it."""

from .menu import OptionKind, read_menu
from .understanding import Words

#: The next option follows within this long, s; a new menu after a key takes about as long, too.
_NEXT_OPTION_S = 2.0
#: The key 0 comes last in menus.
_LAST = 10


class MenuTail:
    """Tells a menu that talks on from the one that a key led to: its keys go on counting."""

    def __init__(self) -> None:
        """No key pressed yet."""
        self._keys: frozenset[int] = frozenset()
        self._until = 0.0
        #: The company went on with the old menu: the key did nothing so far.
        self.heard = False

    def pressed(self, heard: Words, text: str) -> None:
        """A key was pressed after these words of a menu, which may not be over."""
        self._keys = _keys(text, heard)
        self._until = heard.until
        self.heard = False

    def forget(self) -> None:
        """Something else is heard, or the menu is over."""
        self._keys = frozenset()
        self.heard = False

    def goes_on(self, words: Words) -> bool:
        """Whether these words belong to the menu in which the key was pressed; remembers it."""
        if not self.would_go_on(words):
            return False
        self._keys |= _keys(words.text, words)
        self._until = words.until
        self.heard = True
        return True

    def would_go_on(self, words: Words) -> bool:
        """Whether these words belong to the menu in which the key was pressed."""
        if not self._keys or words.since - self._until > _NEXT_OPTION_S:
            return False
        keys = _keys(words.text, words)
        return bool(keys) and not keys & self._keys and min(keys) > max(self._keys)


def _keys(text: str, heard: Words) -> frozenset[int]:
    """The digits that a text offers as keys, 0 as 10."""
    menu = read_menu(text, heard.phrases)
    return frozenset(
        int(option.key) or _LAST
        for option in menu.options
        if option.kind is OptionKind.PRESS and option.key.isdigit()
    )
