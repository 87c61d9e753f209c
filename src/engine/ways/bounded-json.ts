/**
 * Reads JSON from an engine, which may be anybody's. JSON.parse alone takes 35 s for 10 MB of `[`,
 * and 500 MB of memory for 16 MB of `{},`. So a large text is first scanned, at 200 MB a second,
 * and refused before any value is made of it. Throws a SyntaxError for a text that is no JSON, or
 * more than an engine would say.
 */
export function parseJson(bytes: Buffer): unknown {
  if (bytes.length > SMALL_BYTES) lookThrough(bytes, MOST_VALUES);
  return JSON.parse(bytes.toString('utf8'));
}

/**
 * The items of a JSON list. Each is parsed when it is asked for, so that a long list is never in
 * memory as a whole. Throws as parseJson does.
 */
export function* parseJsonList(bytes: Buffer): Generator {
  if (bytes.length <= SMALL_BYTES) {
    const list: unknown = JSON.parse(bytes.toString('utf8'));
    if (!Array.isArray(list)) throw new SyntaxError('not a list');
    yield* list as unknown[];
    return;
  }
  if (bytes[0] !== OPEN_LIST) throw new SyntaxError('not a list');
  let from = 0;
  // The last range ends at the closing bracket of the list. Nothing may follow that.
  for (const to of lookThrough(bytes, MOST_VALUES_OF_LIST)) {
    yield JSON.parse(bytes.toString('utf8', from + 1, to));
    from = to;
  }
  if (bytes.toString('utf8', from).trim() !== ']') throw new SyntaxError('not a list');
}

/**
 * A text of up to this size is not scanned: JSON.parse can take it whatever is in it. An inspect is
 * 5 kB.
 */
const SMALL_BYTES = 65_536;
/** Docker's answers are nested 6 levels deep. */
const MOST_DEPTH = 64;
const MOST_VALUES = 100_000;
/** A container in a list is some 50 values, so this is 10,000 containers. */
const MOST_VALUES_OF_LIST = 500_000;
const MOST_ITEMS = 20_000;
/**
 * V8 makes a hidden class for each order in which keys follow one another: 400,000 labels of
 * different names take 10 s and 200 MB.
 */
const MOST_KEYS = 50_000;

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * The positions at which the items of the outermost list or object end. Throws a SyntaxError for a
 * text that is more than an engine would say.
 */
function lookThrough(bytes: Buffer, mostValues: number): number[] {
  const ends: number[] = [];
  const keys = new Set<string>();
  let [depth, values, from, to] = [0, 0, 0, 0];
  const bound = (amount: number, most: number, what: string) => {
    if (amount > most) throw new SyntaxError(`of more than ${most} ${what}`);
  };
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === QUOTE) {
      from = at + 1;
      to = endOfString(bytes, from);
      at = to;
    } else if (byte === COLON) {
      keys.add(bytes.toString('latin1', from, to));
      bound(keys.size, MOST_KEYS, 'keys');
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      if (++depth > MOST_DEPTH) throw new SyntaxError(`nested more than ${MOST_DEPTH} levels deep`);
    } else if (byte === COMMA || byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      bound(++values, mostValues, 'values');
      if (depth === 1) bound(ends.push(at), MOST_ITEMS, 'items');
      if (byte !== COMMA) depth--;
    }
  }
  return ends;
}

/** The position of the quote that ends a string; behind the end of the text when none does. */
function endOfString(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && bytes[at] !== QUOTE) at += bytes[at] === BACKSLASH ? 2 : 1;
  return at;
}
