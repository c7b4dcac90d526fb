/**
 * Whether the server is there, and since when it is not. Streams tell what they hear; while none is
 * open, or the server is gone, it is asked for a sign of life.
 */

const LOOK_MILLIS = 500;
// Without a stream: so long after the last sign it is asked for one, and so long it may take. Both
// together are the 3 s after which a stream's silence is told.
const ASK_AFTER_MILLIS = 1500;
const ANSWER_MILLIS_MAX = 1500;
// While it is gone: at first each two seconds, later more seldom, at times that differ.
const AGAIN_MILLIS = 2000;
const AGAIN_MILLIS_MAX = 10_000;

let lostSince = null;
let heardAt = Date.now();
let streams = 0;
let failures = 0;
let askAt = 0;
let isAsking = false;

/** Whether the server is there, as far as is known. */
export const reached = () => lostSince === null;

/** When the last sign of it came before it was lost; null while it is there. */
export const lostAt = () => lostSince;

/** Something came of it. */
export function heard() {
  heardAt = Date.now();
  failures = 0;
  if (lostSince !== null) {
    lostSince = null;
    window.dispatchEvent(new Event('link'));
  }
}

/** It does not answer, or a line that should speak is silent. */
export function lost() {
  if (lostSince === null) {
    lostSince = heardAt;
    askAt = Date.now() + AGAIN_MILLIS / 2;
    window.dispatchEvent(new Event('link'));
  }
}

/** A stream is open whose silence tells by itself; the answer is called when it is no more. */
export function speaking() {
  let isOver = false;
  streams++;
  return () => {
    streams -= isOver ? 0 : 1;
    isOver = true;
  };
}

/** Looks from now on; the browser's own word for it is believed at once. */
export function watchLink() {
  setInterval(look, LOOK_MILLIS);
  window.addEventListener('offline', lost);
  window.addEventListener('online', () => {
    askAt = 0;
    look();
  });
  document.addEventListener('visibilitychange', () => {
    heardAt = reached() ? Date.now() : heardAt; // nobody asked while nobody looked
  });
}

function look() {
  const now = Date.now();
  const isDue = reached() ? streams === 0 && now - heardAt >= ASK_AFTER_MILLIS : now >= askAt;
  if (isDue && !document.hidden && !isAsking) {
    ask();
  }
}

/** The cheapest question there is; it needs no store and no token. */
async function ask() {
  isAsking = true;
  try {
    await fetch('/health/live', {
      cache: 'no-store',
      signal: AbortSignal.timeout(ANSWER_MILLIS_MAX),
    });
    heard();
  } catch {
    lost();
    const longest = Math.min(AGAIN_MILLIS_MAX, AGAIN_MILLIS * 2 ** Math.min(failures, 5));
    failures++;
    askAt = Date.now() + longest * (0.5 + Math.random() / 2);
  } finally {
    isAsking = false;
  }
}
