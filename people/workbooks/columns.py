"""The sheets of a workbook of people and their columns: how each is called, read and shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models.enums import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from people.models import Affiliation, Office, Organisation, Standing
from people.workbooks import values
from people.workbooks.values import Reader, alike

LANGUAGES = ("zh-hans", "en")

MORE_WORDS: dict[str, dict[str, str]] = {
    "Kind": {
        "党委": "committee", "县委": "committee", "市委": "committee", "乡镇党委": "committee",
        "党工委": "committee", "基层党委": "committee", "总支": "general_branch", "党总支": "general_branch",
        "党总支部": "general_branch", "支部": "branch", "党支部": "branch", "联合党支部": "branch",
        "临时党支部": "branch", "小组": "group", "党小组": "group", "committee": "committee",
        "generalbranch": "general_branch", "branch": "branch", "group": "group",
    },
    "Sector": {
        "机关": "organ", "企业": "enterprise", "国有企业": "enterprise", "事业单位": "institution",
        "高校": "university", "学校": "university", "金融": "finance", "两新": "non_public_enterprise",
        "非公企业": "non_public_enterprise", "非公有制经济组织": "non_public_enterprise",
        "非公有制企业": "non_public_enterprise", "社会组织": "social_organisation", "村": "village",
        "农村": "village", "行政村": "village", "社区": "community", "窗口单位": "window_unit",
    },
    "Level": {
        "省": "province", "省级": "province", "市": "city", "市级": "city", "县": "county", "县级": "county",
        "区县": "county", "乡镇": "township", "街道": "township", "乡镇街道": "township",
        "村": "village", "社区": "village", "村社区": "village", "township": "township",
    },
    "Value": {
        "正式": "full", "正式党员": "full", "预备": "probationary", "预备党员": "probationary",
        "full": "full", "probationary": "probationary", "在岗": "on_the_job", "在职": "on_the_job",
        "离退休": "retired", "退休": "retired", "离休": "retired", "working": "on_the_job",
    },
    "Affiliation": {
        "组织关系": "home", "正式组织关系": "home", "所在支部": "home", "流出地": "home", "home": "home",
        "流入": "host", "流入地": "host", "流动": "host", "流动党员": "host", "host": "host",
    },
    "Office": {
        "书记": "secretary", "支部书记": "secretary", "党支部书记": "secretary", "副书记": "deputy",
        "支委": "committee_member", "委员": "committee_member", "支部委员": "committee_member",
        "组织委员": "committee_member", "宣传委员": "committee_member", "纪检委员": "committee_member",
        "小组长": "group_leader", "党小组长": "group_leader", "组长": "group_leader",
        "送学人员": "visitor", "送学员": "visitor", "督导": "observer", "督导组": "observer",
        "deputy": "deputy",
    },
}  # fmt: skip
"""Words that people write beside the labels in both languages."""

BY_WORKBOOK = (
    Office.Kind.SECRETARY,
    Office.Kind.DEPUTY,
    Office.Kind.COMMITTEE_MEMBER,
    Office.Kind.GROUP_LEADER,
    Office.Kind.VISITOR,
    Office.Kind.OBSERVER,
)
"""Offices that a workbook may name: no editors and no administrators."""


def label(choices: type[TextChoices], value: str) -> str:
    """The word for a value, in the reader's language."""
    return str(dict(choices.choices).get(value, value))


@cache
def words_of(choices: type[TextChoices], more: str, *among: str) -> Mapping[str, str]:
    """By what people write, the value: labels in both languages, the name in the code, usual words."""
    found = {alike(word): value for word, value in MORE_WORDS[more].items()}
    for language in LANGUAGES:
        with override(language):
            for value, words in choices.choices:
                found[alike(str(words))] = value
                found[alike(value)] = value
                found[alike(value).replace("_", "")] = value
    return {word: value for word, value in found.items() if not among or value in among}


def _among(choices: type[TextChoices], more: str, *among: str) -> Reader:
    return values.one_of(lambda: words_of(choices, more, *among))


@dataclass(frozen=True)
class Column:
    """A column: its name in the program, its heading, other headings for it, and how a cell is read."""

    name: str
    heading: Any
    also: str
    reads: Reader
    required: bool = False
    width: int = 16
    choices: type[TextChoices] | None = None
    among: tuple[str, ...] = ()
    note: Any = ""
    clears: bool = False

    def show(self, value: Any) -> Any:
        """A value as it is written into a workbook in the reader's language."""
        if value is None or value == "":
            return None
        return label(self.choices, value) if self.choices else value


