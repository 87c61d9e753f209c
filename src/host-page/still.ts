import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { layOut } from './assets/layout.js';
import { mapShapes } from './assets/shapes/map-shapes.js';
import { shape, type Shape } from './assets/shapes/shape.js';
import { visible } from '../web/assets/format.js';
import type { HostPicture } from './host-picture.ts';

const WIDTH = 1280;
const MARGIN = 16;
const HEAD = 44;
const LINE = 18;
/** More sentences than these are not for a picture. */
const MOST_SENTENCES = 20;
/** In characters, of a sentence: as many as there is room for. */
const MOST_SENTENCE = 170;

/**
 * The map as an SVG file that needs nothing else: the one that the page draws, in light colours,
 * with what is broken below it. `folder` is where the page's files are.
 */
export function stillOf(picture: HostPicture, title: string, folder: string): string {
  const layout = layOut(picture, WIDTH - 2 * MARGIN);
  const map = mapShapes(layout, {
    flows: byKey(picture.flows),
    usage: byKey(picture.usage),
    badges: byKey(picture.badges),
  });
  const sentences = brokenOf(picture);
  const height = HEAD + layout.height + sentences.length * LINE + MARGIN;
  return svgText(
    shape(
      'svg',
      { xmlns: 'http://www.w3.org/2000/svg', width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}` },
      shape('title', {}, visible(title)),
      shape('style', {}, literalStyle(folder)),
      shape('rect', { class: 'paper', width: WIDTH, height }),
      shape('text', { class: 'head', x: MARGIN, y: 28 }, visible(title)),
      shape('g', { transform: `translate(${MARGIN} ${HEAD})` }, ...map),
      ...sentences.map((sentence, at) =>
        shape('text', { class: 'broken', x: MARGIN, y: HEAD + layout.height + at * LINE }, sentence),
      ),
    ),
  );
}

const byKey = <Each extends { readonly key: string }>(all: readonly Each[]) =>
  new Map(all.map((each) => [each.key, each]));

function brokenOf({ cards, badges }: HostPicture): string[] {
  const names = new Map(cards.map(({ key, name }) => [key, name]));
  const all = badges.flatMap(({ key, findings }) =>
    findings
      .filter(({ severity }) => severity === 'broken')
      .map(({ sentence }) => visible(`✗ ${names.get(key) ?? ''}: ${sentence}`)),
  );
  const shown = all.slice(0, MOST_SENTENCES).map((text) => [...text].slice(0, MOST_SENTENCE).join(''));
  return all.length > shown.length ? [...shown, `… and ${all.length - shown.length} more: dbg why`] : shown;
}

/**
 * The style of the map with the light colours as they are: many programs that show an SVG know no
 * variables of CSS.
 */
function literalStyle(folder: string): string {
  const [, light = ''] = /:root \{([^}]*)\}/.exec(readFileSync(join(folder, 'web/assets/base.css'), 'utf8')) ?? [];
  const colours = new Map([...light.matchAll(/--([\w-]+): ([^;]+);/g)].map(([, name, value]) => [name!, value!]));
  const style = `${readFileSync(join(folder, 'map.css'), 'utf8')}
.paper { fill: var(--paper); }
.head { fill: var(--ink); font: 600 16px system-ui, sans-serif; }
.broken { fill: var(--bad); font: 12px system-ui, sans-serif; }`;
  return style.replace(/var\(--([\w-]+)\)/g, (_, name: string) => colours.get(name) ?? 'black');
}

/** What only the page needs. */
const OF_THE_PAGE = /^(?:data-|aria-|role$|tabindex$)/;

function svgText({ tag, attributes, children }: Shape): string {
  const given = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined || OF_THE_PAGE.test(name) ? [] : [` ${name}="${escapeXml(String(value))}"`],
  );
  const inside = children.map((child) => (typeof child === 'string' ? escapeXml(child) : svgText(child))).join('');
  return `<${tag}${given.join('')}>${inside}</${tag}>`;
}

/** Text that stands for itself in XML, without the characters that XML cannot hold. */
const escapeXml = (text: string) =>
  text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '\ufffd')
    .replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
