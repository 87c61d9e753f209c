// The whole map as shapes. Nothing here needs a browser.
import { visible } from '../../../web/assets/format.js';
import { cardShape, fitting, troublesOf, wireClass } from './card-shapes.js';
import { TRUNK, WIRE_AT } from '../layout.js';
import { shape } from './shape.js';

/** @import { Badge, Flow, UsageRow } from '../../host-picture.ts' */
/** @import { Layout, Place, Section } from '../layout.js' */
/** @import { Shape } from './shape.js' */

/**
 * What changes again and again, by the keys of wires and containers.
 * @typedef {object} LiveParts
 * @property {ReadonlyMap<string, Flow>} flows
 * @property {ReadonlyMap<string, UsageRow>} usage
 * @property {ReadonlyMap<string, Badge>} badges
 */

/**
 * What was drawn of a place, and of what. A place of the same layout is drawn again only when what
 * it shows has changed.
 * @type {WeakMap<Place, { flow: Flow | undefined, usage: UsageRow | undefined, badge: Badge | undefined, wire: Shape | undefined, card: Shape }>}
 */
const drawn = new WeakMap();

/**
 * @param {Layout} layout
 * @param {LiveParts} live
 * @param {(place: Place) => boolean} isInSight of what is not, figures stay as they were drawn
 * @returns {Shape[]}
 */
export const mapShapes = (layout, live, isInSight = () => true) =>
  layout.sections.map((section) => sectionShape(section, layout, live, isInSight));

function sectionShape(
  /** @type {Section} */ section,
  /** @type {Layout} */ { cardWidth, width },
  /** @type {LiveParts} */ live,
  /** @type {(place: Place) => boolean} */ isInSight,
) {
  const { key, bus, title, y, places } = section;
  const parts = places.map((place) => placeShapes(place, cardWidth, live, isInSight(place)));
  const about = aboutOf(section);
  const name = fitting(title, Math.floor(width / 9));
  const room = Math.floor((width - name.length * 8.2 - 24) / 6.7);
  return shape(
    'g',
    {
      'data-key': key,
      class: 'network',
      role: 'group',
      'aria-label': visible([title, about].filter(Boolean).join(', ')),
    },
    bus && busShape(section),
    shape(
      'text',
      {
        class: 'title',
        'data-key': 'title',
        'data-bus': key,
        x: 0,
        y: y + 14,
        ...(bus && NAVIGABLE),
        'aria-label': bus && visible(`network ${title}, ${about}`),
      },
      name,
      shape('tspan', { class: 'about', dx: 8 }, room > 12 ? fitting(about, room) : ''),
    ),
    ...parts.flatMap((part) => part.wire ?? []),
    ...parts.map((part) => part.card),
  );
}

function placeShapes(
  /** @type {Place} */ place,
  /** @type {number} */ width,
  /** @type {LiveParts} */ { flows, usage, badges },
  /** @type {boolean} */ isInSight,
) {
  const before = drawn.get(place);
  const { key } = place.card;
  const now = { flow: flows.get(place.wire?.key ?? ''), usage: usage.get(key), badge: badges.get(key) };
  const isSame = before && before.flow === now.flow && before.usage === now.usage && before.badge === now.badge;
  if (isSame || (before && !isInSight && before.badge === now.badge)) return before;
  const made = {
    ...now,
    wire: place.wire ? wireShape(place, now.flow) : undefined,
    // What a guest receives comes over the wire of the container whose network it uses.
    card: cardShape(place, width, { ...now, flow: place.host === '' ? now.flow : undefined }),
  };
  drawn.set(place, made);
  return made;
}

/** What the keyboard can reach. */
const NAVIGABLE = { role: 'button', tabindex: -1 };

function aboutOf(/** @type {Section} */ { bus, places }) {
  const ids = new Set(places.map(({ card }) => card.key));
  const count = `${ids.size} ${ids.size === 1 ? 'container' : 'containers'}`;
  if (!bus) return count;
  return [
    bus.device ?? 'no bridge',
    ...(bus.mtu === null ? [] : [`mtu ${bus.mtu}`]),
    ...bus.addresses.slice(0, 1),
    count,
  ].join(' · ');
}

/** The bus: down at the left, with a branch above each row of containers. */
function busShape(/** @type {Section} */ { key, y, places }) {
  const ends = new Map(places.map(({ lead, x }) => [lead, x + WIRE_AT]));
  const last = places.at(-1)?.lead ?? y;
  const branches = [...ends].map(([lead, end]) => `M${TRUNK} ${lead}H${end}`);
  return shape('path', {
    'data-key': 'bus',
    'data-bus': key,
    class: 'bus',
    d: [`M${TRUNK} ${y + 20}V${last}`, ...branches].join(''),
  });
}

function wireShape(/** @type {Place} */ place, /** @type {Flow | undefined} */ flow) {
  const { wire, x, y, lead, key } = place;
  const isGuest = place.host !== '';
  const at = x + WIRE_AT;
  const bytes = (flow?.rx ?? 0) + (flow?.tx ?? 0);
  const d = `M${at} ${lead}V${y}`;
  return shape(
    'g',
    { 'data-key': `wire ${key}`, 'data-wire': wire?.key, class: `wire ${wireClass(wire)}${isGuest ? ' guest' : ''}` },
    shape('path', { class: 'near', d }),
    // Thicker by a step for each factor of ten.
    shape('path', { class: 'line', d, 'stroke-width': 1.5 + (bytes < 1 ? 0 : Math.floor(Math.log10(bytes))) * 0.5 }),
    shape(
      'text',
      { x: at + 6, y: y - 6 },
      fitting([wire?.device ?? 'no host device', ...(isGuest ? ['(shared)'] : [])].join(' '), 20),
    ),
    shape('title', {}, visible([wire?.name ?? '', ...troublesOf(wire)].join(': '))),
  );
}
