import { copyText } from '../../../web/assets/copy.js';
import { byId } from '../../../web/assets/dom.js';
import { visible } from '../../../web/assets/format.js';

/** Copies a line for a shell, and says so. Where the browser does not let it, the line is shown. */
export async function copyLine(/** @type {string} */ line) {
  const isCopied = await copyText(line);
  byId('said', HTMLElement).textContent =
    `${isCopied ? 'copied' : 'the browser does not let dbg copy it'}: ${visible(line)}`;
}
