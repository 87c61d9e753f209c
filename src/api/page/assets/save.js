// What the page gives away: files, and lines for a shell. Secrets are taken out before the page
// gets anything.
import { copyText } from '../../../web/assets/copy.js';
import { element } from '../../../web/assets/dom.js';

/** Gives the browser a file to save. */
export function saveFile(/** @type {Blob} */ content, /** @type {string} */ name) {
  const url = URL.createObjectURL(content);
  const link = element('a', { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Gives a name for a file, with the time in it. */
export const fileName = (/** @type {number} */ time, /** @type {string} */ end) =>
  `dbg-api-${new Date(time).toISOString().slice(0, 19).replaceAll(':', '-')}.${end}`;

/** @typedef {{ line: string, notes: readonly string[] }} Curl */

/**
 * Makes a button that copies a call as a curl line, and a place that shows the line, because a
 * browser may refuse to copy.
 * @param {() => Promise<Curl | undefined>} ask
 */
export function makeCurl(ask) {
  const button = element('button', { type: 'button', class: 'curl' }, 'Copy as curl');
  const said = element('span', { class: 'said', role: 'status' });
  const shown = element('pre', { class: 'curl', tabindex: '0' });
  const notes = element('p', { class: 'note' });
  shown.hidden = true;
  button.addEventListener('click', () => void copy());

  async function copy() {
    const curl = await ask().catch(() => undefined);
    notes.textContent = curl ? curl.notes.join('; ') : 'dbg does not have this call any more';
    shown.hidden = !curl?.line;
    shown.textContent = curl?.line ?? '';
    said.textContent = '';
    if (!curl?.line) return;
    const isCopied = await copyText(curl.line);
    said.textContent = isCopied ? 'copied' : 'the browser does not let dbg copy it: copy it from here';
  }

  return element('div', { class: 'tools' }, button, said, shown, notes);
}
