import { heard, lost, reached } from './link.js';
import { authorization } from './session.js';

/** Asks the API. What goes wrong becomes a Trouble, which says what to do. */

const PATIENCE_MILLIS = 30_000;
const RETRY_MILLIS_MAX = 30_000;
// All that waited asks again when the server is back, but not all of it at once.
const BACK_MILLIS_MAX = 500;

/**
 * Why there is no answer: a problem+json of the server, or no server (status 0). kind: the last
 * part of the problem's type; faults: {parameter, detail} of each that is wrong.
 */
export class Trouble extends Error {
  constructor(status, title, detail, kind = null, faults = []) {
    super(title);
    this.status = status;
    this.detail = detail;
    this.kind = kind;
    this.faults = faults;
  }
}

/** GET; parameters without a value are left out. */
export async function get(path, params = {}) {
  const answer = await ask(address(path, params), {}, AbortSignal.timeout(PATIENCE_MILLIS));
  return answer.json();
}

/** An answer whose body the caller reads. */
export async function ask(url, headers, signal) {
  let answer;
  try {
    answer = await fetch(url, { headers: { ...authorization(), ...headers }, signal });
  } catch (error) {
    if (error.name === 'AbortError') {
      throw error; // given up by ourselves
    }
    if (error.name !== 'TimeoutError') {
      lost(); // else it is slow, and whether it is there is found out elsewhere
    }
    throw new Trouble(0, error.name, null);
  }
  heard();
  if (answer.status === 401) {
    window.dispatchEvent(new Event('unknown-caller'));
  }
  if (!answer.ok) {
    const problem = await answer.json().catch(() => ({}));
    const faults = problem.errors ?? [];
    const kind = problem.type?.split('/').at(-1) ?? null;
    throw new Trouble(
      answer.status,
      problem.title ?? answer.statusText,
      problem.detail ?? '',
      kind,
      faults,
    );
  }
  return answer;
}

/** A path under /v1 with its query. */
export function address(path, params = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== undefined && value !== null && value !== '') {
      query.set(name, value);
    }
  }
  const text = query.toString();
  return `/v1${path}${text ? `?${text}` : ''}`;
}

/** The path of an enterprise, or of something of it. */
export const ofEnterprise = (id, rest = '') => `/enterprises/${encodeURIComponent(id)}${rest}`;

/** The path of a device, or of something of it. */
export const ofDevice = (enterprise, id, rest = '') =>
  ofEnterprise(enterprise, `/devices/${encodeURIComponent(id)}${rest}`);

/**
 * Does something now and again, until the answer is called. While it fails it is tried ever more
 * seldom, at times that differ, so that pages do not come back all at once; while nobody looks at
 * the page it rests.
 */
export function repeat(millis, task) {
  let timer = 0;
  let failures = 0;
  let isOver = false;
  let isRunning = false;
  const turn = async () => {
    isRunning = true;
    if (!document.hidden) {
      try {
        await task();
        failures = 0;
      } catch {
        failures++;
      }
    }
    isRunning = false;
    if (!isOver) {
      timer = setTimeout(turn, failures ? backoffMillis(millis, failures) : millis);
    }
  };
  const back = () => {
    if (reached() && failures > 0 && !isRunning) {
      clearTimeout(timer);
      timer = setTimeout(turn, Math.random() * BACK_MILLIS_MAX);
    }
  };
  window.addEventListener('link', back);
  turn();
  return () => {
    isOver = true;
    window.removeEventListener('link', back);
    clearTimeout(timer);
  };
}

/** Twice as long after each failure, and half of it by chance. */
export function backoffMillis(millis, failures) {
  const longest = Math.min(RETRY_MILLIS_MAX, millis * 2 ** Math.min(failures, 10));
  return longest * (0.5 + Math.random() / 2);
}
