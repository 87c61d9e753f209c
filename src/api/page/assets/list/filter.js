// Which calls the list shows. Nothing here needs a browser.

/** @import { Row } from '../../row.ts' */

/** @type {Readonly<Record<string, (row: Row) => string | number>>} */
const FIELDS = {
  op: (row) => row.operation,
  operation: (row) => row.operation,
  container: (row) => row.subject,
  peer: (row) => row.peer,
  path: (row) => row.path,
  method: (row) => row.method,
  protocol: (row) => row.protocol,
  failure: (row) => row.failure,
  status: (row) => row.status ?? -1,
  ms: (row) => (row.end === null ? -1 : row.end - row.start),
  up: (row) => row.up,
  down: (row) => row.down,
  call: (row) => row.number,
};

/**
 * Reads a filter. All its words must fit a call:
 * - `word`: a part of any cell
 * - `field:word`: a part of that field; a field that is not known makes it a plain word
 * - `field>=400`: compares (also `>`, `<`, `<=`, `=`)
 * - `body:word`: a word that `isInBody` finds
 * - `-` in front of any of these: the call must not fit it
 * @param {string} text
 * @param {(word: string, row: Row) => boolean} isInBody
 * @returns {(row: Row) => boolean}
 */
export function parseFilter(text, isInBody = () => false) {
  const tests = wordsOf(text).map((word) => {
    if (!word.startsWith('-')) return parseWord(word, isInBody);
    const fits = parseWord(word.slice(1), isInBody);
    return (/** @type {Row} */ row) => !fits(row);
  });
  return (row) => tests.every((fits) => fits(row));
}

const wordsOf = (/** @type {string} */ text) => text.split(/\s+/).filter((word) => word !== '' && word !== '-');

const BODY = /^-?body:(.+)$/i;

/** The words that a filter looks for in bodies. */
export const bodyWords = (/** @type {string} */ text) => [
  ...new Set(wordsOf(text).flatMap((word) => BODY.exec(word)?.[1] ?? [])),
];

/**
 * @param {string} word
 * @param {(word: string, row: Row) => boolean} isInBody
 * @returns {(row: Row) => boolean}
 */
function parseWord(word, isInBody) {
  const inBody = BODY.exec(word)?.[1];
  if (inBody !== undefined) return (row) => isInBody(inBody, row);
  const [, name = '', sign = '', value = ''] = /^([a-z]+)(:|>=|<=|>|<|=)(.*)$/i.exec(word) ?? [];
  const key = name.toLowerCase();
  const field = Object.hasOwn(FIELDS, key) ? FIELDS[key] : undefined;
  if (field === undefined) return (row) => cells(row).includes(word.toLowerCase());
  if (sign === ':') return (row) => shown(field(row)).toLowerCase().includes(value.toLowerCase());
  if (sign === '=') return (row) => shown(field(row)).toLowerCase() === value.toLowerCase();
  const wanted = Number(value);
  return (row) => {
    const is = field(row);
    if (value === '' || typeof is !== 'number' || is < 0) return false;
    return sign === '>' ? is > wanted : sign === '<' ? is < wanted : sign === '>=' ? is >= wanted : is <= wanted;
  };
}

const shown = (/** @type {string | number} */ value) => (value === -1 ? '' : String(value));

const cells = (/** @type {Row} */ row) =>
  [row.peer, row.operation, row.subject, row.status ?? 'open', row.method, row.path, row.protocol, row.failure]
    .join('\n')
    .toLowerCase();
