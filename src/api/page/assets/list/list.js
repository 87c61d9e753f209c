// The list: a row for each call, the oldest first unless it is sorted otherwise.
import { byId, element } from '../../../../web/assets/dom.js';
import { bytesText, millisecondsText, timeOfDay, visible } from '../../../../web/assets/format.js';
import { firstToGo } from '../held.js';
import { AS_THEY_COME, nextOrder, sorted } from './sort.js';
import { classOf } from './row-class.js';

/** @import { Row } from '../../row.ts' */

/**
 * @param {{
 *   chosen: (call: number | undefined) => void,
 *   hovered: (call: number | undefined) => void
 * }} listener
 */
export function makeList({ chosen, hovered }) {
  const body = byId('rows', HTMLTableSectionElement);
  const box = byId('list', HTMLElement);
  const empty = byId('empty', HTMLElement);
  const table = byId('calls', HTMLTableElement);
  const heads = [...table.querySelectorAll('th')].filter((head) => head.querySelector('button'));
  /** how many rows the list has at most: as many as dbg keeps calls */
  let most = 2000;
  let order = AS_THEY_COME;
  /** @type {Map<number, { row: Row, line: HTMLTableRowElement }>} */
  const known = new Map();
  /** @type {(row: Row) => boolean} */
  let fits = () => true;
  /** @type {number | undefined} */
  let selected;

  const numberOf = (/** @type {Event} */ event) => {
    const line = event.target instanceof Element ? event.target.closest('tr') : null;
    return line?.dataset['call'] === undefined ? undefined : Number(line.dataset['call']);
  };
  body.addEventListener('click', (event) => select(numberOf(event)));
  body.addEventListener('mouseover', (event) => hovered(numberOf(event)));
  body.addEventListener('mouseleave', () => hovered(undefined));

  for (const head of heads) {
    head.querySelector('button')?.addEventListener('click', () => {
      order = nextOrder(order, head.classList.item(0) ?? '');
      for (const each of heads) each.setAttribute('aria-sort', 'none');
      const at = heads.find((each) => each.classList.contains(order.column));
      if (order !== AS_THEY_COME) at?.setAttribute('aria-sort', order.descending ? 'descending' : 'ascending');
      arrange();
    });
  }

  /** Puts the lines in order. Moves only those that stand elsewhere. */
  function arrange() {
    const rows = [...known.values()].map(({ row }) => row);
    let next = body.firstElementChild;
    for (const { number } of order === AS_THEY_COME ? rows : sorted(rows, order)) {
      const line = known.get(number)?.line;
      if (!line) continue;
      if (line === next) next = next.nextElementSibling;
      else body.insertBefore(line, next);
    }
  }

  function select(/** @type {number | undefined} */ call) {
    if (selected !== undefined) mark(selected, false);
    selected = call;
    if (call !== undefined) mark(call, true);
    chosen(call);
  }

  function mark(/** @type {number} */ call, /** @type {boolean} */ is) {
    const line = known.get(call)?.line;
    line?.setAttribute('aria-selected', String(is));
    if (!is || !line) return;
    table.setAttribute('aria-activedescendant', line.id);
    line.scrollIntoView({ block: 'nearest' });
  }

  function isAtEnd() {
    return box.scrollHeight - box.scrollTop - box.clientHeight < 30;
  }

  function* knownRows() {
    for (const { row } of known.values()) yield row;
  }

  function forget() {
    const oldest = firstToGo(knownRows());
    if (oldest === undefined) return;
    known.get(oldest)?.line.remove();
    known.delete(oldest);
    if (selected === oldest) select(undefined);
  }

  return {
    /** Shows rows that are new or have changed. */
    put(/** @type {readonly Row[]} */ rows) {
      const follows = isAtEnd() && order === AS_THEY_COME;
      const added = document.createDocumentFragment();
      for (const row of rows) {
        const before = known.get(row.number);
        const line = before?.line ?? emptyLine(row);
        fill(line, row, before?.row);
        line.hidden = !fits(row);
        known.set(row.number, { row, line });
        if (!before) added.append(line);
      }
      body.append(added);
      while (known.size > most) forget();
      if (order !== AS_THEY_COME) arrange();
      empty.hidden = known.size > 0;
      if (follows) box.scrollTop = box.scrollHeight;
    },
    /** Removes all rows. */
    clear() {
      select(undefined);
      known.clear();
      body.replaceChildren();
      empty.hidden = false;
    },
    most: () => most,
    setMost(/** @type {number} */ rows) {
      most = rows;
    },
    /** Shows where in that time each call waited for its answer, and where its answer came. */
    waterfall(/** @type {number} */ begin, /** @type {number} */ last, /** @type {number} */ now) {
      for (const { row, line } of known.values()) if (!line.hidden) fillBar(line, row, begin, last, now);
    },
    filter(/** @type {(row: Row) => boolean} */ by) {
      fits = by;
      for (const { row, line } of known.values()) line.hidden = !fits(row);
      if (selected !== undefined) mark(selected, true);
    },
    select,
    selected: () => selected,
    rows: () => [...known.values()].map(({ row }) => row),
    /** Chooses the row that is `by` shown rows further. ±Infinity: the last or the first one. */
    move(/** @type {number} */ by) {
      const shown = [...body.rows].filter((line) => !line.hidden);
      if (shown.length === 0) return;
      const at = shown.findIndex((line) => line.dataset['call'] === String(selected));
      const from = at < 0 && by < 0 ? shown.length : at;
      select(Number(shown[Math.max(0, Math.min(shown.length - 1, from + by))]?.dataset['call']));
    },
    hover(/** @type {number | undefined} */ call) {
      body.querySelector('.hover')?.classList.remove('hover');
      if (call !== undefined) known.get(call)?.line.classList.add('hover');
    },
  };
}

