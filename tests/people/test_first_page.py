"""The administration's first page: one finds the doors of one's own offices, and nothing else."""

import re

import pytest

from people.models import Office
from tests.cast import give_office, make_member

pytestmark = pytest.mark.django_db

K = Office.Kind

DOORS = {
    K.SECRETARY: ["people/tree", "people/members", "people/offices", "people/workbooks"],
    K.AUDIT_ADMINISTRATOR: ["audit"],
    K.SYSTEM_ADMINISTRATOR: [
        "workflows/list",
        "workflows/tasks/index",
        "sites",
        "locales",
        "collections",
        "redirects",
    ],
}


@pytest.mark.parametrize("kind", list(DOORS))
def test_the_first_page_has_the_doors_of_the_office_and_no_search_of_pages(client, county, kind) -> None:
    holder = make_member("holder")
    give_office(holder, county, kind)
    client.force_login(holder)

    text = client.get("/admin/").content.decode()

    shown = text.partition('class="office-doors"')[2].partition("</ul>")[0]
    assert re.findall(r'href="/admin/([a-z/]+)/"', shown) == DOORS[kind]
    assert 'role="search"' not in text
    assert "wagtail.org" not in text


def test_an_editor_s_first_page_keeps_its_search_and_leads_to_desk_and_import(client, county) -> None:
    editor = make_member("editor")
    give_office(editor, county, K.EDITOR)
    client.force_login(editor)

    text = client.get("/admin/").content.decode()

    assert 'role="search"' in text
    assert text.count("office-doors") == 1
    assert 'href="/admin/desk/"' in text
    assert 'href="/admin/import/"><strong>' in text
    assert "guide.wagtail.org" not in text
