// Elements as plain values. The page makes DOM of them (patch.js), and dbg a file (src/host-page/
// still.ts). Nothing here needs a browser.

/**
 * An element that is wanted. Of two elements with one parent, the key says which is which when they
 * are drawn again; it also stands in the markup, as data-key.
 * @typedef {object} Shape
 * @property {string} tag
 * @property {string | undefined} key
 * @property {Readonly<Record<string, string | number | undefined>>} attributes undefined: not there
 * @property {readonly (Shape | string)[]} children a string becomes text, and nothing else
 */

/**
 * @param {string} tag
 * @param {Readonly<Record<string, string | number | undefined>>} attributes
 * @param {...(Shape | string | undefined)} children undefined: no child
 * @returns {Shape}
 */
export function shape(tag, attributes, ...children) {
  const key = attributes['data-key'];
  return {
    tag,
    key: key === undefined ? undefined : String(key),
    attributes,
    children: children.filter((child) => child !== undefined),
  };
}
