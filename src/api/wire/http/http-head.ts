/** A header as it stood on the wire: its name in the sender's own letters. */
export type Header = readonly [name: string, value: string];

export interface RequestHead {
  readonly method: string;
  /** path and query, as sent */
  readonly target: string;
  /** "1.1" */
  readonly version: string;
  readonly headers: readonly Header[];
  /** what is wrong with it though an engine may read it: bare line feeds, folded lines, two kinds of length */
  readonly doubts: readonly string[];
}

export interface ResponseHead {
  readonly version: string;
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly Header[];
  readonly doubts: readonly string[];
}

/** Go's server reads at most 1 MB of head (net/http, DefaultMaxHeaderBytes), and so much slop. */
export const MOST_HEAD_BYTES = 1_052_672;

/** Bytes that are no HTTP. What was read before them stands. */
export class NotHttp extends Error {}

/**
 * Where a head that begins at `from` ends: the offset behind its empty line; -1: not yet. Go's server ends lines at a bare line
 * feed too (net/textproto), so this does as well.
 */
export function headEnd(bytes: Buffer, from: number): number {
  // In a string: three searches of a Buffer cost more than this copy of it, for the few hundred bytes that a head has.
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

/** Without the blanks around it (RFC 9110, 5.5), which are these alone: the engine takes no others away. */
function trimmed(value: string): string {
  const isBlank = (at: number) => value[at] === ' ' || value[at] === '\t';
  let [from, to] = [0, value.length];
  while (isBlank(from)) from++;
  while (to > from && isBlank(to - 1)) to--;
  return value.slice(from, to);
}

/** Two lengths for one body: who reads the other one takes the rest for a request of its own (request smuggling). */
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

/** Longer ones are not remembered. */
export const MOST_REMEMBERED_BYTES = 2048;

/** One reading for heads that are the same: who polls sends the same one again and again, and is answered so for each second. */
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

/** All values of a header, whose name is given in small letters. */
export function headerValues(headers: readonly Header[], name: string): string[] {
  return headers.flatMap(([key, value]) => (key.length === name.length && key.toLowerCase() === name ? [value] : []));
}

/** The first value of a header, whose name is given in small letters. */
export function header(headers: readonly Header[], name: string): string | undefined {
  for (const [key, value] of headers) if (key.length === name.length && key.toLowerCase() === name) return value;
  return undefined;
}

/** A media type without its parameters, in small letters: "application/json". */
export const mediaType = perObject((headers: readonly Header[]): string =>
  (header(headers, 'content-type') ?? '').split(';')[0]!.trim().toLowerCase(),
);

/** Works something out once for each object: heads that are the same are one object. */
export function perObject<Key extends object, T extends {}>(make: (key: Key) => T): (key: Key) => T {
  const known = new WeakMap<Key, T>();
  // Which is asked for again more often than not.
  let last: { readonly key: Key; readonly made: T } | undefined;
  return (key) => {
    if (last?.key === key) return last.made;
    let made = known.get(key);
    if (made === undefined) known.set(key, (made = make(key)));
    last = { key, made };
    return made;
  };
}
