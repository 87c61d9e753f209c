/** @import { Shape } from './shapes/shape.js' */

const SVG = 'http://www.w3.org/2000/svg';

/** What each element was last drawn from. @type {WeakMap<Node, Shape>} */
const drawn = new WeakMap();

/**
 * Makes the children of an element those that are wanted. It touches only what differs from what
 * was drawn before: an element that is still wanted stays, with its focus.
 */
export function patch(/** @type {Element} */ parent, /** @type {readonly (Shape | string)[]} */ wanted) {
  const kept = keyed(parent, wanted);
  let at = parent.firstChild;
  for (const each of wanted) {
    const node = reusable(each, kept, at) ?? create(each, parent);
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
    if (typeof each === 'string') {
      if (node.nodeValue !== each) node.nodeValue = each;
    } else if (node instanceof Element) draw(node, each);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

/** The children that have a key. Those whose key is not wanted any more are removed. */
function keyed(/** @type {Element} */ parent, /** @type {readonly (Shape | string)[]} */ wanted) {
  const keys = new Set(wanted.map((each) => (typeof each === 'string' ? undefined : each.key)));
  /** @type {Map<string, ChildNode>} */
  const kept = new Map();
  for (const child of Array.from(parent.childNodes)) {
    const key = drawn.get(child)?.key;
    if (key === undefined) continue;
    if (keys.has(key)) kept.set(key, child);
    else child.remove();
  }
  return kept;
}

function reusable(
  /** @type {Shape | string} */ wanted,
  /** @type {ReadonlyMap<string, ChildNode>} */ kept,
  /** @type {ChildNode | null} */ at,
) {
  if (typeof wanted === 'string') return at instanceof Text ? at : undefined;
  if (wanted.key !== undefined) return kept.get(wanted.key);
  const was = at === null ? undefined : drawn.get(at);
  return at && was && was.key === undefined && was.tag === wanted.tag ? at : undefined;
}

function create(/** @type {Shape | string} */ wanted, /** @type {Element} */ parent) {
  if (typeof wanted === 'string') return document.createTextNode(wanted);
  const isSvg = wanted.tag === 'svg' || parent.namespaceURI === SVG;
  return isSvg ? document.createElementNS(SVG, wanted.tag) : document.createElement(wanted.tag);
}

function draw(/** @type {Element} */ element, /** @type {Shape} */ wanted) {
  const before = drawn.get(element);
  if (before === wanted) return;
  drawn.set(element, wanted);
  for (const name of Object.keys({ ...before?.attributes, ...wanted.attributes })) {
    const value = wanted.attributes[name];
    if (before?.attributes[name] === value) continue;
    if (value === undefined) element.removeAttribute(name);
    else element.setAttribute(name, String(value));
  }
  patch(element, wanted.children);
}
