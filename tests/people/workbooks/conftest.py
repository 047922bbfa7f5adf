"""Who brings workbooks in: the secretary of a county committee."""

from __future__ import annotations

import pytest

from people.models import Member, Organisation
from tests.cast import give_office, make_member


@pytest.fixture
def leader(county: Organisation, branch: Organisation) -> Member:
    """Leads the county: may bring in people of everything below."""
    leader = make_member("wangfang", branch, name="王芳", name_latin="Wang Fang")
    give_office(leader, county, "secretary")
    return leader
