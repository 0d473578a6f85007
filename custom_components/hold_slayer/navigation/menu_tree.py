"""A company's menus as a tree, put together from calls and from exploring."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .choice import choose, fallback
from .flow import Action, CallFlow, Prompt, Step
from .journal import Deed
from .learner import excerpt, impersonal
from .menu import Menu, Option, OptionKind, Role, read_menu
from .phrases import Phrases, Said
from .words import likeness

#: Two recordings of one menu are at least this alike.
SAME_MENU = 0.85
#: Deeper than this no company's menus go; exploring stops there.
DEEPEST = 5
#: Calls in one exploration.
MOST_CALLS = 40


@dataclass(slots=True)
class Node:
    """One menu: what it says and where its keys lead; a leaf where nothing was heard yet."""

    prompt: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    roles: dict[str, frozenset[Role]] = field(default_factory=dict)
    #: Key -> print of this menu, and s into it at which the key's option has been said.
    prints: dict[str, tuple[str, float]] = field(default_factory=dict)
    below: dict[str, Node] = field(default_factory=dict)
    #: The prompt is all that is said here; an early key cuts one short.
    whole: bool = False
    #: It was called and is no menu: a queue, a person, an announcement.
    end: str = ""

    @property
    def known(self) -> bool:
        """Whether somebody was there."""
        return bool((self.prompt and self.whole) or self.end)


class MenuTree:
    """All menus of a company that are known."""

    def __init__(self, phrases: Phrases) -> None:
        """Nothing is known yet."""
        self.root = Node()
        self._phrases = phrases

    def at(self, path: tuple[str, ...]) -> Node | None:
        """The node that these keys lead to."""
        node = self.root
        for key in path:
            if key not in node.below:
                return None
            node = node.below[key]
        return node

    def heard(self, path: tuple[str, ...], prompt: str) -> Node:
        """A menu was heard at the end of a path."""
        node = self.read(self._make(path), impersonal(prompt))
        node.whole = True
        return node

    def read(self, node: Node, prompt: str) -> Node:
        """Read the options of a menu into its node."""
        self._take(node, prompt, read_menu(prompt, self._phrases))
        return node

    def ended(self, path: tuple[str, ...], what: str) -> None:
        """A path led to something that is no menu."""
        self._make(path).end = what

    def walked(self, journal: Iterable[Deed]) -> None:
        """Take in the menus of a call, key by key; what was said or given instead ends it."""
        path: tuple[str, ...] = ()
        for deed in journal:
            if deed.action is not Action.PRESS or len(deed.keys) != 1 or not deed.heard:
                return
            menu = read_menu(deed.heard, self._phrases)
            if menu.by_key(deed.keys) is None:
                return
            node = self._make(path)
            if len(deed.heard) >= len(node.prompt):  # an early key cuts a menu short
                self._take(node, impersonal(deed.heard), menu)
            if deed.print_id:
                node.prints[deed.keys] = (deed.print_id, deed.ends_at)
            path = (*path, deed.keys)
            self._make(path)

    def way(self, intent: str) -> tuple[str, ...]:
        """The keys that lead closest to what somebody wants, else to a person."""
        path: tuple[str, ...] = ()
        node = self.root
        while node.prompt and len(path) <= DEEPEST:
            menu = read_menu(node.prompt, self._phrases)
            option = choose(menu, intent, self._phrases).option or fallback(menu)
            if option is None or option.kind is not OptionKind.PRESS:
                break
            path = (*path, option.key)
            node = node.below.get(option.key, Node())
        return path

    def _make(self, path: tuple[str, ...]) -> Node:
        node = self.root
        for key in path:
            node = node.below.setdefault(key, Node())
        return node

    def _take(self, node: Node, prompt: str, menu: Menu) -> None:
        node.prompt = prompt
        for option in menu.options:
            if option.kind is OptionKind.PRESS:
                node.labels[option.key] = option.label
                node.roles[option.key] = option.roles
                node.below.setdefault(option.key, Node())

    def merge(self, other: MenuTree) -> None:
        """Add what another recording of the same tree knows; the other is the newer."""
        _merge(self.root, other.root)

    def paths(self) -> Iterator[tuple[tuple[str, ...], Node]]:
        """All nodes, breadth first, with the keys that lead there."""
        queue: deque[tuple[tuple[str, ...], Node]] = deque([((), self.root)])
        while queue:
            path, node = queue.popleft()
            yield path, node
            queue.extend(((*path, key), below) for key, below in node.below.items())

    def flow(self, path: tuple[str, ...], name: str) -> CallFlow:
        """The call flow that follows a path and then holds."""
        steps = []
        node = self.root
        for key in path:
            text = excerpt(node.prompt, key, self._phrases) if node.prompt else ""
            print_id, ends_at = node.prints.get(key, ("", 0.0))
            prompt = Prompt(text=impersonal(text), print_id=print_id, ends_at=ends_at)
            steps.append(Step(action=Action.PRESS, keys=key, prompt=prompt))
            node = node.below.get(key, Node())
        return CallFlow(
            name=name,
            steps=(*steps, Step(action=Action.HOLD)),
            language=self._phrases.language,
        )


def _merge(node: Node, newer: Node) -> None:
    if newer.prompt:
        same = likeness(node.prompt, newer.prompt) >= SAME_MENU
        if not same and node.prompt and set(node.labels.values()) != set(newer.labels.values()):
            for key in set(node.labels) - set(newer.labels):  # the menu lost these
                for part in (node.labels, node.roles, node.below):
                    part.pop(key, None)
        node.prompt = newer.prompt
        node.labels |= newer.labels
        node.roles |= newer.roles
    node.prints |= newer.prints
    node.whole = node.whole or newer.whole
    node.end = newer.end or node.end
    for key, below in newer.below.items():
        _merge(node.below.setdefault(key, Node()), below)


class Explorer:
    """Walks a company's menus breadth first, one call per menu, never to a person."""

    def __init__(self, tree: MenuTree, phrases: Phrases, most_calls: int = MOST_CALLS) -> None:
        """Go on from what the tree knows already."""
        self.tree = tree
        self._phrases = phrases
        self._most_calls = most_calls
        self._calls = 0

    @property
    def calls(self) -> int:
        """Calls made so far, those that failed included."""
        return self._calls

    def next_path(self) -> tuple[str, ...] | None:
        """The keys of the next call; None when all is known."""
        return None if self._calls >= self._most_calls else self._unknown()

    @property
    def complete(self) -> bool:
        """Whether nothing is left to explore."""
        return self._unknown() is None

    def _unknown(self) -> tuple[str, ...] | None:
        for path, node in self.tree.paths():
            if not node.known and len(path) <= DEEPEST and not self._shunned(path):
                return path
        return None

    def flow(self, path: tuple[str, ...]) -> CallFlow:
        """The flow of an exploring call: the keys alone, without holding at the end."""
        whole = self.tree.flow(path, "explore")
        return CallFlow(name="explore", steps=whole.steps[:-1], language=whole.language)

    def failed(self) -> None:
        """A call did not come to be: busy, or the network."""
        self._calls += 1

    def called(self, path: tuple[str, ...], explored: str, reason: str) -> None:
        """Take the result of a call: the menu found, or why there was none."""
        self._calls += 1
        if explored:
            self.tree.heard(path, explored)
        else:
            self.tree.ended(path, reason or "unknown")

    def _shunned(self, path: tuple[str, ...]) -> bool:
        """Ways that lead to people, round in circles, or cost something."""
        if not path:
            return False
        above = self.tree.at(path[:-1])
        assert above is not None
        key = path[-1]
        label = above.labels.get(key, "")
        option = Option(
            kind=OptionKind.PRESS, key=key, label=label, roles=above.roles.get(key, frozenset())
        )
        return bool(option.roles & {Role.OPERATOR, Role.REPEAT, Role.BACK}) or self._phrases.says(
            Said.COMMITS, label
        )
