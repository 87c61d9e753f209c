// The list: a row for each call, the oldest first.
import { byId, classOf, element } from './dom.js';
import { bytesText, millisecondsText, timeOfDay, visible } from './format.js';

/** @import { Row } from '../row.ts' */

/** As many as dbg keeps. */
const MOST_ROWS = 2000;

/** @param {{ chosen: (call: number | undefined) => void, hovered: (call: number | undefined) => void }} listener */
export function makeList({ chosen, hovered }) {
  const body = byId('rows', HTMLTableSectionElement);
  const box = byId('list', HTMLElement);
  const empty = byId('empty', HTMLElement);
  const table = byId('calls', HTMLTableElement);
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

  /** The oldest that has ended; an open one only where all are. */
  function forget() {
    const [first] = known.keys();
    const oldest = [...known.values()].find(({ row }) => row.end !== null)?.row.number ?? first;
    if (oldest === undefined) return;
    known.get(oldest)?.line.remove();
    known.delete(oldest);
    if (selected === oldest) select(undefined);
  }

  return {
    /** Shows rows that are new or have changed. */
    put(/** @type {readonly Row[]} */ rows) {
      const follows = isAtEnd();
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
      while (known.size > MOST_ROWS) forget();
      empty.hidden = known.size > 0;
      if (follows) box.scrollTop = box.scrollHeight;
    },
    filter(/** @type {(row: Row) => boolean} */ by) {
      fits = by;
      for (const { row, line } of known.values()) line.hidden = !fits(row);
      if (selected !== undefined) mark(selected, true);
    },
    select,
    selected: () => selected,
    rows: () => [...known.values()].map(({ row }) => row),
    /** Chooses the one so many lines further of those that are shown; ±Infinity: the last or first. */
    move(/** @type {number} */ by) {
      const shown = [...known.values()].filter(({ line }) => !line.hidden);
      if (shown.length === 0) return;
      const at = shown.findIndex(({ row }) => row.number === selected);
      const from = at < 0 && by < 0 ? shown.length : at;
      select(shown[Math.max(0, Math.min(shown.length - 1, from + by))]?.row.number);
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
