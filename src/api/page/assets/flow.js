// Shows bodies and streams while they come.
import { hexDump, isBinary, jsonTokens } from './body.js';
import { element } from '../../../web/assets/dom.js';
import { bytesText, visible } from '../../../web/assets/format.js';

/** About how many characters of a body or a stream the browser has to show: more makes it slow. */
const MOST_SHOWN = 1_000_000;
/** How many bytes are shown in hex. */
const MOST_HEX = 65_536;
/** JSON up to this many characters is coloured. */
const MOST_COLOURED = 300_000;

/** @typedef {{ bytes: number, digest: string }} Omitted */

/**
 * Shows a body below its head:
 * - JSON, indented, value by value where each line has one;
 * - other text as it is;
 * - other bytes in hex.
 * @param {HTMLElement} parent
 * @param {readonly (readonly [string, string])[]} headers
 */
export function makeBody(parent, headers) {
  const type = headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1] ?? '';
  const isJson = /json/i.test(type);
  const decoder = new TextDecoder();
  /** @type {HTMLElement | undefined} */
  let box;
  /** what has come of a line, or of JSON that has several lines, and is not shown yet */
  let rest = '';
  let shown = 0;
  let hexAt = -1;
  let isWhole = false;
  const into = () => (box ??= parent.appendChild(element('pre', { class: 'body', tabindex: '0' })));

  function say(/** @type {string} */ text) {
    if (shown > MOST_SHOWN) return;
    into().append(visible(text.slice(0, MOST_SHOWN - shown + 1), true));
    shown += text.length;
    if (shown > MOST_SHOWN) into().append('\n… the rest is too long to show');
  }

  function json(/** @type {string} */ text) {
    const tokens = text.length + shown > MOST_SHOWN ? undefined : jsonTokens(text);
    if (!tokens) return false;
    const all = text.length > MOST_COLOURED ? [tokens.map((token) => token.text).join('')] : tokens.map(tokenNode);
    into().append(...(shown === 0 ? [] : ['\n']), ...all);
    shown += text.length;
    return true;
  }

  function addText(/** @type {string} */ text) {
    if (!isJson) return say(text);
    rest += text;
    while (!isWhole) {
      const end = rest.indexOf('\n');
      if (end < 0) return;
      const line = rest.slice(0, end);
      if (line.trim() !== '' && !json(line)) isWhole = true;
      else rest = rest.slice(end + 1);
    }
  }

  return {
    /** @param {Uint8Array} bytes @param {Omitted} [omitted] */
    add(bytes, omitted) {
      if (omitted) say(`(${bytesText(omitted.bytes)} that are not shown, ${omitted.digest})\n`);
      if (bytes.length === 0) return;
      if (hexAt < 0 && !isJson && shown === 0 && isBinary(bytes)) hexAt = 0;
      if (hexAt < 0) return addText(decoder.decode(bytes, { stream: true }));
      const part = bytes.subarray(0, Math.max(0, MOST_HEX - hexAt));
      if (part.length > 0) say(`${hexDump(part, hexAt)}\n`);
      if (hexAt <= MOST_HEX && hexAt + bytes.length > MOST_HEX) say('… the rest is too long to show');
      hexAt += bytes.length;
    },
    end() {
      if (rest !== '' && !json(rest)) say(rest);
      rest = '';
    },
  };
}

function tokenNode(/** @type {import('./body.js').Token} */ { kind, text }) {
  const shown = visible(text, true);
  return kind === 'sign' ? document.createTextNode(shown) : element('span', { class: kind }, shown);
}

/** @type {Readonly<Record<string, string>>} */
const LABELS = { engine: 'engine’s error', terminal: 'terminal', raw: 'bytes' };

/** Shows both ways of a stream in the order in which they came, told apart by colour and name. */
export function makeStream(/** @type {HTMLElement} */ parent) {
  /** @type {Map<string, TextDecoder>} */
  const decoders = new Map();
  /** @type {{ key: string, isHex: boolean, box: HTMLElement } | undefined} */
  let block;
  let shown = 0;

  function blockFor(/** @type {string} */ key, /** @type {string} */ stream, /** @type {boolean} */ isHex) {
    if (block?.key === key && block.isHex === isHex) return block.box;
    const from = key.endsWith('client') ? ' → engine' : '';
    const label = (LABELS[stream] ?? stream) + (stream === 'raw' ? from : '');
    const box = element('pre', { class: 'stream', 'data-stream': stream, tabindex: '0' });
    parent.append(element('div', { class: `block ${stream}` }, element('span', { class: 'label' }, label), box));
    block = { key, isHex, box };
    // Of a stream with too much to show, the end is shown: the oldest blocks are removed.
    while (shown > MOST_SHOWN && parent.childElementCount > 2) {
      const [, oldest] = parent.children;
      shown -= oldest?.textContent.length ?? 0;
      oldest?.remove();
    }
    return box;
  }

  return {
    add(/** @type {string} */ stream, /** @type {string} */ from, /** @type {Uint8Array} */ bytes) {
      if (bytes.length === 0) return;
      if (parent.childElementCount === 0) parent.append(element('h3', {}, 'Streams'));
      const key = `${stream} ${from}`;
      const decoder = decoders.get(key) ?? new TextDecoder();
      decoders.set(key, decoder);
      const isHex = stream === 'raw' ? isBinary(bytes) : bytes.includes(0);
      const text = isHex
        ? `${hexDump(bytes.subarray(0, MOST_HEX))}\n`
        : visible(decoder.decode(bytes, { stream: true }), true);
      const box = blockFor(key, stream, isHex);
      box.append(text);
      shown += text.length;
      // A block may never end, as that of a log: its oldest parts are removed.
      while (shown > 2 * MOST_SHOWN && box.childNodes.length > 1) {
        shown -= box.firstChild?.textContent?.length ?? 0;
        box.firstChild?.remove();
      }
    },
  };
}
