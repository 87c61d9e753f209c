// What is said of the container, wire or network that was chosen.
import { bytesText, timeOfDay, visible } from '../../../web/assets/format.js';
import { troublesOf } from './card-shapes.js';
import { linesOfBus, linesOfCard, linesOfWire } from '../commands.js';
import { shape } from './shape.js';
import { wiresOf } from '../store.js';

/** @import { Badge, Bus, Card, PageFinding, PageLine, Wire } from '../../host-picture.ts' */
/** @import { Shape } from './shape.js' */
/** @import { Store } from '../store.js' */

/** @typedef {{ kind: 'card' | 'wire' | 'bus', key: string }} Chosen */

/** Undefined: it is not there any more. @returns {Shape[] | undefined} */
export function detailShapes(/** @type {Store} */ store, /** @type {Chosen} */ { kind, key }) {
  const [card, wire, bus] = [store.cards.get(key), store.wires.get(key), store.buses.get(key)];
  if (kind === 'card') return card && cardDetail(store, card);
  if (kind === 'wire') return wire && wireDetail(store, wire);
  return bus && busDetail(store, bus);
}

/** The lines for what was chosen; the first is the one that is copied. @returns {PageLine[]} */
export function linesOf(/** @type {Store} */ store, /** @type {Chosen} */ { kind, key }) {
  const [card, wire, bus] = [store.cards.get(key), store.wires.get(key), store.buses.get(key)];
  if (kind === 'card') return card ? linesOfCard(store, card) : [];
  if (kind === 'wire') return wire ? linesOfWire(store, wire) : [];
  return bus ? linesOfBus(bus) : [];
}

function cardDetail(/** @type {Store} */ store, /** @type {Card} */ card) {
  const badge = store.badges.get(card.key);
  return [
    heading(card.name),
    facts([
      ['image', card.image],
      ['state', [card.state, card.health].filter(Boolean).join(', ')],
      ['project', card.project],
      ['id', card.key.slice(0, 12)],
      ...wiresOf(store, card.key).map((wire) => pair(wire.name, wireText(store, wire))),
      ...card.ports.map((port) => pair('published', `${port.at} → ${port.container}/${port.protocol}`)),
    ]),
    linesShape(linesOfCard(store, card)),
    ...findingShapes(badge),
  ];
}

const pair = (/** @type {string} */ name, /** @type {string} */ value) =>
  /** @type {[string, string]} */ ([name, value]);

function wireText(/** @type {Store} */ store, /** @type {Wire} */ wire) {
  const bus = store.buses.get(wire.bus);
  const ends = [wire.addresses.join(', '), wire.device ?? 'no device of this host', bus?.network ?? bus?.device ?? ''];
  return [...ends.filter(Boolean), ...troublesOf(wire)].join(' · ');
}

function wireDetail(/** @type {Store} */ store, /** @type {Wire} */ wire) {
  const flow = store.flows.get(wire.key);
  const { cut } = wire;
  return [
    heading(`${wire.name} of ${store.cards.get(wire.card)?.name ?? ''}`),
    facts([
      ['addresses', wire.addresses.join(', ')],
      ['host device', wire.device ?? 'none'],
      ['state', wire.state ?? ''],
      ['mtu', String(wire.mtu ?? '')],
      ['proof', [wire.proof, wire.reason].filter(Boolean).join(': ')],
      ['receives', flow?.rx == null ? '' : `${bytesText(flow.rx)}/s`],
      ['sends', flow?.tx == null ? '' : `${bytesText(flow.tx)}/s`],
      ['dropped', flow ? String(flow.drops) : ''],
      [
        'cut',
        cut
          ? `${cut.what}, by ${cut.by}, since ${timeOfDay(cut.since * 1000).slice(0, 8)}${cut.until === 0 ? '' : `, until ${timeOfDay(cut.until * 1000).slice(0, 8)}`}`
          : '',
      ],
      ['in force', cut ? (cut.isInForce ? 'yes' : 'no: the kernel does not do it any more') : ''],
      ['wrong', wire.problems.join('; ')],
    ]),
    linesShape(linesOfWire(store, wire)),
  ];
}

const busDetail = (/** @type {Store} */ store, /** @type {Bus} */ bus) => [
  heading(bus.network ?? 'no network of the engine'),
  facts([
    ['device', bus.device ?? 'no bridge'],
    ['mtu', String(bus.mtu ?? '')],
    ['addresses', bus.addresses.join(', ')],
    ['wires', String([...store.wires.values()].filter((wire) => wire.bus === bus.key).length)],
  ]),
  linesShape(linesOfBus(bus)),
];

const heading = (/** @type {string} */ text) => shape('h2', { tabindex: -1 }, visible(text));

const facts = (/** @type {readonly (readonly [string, string])[]} */ all) =>
  shape(
    'dl',
    {},
    ...all
      .filter(([, value]) => value !== '')
      .map(([name, value]) => shape('div', {}, shape('dt', {}, visible(name)), shape('dd', {}, visible(value)))),
  );

const linesShape = (/** @type {readonly PageLine[]} */ lines) =>
  shape('ul', { class: 'lines', 'aria-label': 'Commands; a click copies one' }, ...lines.map(lineShape));

const lineShape = (/** @type {PageLine} */ { what, line }) =>
  shape(
    'li',
    {},
    shape('button', { type: 'button', class: 'line', 'data-line': line, title: 'Copy' }, visible(line)),
    ` ${visible(what)}`,
  );

/** What dbg why found, the worst first. @returns {Shape[]} */
function findingShapes(/** @type {Badge | undefined} */ badge) {
  if (!badge) return [shape('p', { class: 'note' }, 'dbg why has not looked at it yet')];
  const at = shape('p', { class: 'note' }, `dbg why looked at ${timeOfDay(badge.at).slice(0, 8)}`);
  const none = badge.findings.length === 0 ? [shape('p', {}, 'dbg why finds nothing wrong')] : [];
  return [shape('h3', {}, 'dbg why'), ...none, ...badge.findings.map(findingShape), at];
}

const findingShape = (/** @type {PageFinding} */ { severity, sentence, evidence, next }) =>
  shape(
    'section',
    { class: `finding ${severity}` },
    shape('p', {}, `${SIGNS[severity]} ${visible(sentence)}`),
    shape('ul', { class: 'lines' }, ...[...evidence, ...next].map(lineShape)),
  );

/** @type {Readonly<Record<PageFinding['severity'], string>>} */
const SIGNS = { broken: '✗', suspect: '!', note: '·' };
