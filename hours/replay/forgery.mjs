// What a hostile client sends with a page's true token: so many seconds claimed at once. Each body is one request.

const BEAT = 600; // tenths: of a longer one the server takes no more
const MOST_BEATS = 480; // the server takes 500
const SIGNS = Array.from({ length: 4 }, (_, n) => `p${n * 150}`).join(" ");
const FIRST = 2 ** 30; // a number that no honest beat has had
const MOST = 1e14 - 1;

const bodyOf = (...pages) => JSON.stringify({ pages });

// `now`: tenths since the token was issued.
export function plainForgery(token, seconds, now) {
  const length = Math.min(Math.round(seconds * 10), MOST);
  return [bodyOf([token, [[FIRST, Math.max(now - length, 1 - 1e8), length, SIGNS]]])];
}

// The strongest that we know: all of the page's time in pieces that are each allowed, time to come, a clock that lies.
export function cunningForgery(token, seconds, now) {
  const pieces = [];
  const earliest = Math.max(0, now - seconds * 10);
  for (let end = now; end > earliest && pieces.length < MOST_BEATS; end -= BEAT) {
    const start = Math.max(earliest, end - BEAT);
    pieces.push([FIRST + 1 + pieces.length, start, end - start, SIGNS]);
  }
  const moved = (by, few) =>
    pieces.slice(0, few).map(([counter, start, length, signs]) => [counter + 1e6, start + by, length, signs]);
  const whole = plainForgery(token, seconds, now);
  return [
    ...whole,
    bodyOf([token, [[FIRST, 0, Math.min(seconds * 10, MOST), SIGNS]], now]),
    bodyOf([token, pieces], [token, moved(now, 10), 2 * now]),
    bodyOf([token, moved(-36_000), now - 36_000]),
    bodyOf([token, moved(36_000), now + 36_000]),
  ];
}
