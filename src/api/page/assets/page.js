// The live view of `dbg api ui`. What comes from the wire is hostile: it becomes text, and nothing
// else (web/assets/dom.js).
// An import from ../../../web/assets is one from /web/assets in the browser: above the top of an
// address there is nothing (URL standard), and the build puts that folder there.
import { byId } from '../../../web/assets/dom.js';
import { listen } from '../../../web/assets/events.js';
import { bytesText } from '../../../web/assets/format.js';
import { oncePerFrame } from '../../../web/assets/frame.js';
import { ask, askJson, token } from '../../../web/assets/token.js';
import { askDetail } from './asking.js';
import { makeDetail } from './detail.js';
import { bodyWords, parseFilter } from './list/filter.js';
import { rangesOf } from './calls.js';
import { hold } from './held.js';
import { listenToKeys } from './keys.js';
import { makeList } from './list/list.js';
import { fileName, saveFile } from './save.js';
import { makeSearch } from './list/search.js';
import { makeTimeline } from './timeline.js';

/** @import { Row } from '../row.ts' */
/** @import { Message } from '../feed.ts' */

const filterBox = byId('filter', HTMLInputElement);
const pauseButton = byId('pause', HTMLButtonElement);
const state = byId('state', HTMLElement);
const counters = byId('counters', HTMLElement);
const spanBox = byId('span', HTMLSelectElement);
const goneBox = byId('gone', HTMLElement);

const ENDED = 'The connection to dbg has ended. What came is still here.';

/** @type {(row: Row) => boolean} */
let fits = () => true;
/**
 * rows that came while the page is paused; undefined: it is not paused
 * @type {Map<number, Row> | undefined}
 */
let held;
/** by how many ms dbg's clock is ahead of this browser's */
let ahead = 0;
let isConnected = false;
let isRecording = false;
/**
 * Calls up to this number were cleared in this window. It is kept for this token only, because
 * another dbg counts from 1 again.
 */
let cleared = Number(sessionStorage.getItem(`cleared ${token}`) ?? 0);
let newest = 0;
const schedule = oncePerFrame(draw);

const hovered = (/** @type {number | undefined} */ call) => {
  list.hover(call);
  timeline.hover(call);
};
const detail = makeDetail(askDetail, (call) => askJson(`/curl/${call}`));
const search = makeSearch(
  async (text, calls) => (await askJson(`/find?text=${encodeURIComponent(text)}&calls=${calls}`)) ?? [],
  () => filter(),
);
const list = makeList({
  chosen: (call) => {
    detail.open(call);
    schedule();
  },
  hovered,
});
const timeline = makeTimeline({ chosen: (call) => list.select(call), hovered });

async function connect() {
  const end = await listen(hear, () => (isConnected = true));
  if (end === 'refused') stop('Open the address that dbg printed: this window does not have its token.');
  else if (isConnected) stop(ENDED);
}

function hear(/** @type {Message} */ message) {
  if (message.engine !== undefined) {
    document.title = `dbg api · ${message.engine}`;
    byId('engine', HTMLElement).textContent = message.engine;
  }
  if (message.recording !== undefined) {
    isRecording = message.recording;
    say(isRecording ? 'recording' : 'live');
    // All calls of a recording are over: the timeline shows all of its time.
    if (isRecording) showSpan('Infinity');
  }
  if (message.most !== undefined) list.setMost(message.most);
  if (message.gone !== undefined) tellGone(message.gone);
  if (message.now !== undefined) ahead = message.now - Date.now();
  if (message.rows) take(message.rows);
  if (message.behind) stop('This page could not keep up with the calls: reload it.');
  if (message.ended) stop('dbg has ended. What came is still here.');
}

function tellGone(/** @type {number} */ gone) {
  goneBox.hidden = gone === 0;
  goneBox.textContent = `${gone} older ${gone === 1 ? 'call is' : 'calls are'} gone: dbg keeps only the newest`;
}

function take(/** @type {readonly Row[]} */ all) {
  for (const { number } of all) newest = Math.max(newest, number);
  const rows = all.filter(({ number }) => number > cleared);
  if (held) {
    hold(held, rows, list.most());
    return schedule();
  }
  list.put(rows);
  for (const row of rows) detail.changed(row.number);
  search.changed(rows);
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

function draw() {
  const rows = list.rows();
  count(rows);
  // In a recording no time goes by: `now` is when its last call ended.
  const now = isRecording ? Math.max(0, ...rows.map((row) => row.end ?? row.start)) : Date.now() + ahead;
  const { begin, last } = timeline.draw(rows, now, fits, list.selected());
  list.waterfall(begin, last, now);
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

function clear() {
  cleared = newest;
  sessionStorage.setItem(`cleared ${token}`, String(cleared));
  held?.clear();
  list.clear();
  schedule();
}

/** Saves the calls that the list shows. */
async function save(/** @type {'har' | 'recording'} */ as) {
  const rows = list.rows().filter((row) => fits(row));
  if (rows.length === 0) return;
  const answer = await ask(`/save/${as}?calls=${rangesOf(rows.map(({ number }) => number))}`);
  if (!answer.ok) return;
  saveFile(await answer.blob(), fileName(rows[0]?.start ?? 0, as === 'har' ? 'har' : 'ndjson'));
}

function filter() {
  search.words(bodyWords(filterBox.value), list.rows());
  fits = parseFilter(filterBox.value, search.has);
  list.filter(fits);
  schedule();
}

listenToKeys({ list, filter, pause });
filterBox.addEventListener('input', filter);
pauseButton.addEventListener('click', pause);
byId('clear', HTMLButtonElement).addEventListener('click', clear);
byId('save-har', HTMLButtonElement).addEventListener('click', () => void save('har'));
byId('save-recording', HTMLButtonElement).addEventListener('click', () => void save('recording'));
spanBox.addEventListener('change', () => showSpan(spanBox.value));

function showSpan(/** @type {string} */ span) {
  spanBox.value = span;
  timeline.span(Number(span));
  schedule();
}

byId('close', HTMLButtonElement).addEventListener('click', () => list.select(undefined));
new ResizeObserver(schedule).observe(byId('time', HTMLElement));
// The bars of open calls grow.
setInterval(() => {
  if (isConnected && !isRecording && !held && !document.hidden && list.rows().some(({ end }) => end === null))
    schedule();
}, 500);

connect().catch(() => stop(ENDED));
