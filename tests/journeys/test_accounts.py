"""Accounts as people meet them: second step, waiting, one-time codes, sessions, a site that begins."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import PASSWORD, PHONE, ROOT, Prepared, Served, Visitor, faults, serving

pytestmark = pytest.mark.journey

NEW = "willow-river-bank"


def code_of(secret: str, *, later: int = 0) -> str:
    """What the telephone shows now, or a little later."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + later))


def send(page: Page, **fields: str) -> None:
    """Fill the form of the page and press its button."""
    for name, text in fields.items():
        page.fill(f"main [name={name}]", text)
    page.locator("main form.card button").click()
    page.wait_for_load_state()


def is_well_made(page: Page) -> bool:
    """Nothing for axe to find, and nothing wider than the screen."""
    assert faults(page) == []
    return page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def switch_on(page: Page) -> tuple[str, list[str]]:
    """Set the second step up on the open page; return the secret and the recovery codes."""
    assert is_well_made(page)
    expect(page.locator("main svg[role=img]")).to_be_visible()
    secret = page.locator("main code").inner_text().replace(" ", "")
    send(page, code="000000")
    expect(page.locator("main .errorlist")).to_contain_text("不是手机现在显示的")
    send(page, code=code_of(secret))
    page.wait_for_url("**/account/second-step/codes/")
    assert is_well_made(page)
    return secret, page.locator("main li code").all_inner_texts()


def sign_out(visitor: Visitor) -> None:
    visitor.open("/account/")
    visitor.page.locator("main form[action$='/sign-out/'] button").click()
    visitor.page.wait_for_load_state()


def test_second_step_and_recovery_code(somebody) -> None:
    visitor: Visitor = somebody()
    page = visitor.page
    visitor.sign_in("reviewer", "/account/")
    assert is_well_made(page)
    visitor.open("/account/second-step/")
    secret, recovery = switch_on(page)
    assert len(set(recovery)) == 10

    sign_out(visitor)
    visitor.open("/sign-in/?next=/record/")
    send(page, username="reviewer", password=PASSWORD)
    expect(page).to_have_url(re.compile("/sign-in/code/$"))
    assert is_well_made(page)
    send(page, code="000000")
    expect(page.locator("main .errorlist")).to_contain_text("验证码不正确或已用过")
    code = code_of(secret, later=1)
    send(page, code=code)
    expect(page).to_have_url(re.compile("/record/$"))

    sign_out(visitor)
    visitor.open("/sign-in/")
    send(page, username="reviewer", password=PASSWORD)
    send(page, code=code)  # nobody gets in with it again
    expect(page).to_have_url(re.compile("/sign-in/code/$"))
    send(page, code=recovery[0])
    expect(page).to_have_url(re.compile("/$"))

    visitor.open("/account/second-step/")
    expect(page.locator("main")).to_contain_text("还剩 9 个备用码")
    assert is_well_made(page)
    visitor.open("/account/second-step/off/")
    send(page, password=PASSWORD)
    expect(page.locator("main")).to_contain_text("第二步验证已关闭")


def test_a_stranger_makes_nobody_wait(somebody) -> None:
    owner, stranger = somebody(), somebody()
    owner.sign_in("observer")
    sign_out(owner)
    stranger.open("/sign-in/")
    for _try in range(5):
        send(stranger.page, username="observer", password="guessed")
    send(stranger.page, username="observer", password=PASSWORD)
    expect(stranger.page.locator("main .notice")).to_contain_text("请等 5 分钟再试")
    assert is_well_made(stranger.page)

    owner.sign_in("observer", "/record/")
    expect(owner.page.locator("h1")).to_be_visible()


@pytest.fixture
def newcomer(served: Served) -> tuple[str, str]:
    """Key and number of a member of the secretary's branch who has never signed in."""
    rows = served.rows(
        "select m.key::text, m.number from people_member m join people_affiliation a on a.member_id = m.id"
        " where a.kind = 'home' and a.until is null and m.password like '!%%' and a.branch_id ="
        "  (select o.organisation_id from people_office o join people_member s on s.id = o.member_id"
        "   where s.number = 'secretary' and o.kind = 'secretary' and o.until is null limit 1)"
        " and not exists (select from people_office where member_id = m.id) order by m.id limit 1"
    )
    return rows[0]


