// The twin of hours/clock.py: what signs of presence amount to (docs/study-clock.md), in tenths of a second since
// the page's token was issued. A sign is { at, kind, first, last, position, rate }, a beat { counter, start, length,
// signs }, a pace { screens, media, factor }. Evidence (screens, media seen) is gathered by the server alone.

export const LEAST_ALLOWANCE = 200;
export const LONGEST_BEAT = 600;

// Half goes to the even neighbour, as in Python.
const round = (x) => (Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));

export function allowance({ screens, factor }, first, last) {
  const end = screens.length - 1;
  const from = Math.min(Math.max(first, 0), Math.max(end, 0));
  let shown = 0;
  for (let n = from; n <= Math.min(last, end); n += 1) shown += screens[n];
  return Math.max(LEAST_ALLOWANCE, round(shown * factor * 10));
}

// Up to when silence counts after a sign.
export function until(sign, pace) {
  if (sign.kind === "m") return sign.at + Math.max(0, round(((pace.media - sign.position) / sign.rate) * 10));
  return sign.kind === "p" || sign.kind === "a" ? sign.at + allowance(pace, sign.first, sign.last) : sign.at;
}

// What beats amount to: stretches [begin, end) counted, quiet and hidden, and the tenths claimed beyond a minute.
export function reckon(beats, pace) {
  const result = { counted: [], quiet: [], hidden: [], claimed: 0 };
  for (const { start, length, signs } of beats) {
    const end = start + Math.min(length, LONGEST_BEAT);
    result.claimed += Math.max(0, length - LONGEST_BEAT);
    let reached = start;
    let ruling = null;
    const settle = (to) => {
      if (to <= reached) return;
      if (ruling?.kind === "h") result.hidden.push([reached, to]);
      else {
        const counted = Math.min(to, Math.max(reached, ruling ? until(ruling, pace) : reached));
        if (reached < counted) result.counted.push([reached, counted]);
        if (counted < to) result.quiet.push([counted, to]);
      }
      reached = to;
    };
    for (const sign of [...signs].sort((a, b) => a.at - b.at)) {
      if (sign.at >= end) break;
      settle(sign.at);
      ruling = sign;
    }
    settle(end);
  }
  return result;
}

// The length of the union of stretches.
export function total(spans) {
  let sum = 0;
  let reached = -Infinity;
  for (const [begin, end] of [...spans].sort((a, b) => a[0] - b[0])) {
    sum += Math.max(0, end - Math.max(begin, reached));
    reached = Math.max(reached, end);
  }
  return sum;
}

// A beat as it is sent: [counter, start, length, "p0:2-3 p120:3-4"].
export function wire({ counter, start, length, signs }) {
  let shown = "0-0";
  const told = signs.map(({ kind, at, first, last, position, rate }) => {
    let text = `${kind}${at - start}`;
    if ((kind === "p" || kind === "a") && `${first}-${last}` !== shown) {
      shown = `${first}-${last}`;
      text += first === last ? `:${first}` : `:${shown}`;
    }
    if (kind === "m") text += `@${position}${rate === 1 ? "" : `x${Math.round(rate * 100)}`}`;
    return text;
  });
  return [counter, start, length, told.join(" ")];
}
