-- Images are asked for by the path of their file: without these every picture of a page reads the whole table.
create index if not exists rendition_by_file on wagtailimages_rendition (file);
create index if not exists image_by_file on wagtailimages_image (file);

-- What editions frozen before this show, read from their words.
insert into courses_editionfile (edition_id, document_id)
select distinct e.id, d.id
from courses_lessonedition e, regexp_matches(e.html, '/documents/([0-9]{1,9})/', 'g') said
join courses_privatedocument d on d.id = said[1]::bigint
on conflict do nothing;

insert into courses_editionfile (edition_id, image_id)
select distinct e.id, found.image_id
from courses_lessonedition e, regexp_matches(e.html, '/media/((?:images|original_images)/[^"''?\s]+)', 'g') said
join (
    select file, image_id from wagtailimages_rendition union all select file, id from wagtailimages_image
) found on found.file = said[1]
on conflict do nothing;
