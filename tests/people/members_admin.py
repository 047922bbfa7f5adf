"""What the tests of the member list and of its acts share."""

from __future__ import annotations

from people.models import Member

LIST = "/admin/people/members/"


def post(client, name: str, *members: Member, **fields: str):
    """Do something with the chosen."""
    keys = [str(member.key) for member in members]
    return client.post(f"{LIST}act/{name}/", {"member": keys, **fields})
