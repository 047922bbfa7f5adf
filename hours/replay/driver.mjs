// Plays learner traces: one line of JSON in for each, then question and answer, then {"done": true}.
// Questions are {"open": lesson, "at": seconds} and {"body": text, "at": seconds}; the answers are our server's.

import { readSync, writeSync } from "node:fs";

import { World } from "./devices.mjs";

const chunk = Buffer.alloc(1 << 16);
let heard = "";

function hear() {
  while (!heard.includes("\n")) {
    const size = readSync(0, chunk);
    if (size === 0) return null;
    heard += chunk.toString("latin1", 0, size);
  }
  const end = heard.indexOf("\n");
  const line = heard.slice(0, end);
  heard = heard.slice(end + 1);
  return JSON.parse(line); // Python writes nothing but ASCII
}

function say(told) {
  const line = Buffer.from(`${JSON.stringify(told)}\n`);
  for (let sent = 0; sent < line.length; ) sent += writeSync(1, line, sent);
}

function ask(question) {
  say(question);
  return hear();
}

for (let trace = hear(); trace; trace = hear()) {
  try {
    await new World(trace, ask).play();
    say({ done: true });
  } catch (error) {
    say({ failed: error.stack });
  }
}
