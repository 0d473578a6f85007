"""Menu trees as plain data, to be stored and shown."""

from typing import Any

from .menu_tree import MenuTree, Node
from .phrases import Phrases

#: A stored tree deeper than this is damaged.
_DEEPEST = 20


def tree_to_dict(tree: MenuTree) -> dict[str, Any]:
    """A menu tree as plain data; what is empty is left out."""
    return _to_dict(tree.root)


def tree_from_dict(data: Any, phrases: Phrases) -> MenuTree:
    """A menu tree from plain data; raises ValueError when it is damaged."""
    tree = MenuTree(phrases)
    tree.root = _from_dict(data, tree, 0)
    return tree


def _to_dict(node: Node) -> dict[str, Any]:
    data: dict[str, Any] = {}
    if node.prompt:
        data["says"] = node.prompt
    if node.whole:
        data["whole"] = True
    if node.end:
        data["ends"] = node.end
    if node.below:
        data["keys"] = {
            key: {"label": node.labels.get(key, "")} | _to_dict(below)
            for key, below in sorted(node.below.items())
        }
    if node.prints:
        data["prints"] = {key: list(value) for key, value in sorted(node.prints.items())}
    return data


def _from_dict(data: Any, tree: MenuTree, depth: int) -> Node:
    if not isinstance(data, dict) or depth > _DEEPEST:
        raise ValueError("this is no menu tree")
    node = Node(end=str(data.get("ends", "")), whole=bool(data.get("whole")))
    try:
        if says := str(data.get("says", "")):
            tree.read(node, says)
        for key, (print_id, ends_at) in data.get("prints", {}).items():
            node.prints[str(key)] = (str(print_id), float(ends_at))
        for key, below in data.get("keys", {}).items():
            node.below[str(key)] = _from_dict(below, tree, depth + 1)
    except (AttributeError, TypeError) as error:
        raise ValueError(f"this is no menu tree: {error}") from error
    return node
