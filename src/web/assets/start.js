// Loads the page, and once more when the browser lost a part of it. Chromium gives up what it is
// loading when an address of this host changes (ERR_NETWORK_CHANGED), and each container that
// starts or ends makes such a change. This file itself needs no other.

/** how often the page is loaded before a person is asked to do it */
const MOST_TIMES = 5;
const COUNT = 'times loaded';

async function load() {
  const sheets = [...document.querySelectorAll('link')].filter(({ rel }) => rel === 'stylesheet');
  // One that did not come has no rules, or throws when it is asked for them.
  if (sheets.some(({ sheet }) => !sheet?.cssRules.length)) throw new Error('a style sheet is missing');
  await import(new URL('/page.js', location.href).href);
  sessionStorage.removeItem(COUNT);
}

load().catch((/** @type {Error} */ error) => {
  const times = Number(sessionStorage.getItem(COUNT) ?? 0) + 1;
  if (times < MOST_TIMES) {
    sessionStorage.setItem(COUNT, String(times));
    location.reload();
    return;
  }
  sessionStorage.removeItem(COUNT);
  const state = document.getElementById('state');
  if (state) state.textContent = `The browser did not load this page whole: ${error.message}. Reload it.`;
});
