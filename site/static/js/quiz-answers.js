// What is given in a question of the page, in the shape in which it is kept: a list of texts or keys (see the model
// `Answer`). Reading it, and putting it back.

const kinds = {
  choice: {
    read: (fields) => fields.filter(({ checked }) => checked).map(({ value }) => value),
    write: (fields, given) => fields.forEach((field) => (field.checked = given.includes(field.value))),
  },
  words: {
    read: (fields) => (fields.some(({ value }) => value.trim()) ? fields.map(({ value }) => value) : []),
    write: (fields, given) => fields.forEach((field, at) => (field.value = given[at] ?? "")),
  },
  order: {
    read: (fields) => (fields[0]?.closest("[data-order]").dataset.given ? fields.map(({ value }) => value) : []),
    write(fields, given) {
      const list = fields[0].closest("[data-order]");
      list.dataset.given = given.length ? "yes" : "";
      for (const key of given) list.append(fields.find(({ value }) => value === key)?.closest("li") ?? "");
    },
  },
};

const KIND = { fill_in: "words", matching: "words", short_answer: "words", ordering: "order" };

const handled = (section) => kinds[KIND[section.dataset.kind] ?? "choice"];
const fieldsOf = (section) => [...section.querySelectorAll("fieldset [name=given]")];

export const read = (section) => handled(section).read(fieldsOf(section));
export const write = (section, given) => handled(section).write(fieldsOf(section), given);
export const isTyped = (section) => ["fill_in", "short_answer"].includes(section.dataset.kind);

// The n-th option of a question to choose from: taken, or where several may be taken, put back.
export function choose(section, number) {
  const field = section.querySelectorAll(".choice input")[number - 1];
  if (!field || field.matches(":disabled")) return false;
  field.focus();
  field.click();
  return true;
}
