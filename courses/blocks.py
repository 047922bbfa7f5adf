"""The blocks a lesson is written in. Each has an icon, a description, a preview and a template of its own."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.documents.blocks import DocumentChooserBlock
from wagtail.images.blocks import ImageChooserBlock
from wagtail.snippets.blocks import SnippetChooserBlock

from courses import block_samples
from courses.notes import NotesBlock
from quizzes.models import Quiz
from sources.models import Passage


class HeadingBlock(blocks.CharBlock):
    class Meta:
        icon = "title"
        label = _("Heading")
        description = _("A heading within the lesson.")
        template = "courses/blocks/heading.html"
        preview_value = partial(block_samples.heading)


class ParagraphBlock(blocks.RichTextBlock):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(features=["bold", "italic", "ol", "ul", "link", "document-link"], **kwargs)

    class Meta:
        icon = "pilcrow"
        label = _("Paragraph")
        description = _("Text.")
        template = "courses/blocks/paragraph.html"
        preview_value = partial(block_samples.paragraph)


class QuotationBlock(blocks.StructBlock):
    text = blocks.TextBlock(label=_("Text"), rows=3)
    work = blocks.CharBlock(label=_("Work"), help_text=_("The official name, with its marks."))
    date = blocks.CharBlock(label=_("Date"), required=False)
    place = blocks.CharBlock(label=_("Article or page"), required=False)

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        description = _("A short quotation with its work and date.")
        template = "courses/blocks/quotation.html"
        preview_value = partial(block_samples.quotation)


class LockedQuotationBlock(SnippetChooserBlock):
    """The words of a passage, from the one place where they are kept."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(Passage, **kwargs)

    class Meta:
        icon = "lock"
        label = _("Locked quotation")
        description = _("The very words of a passage kept under Sources; nobody can alter them here.")
        template = "courses/blocks/locked_quotation.html"
        preview_value = partial(block_samples.passage)


class TermBlock(blocks.StructBlock):
    term = blocks.CharBlock(label=_("Term"))
    meaning = blocks.TextBlock(label=_("Meaning"), rows=2)


class KeyTermsBlock(blocks.StructBlock):
    terms = blocks.ListBlock(TermBlock(), label=_("Terms"), min_num=1)

    class Meta:
        icon = "list-ul"
        label = _("Key terms")
        description = _("Words of this lesson and what they mean.")
        template = "courses/blocks/key_terms.html"
        preview_value = partial(block_samples.key_terms)


class EventBlock(blocks.StructBlock):
    when = blocks.CharBlock(label=_("When"))
    what = blocks.TextBlock(label=_("What"), rows=2)


class TimelineBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), required=False)
    events = blocks.ListBlock(EventBlock(), label=_("Events"), min_num=2)

    class Meta:
        icon = "date"
        label = _("Timeline")
        description = _("Dated events, one under the other.")
        template = "courses/blocks/timeline.html"
        preview_value = partial(block_samples.timeline)


class FigureBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=_("Image"))
    alt = blocks.TextBlock(
        label=_("Text alternative"), rows=2, help_text=_("What the image shows, for those who cannot see it.")
    )
    caption = blocks.CharBlock(label=_("Caption"), required=False)

    class Meta:
        icon = "image"
        label = _("Image")
        description = _("A drawing or picture with a text alternative.")
        template = "courses/blocks/figure.html"
        preview_template = "courses/previews/figure.html"


class _KindOfFile:
    """Checks that the files chosen are of the kinds a block plays, by their endings."""

    endings: dict[str, tuple[str, ...]]

    def clean(self, value: Any) -> Any:
        value = super().clean(value)  # type: ignore[misc]
        wrong = {
            name: ValidationError(
                _("Please choose a file of one of these kinds: %(kinds)s.") % {"kinds": ", ".join(kinds)}
            )
            for name, kinds in self.endings.items()
            if value.get(name) and value[name].file_extension.lower() not in kinds
        }
        if wrong:
            raise StructBlockValidationError(block_errors=wrong)
        return value


