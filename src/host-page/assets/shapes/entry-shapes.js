// The timeline of `dbg watch`. Nothing here needs a browser.
import { timeOfDay, visible } from '../../../web/assets/format.js';
import { shape } from './shape.js';

/** @import { PageEntry } from '../../host-picture.ts' */

/** The newest line is the first. */
export const entryShapes = (/** @type {readonly PageEntry[]} */ entries) => entries.toReversed().map(entryShape);

function entryShape(/** @type {PageEntry} */ { number, at, kind, stream, id, name, text }) {
  return shape(
    'li',
    {
      'data-key': String(number),
      ...(id !== '' && { 'data-card': id }),
      class: `entry ${kind} ${stream}`,
      tabindex: -1,
    },
    shape('time', {}, timeOfDay(at)),
    shape('b', { class: `c${colourOf(name)}` }, visible(name === '' ? kind : name)),
    shape('span', {}, visible(text)),
  );
}

const COLOURS = 6;

/** One of a few colours, always the same for a name. */
function colourOf(/** @type {string} */ name) {
  let sum = 0;
  for (const char of name) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 9973;
  return sum % COLOURS;
}
