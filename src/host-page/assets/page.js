// The page of `dbg ui`. It only reads: what it offers are lines for a shell, to be copied. What
// comes from containers is hostile: it becomes text, and nothing else (shape.js, patch.js). An
// import from ../../web/assets is one from /web/assets in the browser: above the top of an address
// there is nothing (URL standard), and the build puts that folder there.
import { byId } from '../../web/assets/dom.js';
import { listen } from '../../web/assets/events.js';
import { visible } from '../../web/assets/format.js';
import { oncePerFrame } from '../../web/assets/frame.js';
import { lineBetween, lineOfPort } from './commands.js';
import { makeChosen } from './chosen.js';
import { entryShapes } from './shapes/entry-shapes.js';
import { layOut } from './layout.js';
import { makeLit } from './lit.js';
import { mapShapes } from './shapes/map-shapes.js';
import { patch } from './patch.js';
import { pathBetween, pathOfBus, pathOfCard, pathOfPort, pathOfWire } from './path.js';
import { makeRoving } from './controls/roving.js';
import { makeReplay } from './replay.js';
import { copyLine } from './controls/copy-line.js';
import { makeStore, takeChanges } from './store.js';
import { makeTabs } from './controls/tabs.js';
import { nextUsageOrder, usageShapes } from './shapes/usage-shapes.js';

/** @import { Changes } from '../changes.ts' */
/** @import { PageEntry } from '../host-picture.ts' */
/** @import { PageMessage } from '../page-message.ts' */
/** @import { Layout, Place } from './layout.js' */
/** @import { UsageOrder } from './shapes/usage-shapes.js' */

const ENDED = 'The connection to dbg has ended. What came is still here.';
/** As many lines of the timeline as dbg keeps for pages that open later. */
const MOST_ENTRIES = 1000;
/** How many of them are drawn. */
const MOST_DRAWN = 300;
/** How far beyond the window the map is kept up to date, in pixels. */
const AROUND = 300;

const map = byId('map', SVGSVGElement);
const mapView = byId('map-view', HTMLElement);
const usage = byId('usage', HTMLTableElement);
const entryList = byId('entries', HTMLOListElement);
const state = byId('state', HTMLElement);
const troubleBox = byId('trouble', HTMLElement);
const leftOutBox = byId('left-out', HTMLElement);
const emptyBox = byId('empty', HTMLElement);
const apiButton = byId('api', HTMLButtonElement);

const store = makeStore();
/** the oldest first @type {PageEntry[]} */
let entries = [];
let leftOut = 0;
let at = 0;
/** @type {UsageOrder} */
let order = { column: 'cpu', descending: true };
let isConnected = false;

const lit = makeLit(map, byId('path', HTMLElement));
const schedule = oncePerFrame(draw);
const chosen = makeChosen(store, { changed: schedule, closed: () => mapKeys.back() });
const mapKeys = makeRoving(map, '[role=button]', (thing) => show(thing));
const rowKeys = makeRoving(usage, 'tbody tr');
const entryKeys = makeRoving(entryList, 'li');
const tabs = makeTabs(schedule);
const replay = makeReplay((moment) => {
  take(moment.changes, true);
  entries = [...moment.entries];
  at = moment.at;
  schedule();
});

function hear(/** @type {PageMessage} */ message) {
  if (message.title !== undefined) {
    document.title = `dbg · ${visible(message.title)}`;
    byId('title', HTMLElement).textContent = visible(message.title);
    say(message.replay ? 'recording' : 'live');
  }
  if (message.replay) {
    void replay.open(message.replay);
    return;
  }
  if (message.at !== undefined) at = message.at;
  if (message.callsBy !== undefined) offerCallsBy(message.callsBy);
  if (message.changes) take(message.changes);
  if (message.entries) entries = [...entries, ...message.entries].slice(-MOST_ENTRIES);
  leftOut += message.leftOut ?? 0;
  if (message.trouble !== undefined) {
    troubleBox.hidden = message.trouble === '';
    troubleBox.textContent = visible(message.trouble);
  }
  if (message.behind) stop('This page could not keep up with what happens: reload it.');
  if (message.ended) stop('dbg has ended. What came is still here.');
  schedule();
}

/** The line with which a client's calls become lines of the timeline. */
function offerCallsBy(/** @type {string} */ line) {
  apiButton.hidden = false;
  apiButton.dataset.line = line;
  apiButton.title = `Calls that a client makes this way are lines of the timeline. Copies: ${visible(line)}`;
}