class Playable(blocks.StructValue):
    """A video or recording, as its template asks for it."""

    @property
    def minutes(self) -> int:
        return -(-int(self["seconds"] or 0) // 60)


class VideoBlock(_KindOfFile, blocks.StructBlock):
    file = DocumentChooserBlock(label=_("Video file"))
    captions = DocumentChooserBlock(
        label=_("Captions (.vtt)"), help_text=_("What is said and heard, for those who cannot hear it.")
    )
    title = blocks.CharBlock(label=_("Title"))
    seconds = blocks.IntegerBlock(label=_("Length in seconds"), min_value=1, max_value=6 * 3600)
    transcript = blocks.TextBlock(
        label=_("What is said"),
        rows=6,
        required=False,
        help_text=_("It is printed where the video cannot be played."),
    )

    endings = {"file": ("mp4", "webm"), "captions": ("vtt",)}

    class Meta:
        icon = "media"
        label = _("Video")
        description = _("A video kept on this site, with captions.")
        template = "courses/blocks/video.html"
        value_class = Playable
        preview_value = partial(block_samples.video)


class AudioBlock(_KindOfFile, blocks.StructBlock):
    file = DocumentChooserBlock(label=_("Audio file"))
    title = blocks.CharBlock(label=_("Title"))
    seconds = blocks.IntegerBlock(label=_("Length in seconds"), min_value=1, max_value=6 * 3600)
    transcript = blocks.TextBlock(label=_("What is said"), rows=6)

    endings = {"file": ("mp3", "m4a", "ogg")}

    class Meta:
        icon = "media"
        label = _("Audio")
        description = _("A recording with its words in writing.")
        template = "courses/blocks/audio.html"
        value_class = Playable
        preview_value = partial(block_samples.audio)


class CaseBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"))
    text = blocks.RichTextBlock(label=_("What happened"), features=["bold", "italic", "ol", "ul"])
    questions = blocks.ListBlock(blocks.CharBlock(label=_("Question")), label=_("To think about"), min_num=0)

    class Meta:
        icon = "folder-open-1"
        label = _("Case")
        description = _("Something that happened, told shortly, with questions to think about.")
        template = "courses/blocks/case.html"
        preview_value = partial(block_samples.case)


class DiscussionBlock(blocks.StructBlock):
    question = blocks.TextBlock(label=_("Question"), rows=2)
    hint = blocks.TextBlock(label=_("Where to begin"), rows=2, required=False)

    class Meta:
        icon = "comment"
        label = _("Discussion question")
        description = _("A question to talk about together; nobody marks the answers.")
        template = "courses/blocks/discussion.html"
        preview_value = partial(block_samples.discussion)


class TableBlock(TypedTableBlock):
    """Columns of text or of numbers, with headings."""

    def __init__(self, **kwargs: object) -> None:
        columns = [
            ("text", blocks.CharBlock(label=_("Text"), required=False)),
            (
                "rich",
                blocks.RichTextBlock(label=_("Rich text"), required=False, features=["bold", "ul"]),
            ),
            ("number", blocks.DecimalBlock(label=_("Number"), required=False)),
        ]
        super().__init__(columns, **kwargs)

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        """With `lines`: the cells of each row, each with its heading and whether it is a number."""
        context = super().get_context(value, parent_context)
        context["headings"] = [
            {"text": column["heading"], "number": column["block"].name == "number"}
            for column in value.columns
        ]
        context["lines"] = [list(zip(row, context["headings"], strict=True)) for row in value.rows]
        return context

    def get_preview_value(self) -> Any:
        return block_samples.table(self.child_blocks)

    class Meta:
        icon = "table"
        label = _("Table")
        description = _("Rows and columns with headings, for what is compared.")
        template = "courses/blocks/table.html"


class DocumentBlock(blocks.StructBlock):
    file = DocumentChooserBlock(label=_("Document"))
    title = blocks.CharBlock(label=_("Title"))

    class Meta:
        icon = "doc-full"
        label = _("Document")
        description = _("A file to read or print; members have to be signed in.")
        template = "courses/blocks/document.html"
        preview_value = partial(block_samples.document)


class QuizBlock(SnippetChooserBlock):
    """The knowledge check of a lesson."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(Quiz, **kwargs)

    class Meta:
        icon = "help"
        label = _("Quiz")
        description = _("A knowledge check; the lesson is done when it has been answered.")
        template = "courses/blocks/quiz.html"
        preview_value = partial(block_samples.quiz)


class LessonBody(blocks.StreamBlock):
    """Everything a lesson may be made of."""

    heading = HeadingBlock()
    paragraph = ParagraphBlock()
    quotation = QuotationBlock()
    locked_quotation = LockedQuotationBlock()
    key_terms = KeyTermsBlock()
    timeline = TimelineBlock()
    case = CaseBlock()
    table = TableBlock()
    discussion = DiscussionBlock()
    image = FigureBlock()
    video = VideoBlock()
    audio = AudioBlock()
    document = DocumentBlock()
    notes = NotesBlock()
    quiz = QuizBlock()


class SourceBlock(blocks.StructBlock):
    """Where a lesson comes from."""

    work = blocks.CharBlock(label=_("Work"))
    date = blocks.CharBlock(label=_("Date"), required=False)

    class Meta:
        icon = "openquote"
        label = _("Source")
