/** A header as it stood on the wire. Its name keeps the sender's upper and lower case. */
export type Header = readonly [name: string, value: string];

export interface RequestHead {
  readonly method: string;
  /** path and query, as sent */
  readonly target: string;
  /** "1.1" */
  readonly version: string;
  readonly headers: readonly Header[];
  /**
   * what is wrong with the head though an engine may read it: bare line feeds, folded lines, two
   * kinds of length
   */
  readonly doubts: readonly string[];
}

export interface ResponseHead {
  readonly version: string;
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly Header[];
  readonly doubts: readonly string[];
}

/**
 * The longest head that is read. Go's server reads at most 1 MB (net/http, DefaultMaxHeaderBytes),
 * and 4 kB of slop.
 */
export const MOST_HEAD_BYTES = 1_052_672;

/** Thrown for bytes that are no HTTP. What was read before them stays valid. */
export class NotHttp extends Error {}

/**
 * The offset after the empty line that ends the head which begins at `from`; -1 when that line has
 * not come yet. A bare line feed ends a line too, as it does in Go's server (net/textproto).
 */
export function headEnd(bytes: Buffer, from: number): number {
  // A head has a few hundred bytes. Three searches of a Buffer cost more than to copy these bytes
  // into a string and search that.
  const text = bytes.toString('latin1', from, Math.min(bytes.length, from + 4096));
  const end = /\n\r?\n/.exec(text);
  if (end) return from + end.index + end[0].length;
  for (let at = bytes.indexOf(10, from + 4090); at >= 0; at = bytes.indexOf(10, at + 1)) {
    if (bytes[at + 1] === 10) return at + 2;
    if (bytes[at + 1] === 13 && bytes[at + 2] === 10) return at + 3;
  }
  return -1;
}

/** Reads a request's head, its empty line included. Throws NotHttp. */
export const parseRequestHead = remembered((text: string): RequestHead => {
  const { first, headers, doubts } = parseLines(text);
  const [, method, target, version] = /^([!#$%&'*+.^_`|~\w-]+) (\S+) HTTP\/(\d\.\d)$/.exec(first) ?? [];
  if (version === undefined) throw new NotHttp(`no HTTP request: "${first.slice(0, 80)}"`);
  return { method: method!, target: target!, version, headers, doubts: [...doubts, ...lengthDoubts(headers)] };
});

/** Reads an answer's head, its empty line included. Throws NotHttp. */
export const parseResponseHead = remembered((text: string): ResponseHead => {
  const { first, headers, doubts } = parseLines(text);
  const [, version, status, reason] = /^HTTP\/(\d\.\d) (\d{3})(?: (.*))?$/.exec(first) ?? [];
  if (version === undefined) throw new NotHttp(`no HTTP answer: "${first.slice(0, 80)}"`);
  return {
    version,
    status: Number(status),
    reason: reason ?? '',
    headers,
    doubts: [...doubts, ...lengthDoubts(headers)],
  };
});

function parseLines(text: string): { first: string; headers: Header[]; doubts: string[] } {
  const doubts: string[] = [];
  if (/(?:^|[^\r])\n/.test(text)) doubts.push('a bare line feed ends a line');
  const lines = text.split(/\r?\n/);
  const headers: Header[] = [];
  for (const line of lines.slice(1)) {
    if (line === '') continue;
    const before = headers.at(-1);
    if (/^[ \t]/.test(line) && before) {
      doubts.push('a header is folded over two lines');
      headers[headers.length - 1] = [before[0], `${before[1]} ${trimmed(line)}`];
      continue;
    }
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    if (colon < 1 || !/^[!#$%&'*+.^_`|~\w-]+$/.test(name)) throw new NotHttp(`no header: "${line.slice(0, 80)}"`);
    headers.push([name, trimmed(line.slice(colon + 1))]);
  }
  return { first: lines[0]!, headers, doubts };
}

/**
 * A value without the spaces and tabs around it (RFC 9110, 5.5). The engine takes no other blanks
 * away.
 */
function trimmed(value: string): string {
  const isBlank = (at: number) => value[at] === ' ' || value[at] === '\t';
  let [from, to] = [0, value.length];
  while (isBlank(from)) from++;
  while (to > from && isBlank(to - 1)) to--;
  return value.slice(from, to);
}

/**
 * What is doubtful about the length of a body. Where a head gives two lengths, and two programs
 * read a different one each, one of them takes the rest of the body for a request (request
 * smuggling).
 */
function lengthDoubts(headers: readonly Header[]): string[] {
  const lengths = headerValues(headers, 'content-length');
  const codings = headerValues(headers, 'transfer-encoding');
  const doubts = [];
  if (lengths.length > 1) doubts.push('more than one Content-Length');
  if (codings.length > 0 && lengths.length > 0) doubts.push('both Content-Length and Transfer-Encoding');
  if (codings.length > 1 || codings.some((coding) => coding.toLowerCase() !== 'chunked')) {
    doubts.push('a Transfer-Encoding that is not chunked alone');
  }
  return doubts;
}

/** Longer heads are not remembered. */
export const MOST_REMEMBERED_BYTES = 2048;

/**
 * Parses heads that are the same once. A client that polls sends the same head again and again, and
 * the answers to it have the same head for a second.
 */
function remembered<T>(parse: (text: string) => T): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const parsed = parse(text);
    if (text.length <= MOST_REMEMBERED_BYTES) {
      if (known.size >= 64) known.clear();
      known.set(text, parsed);
    }
    return parsed;
  };
}

/** All values of a header. `name` is in lower case. */
export function headerValues(headers: readonly Header[], name: string): string[] {
  return headers.flatMap(([key, value]) => (key.length === name.length && key.toLowerCase() === name ? [value] : []));
}

/** The first value of a header. `name` is in lower case. */
export function header(headers: readonly Header[], name: string): string | undefined {
  for (const [key, value] of headers) if (key.length === name.length && key.toLowerCase() === name) return value;
  return undefined;
}

/**
 * The media type without its parameters, in lower case: "application/json". '' where there is none.
 */
export const mediaType = perObject((headers: readonly Header[]): string =>
  (header(headers, 'content-type') ?? '').split(';')[0]!.trim().toLowerCase(),
);

/** Computes `make` once for each object. Heads that are the same are one object. */
export function perObject<Key extends object, T extends {}>(make: (key: Key) => T): (key: Key) => T {
  const known = new WeakMap<Key, T>();
  // The last key: more often than not, it is asked for again.
  let last: { readonly key: Key; readonly made: T } | undefined;
  return (key) => {
    if (last?.key === key) return last.made;
    let made = known.get(key);
    if (made === undefined) known.set(key, (made = make(key)));
    last = { key, made };
    return made;
  };
}