def handed_code(secretary: Visitor, key: str, purpose: str) -> str:
    page = secretary.page
    secretary.open(f"/members/{key}/code/")
    page.select_option("[name=purpose]", purpose)
    assert is_well_made(page)
    send(page, reason="本人来支部")
    assert is_well_made(page)
    return page.locator(".tile strong").inner_text()


def test_first_sign_in_and_forgotten_password(somebody, newcomer: tuple[str, str]) -> None:
    key, number = newcomer
    secretary, member = somebody(), somebody()
    secretary.sign_in("secretary")
    for purpose, password in (("first", NEW), ("forgotten", f"{NEW}-again")):
        code = handed_code(secretary, key, purpose)
        page = member.page
        member.open("/sign-in/")
        page.get_by_role("link", name="首次登录或忘记密码？").click()
        assert is_well_made(page)
        page.get_by_role("link", name="我有验证码").click()
        assert is_well_made(page)
        send(page, username=number, code=code.lower())
        expect(page).to_have_url(re.compile("/code/password/$"))
        assert is_well_made(page)
        send(page, new_password1=password, new_password2=password)
        expect(page).to_have_url(re.compile(r"\d/$"))
        expect(page.get_by_role("link", name="我的账号")).to_be_visible()
        sign_out(member)
    member.open("/sign-in/?next=/record/")
    send(page, username=number, password=f"{NEW}-again")
    expect(page).to_have_url(re.compile("/record/$"))


def test_sessions_in_large_type(somebody) -> None:
    telephone, computer = somebody(look="large"), somebody(viewport={"width": 1280, "height": 800})
    telephone.sign_in("auditor", "/account/sessions/")
    computer.sign_in("auditor")
    telephone.page.reload()
    expect(telephone.page.locator("main li")).to_have_count(2)
    assert is_well_made(telephone.page)
    telephone.page.get_by_role("button", name="退出该处").click()
    expect(telephone.page.locator("main .plain li")).to_have_count(1)
    computer.open("/record/")
    expect(computer.page).to_have_url(re.compile("/sign-in/"))


@dataclass(frozen=True)
class Site:
    """A site as in production: no demonstration, nobody there yet."""

    served: Served
    environment: dict[str, str] = field(repr=False)

    def manage(self, *words: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True)


@pytest.fixture
def empty_site(prepared: Prepared, tmp_path_factory) -> Iterator[Site]:
    """A database with tables and nobody in them, and a server that asks for what production asks for."""
    keys = str(tmp_path_factory.mktemp("begin") / "keys")
    with prepared.copy(f"begin_{os.getpid()}") as database:
        environment = {**prepared.environment, "DATABASE_URL": database, "KEYS_FILE": keys}
        made = subprocess.run(
            [sys.executable, "manage.py", "rotate_keys", "--new"], cwd=ROOT, env=environment, check=False
        )
        assert made.returncode == 0
        with serving(environment, threads=2) as url:
            yield Site(Served(url, database, Path(environment["VAR_DIR"])), environment)


def test_an_empty_site_begins(empty_site: Site, browser: Browser) -> None:
    begun = empty_site.manage(
        "begin", "--committee", "柳溪县委", "--system", "赵一", "--audit", "钱二", "--security", "孙三"
    )
    assert begun.returncode == 0, begun.stderr
    code = re.search(r"number secadmin, code (\w{4} \w{4})", begun.stdout)[1]
    again = empty_site.manage("begin")
    assert (again.returncode, "nothing was changed" in again.stderr) == (1, True)

    context = browser.new_context(viewport=PHONE, locale="zh-CN")
    visitor = Visitor(empty_site.served, context, context.new_page())
    page = visitor.page
    visitor.open("/code/")
    send(page, username="secadmin", code=code)
    send(page, new_password1=NEW, new_password2=NEW)
    expect(page.locator("main .errorlist")).to_contain_text("三类")
    send(page, new_password1="Willow-river-7", new_password2="Willow-river-7")
    expect(page).to_have_url(re.compile("/account/second-step/$"))
    visitor.open("/record/")
    expect(page).to_have_url(re.compile("/account/second-step/$"))
    switch_on(page)
    visitor.open("/record/")
    expect(page).to_have_url(re.compile("/record/$"))
    context.close()
