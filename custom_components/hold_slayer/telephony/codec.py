"""Typed values to JSON values and back, checked field by field.

Dataclasses become objects, a union of dataclasses becomes an object with a `kind` key
(the class name in snake case), tuples become lists, enums their value. Fields of type `bytes` travel beside the JSON, not in it. The value of a field
declared with `repr=False` (a password) never appears in an error.
"""

import dataclasses
from enum import Enum
from functools import cache
import re
from types import NoneType, UnionType
from typing import Any, TypeAliasType, Union, get_args, get_origin, get_type_hints

#: Key that names the class within a union of dataclasses.
KIND = "kind"
#: Longest excerpt of a wrong value in an error text, characters.
EXCERPT = 60


class MessageError(ValueError):
    """A message cannot be understood; says which field and which value."""

    #: Number of the request that could not be read, where that much was readable.
    request: int | None = None

    def __init__(self, text: str, *, field: str = "", value: object = None) -> None:
        """Remember the dotted path of the field and the value found there."""
        super().__init__(text)
        self.field = field
        self.value = value


def snake_case(name: str) -> str:
    """Return a class name as words joined by underscores: `PlaceCall` -> `place_call`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def encode(value: Any, *, kind: bool = False) -> Any:
    """Return `value` as JSON; with `kind`, a dataclass also names its class."""
    match value:
        case None | bool() | int() | float():
            return value
        case Enum():
            return value.value
        case str():
            return value
        case tuple() | list():
            return [encode(item) for item in value]
        case dict():
            return {str(key): encode(item) for key, item in value.items()}
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        raise TypeError(f"{type(value).__name__} cannot travel in a message")
    hints = hints_of(type(value))
    fields = {
        name: encode(getattr(value, name), kind=_is_union_of_dataclasses(hint))
        for name, hint in hints.items()
        if hint is not bytes
    }
    return {KIND: snake_case(type(value).__name__), **fields} if kind else fields


def decode(hint: Any, value: Any, path: str) -> Any:
    """Return JSON `value` as `hint` asks; `path` names the field in errors."""
    if isinstance(hint, TypeAliasType):
        return decode(hint.__value__, value, path)
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _decode_union(get_args(hint), value, path)
    if origin is tuple:
        _expect(isinstance(value, list), "a list", value, path)
        item_hint = get_args(hint)[0]
        return tuple(decode(item_hint, item, f"{path}[{i}]") for i, item in enumerate(value))
    if origin is dict:
        _expect(isinstance(value, dict), "an object", value, path)
        item_hint = get_args(hint)[1]
        return {key: decode(item_hint, item, f"{path}.{key}") for key, item in value.items()}
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return decode_dataclass(hint, value, path)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _decode_enum(hint, value, path)
    return _decode_plain(hint, value, path)


def decode_dataclass[T](cls: type[T], value: Any, path: str, **given: Any) -> T:
    """Build `cls` from an object; fields in `given` do not come from it."""
    _expect(isinstance(value, dict), "an object", value, path)
    hints = hints_of(cls)  # type: ignore[arg-type]
    values = dict(given)
    for field in dataclasses.fields(cls):  # type: ignore[arg-type]
        if field.name in given:
            continue
        where = f"{path}.{field.name}"
        if field.name in value:
            try:
                values[field.name] = decode(hints[field.name], value[field.name], where)
            except MessageError:
                if field.repr:
                    raise
                raise MessageError(f"{where} is of the wrong type", field=where) from None
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise MessageError(f"{where} is missing", field=where)
    return cls(**values)


@cache
def hints_of(cls: Any) -> dict[str, Any]:
    """Return the types of a dataclass's fields, in order."""
    hints = get_type_hints(cls)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


def _members(hint: Any) -> tuple[Any, ...]:
    """Return the members of a union, aliases opened; otherwise the hint alone."""
    if isinstance(hint, TypeAliasType):
        return _members(hint.__value__)
    if get_origin(hint) in (Union, UnionType):
        return tuple(member for part in get_args(hint) for member in _members(part))
    return (hint,)


@cache
def _is_union_of_dataclasses(hint: Any) -> bool:
    """Tell whether a value of `hint` needs its kind written beside it."""
    return sum(dataclasses.is_dataclass(member) for member in _members(hint)) > 1


def _decode_union(members: tuple[Any, ...], value: Any, path: str) -> Any:
    """Pick the member of a union that `value` belongs to."""
    members = tuple(inner for member in members for inner in _members(member))
    if value is None and NoneType in members:
        return None
    candidates = [member for member in members if member is not NoneType]
    if len(candidates) == 1:
        return decode(candidates[0], value, path)
    _expect(isinstance(value, dict), "an object", value, path)
    kinds = {snake_case(member.__name__): member for member in candidates}
    if (kind := value.get(KIND)) not in kinds:
        where = f"{path}.{KIND}"
        raise MessageError(
            f"{where} is {_excerpt(kind)}; known are {', '.join(sorted(kinds))}",
            field=where,
            value=kind,
        )
    return decode_dataclass(kinds[kind], value, path)


def _decode_enum(hint: type[Enum], value: Any, path: str) -> Enum:
    """Return the member of an enum that has `value`."""
    try:
        return hint(value)
    except ValueError:
        known = ", ".join(str(member.value) for member in hint)
        raise MessageError(
            f"{path} is {_excerpt(value)}; known are {known}", field=path, value=value
        ) from None


def _decode_plain(hint: Any, value: Any, path: str) -> Any:
    """Return a text, number or truth value; whole numbers are fine as float."""
    if hint is float:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        _expect(number, "a number", value, path)
        return float(value)
    if hint is int:
        whole = isinstance(value, int) and not isinstance(value, bool)
        _expect(whole, "a whole number", value, path)
    elif hint is bool:
        _expect(isinstance(value, bool), "true or false", value, path)
    elif hint is str:
        _expect(isinstance(value, str), "a text", value, path)
    else:
        raise TypeError(f"{path}: {hint} cannot travel in a message")
    return value


def _expect(fits: bool, what: str, value: Any, path: str) -> None:
    """Raise `MessageError` unless the value fits."""
    if not fits:
        raise MessageError(
            f"{path} should be {what}, not {_excerpt(value)}", field=path, value=value
        )


def _excerpt(value: Any) -> str:
    """Return a value as it may be shown in an error: short."""
    text = repr(value)
    return text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…"
