// The live view of `dbg api ui`. What comes from the wire is hostile: it becomes text, and nothing else (dom.js).
import { makeDetail } from './detail.js';
import { byId } from './dom.js';
import { parseFilter } from './filter.js';
import { bytesText } from './format.js';
import { makeList } from './list.js';
import { makeTimeline } from './timeline.js';

/** @import { Row } from '../row.ts' */
/** @import { Message } from '../feed.ts' */
/** @import { Detail } from '../detail.ts' */

const token = takeToken();
const authorization = { Authorization: `Bearer ${token}` };

const filterBox = byId('filter', HTMLInputElement);
const pauseButton = byId('pause', HTMLButtonElement);
const state = byId('state', HTMLElement);
const counters = byId('counters', HTMLElement);
const spanBox = byId('span', HTMLSelectElement);

/** @type {(row: Row) => boolean} */
let fits = () => true;
/** rows that came while the page was to stand still; undefined: it is not @type {Map<number, Row> | undefined} */
let held;
/** dbg's clock less this browser's */
let ahead = 0;
let isConnected = false;

const hovered = (/** @type {number | undefined} */ call) => {
  list.hover(call);
  timeline.hover(call);
};
const detail = makeDetail(askDetail);
const list = makeList({
  chosen: (call) => {
    detail.open(call);
    schedule();
  },
  hovered,
});
const timeline = makeTimeline({ chosen: (call) => list.select(call), hovered });

/** The address's token is kept for reloads of this window, and taken out of what is seen of it and goes into the history. */
function takeToken() {
  const given = new URLSearchParams(location.search).get('token');
  if (given !== null) {
    sessionStorage.setItem('token', given);
    history.replaceState(null, '', '/');
  }
  return sessionStorage.getItem('token') ?? '';
}

/** @returns {Promise<Detail | undefined>} */
async function askDetail(/** @type {number} */ call, /** @type {number} */ from) {
  const answer = await fetch(`/call/${call}?from=${from}`, { headers: authorization });
  return answer.ok ? answer.json() : undefined;
}

async function listen() {
  const answer = await fetch('/events', { headers: authorization });
  if (!answer.ok || !answer.body) {
    return stop('Open the address that dbg printed: this window does not have its token.');
  }
  isConnected = true;
  say('live');
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) break;
    const events = (rest + value).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) hear(JSON.parse(event.slice('data: '.length)));
  }
  if (isConnected) stop('The connection to dbg has ended. What came is still here.');
}

function hear(/** @type {Message} */ message) {
  if (message.engine !== undefined) {
    document.title = `dbg api · ${message.engine}`;
    byId('engine', HTMLElement).textContent = message.engine;
  }
  if (message.now !== undefined) ahead = message.now - Date.now();
  if (message.rows) take(message.rows);
  if (message.behind) stop('This page could not keep up with the calls: reload it.');
  if (message.ended) stop('dbg has ended. What came is still here.');
}

function take(/** @type {readonly Row[]} */ rows) {
  if (held) {
    for (const row of rows) held.set(row.number, row);
    for (const call of held.keys()) if (held.size > 2000) held.delete(call);
    return schedule();
  }
  list.put(rows);
  for (const row of rows) detail.changed(row.number);
  schedule();
}

function stop(/** @type {string} */ why) {
  isConnected = false;
  say(why);
}

function say(/** @type {string} */ text) {
  state.textContent = text;
  state.className = isConnected ? 'live' : 'over';
}

let isScheduled = false;

/** Draws once for all that happens until the browser's next frame. */
function schedule() {
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame(() => {
    isScheduled = false;
    const rows = list.rows();
    count(rows);
    timeline.draw(rows, Date.now() + ahead, fits, list.selected());
  });
}

function count(/** @type {readonly Row[]} */ rows) {
  const shown = rows.filter((row) => fits(row));
  const failed = shown.filter(({ status, failure }) => (status ?? 0) >= 400 || failure !== '').length;
  const open = shown.filter(({ end }) => end === null).length;
  const sum = (/** @type {'up' | 'down'} */ way) => bytesText(shown.reduce((all, row) => all + row[way], 0));
  counters.textContent = [
    shown.length === rows.length ? `${rows.length} calls` : `${shown.length} of ${rows.length} calls`,
    `${open} open`,
    `${failed} failed`,
    `${sum('up')} up`,
    `${sum('down')} down`,
    ...(held && held.size > 0 ? [`${held.size} waiting`] : []),
  ].join(' · ');
}

function pause() {
  const was = held;
  held = was ? undefined : new Map();
  pauseButton.textContent = was ? 'Pause' : 'Go on';
  pauseButton.setAttribute('aria-pressed', String(!was));
  if (was) take([...was.values()]);
  schedule();
}

function filter() {
  fits = parseFilter(filterBox.value);
  list.filter(fits);
  schedule();
}

/** @type {Readonly<Record<string, () => void>>} */
const KEYS = {
  ArrowDown: () => list.move(1),
  ArrowUp: () => list.move(-1),
  PageDown: () => list.move(20),
  PageUp: () => list.move(-20),
  Home: () => list.move(-Infinity),
  End: () => list.move(Infinity),
  '/': () => filterBox.focus(),
  p: pause,
};

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const isTyping = event.target === filterBox || event.target === spanBox;
  if (event.key === 'Escape') escape();
  else if (event.target === filterBox && (event.key === 'ArrowDown' || event.key === 'Enter')) {
    filterBox.blur();
    list.move(list.selected() === undefined ? Infinity : 0);
  } else if (isTyping || isReading(event) || !Object.hasOwn(KEYS, event.key)) return;
  else KEYS[event.key]?.();
  event.preventDefault();
});

/** In the details, arrow keys scroll. */
const isReading = (/** @type {KeyboardEvent} */ { target, key }) =>
  key !== '/' && key !== 'p' && target instanceof Element && target.closest('#detail') !== null;

/** Leaves the filter, closes the details, empties the filter: the first of these that can be done. */
function escape() {
  if (document.activeElement === filterBox && filterBox.value === '') filterBox.blur();
  else if (list.selected() !== undefined && document.activeElement !== filterBox) list.select(undefined);
  else {
    filterBox.value = '';
    filter();
  }
}

filterBox.addEventListener('input', filter);
pauseButton.addEventListener('click', pause);
spanBox.addEventListener('change', () => {
  timeline.span(Number(spanBox.value));
  schedule();
});
byId('close', HTMLButtonElement).addEventListener('click', () => list.select(undefined));
new ResizeObserver(schedule).observe(byId('time', HTMLElement));
// Bars of calls that are open grow.
setInterval(() => {
  if (isConnected && !held && !document.hidden && list.rows().some(({ end }) => end === null)) schedule();
}, 500);

listen().catch(() => stop('The connection to dbg has ended. What came is still here.'));