@dataclass(frozen=True)
class Kind:
    """A kind of sheet."""

    code: str
    title: Any
    also: str
    columns: tuple[Column, ...]

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def required(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.required)


_place = values.text(1_500)

ORGANISATIONS = Kind(
    "organisations",
    _("Organisations"),
    "党组织 组织 组织信息 党组织信息 组织机构 org orgs organisation organization organizations",
    (
        Column("code", _("Organisation code"), "组织代码 党组织代码 组织编码 党组织编码 编码 外部编码 代码 "
                                               "code external_code externalcode",
               values.text(40), width=18),
        Column("parent", _("Belongs to (code or full path)"),
               "上级党组织 上级组织 上级 隶属 所属党组织 上级组织代码 上级党组织代码 上级代码 上级编码 "
               "parent belongsto parentcode parentorganisation",
               _place, width=34, note=_("County Committee/Town General Branch, or the code")),
        Column("name", _("Organisation name"), "组织名称 党组织名称 名称 组织全称 全称 党组织全称 党组织 "
                                               "name nameinchinese organisation organizationname",
               values.text(120), required=True, width=30),
        Column("name_en", _("Organisation name in English"), "英文名称 英文名 name_en nameinenglish "
                                                             "englishname", values.text(200), width=30,
               clears=True),
        Column("kind", _("Kind of organisation"), "组织类型 组织类别 类型 类别 党组织类别 党组织类型 kind "
                                                  "type",
               _among(Organisation.Kind, "Kind"), choices=Organisation.Kind),
        Column("sector", _("Sector"), "行业 领域 所属领域 单位类型 单位性质 "
                                      "sector", _among(Organisation.Sector, "Sector"),
               choices=Organisation.Sector, clears=True),
        Column("level", _("Level"), "层级 级别 level", _among(Organisation.Level, "Level"),
               choices=Organisation.Level, clears=True),
        Column("sector_parent", _("Sector line (code or full path)"),
               "行业主管 行业系统 条线 行业党委 系统 行业主管部门 sectorline sectorparent "
               "sector_parent", _place, width=30, clears=True),
        Column("founded_on", _("Founded on"), "成立日期 成立时间 建立日期 founded founded_on "
                                              "foundedon", values.day, clears=True),
    ),
)  # fmt: skip

MEMBERS = Kind(
    "members",
    _("Members"),
    "党员 党员信息 党员名册 名册 党员名单 人员 花名册 member people",
    (
        Column("number", _("Member number"), "党员编号 编号 党员号 工号 number membernumber memberno no",
               values.number, required=True, width=16),
        Column("name", _("Full name"), "姓名 党员姓名 名字 name", values.text(80), required=True, width=14),
        Column("name_latin", _("Name in Latin letters"), "姓名拼音 拼音 拉丁姓名 外文姓名 name_latin "
                                                         "latinname pinyin",
               values.text(120), width=18, clears=True),
        Column("phone", _("Telephone"), "手机 手机号 手机号码 电话 电话号码 联系电话 联系方式 phone mobile "
                                        "tel phonenumber",
               values.phone, width=16, clears=True),
        Column("birth_year", _("Year of birth"), "出生年份 出生年 出生日期 出生年月 birthyear birth_year "
                                                 "yearofbirth born",
               values.birth_year, clears=True),
        Column("membership", _("Membership (full or probationary)"),
               "党员类别 党员身份 人员类别 类别 党籍 membership membershipstanding",
               _among(Standing.Value, "Value", "full", "probationary"), choices=Standing.Value,
               among=("full", "probationary")),
        Column("membership_since", _("Membership since"), "党员类别起始日期 类别起始日期 转正日期 "
                                                          "membershipsince membership_since",
               values.day),
        Column("work", _("On the job or retired"), "在岗状态 工作状态 在岗情况 岗位状态 work workstanding "
                                                   "onthejob",
               _among(Standing.Value, "Value", "on_the_job", "retired"), choices=Standing.Value,
               among=("on_the_job", "retired")),
        Column("work_since", _("On the job or retired since"), "在岗状态起始日期 状态起始日期 退休日期 "
                                                               "worksince work_since", values.day),
        Column("branch", _("Home branch"), "所在党支部 党支部 支部 所在支部 所属党支部 所属支部 "
                                           "组织关系所在党支部 所在党组织 branch homebranch home",
               _place, width=34),
        Column("group", _("Group"), "党小组 小组 所在党小组 group", _place),
        Column("since", _("Home branch since"), "所在党支部起始日期 组织关系起始日期 转入日期 起始日期 "
                                                "since homesince branchsince", values.day),
    ),
)  # fmt: skip

