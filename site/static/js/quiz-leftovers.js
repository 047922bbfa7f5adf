// Pages of a quiz without questions: what an earlier page left unsent is sent, and the page tells it anew.
import { AnswerOutbox, deviceStorage, keepSending, request } from "./quiz-outbox.js";

const shown = document.querySelector("[data-result-of]")?.dataset.resultOf;
let arrived = false;
const outbox = new AnswerOutbox({
  storage: deviceStorage(),
  request,
  heard: ({ attempt }, { saved }) => (arrived ||= saved && attempt === shown),
});
keepSending(outbox);
await outbox.flush();
if (arrived) location.reload();
