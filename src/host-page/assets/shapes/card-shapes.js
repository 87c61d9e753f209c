// How a container looks on the map.
import { bytesText, visible } from '../../../web/assets/format.js';
import { CARD_HEIGHT } from '../layout.js';
import { shape } from './shape.js';

/** @import { Badge, Flow, UsageRow, Wire } from '../../host-picture.ts' */
/** @import { Place } from '../layout.js' */
/** @import { Shape } from './shape.js' */

/** @typedef {{ flow: Flow | undefined, usage: UsageRow | undefined, badge: Badge | undefined }} Live */

/** The widths of a character, in pixels: of names, and of all else, which is monospaced. */
const NAME_WIDTH = 7.3;
const WIDTH = 6.7;
const LEFT = 10;

/**
 * @param {Place} place
 * @param {number} width
 * @param {Live} live
 * @returns {Shape}
 */
export function cardShape(place, width, { flow, usage, badge }) {
  const { card, wire, x, y, host } = place;
  const most = Math.floor((width - 2 * LEFT) / WIDTH);
  const broken = countOf(badge, 'broken');
  const suspect = countOf(badge, 'suspect');
  const marks = [mark(broken, 'broken', width - 14), mark(suspect, 'suspect', width - (broken > 0 ? 34 : 14))];
  const nameRoom = width - 24 - 20 * marks.filter(Boolean).length - 4;
  const wrong = troublesOf(wire);
  const lines = [
    line('at', host === '' ? addressLine(wire) : `uses ${host}'s network`, most),
    line('flow', flow ? flowText(flow) : '', most),
    line('use', usage ? usageText(usage) : '', most),
    line('trouble', wrong[0] ?? (flow && flow.newDrops > 0 ? `✕ ${flow.newDrops} dropped` : ''), most),
  ];
  return shape(
    'svg',
    {
      'data-key': place.key,
      'data-card': card.key,
      class: `card ${classOf(place)}`,
      role: 'button',
      tabindex: -1,
      'aria-label': labelOf(place, badge),
      x,
      y,
      width,
      height: CARD_HEIGHT,
    },
    shape('rect', { class: 'box', x: 1, y: 1, width: width - 2, height: CARD_HEIGHT - 2, rx: 6 }),
    shape('circle', { class: `state ${card.state} ${card.health}`, cx: 13, cy: 15, r: 4.5 }),
    shape('text', { class: 'name', x: 23, y: 19 }, fitting(card.name, Math.floor(nameRoom / NAME_WIDTH))),
    ...marks.filter((each) => each !== undefined),
    ...lines.flatMap((each, at) =>
      each ? [shape('text', { ...each.attributes, x: LEFT, y: 36 + 16 * at }, ...each.children)] : [],
    ),
    ...portShapes(place, most),
  );
}

const countOf = (/** @type {Badge | undefined} */ badge, /** @type {string} */ severity) =>
  badge?.findings.filter((finding) => finding.severity === severity).length ?? 0;

function mark(/** @type {number} */ count, /** @type {string} */ severity, /** @type {number} */ x) {
  if (count === 0) return undefined;
  return shape(
    'g',
    { class: `mark ${severity}`, 'data-key': severity },
    shape('circle', { cx: x, cy: 15, r: 8 }),
    shape('text', { x, y: 19 }, String(count)),
  );
}

const line = (/** @type {string} */ kind, /** @type {string} */ text, /** @type {number} */ most) =>
  text === '' ? undefined : shape('text', { class: kind, 'data-key': kind }, fitting(text, most));

const addressLine = (/** @type {Wire | undefined} */ wire) =>
  wire ? [wire.name, (wire.addresses[0] ?? 'no address').split('/')[0]].join(' ') : '';

const flowText = (/** @type {Flow} */ { rx, tx }) =>
  rx === null ? '' : `↓${bytesText(rx)}/s ↑${bytesText(tx ?? 0)}/s`;

const usageText = (/** @type {UsageRow} */ { cpu, memory }) =>
  [...(cpu === null ? [] : [`cpu ${percent(cpu)}`]), ...(memory === null ? [] : [`mem ${memoryText(memory)}`])].join(
    ' ',
  );

/** 1536 → "1.5 KiB": memory is counted as docker stats does, in powers of 1024 */
export function memoryText(/** @type {number} */ bytes) {
  const power = bytes < 1 ? 0 : Math.min(4, Math.floor(Math.log2(bytes) / 10));
  return `${Number((bytes / 1024 ** power).toPrecision(3))} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][power]}`;
}

export const percent = (/** @type {number} */ value) => `${value < 10 ? value.toFixed(1) : Math.round(value)}%`;

/**
 * The published ports, as many as there is room for; one that has an address of each family, once.
 */
function portShapes(/** @type {Place} */ { card }, /** @type {number} */ most) {
  /** @type {Set<string>} */
  const shown = new Set();
  let used = 0;
  return card.ports.flatMap((port, at) => {
    const text = `:${port.host}→${port.container}`;
    if (shown.has(text) || used + text.length > most) return [];
    shown.add(text);
    const x = LEFT + used * WIDTH;
    used += text.length + 1;
    return [shape('text', { class: 'port', 'data-key': text, 'data-port': at, x, y: CARD_HEIGHT - 8 }, text)];
  });
}

/** What is wrong with a wire: a cut of dbg's first. @returns {string[]} */
export function troublesOf(/** @type {Wire | undefined} */ wire) {
  if (!wire) return [];
  const cut = wire.cut ? [wire.cut.isInForce ? `cut: ${wire.cut.what}` : `cut no more: ${wire.cut.what}`] : [];
  return [...cut, ...wire.problems];
}

/** cut: by dbg; wrong: something else; "" for neither */
export function wireClass(/** @type {Wire | undefined} */ wire) {
  if (wire?.cut?.isInForce) return 'cut';
  return troublesOf(wire).length > 0 ? 'wrong' : '';
}

const classOf = (/** @type {Place} */ { wire, host }) => [wireClass(wire), host === '' ? '' : 'guest'].join(' ').trim();

/** What a screen reader says: only what seldom changes, so that it is not said again and again. */
function labelOf(/** @type {Place} */ { card, wire, host }, /** @type {Badge | undefined} */ badge) {
  const broken = countOf(badge, 'broken');
  const suspect = countOf(badge, 'suspect');
  return visible(
    [
      card.name,
      [card.state, card.health].filter(Boolean).join(' '),
      ...(host === '' ? [] : [`uses the network of ${host}`]),
      ...(wire ? [`${wire.name} ${wire.addresses[0] ?? 'without an address'}`] : []),
      ...troublesOf(wire),
      ...card.ports.map(({ at, container }) => `port ${container} published at ${at}`),
      ...(broken > 0 ? [`${broken} broken`] : []),
      ...(suspect > 0 ? [`${suspect} suspect`] : []),
    ].join(', '),
  );
}

/** A text that has at most so many characters; what is left out at its end is "…". */
export function fitting(/** @type {string} */ text, /** @type {number} */ most) {
  if (text.length <= most && !/[^ -~]/.test(text)) return text;
  const shown = visible(text.slice(0, 2 * most));
  const chars = [...shown];
  return chars.length > most ? `${chars.slice(0, Math.max(1, most - 1)).join('')}…` : shown;
}
