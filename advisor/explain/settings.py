"""Pages of settings, properties and kernel settings: what each is in every stack, and which rules look at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from advisor.explain.kernel import kernel_names
from advisor.explain.page import Page, Rows, section
from advisor.explain.values import default_text, rows_text, value_text
from advisor.expressions import Kind, unit_kind
from advisor.knowledge import Knowledge, SysctlRow
from advisor.properties import Property
from advisor.stacks import Behaviour, Effective, Profile, Setting, alias


def find_settings(name: str, knowledge: Knowledge) -> list[tuple[Profile, Setting]]:
    """Return the settings of all known stacks that *name* can mean: a full name, or its last part; case does not count."""
    wanted = name.lower()
    return [
        (profile, setting)
        for profile in sorted(knowledge.profiles.values(), key=lambda p: p.name) if not profile.generic
        for setting in profile.settings.values()
        if wanted == setting.name.lower() or setting.name.lower().endswith(f".{wanted}")
        or (setting.part is not None and wanted == setting.part[0].lower())
    ]  # fmt: skip


def setting_page(profile: Profile, setting: Setting, knowledge: Knowledge) -> Page:
    """Return what is known of one setting of one stack."""
    is_property = properties_of(profile, setting)
    facts = [
        ("default", default_text(setting)),
        ("kind", unit_kind(setting.kind) + (f"; a bare number is in {setting.unit}" if setting.unit else "")),
        ("values", ", ".join(setting.kind.options)),
        ("0 and the like", "; ".join(f"{value_text(k, setting.kind)} means {_special(v, setting)}"
                                     for k, v in setting.special.items())),
        ("below zero", "" if setting.negative is None else _special(setting.negative, setting)),
        ("range", "cannot be changed" if setting.fixed else _range(setting)),
        ("acts", setting.effect),
        ("trap", setting.trap),
        ("source", setting.source + ("" if setting.verified else "; not verified")),
    ]  # fmt: skip
    return Page(
        setting.name, f"setting of {profile.name}", setting.means,
        [
            *section("What it is", Rows([(k, v) for k, v in facts if v])),
            *section("What it bears on", Rows([(n, means(n, knowledge)) for n in is_property])),
            *section("Often said, and wrong", Rows([_folklore(row) for row in knowledge.sysctl_rows(setting.name)])),
            *section("Rules that look at it", Rows(list(rules_reading(is_property, knowledge)))),
        ],
    )  # fmt: skip


def sysctl_page(name: str, rows: list[SysctlRow]) -> Page:
    """Return what the folklore table says of a kernel setting that no profile has."""
    return Page(name, "kernel setting", "", section("Often said, and wrong", Rows([_folklore(row) for row in rows])))


def _folklore(row: SysctlRow) -> tuple[str, str]:
    where = f"from {row.since} " if row.since != "0" else ""
    where += f"before {row.until} " if row.until != "9999" else ""
    return f"{row.harm} {where}".strip(), row.says + (f" (where {' '.join(row.when.text.split())})" if row.when else "")


def _special(meant: object, setting: Setting) -> str:
    return f"the value of {meant['as']}" if isinstance(meant, dict) and "as" in meant else value_text(meant, setting.kind)


def _range(setting: Setting) -> str:
    low, high = setting.range
    if setting.kind.base != "number" or (low, high) == (-float("inf"), float("inf")):
        return ""
    step = f", in steps of {value_text(setting.step, setting.kind)}" if setting.step > 1 else ""
    return f"{value_text(low, setting.kind)} to {value_text(high, setting.kind)}{step}"


def properties_of(profile: Profile, setting: Setting) -> list[str]:
    """Return the properties that *setting* is, or that are computed from it."""
    names = dict.fromkeys(setting.properties)
    for name, given in profile.gives.items():
        if isinstance(given, Effective) and alias(setting.name) in given.value.names:
            names[name] = None
    return list(names)


def find_properties(name: str, knowledge: Knowledge) -> list[tuple[str, Property]]:
    """Return the properties that *name* can mean, under the name a rule uses: ``idle_timeout`` is that of both ends."""
    first, dot, rest = name.partition(".")
    subject = {"caller": "end", "callee": "end"}.get(first, first)
    if dot:
        found = knowledge.properties.find(subject, rest)
        return [(name, found)] if found else []
    named = []
    for kind, group in knowledge.properties.all.items():
        if name in group:
            named += [(f"{role}.{name}", group[name]) for role in (("caller", "callee") if kind == "end" else (kind,))]
    return named


def property_page(name: str, prop: Property, knowledge: Knowledge) -> Page:
    """Return what is known of one property: its meaning, where it comes from, what it is called in each stack."""
    facts = [
        ("kind", unit_kind(prop.kind)),
        ("values", ", ".join(prop.kind.options)),
        ("in a document", prop.key),
        ("where a stack has none", value_text(prop.neutral, prop.kind) if prop.neutral is not None else ""),
        ("where nothing is said", value_text(prop.otherwise, prop.kind) if prop.otherwise is not None else ""),
        ("assumed for sizing", value_text(prop.assume, prop.kind) if prop.assume is not None else ""),
        *kernel_names(prop),
        ("how to get it", prop.ask),
    ]
    ways = [(w.title, w.value.text + (f" (where {w.when.text})" if w.when else "")) for w in prop.derive]
    return Page(
        name, "property", prop.means,
        [
            *section("What it is", Rows([(k, v) for k, v in facts if v])),
            *section("How it is computed", Rows(ways)),
            *section("What it is in each stack", Rows(list(where_set([name], knowledge)))),
            *section("Rules that look at it", Rows(list(rules_reading([name], knowledge)))),
        ],
    )  # fmt: skip


def where_set(names: Iterable[str], knowledge: Knowledge) -> Iterator[tuple[str, str, str]]:
    """Yield property, stack, and the setting or behaviour that gives it there, with its default."""
    for name in names:
        shown = name
        role, _, rest = name.rpartition(".")
        key = f"{role.split('.')[-1]}.{rest}"  # caller.host.somaxconn is host.somaxconn of a profile
        for profile in sorted(knowledge.profiles.values(), key=lambda p: p.name):
            given = profile.gives.get(key)
            if given is None or profile.generic:
                continue
            found = find_properties(key, knowledge)
            yield shown, profile.name, _given(given, found[0][1].kind)
            shown = ""


def _given(given: Setting | Effective | Behaviour, kind: Kind) -> str:
    if isinstance(given, Setting):
        return f"{given.name}  ({default_text(given)})"
    if isinstance(given, Effective):
        through = f"; set {given.moves.setting}" if given.moves else ""
        return f"{' '.join(given.value.text.split())}{through}"
    return f"fixed: {rows_text(given.rows, kind)}"


def means(name: str, knowledge: Knowledge) -> str:
    """Return the meaning of a property in a phrase."""
    found = find_properties(name, knowledge)
    return found[0][1].means if found else ""


def rules_reading(names: Iterable[str], knowledge: Knowledge) -> Iterator[tuple[str, str]]:
    """Yield slug and title of the rules that check or move one of the properties *names*."""
    wanted = set(names)
    for rule in knowledge.rules.values():
        read = {*rule.leaves(*rule.require), *rule.evidence, *(n for fix in rule.fixes for n, _, _ in fix.moves)}
        if rule.each:
            item, listed = rule.each
            found = find_properties(listed, knowledge)
            read |= {f"{found[0][1].kind.of}.{n.partition('.')[2]}" for n in read if found and n.startswith(f"{item}.")}
        if wanted & read or wanted & {".".join(n.split(".")[-2:]) for n in read}:
            yield rule.slug, rule.title
