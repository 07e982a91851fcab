"""Which changes can touch a view: derived from its select.

A change is dropped only when it provably cannot matter. Everything not understood counts as relevant: a spare query is allowed,
a missed change is not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, CompoundSelect, Enum, Integer, Select, String, Table
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, BooleanClauseList, Grouping
from sqlalchemy.sql.selectable import Alias, SelectBase, SelectStatementGrouping

from stackdock.live.change import Change, Routes

EXACT = 50  # changes looked at one by one


@dataclass(frozen=True)
class Footprint:
    tables: frozenset[str]
    conditions: dict[str, dict[str, frozenset[Any]]]  # table → column → the values a row must have to matter

    def is_touched_by(self, table: str, routes: Routes) -> bool:
        """Whether a change can alter the view's result. `routes` without a column say nothing about that column."""
        if table not in self.tables:
            return False
        return not any(
            column in routes and values.isdisjoint(routes[column]) for column, values in self.conditions.get(table, {}).items()
        )


def summarize(changes: Iterable[Change]) -> list[tuple[str, Routes]]:
    """What the changes can touch, each once. A bulk is taken together: it may then touch a view too many, never one too few."""
    distinct = {(change.table, change.routes_json): change for change in changes}
    if len(distinct) <= EXACT:
        return [(change.table, change.routes) for change in distinct.values()]
    merged: dict[str, dict[str, set[Any]]] = {}
    for change in distinct.values():
        routes = change.routes
        known = merged.setdefault(change.table, {column: set() for column in routes})
        for column in known.keys() - routes.keys():
            del known[column]
        for column, values in known.items():
            values.update(routes[column])
    return [(table, {column: tuple(values) for column, values in known.items()}) for table, known in merged.items()]


def footprint(statement: SelectBase) -> Footprint:
    if isinstance(statement, SelectStatementGrouping):
        return footprint(statement.element)
    uses = _uses(statement)
    if isinstance(statement, CompoundSelect):
        return _of_compound(statement, uses)
    conditions: dict[str, dict[str, frozenset[Any]]] = {}
    if isinstance(statement, Select) and statement.whereclause is not None:
        once = _tables_read_once(statement)
        for column, values in _conditions(statement.whereclause):
            if column.table.name in once:
                of_table = conditions.setdefault(column.table.name, {})
                of_table[column.name] = of_table.get(column.name, values) & values
    return Footprint(frozenset(uses), conditions)


def _uses(statement: Any) -> Counter[str]:
    """How often each table stands in the statement."""
    uses: Counter[str] = Counter()
    for element in visitors.iterate(statement):
        if isinstance(element, Table):
            uses[element.name] += 1
        elif isinstance(element, Alias):
            # An alias and the table beside it are two readings of one table: a condition on one says nothing about the other.
            uses.update({table.name: 1 for table in visitors.iterate(element) if isinstance(table, Table)})
    return uses


def _of_compound(statement: CompoundSelect[Any], uses: Counter[str]) -> Footprint:
    """A union and its like change only where one of their parts does: a row matters that meets a part's conditions.

    What the compound reads beside its parts (a subquery in its own order) promises nothing.
    """
    parts = [footprint(part) for part in statement.selects]
    beside = uses - sum((_uses(part) for part in statement.selects), Counter())
    conditions: dict[str, dict[str, frozenset[Any]]] = {}
    for table in uses.keys() - beside.keys():
        of_parts = [part.conditions.get(table, {}) for part in parts if table in part.tables]
        promised = set.intersection(*(set(each) for each in of_parts)) if of_parts else set()
        conditions[table] = {column: frozenset[Any]().union(*(each[column] for each in of_parts)) for column in promised}
    return Footprint(frozenset(uses), conditions)


def _tables_read_once(statement: Select[Any]) -> set[str]:
    """Tables that stand in the select's own FROM, once, and nowhere in a subquery, alias or common table expression."""
    direct = Counter(table.name for source in statement.get_final_froms() for table in _joined_tables(source))
    hidden: set[str] = set()
    for element in visitors.iterate(statement):
        if isinstance(element, (SelectBase, Alias)) and element is not statement:
            hidden |= {table.name for table in visitors.iterate(element) if isinstance(table, Table)}
    return {name for name, count in direct.items() if count == 1} - hidden


def _joined_tables(source: Any) -> Iterator[Table]:
    if isinstance(source, Table):
        yield source
    elif hasattr(source, "left") and hasattr(source, "right"):
        yield from _joined_tables(source.left)
        yield from _joined_tables(source.right)


def _conditions(clause: Any) -> Iterator[tuple[Column[Any], frozenset[Any]]]:
    """`column == value` and `column IN (values)` that every row of the result must meet."""
    if isinstance(clause, Grouping):
        yield from _conditions(clause.element)
    elif isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
        for part in clause.clauses:
            yield from _conditions(part)
    elif isinstance(clause, BinaryExpression) and isinstance(clause.left, Column) and isinstance(clause.left.table, Table):
        values = _values(clause)
        if values is not None and _same_in_json(clause.left, values):
            yield clause.left, frozenset(values)


def _values(clause: BinaryExpression[Any]) -> list[Any] | None:
    right = clause.right.element if isinstance(clause.right, Grouping) else clause.right
    if not isinstance(right, BindParameter) or right.callable is not None:
        return None
    if clause.operator is operators.eq:
        return [right.value]
    if clause.operator is operators.in_op and isinstance(right.value, (list, tuple, set, frozenset)):
        return list(right.value)
    return None


def _same_in_json(column: Column[Any], values: list[Any]) -> bool:
    """Whether a trigger writes the column's value exactly as Python holds it: plain text and whole numbers only."""
    if isinstance(column.type, String) and not isinstance(column.type, Enum):
        return all(isinstance(value, str) for value in values)
    if isinstance(column.type, Integer):
        return all(type(value) is int for value in values)
    return False
