// The table of `dbg top`. Nothing here needs a browser.
import { bytesText, visible } from '../../../web/assets/format.js';
import { memoryText, percent } from './card-shapes.js';
import { shape } from './shape.js';

/** @import { UsageRow } from '../../host-picture.ts' */

/** @typedef {{ column: string, descending: boolean }} UsageOrder */
/**
 * @typedef {object} Column
 * @property {string} head
 * @property {(row: UsageRow) => string | number | null} value what it is sorted by
 * @property {(row: UsageRow, now: number) => string} [text] left out: the value is the text
 * @property {(row: UsageRow) => boolean} [isNear] whether a limit is near
 */

const size = (/** @type {number | null} */ bytes) => (bytes === null ? '' : memoryText(bytes));
const perSecond = (/** @type {number | null} */ bytes) => (bytes === null ? '' : `${bytesText(bytes)}/s`);
const share = (/** @type {number | null} */ value) => (value === null ? '' : percent(value));
const of = (/** @type {string} */ used, /** @type {string} */ limit) => [used, limit].filter(Boolean).join(' / ');
const near = (/** @type {number | null} */ used, /** @type {number | null} */ limit) =>
  used !== null && limit !== null && limit > 0 && used >= 0.9 * limit;

/** @type {Readonly<Record<string, Column>>} */
const COLUMNS = {
  name: { head: 'Container', value: (row) => row.name },
  state: { head: 'State', value: (row) => row.state },
  cpu: { head: 'CPU', value: (row) => row.cpu, text: (row) => share(row.cpu) },
  throttled: {
    head: 'Throttled',
    value: (row) => row.throttled,
    text: (row) => share(row.throttled),
    isNear: (row) => (row.throttled ?? 0) >= 10,
  },
  memory: {
    head: 'Memory',
    value: (row) => row.memory,
    text: (row) => of(size(row.memory), size(row.memoryLimit)),
    isNear: (row) => near(row.memory, row.memoryLimit),
  },
  cache: { head: 'Cache', value: (row) => row.cache, text: (row) => size(row.cache) },
  swap: { head: 'Swap', value: (row) => row.swap, text: (row) => size(row.swap) },
  pressure: { head: 'Pressure', value: (row) => row.pressure, text: (row) => share(row.pressure) },
  oom: { head: 'OOM kills', value: (row) => row.oomKills, isNear: (row) => (row.oomKills ?? 0) > 0 },
  rx: { head: 'Receives', value: (row) => row.rx, text: (row) => perSecond(row.rx) },
  tx: { head: 'Sends', value: (row) => row.tx, text: (row) => perSecond(row.tx) },
  drops: { head: 'Drops', value: (row) => row.drops },
  read: { head: 'Reads', value: (row) => row.read, text: (row) => perSecond(row.read) },
  written: { head: 'Writes', value: (row) => row.written, text: (row) => perSecond(row.written) },
  pids: {
    head: 'PIDs',
    value: (row) => row.pids,
    text: (row) => of(String(row.pids ?? ''), String(row.pidsLimit ?? '')),
    isNear: (row) => near(row.pids, row.pidsLimit),
  },
  files: {
    head: 'Open files',
    value: (row) => row.files,
    text: (row) => of(String(row.files ?? ''), String(row.filesLimit ?? '')),
    isNear: (row) => near(row.files, row.filesLimit),
  },
  up: {
    head: 'Up',
    value: (row) => row.startedAt,
    text: (row, now) => (row.startedAt === null ? '' : sinceText(now - row.startedAt)),
  },
  restarts: { head: 'Restarts', value: (row) => row.restarts },
};

/** 3723000 → "1h 2m" */
function sinceText(/** @type {number} */ milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [days, hours, minutes] = [
    Math.floor(seconds / 86_400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return `${days}d ${hours}h`;
  if (hours > 0) return `${hours}h ${minutes}m`;
  return minutes > 0 ? `${minutes}m` : `${seconds}s`;
}

/**
 * Rows in an order: what is not known comes last, and equal rows are in the order of their names.
 */
function sortedUsage(/** @type {readonly UsageRow[]} */ rows, /** @type {UsageOrder} */ { column, descending }) {
  const value = COLUMNS[column]?.value ?? ((row) => row.name);
  const sign = descending ? -1 : 1;
  return rows.toSorted((a, b) => {
    const [x, y] = [value(a), value(b)];
    if (x !== y && x === null) return 1;
    if (x !== y && y === null) return -1;
    return (x !== null && y !== null && x < y ? -sign : x !== y ? sign : 0) || (a.name < b.name ? -1 : 1);
  });
}

/**
 * What a click on a head makes of the order: numbers begin with the largest.
 * @returns {UsageOrder}
 */
export const nextUsageOrder = (/** @type {UsageOrder} */ order, /** @type {string} */ column) =>
  order.column === column
    ? { column, descending: !order.descending }
    : { column, descending: column !== 'name' && column !== 'state' };

export const usageShapes = (
  /** @type {readonly UsageRow[]} */ rows,
  /** @type {UsageOrder} */ order,
  /** @type {number} */ now,
) => [
  shape(
    'thead',
    {},
    shape('tr', {}, ...Object.entries(COLUMNS).map(([name, { head }]) => headShape(name, head, order))),
  ),
  shape('tbody', {}, ...sortedUsage(rows, order).map((row) => rowShape(row, now))),
];

const headShape = (
  /** @type {string} */ name,
  /** @type {string} */ head,
  /** @type {UsageOrder} */ { column, descending },
) =>
  shape(
    'th',
    { scope: 'col', class: name, 'aria-sort': column !== name ? 'none' : descending ? 'descending' : 'ascending' },
    shape('button', { type: 'button', 'data-column': name }, head),
  );

const rowShape = (/** @type {UsageRow} */ row, /** @type {number} */ now) =>
  shape(
    'tr',
    { 'data-key': row.key, 'data-card': row.key, tabindex: -1, 'aria-label': visible(row.name) },
    ...Object.entries(COLUMNS).map(([name, { value, text, isNear }]) =>
      shape(
        'td',
        { class: isNear?.(row) ? `${name} near` : name },
        visible(text ? text(row, now) : String(value(row) ?? '')),
      ),
    ),
  );