AFFILIATIONS = Kind(
    "affiliations",
    _("Affiliations"),
    "组织关系 党员组织关系 关系 affiliation",
    (
        Column("number", _("Member number"), "党员编号 编号 党员号 工号 number membernumber memberno no",
               values.number, required=True),
        Column("name", _("Full name"), "姓名 党员姓名 name", values.text(80), width=14,
               note=_("Only for reading: it is compared with the member's name.")),
        Column("kind", _("Home or host"), "关系类型 组织关系类型 类型 关系 kind type homeorhost "
                                          "affiliation", _among(Affiliation.Kind, "Affiliation"),
               required=True, choices=Affiliation.Kind),
        Column("branch", _("Branch"), "党支部 支部 所在党支部 所属党支部 党组织 组织 branch "
                                      "organisation", _place, required=True, width=34),
        Column("group", _("Group"), "党小组 小组 group", _place, clears=True),
        Column("since", _("Since"), "起始日期 开始日期 起 自 从 since from start", values.day, required=True),
        Column("until", _("Until (the first day it no longer "
                          "holds)"), "截止日期 结束日期 终止日期 止 至 until to end", values.day,
               clears=True),
    ),
)  # fmt: skip

OFFICES = Kind(
    "offices",
    _("Offices"),
    "职务 任职 党内职务 office",
    (
        Column("number", _("Member number"), "党员编号 编号 党员号 工号 number membernumber memberno no",
               values.number, required=True),
        Column("name", _("Full name"), "姓名 党员姓名 name", values.text(80), width=14,
               note=_("Only for reading: it is compared with the member's name.")),
        Column("organisation", _("Organisation"), "党组织 组织 任职党组织 任职组织 所在党组织 organisation "
                                                  "organization", _place,
               required=True, width=34),
        Column("kind", _("Office"), "职务 党内职务 职务名称 office "
                                    "kind", _among(Office.Kind, "Office", *BY_WORKBOOK),
               required=True, choices=Office.Kind, among=BY_WORKBOOK),
        Column("since", _("In office since"), "任职日期 任职时间 起始日期 since from "
                                              "start", values.day, required=True),
        Column("until", _("In office until (the last "
                          "day)"), "卸任日期 截止日期 任期截止日期 离任日期 until to "
                                   "end", values.day, clears=True),
    ),
)  # fmt: skip

KINDS: dict[str, Kind] = {kind.code: kind for kind in (ORGANISATIONS, MEMBERS, AFFILIATIONS, OFFICES)}

IDENTITY_HEADINGS = re.compile(
    r"身份证|公民身份|证件号|证件编号|idcard|identity(card|no|number)|idnumber|护照|passport"
)
"""Headings of columns that are never taken: see `domain` on personal data."""


def heading_key(text: str) -> str:
    """Return what headings are compared by: no case, width, blanks, marks, nor what stands in brackets."""
    tidy = alike(text)
    without = re.sub(r"\([^)]*\)|\[[^\]]*\]|【[^】]*】", "", tidy)
    return re.sub(r"[\s*:：。、,，_\-]", "", without or tidy)


@cache
def headings(code: str) -> Mapping[str, str]:
    """By the key of a heading, the name of the column."""
    found: dict[str, str] = {}
    for column in KINDS[code].columns:
        shown = []
        for language in LANGUAGES:
            with override(language):
                shown.append(str(column.heading))
        for text in (*column.also.split(), column.name, *shown):
            found.setdefault(heading_key(unicodedata.normalize("NFKC", text)), column.name)
    return found


@cache
def titles() -> Mapping[str, str]:
    """By the key of a sheet's title, the kind of sheet."""
    found: dict[str, str] = {}
    for kind in KINDS.values():
        for language in LANGUAGES:
            with override(language):
                found[heading_key(str(kind.title))] = kind.code
        for text in (*kind.also.split(), kind.code):
            found[heading_key(text)] = kind.code
    return found