function emptyLine(/** @type {Row} */ row) {
  const line = element('tr', {
    id: `call-${row.number}`,
    role: 'row',
    'data-call': String(row.number),
    'aria-selected': 'false',
  });
  for (const name of COLUMNS) line.append(element('td', { role: 'gridcell', class: name }));
  const bar = element('div', { class: 'bar' }, element('div', { class: 'wait' }), element('div', { class: 'receive' }));
  line.append(element('td', { role: 'gridcell', class: 'waterfall' }, bar));
  return line;
}

const COLUMNS = ['time', 'peer', 'operation', 'subject', 'status', 'duration', 'up', 'down', 'path'];

function fill(/** @type {HTMLTableRowElement} */ line, /** @type {Row} */ row, /** @type {Row | undefined} */ before) {
  const was = before && texts(before);
  texts(row).forEach((text, index) => {
    const cell = line.cells[index];
    if (!cell || was?.[index] === text) return;
    cell.textContent = text;
    if (text.length > 12) cell.title = text;
  });
  line.className = classOf(row);
  const label = labelOf(row);
  if (line.getAttribute('aria-label') !== label) line.setAttribute('aria-label', label);
}

/** What a screen reader reads aloud of a row. */
function labelOf(/** @type {Row} */ row) {
  const status = row.status === null ? (row.end === null ? 'no answer yet' : 'no answer') : `status ${row.status}`;
  const took = row.end === null ? 'open' : `took ${millisecondsText(row.end - row.start)}`;
  const what = row.operation || `${row.method} ${row.path}`;
  return visible([`call ${row.number}`, what, row.subject, status, took, row.failure].filter(Boolean).join(', '));
}

/** Draws a row's bar: its cell is the time that is shown, and the bar a part of that in percent. */
function fillBar(
  /** @type {HTMLTableRowElement} */ line,
  /** @type {Row} */ row,
  /** @type {number} */ begin,
  /** @type {number} */ last,
  /** @type {number} */ now,
) {
  const cell = line.cells[COLUMNS.length];
  const bar = cell?.firstElementChild;
  if (!cell || !(bar instanceof HTMLElement) || !(bar.firstElementChild instanceof HTMLElement)) return;
  const end = row.end ?? now;
  const scale = 100 / Math.max(last - begin, 10);
  const [from, to] = [Math.max(row.start, begin), Math.min(end, last)];
  const answered = Math.max(from, Math.min(row.answered ?? end, to));
  const drawn = end < begin ? '' : [from - begin, to - from].map((part) => (part * scale).toFixed(2)).join(' ');
  const wait = `${to > from ? (((answered - from) / (to - from)) * 100).toFixed(1) : 100}%`;
  if (bar.dataset['drawn'] === `${drawn} ${wait}`) return;
  bar.dataset['drawn'] = `${drawn} ${wait}`;
  bar.hidden = drawn === '';
  const [left, width] = drawn.split(' ');
  bar.style.left = `${left}%`;
  bar.style.width = `${width}%`;
  bar.firstElementChild.style.width = wait;
  const waited = `waited ${millisecondsText((row.answered ?? end) - row.start)}`;
  cell.title = row.answered === null ? waited : `${waited}, then received for ${millisecondsText(end - row.answered)}`;
}

function texts(/** @type {Row} */ row) {
  const path = `${row.method} ${row.path}${row.protocol && ` (${row.protocol})`}${row.failure && ` ! ${row.failure}`}`;
  return [
    timeOfDay(row.start),
    visible(row.peer),
    row.operation || '–',
    visible(row.subject),
    row.status === null ? (row.end === null ? '…' : '–') : String(row.status),
    row.end === null ? 'open' : millisecondsText(row.end - row.start),
    row.up === 0 ? '' : bytesText(row.up),
    row.down === 0 ? '' : bytesText(row.down),
    visible(path),
  ];
}
