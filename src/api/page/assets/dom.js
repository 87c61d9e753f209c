/**
 * Makes an element. Text only ever becomes a text node: nothing in the page adds it another way.
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {Readonly<Record<string, string>>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Name]}
 */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/**
 * An element of index.html.
 * @template {Element} Kind
 * @param {string} id
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
export function byId(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`no ${id}`);
  return found;
}

/** @import { Row } from '../row.ts' */

/** The class by which a call has its colour. */
export function classOf(/** @type {Row} */ { status, failure, end }) {
  if (failure !== '' && (status === null || status < 400)) return 'bad';
  if (status === null) return 'open';
  if (status >= 500) return 's5';
  if (status >= 400) return 's4';
  if (end === null) return 'open';
  return status >= 300 ? 's3' : 's2';
}
