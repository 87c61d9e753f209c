// The timeline: a bar for each call, on the line of its connection. Connections that are open at
// the same time have different lines.
import { byId } from '../../../web/assets/dom.js';
import { millisecondsText, timeOfDay, visible } from '../../../web/assets/format.js';
import { classOf } from './list/row-class.js';

/** @import { Row } from '../row.ts' */

const SVG = 'http://www.w3.org/2000/svg';
const LANE = 9;
const AXIS = 18;
/** The least width of a bar, in pixels. */
const LEAST = 3;

/**
 * @param {{
 *   chosen: (call: number) => void,
 *   hovered: (call: number | undefined) => void
 * }} listener
 */
export function makeTimeline({ chosen, hovered }) {
  const picture = byId('timeline', SVGSVGElement);
  const axis = picture.appendChild(document.createElementNS(SVG, 'g'));
  axis.setAttribute('class', 'axis');
  const bars = picture.appendChild(document.createElementNS(SVG, 'g'));
  /**
   * Each call's bar, and what the bar was drawn from.
   * @type {Map<number, { row: Row, bar: SVGRectElement, drawn: string }>}
   */
  const known = new Map();
  /** how many ms are shown; Infinity: all */
  let span = 60_000;

  const numberOf = (/** @type {Event} */ event) => {
    const call = event.target instanceof SVGElement ? event.target.dataset['call'] : undefined;
    return call === undefined ? undefined : Number(call);
  };
  picture.addEventListener('click', (event) => {
    const call = numberOf(event);
    if (call !== undefined) chosen(call);
  });
  picture.addEventListener('mouseover', (event) => hovered(numberOf(event)));
  picture.addEventListener('mouseleave', () => hovered(undefined));

  function barOf(/** @type {Row} */ row) {
    const before = known.get(row.number);
    if (before) return before;
    const bar = bars.appendChild(document.createElementNS(SVG, 'rect'));
    bar.append(document.createElementNS(SVG, 'title'));
    bar.dataset['call'] = String(row.number);
    const made = { row, bar, drawn: '' };
    known.set(row.number, made);
    return made;
  }

  /**
   * Draws the rows that reach into the time that is shown, and removes the bars of all others.
   * Gives the time that is shown.
   */
  function draw(
    /** @type {readonly Row[]} */ rows,
    /** @type {number} */ now,
    /** @type {(row: Row) => boolean} */ fits,
    /** @type {number | undefined} */ selected,
  ) {
    const ends = rows.map((row) => row.end ?? now);
    const last = Math.max(...ends, ...(rows.length === 0 ? [now] : []));
    const begin = Math.max(Math.min(...rows.map(({ start }) => start), last), last - span);
    const width = picture.clientWidth || 800;
    const scale = (width - LEAST) / Math.max(last - begin, 10);
    let lanes = 1;
    const gone = new Set(known.keys());
    rows.forEach((row, index) => {
      const end = ends[index] ?? now;
      if (end < begin) return;
      gone.delete(row.number);
      lanes = Math.max(lanes, row.lane + 1);
      const it = barOf(row);
      const from = Math.max(row.start, begin);
      const x = ((from - begin) * scale).toFixed(1);
      const long = Math.max(LEAST, (end - from) * scale).toFixed(1);
      const marks = [classOf(row), fits(row) ? '' : 'out', row.number === selected ? 'selected' : ''];
      const drawn = [x, long, ...marks].join(' ');
      if (it.row === row && it.drawn === drawn) return;
      Object.assign(it, { row, drawn });
      it.bar.setAttribute('class', marks.filter(Boolean).join(' '));
      it.bar.setAttribute('x', x);
      it.bar.setAttribute('width', long);
      it.bar.setAttribute('y', String(AXIS + row.lane * LANE));
      it.bar.setAttribute('height', String(LANE - 2));
      if (it.bar.firstChild) it.bar.firstChild.textContent = titleOf(row);
    });
    for (const call of gone) {
      known.get(call)?.bar.remove();
      known.delete(call);
    }
    picture.setAttribute('height', String(AXIS + lanes * LANE));
    drawAxis(begin, last, scale, width);
    return { begin, last };
  }

  function drawAxis(
    /** @type {number} */ begin,
    /** @type {number} */ last,
    /** @type {number} */ scale,
    /** @type {number} */ width,
  ) {
    const step = stepOf((last - begin) / Math.max(2, width / 130));
    /** @type {Element[]} */
    const marks = [];
    for (let time = Math.ceil(begin / step) * step; time <= last; time += step) {
      const x = (time - begin) * scale;
      if (x > width - 60) break;
      const line = document.createElementNS(SVG, 'line');
      for (const [name, value] of Object.entries({ x1: x, x2: x, y1: 0, y2: '100%' })) {
        line.setAttribute(name, String(value));
      }
      const text = document.createElementNS(SVG, 'text');
      text.setAttribute('x', String(x + 4));
      text.setAttribute('y', '11');
      text.textContent = step < 1000 ? timeOfDay(time) : timeOfDay(time).slice(0, 8);
      marks.push(line, text);
    }
    axis.replaceChildren(...marks);
  }

  return {
    draw,
    span(/** @type {number} */ milliseconds) {
      span = milliseconds;
    },
    hover(/** @type {number | undefined} */ call) {
      bars.querySelector('.hover')?.classList.remove('hover');
      if (call !== undefined) known.get(call)?.bar.classList.add('hover');
    },
  };
}

function titleOf(/** @type {Row} */ row) {
  const took = row.end === null ? 'open' : millisecondsText(row.end - row.start);
  return visible(`#${row.number} ${row.operation || row.path} ${row.subject} ${row.status ?? ''} ${took}`);
}

/** Gives the least round number of ms that is not less than `atLeast`. */
function stepOf(/** @type {number} */ atLeast) {
  const round = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 300_000];
  return round.find((step) => step >= atLeast) ?? Math.ceil(atLeast / 600_000) * 600_000;
}
