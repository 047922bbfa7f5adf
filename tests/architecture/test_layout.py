"""The house keeps its shape: rooms, directions, templates, settings, words."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.template import engines
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ["reports", "programmes", "courses", "quizzes", "hours", "people", "jobs"]
"""From the highest to the lowest."""

PYTHON = sorted(
    p for room in [*ROOMS, "site"] for p in (ROOT / room).rglob("*.py") if "migrations" not in p.parts
)
TEMPLATES = sorted((ROOT / "site/templates").rglob("*.html"))


def named(paths: list[Path]) -> list:
    return [pytest.param(path, id=str(path.relative_to(ROOT))) for path in paths]


def test_site_is_a_folder_and_not_a_package() -> None:
    assert not (ROOT / "site" / "__init__.py").exists()


def test_no_package_hides_the_standard_library() -> None:
    packages = {init.parent.name for folder in (ROOT, ROOT / "site") for init in folder.glob("*/__init__.py")}

    assert packages.isdisjoint(sys.stdlib_module_names)


def test_imports_point_down_the_stack() -> None:
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


@pytest.mark.django_db
def test_models_and_migrations_agree() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_no_room_refers_upwards_by_a_string() -> None:
    """Import contracts do not see foreign keys by name, get_model and template tags."""
    upward = []
    for path in PYTHON:
        room = path.relative_to(ROOT).parts[0]
        if room not in ROOMS:
            continue
        higher = set(ROOMS[: ROOMS.index(room)])
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                head = re.match(r"([a-z]+)\.[A-Za-z_]+$", node.value)
                if head and head[1] in higher:
                    upward.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.value}")
    assert upward == []


def test_rooms_do_not_signal_one_another() -> None:
    """Signals of Django and Wagtail may be heard; of our own there are none."""
    senders = [str(path) for path in PYTHON if re.search(r"\bSignal\(", path.read_text("utf-8"))]

    assert senders == []


@pytest.mark.parametrize("name", ["utils", "helpers", "services", "common", "core", "misc"])
def test_no_module_is_named_for_nothing(name: str) -> None:
    assert [path for path in PYTHON if path.stem == name] == []


def test_every_migration_has_a_telling_name() -> None:
    migrations = [path.stem for room in ROOMS for path in (ROOT / room).glob("migrations/0*.py")]

    assert [name for name in migrations if "auto" in name or name.endswith("_initial")] == []
    assert len(migrations) >= 6


def test_no_data_migration_imports_a_room() -> None:
    pattern = re.compile(rf"^(from|import) ({'|'.join(ROOMS)})\b", re.MULTILINE)
    importing = [
        str(path)
        for room in ROOMS
        for path in (ROOT / room).glob("migrations/0*.py")
        if "RunPython" in path.read_text("utf-8") and pattern.search(path.read_text("utf-8"))
    ]
    assert importing == []


@pytest.mark.parametrize("template", named(TEMPLATES))
def test_a_template_parses_and_carries_no_inline_script_or_style(template: Path) -> None:
    text = template.read_text("utf-8")
    engines["django"].get_template(str(template.relative_to(ROOT / "site/templates")))

    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert not re.search(r"https?://(?!www\.w3\.org)", text), "nothing is fetched from other hosts"


@pytest.mark.parametrize("template", named(TEMPLATES))
def test_a_template_has_its_words_in_gettext(template: Path) -> None:
    """What is left outside tags, variables and translations holds no word in either language."""
    text = template.read_text("utf-8")
    text = re.sub(r"{% blocktrans(late)?\b.*?{% endblocktrans(late)? %}", " ", text, flags=re.S)
    text = re.sub(r"{% comment.*?{% endcomment %}|{#.*?#}|{%.*?%}|{{.*?}}|<!--.*?-->", " ", text, flags=re.S)
    text = re.sub(r"<[^>]*>", " ", text, flags=re.S)
    words = [word for word in re.findall(r"[A-Za-z]{3,}|[\u4e00-\u9fff]+", text) if word not in ALLOWED_WORDS]

    assert words == []


ALLOWED_WORDS = {
    "学程",
    "Xuecheng",
    "nbsp",
    "middot",
    "学",
    "中文",
    "English",
    "hellip",
    "mdash",
    "laquo",
    "raquo",
}


def test_no_colour_is_written_outside_the_tokens() -> None:
    faults = []
    for path in (ROOT / "site/static/css").glob("*.css"):
        if path.name in {"tokens.css", "looks.css", "print.css"}:
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if re.search(r"#[0-9a-fA-F]{3,8}\b|rgba?\(", line):
                faults.append(f"{path.name}:{number} {line.strip()}")
    assert faults == []


def test_every_setting_from_the_environment_is_in_the_readme() -> None:
    read = set()
    for path in (ROOT / "site/config").rglob("*.py"):
        read |= set(re.findall(r"env\.(?:text|flag|number|names)\(\s*\"([A-Z_]+)\"", path.read_text("utf-8")))
    readme = (ROOT / "README.md").read_text("utf-8")

    assert len(read) >= 8
    assert sorted(name for name in read if f"`{name}`" not in readme) == []


def test_every_dependency_has_its_reason() -> None:
    reasons = (ROOT / "docs/dependencies.md").read_text("utf-8").lower()
    names = []
    for lock in ("requirements.in", "requirements-test.in"):
        for line in (ROOT / lock).read_text("utf-8").splitlines():
            found = re.match(r"([A-Za-z0-9-]+)", line)
            if found and not line.startswith("-"):
                names.append(found[1].lower())
    assert sorted(name for name in names if f"`{name}" not in reasons) == []


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    long = [str(p.relative_to(ROOT)) for p in PYTHON if len(p.read_text("utf-8").splitlines()) > 400]

    assert long == []


def test_views_read_rows_of_people_through_visible_to_only() -> None:
    """`.objects.get(`, `.all(` and `.filter(` on a model of persons have no place in views."""
    personal = (
        r"(Member|StudyRecord|CountedInterval|Attempt|Answer|Mark|LessonReached|Affiliation|HomeStudy|Office)"
    )
    faults = []
    for path in PYTHON:
        if path.name != "views.py":
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if re.search(rf"{personal}\.objects\.(get|all|filter)\(", line):
                faults.append(f"{path.relative_to(ROOT)}:{number} {line.strip()}")
    assert faults == []


def test_every_model_of_a_person_or_organisation_answers_visible_to() -> None:
    asked = {"people.Member", "people.Organisation", "hours.StudyRecord", "quizzes.Attempt"}

    assert {name for name in asked if hasattr(apps.get_model(name).objects, "visible_to")} == asked


def test_the_working_tree_holds_no_uploads_and_no_runtime_data() -> None:
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")

    assert [name for name in tracked if name.startswith("var/")] == []
    assert [name for name in tracked if name.startswith("media/")] in ([], ["media/README.md"])
