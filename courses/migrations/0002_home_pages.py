"""The home page of each language in place of Wagtail's first page."""

import uuid

from django.db import migrations

HOMES = [
    # language, title, slug, path, address
    ("zh-hans", "学程", "home", "00010001"),
    ("en", "Xuecheng", "home-en", "00010002"),
]


def make_home_pages(apps, schema_editor):
    page = apps.get_model("wagtailcore", "Page")
    site = apps.get_model("wagtailcore", "Site")
    locale = apps.get_model("wagtailcore", "Locale")
    home = apps.get_model("courses", "HomePage")
    content_type, _created = apps.get_model("contenttypes", "ContentType").objects.get_or_create(
        app_label="courses", model="homepage"
    )
    site.objects.all().delete()
    page.objects.filter(depth=2).delete()
    key = uuid.uuid4()
    for language, title, slug, path in HOMES:
        made = home.objects.create(
            title=title,
            draft_title=title,
            slug=slug,
            path=path,
            depth=2,
            numchild=0,
            url_path=f"/{slug}/",
            live=True,
            content_type=content_type,
            locale=locale.objects.get_or_create(language_code=language)[0],
            translation_key=key,
        )
        if language == "zh-hans":
            site.objects.create(hostname="localhost", root_page_id=made.pk, is_default_site=True)
    page.objects.filter(depth=1).update(numchild=len(HOMES))


class Migration(migrations.Migration):
    dependencies = [("courses", "0001_courses_and_editions"), ("wagtailcore", "0098_apitoken")]

    operations = [migrations.RunPython(make_home_pages, migrations.RunPython.noop)]