function take(/** @type {Changes} */ changes, isAll = false) {
  takeChanges(store, changes, isAll);
  if (isAll || changes.cards || changes.buses || changes.wires) layout = undefined;
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
  if (tabs.shown() === 'map') drawMap();
  else patch(usage, usageShapes([...store.usage.values()], order, at));
  patch(entryList, entryShapes(entries.slice(-MOST_DRAWN)));
  patch(leftOutBox, leftOut === 0 ? [] : [`${leftOut} lines are left out here: dbg watch shows all`]);
  patch(byId('counters', HTMLElement), [countersText()]);
  const isEmpty = store.cards.size === 0 && at > 0;
  if (emptyBox.hidden === isEmpty) emptyBox.hidden = !isEmpty;
  chosen.draw();
  mapKeys.settle();
  rowKeys.settle();
  entryKeys.settle();
}

/** Where everything stands; undefined: what stands there has changed. @type {Layout | undefined} */
let layout;

function drawMap() {
  const width = Math.max(240, mapView.clientWidth - 24);
  if (layout?.width !== width) layout = undefined;
  layout ??= layOut(
    { cards: [...store.cards.values()], buses: [...store.buses.values()], wires: [...store.wires.values()] },
    width,
  );
  setSize(map, layout.width, layout.height);
  const { top } = map.getBoundingClientRect();
  const isInSight = (/** @type {Place} */ { y }) => y + top > -AROUND && y + top < innerHeight + AROUND;
  patch(map, mapShapes(layout, store, isInSight));
  lit.again();
}

function setSize(/** @type {SVGSVGElement} */ picture, /** @type {number} */ width, /** @type {number} */ height) {
  for (const [name, value] of Object.entries({ width, height })) {
    if (picture.getAttribute(name) !== String(value)) picture.setAttribute(name, String(value));
  }
}

function countersText() {
  const wires = [...store.wires.values()];
  const cut = wires.filter((wire) => wire.cut?.isInForce).length;
  const wrong = wires.filter(({ problems }) => problems.length > 0).length;
  const broken = [...store.badges.values()].filter(({ findings }) =>
    findings.some(({ severity }) => severity === 'broken'),
  ).length;
  return [
    `${store.cards.size} containers`,
    `${[...store.buses.values()].length} networks`,
    ...(cut > 0 ? [`${cut} cut`] : []),
    ...(wrong > 0 ? [`${wrong} wires with a problem`] : []),
    ...(broken > 0 ? [`${broken} broken`] : []),
  ].join(' · ');
}

/** The way of what the pointer or the keyboard is at. */
function pathOf(/** @type {Element} */ thing) {
  const data = (/** @type {string} */ name) => thing.closest(`[data-${name}]`)?.getAttribute(`data-${name}`) ?? '';
  const card = store.cards.get(data('card'));
  const port = card?.ports[Number(data('port') || -1)];
  if (card && port) return pathOfPort(store, card, port);
  const from = chosen.card();
  if (card) return from && from.key !== card.key ? pathBetween(store, from, card) : pathOfCard(store, card);
  const wire = store.wires.get(data('wire'));
  if (wire) return pathOfWire(store, wire);
  const bus = store.buses.get(data('bus'));
  return bus && pathOfBus(store, bus);
}

const show = (/** @type {Element} */ thing) => lit.show(() => pathOf(thing));

/** Chooses what was clicked, and copies the line for it. */
function choose(/** @type {MouseEvent} */ event) {
  const { target } = event;
  if (!(target instanceof Element)) return;
  const data = (/** @type {string} */ name) => target.closest(`[data-${name}]`)?.getAttribute(`data-${name}`) ?? '';
  const card = store.cards.get(data('card'));
  const port = card?.ports[Number(data('port') || -1)];
  const from = chosen.card();
  if (port) void copyLine(lineOfPort(port.host).line);
  else if (event.shiftKey && card && from && from.key !== card.key) void copyLine(lineBetween(from, card).line);
  else if (card) chosen.choose({ kind: 'card', key: card.key });
  else if (data('wire') !== '') chosen.choose({ kind: 'wire', key: data('wire') });
  else if (data('bus') !== '') chosen.choose({ kind: 'bus', key: data('bus') });
}

map.addEventListener('click', choose);
usage.addEventListener('click', (event) => {
  const column = event.target instanceof Element && event.target.closest('[data-column]')?.getAttribute('data-column');
  if (column) {
    order = nextUsageOrder(order, column);
    schedule();
  } else choose(event);
});
entryList.addEventListener('click', choose);
map.addEventListener('pointerover', ({ target }) => target instanceof Element && show(target));
map.addEventListener('pointerleave', () => lit.show(() => undefined));
map.addEventListener('focusout', () => lit.show(() => undefined));
apiButton.addEventListener('click', () => void copyLine(apiButton.dataset.line ?? ''));
document.addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') chosen.choose(undefined);
});
new ResizeObserver(schedule).observe(mapView);
// What comes into sight is brought up to date.
document.addEventListener('scroll', schedule, { capture: true, passive: true });

async function connect() {
  const end = await listen(hear, () => (isConnected = true));
  if (end === 'refused') stop('Open the address that dbg printed: this window does not have its token.');
  else if (isConnected) stop(ENDED);
}

connect().catch(() => stop(ENDED));
