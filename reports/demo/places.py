"""The invented county of Liuxi 柳溪县: its committee, general branches, branches and groups."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from people.models import Organisation
from reports.demo.chance import dice, draw_key

Kind = Organisation.Kind
Sector = Organisation.Sector
Level = Organisation.Level

COUNTY = ("中共柳溪县委员会", "Liuxi County Committee of the Communist Party of China")

GENERAL_BRANCHES = {
    "offices": ("县直机关党总支", "General Party Branch of the County Offices"),
    "town": ("柳溪街道党总支", "Liuxi Subdistrict General Party Branch"),
    "country": ("青石镇党总支", "Qingshi Town General Party Branch"),
}

HEALTH = ("柳溪县卫生健康行业党委", "Liuxi County Health Sector Party Committee")
"""A sector line: its observer sees the counts of the hospital's branch, which it does not own."""

FOUNDED = {
    Kind.COMMITTEE: date(1953, 7, 1),
    Kind.GENERAL_BRANCH: date(1956, 7, 1),
    Kind.BRANCH: date(1958, 7, 1),
    Kind.GROUP: date(1958, 7, 1),
}

SECTORS = {
    "county": Sector.ORGAN,
    "school": Sector.INSTITUTION,
    "hospital": Sector.INSTITUTION,
    "willow": Sector.COMMUNITY,
    "bridge": Sector.COMMUNITY,
    "park": Sector.NON_PUBLIC_ENTERPRISE,
    "stone": Sector.VILLAGE,
    "cloud": Sector.VILLAGE,
    "tea": Sector.NON_PUBLIC_ENTERPRISE,
}
"""The sector of each branch."""


@dataclass(frozen=True)
class BranchPlan:
    """
    A branch as it is laid out: who its members are, in numbers.

    `older` counts those over 60 who come to meetings; those on home study come on top of them. `hour` is when
    the monthly theme Party day begins, on the first such weekday (0: Monday) of the `week`th week.
    """

    name: str
    name_en: str
    under: str
    groups: int
    members: int
    home_study: int
    older: int
    week: int
    weekday: int
    hour: int


BRANCHES = {
    "county": BranchPlan(
        "县委机关党支部", "County Committee Offices Party Branch", "offices", 2, 17, 0, 1, 2, 4, 15
    ),
    "school": BranchPlan(
        "县第一中学党支部", "No. 1 Middle School Party Branch", "offices", 2, 19, 1, 3, 3, 4, 16
    ),
    "hospital": BranchPlan(
        "县人民医院党支部", "County Hospital Party Branch", "offices", 3, 21, 0, 2, 2, 3, 19
    ),
    "willow": BranchPlan(
        "柳溪社区第一党支部", "Liuxi Community First Party Branch", "town", 3, 24, 3, 8, 3, 5, 15
    ),
    "bridge": BranchPlan("东桥社区党支部", "Dongqiao Community Party Branch", "town", 2, 18, 2, 6, 2, 5, 9),
    "park": BranchPlan(
        "物流园联合党支部", "Logistics Park Joint Party Branch", "town", 2, 14, 0, 1, 4, 6, 19
    ),
    "stone": BranchPlan("青石村党支部", "Qingshi Village Party Branch", "country", 2, 16, 2, 5, 1, 5, 19),
    "cloud": BranchPlan("云溪村党支部", "Yunxi Village Party Branch", "country", 2, 15, 3, 5, 1, 6, 9),
    "tea": BranchPlan(
        "青石茶叶合作社党支部", "Qingshi Tea Cooperative Party Branch", "country", 2, 16, 1, 3, 4, 5, 14
    ),
}

ORDINALS = (("第一", "First"), ("第二", "Second"), ("第三", "Third"))


@dataclass
class Places:
    """The organisations that were founded, by the names used in these modules."""

    county: Organisation
    health: Organisation | None = None
    general_branches: dict[str, Organisation] = field(default_factory=dict)
    branches: dict[str, Organisation] = field(default_factory=dict)
    groups: dict[str, list[Organisation]] = field(default_factory=dict)


def found_places() -> Places:
    """Found the county committee and all below it."""
    rng = dice("places")
    places = Places(_found(Kind.COMMITTEE, COUNTY, key=draw_key(rng), level=Level.COUNTY))
    for code, names in GENERAL_BRANCHES.items():
        level = Level.COUNTY if code == "offices" else Level.TOWNSHIP
        places.general_branches[code] = _found(
            Kind.GENERAL_BRANCH, names, under=places.county, key=draw_key(rng), level=level
        )
    for code, plan in BRANCHES.items():
        branch = _found(
            Kind.BRANCH,
            (plan.name, plan.name_en),
            under=places.general_branches[plan.under],
            key=draw_key(rng),
            sector=SECTORS[code],
            level="" if plan.under == "offices" else Level.VILLAGE,
        )
        places.branches[code] = branch
        places.groups[code] = [
            _found(Kind.GROUP, (f"{zh}党小组", f"{en} Group"), under=branch, key=draw_key(rng))
            for zh, en in ORDINALS[: plan.groups]
        ]
    places.health = _found(Kind.COMMITTEE, HEALTH, under=places.county, key=draw_key(rng), level=Level.COUNTY)
    hospital = places.branches["hospital"]
    hospital.sector_parent = places.health
    hospital.save(update_fields=["sector_parent"])
    return places


def _found(
    kind: Organisation.Kind, names: tuple[str, str], *, under: Organisation | None = None, **fields: object
) -> Organisation:
    """Found an organisation of the demonstration, as long ago as its kind was."""
    name, name_en = names
    return Organisation.objects.found(
        kind=kind, name=name, name_en=name_en, under=under, founded_on=FOUNDED[kind], **fields
    )
