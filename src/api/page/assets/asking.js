// What the page asks dbg for, with the token of its window.

/** @import { Detail } from '../detail.ts' */

export const token = takeToken();
export const authorization = { Authorization: `Bearer ${token}` };

/**
 * Keeps the address's token for reloads of this window, and takes it out of the address, which
 * people see and which goes into the browser's history.
 */
function takeToken() {
  const given = new URLSearchParams(location.search).get('token');
  if (given !== null) {
    sessionStorage.setItem('token', given);
    history.replaceState(null, '', '/');
  }
  return sessionStorage.getItem('token') ?? '';
}

/** @returns {Promise<Detail | undefined>} */
export async function askDetail(/** @type {number} */ call, /** @type {number} */ from) {
  return askJson(`/call/${call}?from=${from}`);
}

export async function askJson(/** @type {string} */ path) {
  const answer = await fetch(path, { headers: authorization });
  return answer.ok ? answer.json() : undefined;
}
