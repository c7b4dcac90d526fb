/**
 * Who is at the console. A one-time link (/login#secret) is exchanged for a cookie that scripts
 * cannot read. A token that somebody pastes stays in this page's memory and goes with it.
 */

// Says only that a cookie was given, which scripts cannot see: without it nobody needs to be asked.
const MARK = 'qiantang.signed-in';

let token = null;

/** Whether there may be a session; the server knows. */
export const mayBeKnown = () => token !== null || localStorage.getItem(MARK) !== null;

/** The server knows nobody here. */
export function isUnknown() {
  localStorage.removeItem(MARK);
}

/** What a request carries beside the cookie. */
export const authorization = () => (token ? { Authorization: `Bearer ${token}` } : {});

/** Spends the secret of a one-time link, if the address has one; answers the words of what failed. */
export async function spendLink() {
  if (location.pathname !== '/login' || location.hash.length < 2) {
    return null;
  }
  const secret = location.hash.slice(1);
  // First of all: a secret must not stay in the address bar or the history.
  history.replaceState(null, '', '/');
  const answer = await fetch('/v1/session', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ secret }),
  }).catch(() => null);
  if (!answer?.ok) {
    return answer ? 'login.link-spent' : 'link.lost';
  }
  localStorage.setItem(MARK, 'yes');
  return null;
}

/** Uses a token until the page is left. */
export function useToken(text) {
  token = text.trim() || null;
}

/** Forgets the token and ends the cookie's session. */
export async function signOut() {
  const hadToken = token !== null;
  token = null;
  isUnknown();
  if (!hadToken) {
    await fetch('/v1/session', { method: 'DELETE' }).catch(() => null);
  }
}
