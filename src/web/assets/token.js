// The token of this window, which says to dbg that it may ask.

export const token = takeToken();
const authorization = { Authorization: `Bearer ${token}` };

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

/** How often dbg is asked when the connection fails. */
const MOST_TRIES = 5;

/**
 * Asks dbg. A connection that fails is made again: Chromium gives up one that it is making when an
 * address of this host changes, as it does with each container that starts or ends.
 */
export async function ask(/** @type {string} */ path) {
  for (let tries = 1; ; tries++) {
    try {
      return await fetch(path, { headers: authorization });
    } catch (error) {
      if (tries === MOST_TRIES) throw error;
      await new Promise((done) => setTimeout(done, 100 * tries));
    }
  }
}

/** Asks dbg. undefined: it does not have what is asked for. */
export async function askJson(/** @type {string} */ path) {
  const answer = await ask(path);
  return answer.ok ? answer.json() : undefined;
}
