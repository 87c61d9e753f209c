import { isUtf8 } from 'node:buffer';
import { createHash, type Hash } from 'node:crypto';
import { MOST_KEPT_BYTES } from '../calls/call.ts';
import type { WireListener, WireEvent } from '../calls/wire-events.ts';
import type { Side } from '../http/exchange.ts';
import { gather } from '../http/gather.ts';
import { beginsAsUtf8, cutOf, nextCut } from './cut-text.ts';
import { redactQuery, sentRule } from './redact-head.ts';
import { redactJson, type RedactionRule } from './redact-json.ts';
import { REDACTED } from './secret-names.ts';
import { redactLoosely } from './redact-text.ts';
import { valueEnds } from './value-ends.ts';

export type DataEvent = Extract<WireEvent, { type: 'data' }>;

/** What the bytes of one direction of a call go through. */
export interface Stage {
  data(event: DataEvent): void;
  /** No more comes: sends on what is held, with this time. */
  flush(time: number): void;
}

/** The call and the direction that a stage belongs to. */
export interface BodyPath {
  readonly connection: number;
  readonly call: number;
  readonly from: Side;
}

/** Sends on no bytes: only how many there were, and their digest. Its memory does not grow. */
export function omitting(way: BodyPath, onEvent: WireListener): Stage {
  const omitted = counter(way, onEvent);
  return { data: ({ data }) => omitted.add(data), flush: (time) => omitted.tell(time) };
}

/**
 * Sends on `[redacted]` in place of all bytes. It gives no digest: a secret that a person has
 * thought of could be guessed from its digest.
 */
export function secretStage(way: BodyPath, onEvent: WireListener): Stage {
  let isAny = false;
  return {
    data: () => void (isAny = true),
    flush: (time) => {
      if (isAny) onEvent({ ...way, type: 'data', data: Buffer.from(REDACTED), time });
      isAny = false;
    },
  };
}

function counter(way: BodyPath, onEvent: WireListener) {
  let bytes = 0;
  let hash: Hash | undefined;
  return {
    add: (data: Buffer) => {
      bytes += data.length;
      hash ??= createHash('sha256');
      hash.update(data);
    },
    tell: (time: number) => {
      if (hash === undefined || bytes === 0) return;
      onEvent({ ...way, type: 'omitted', bytes, digest: `sha256:${hash.digest('hex')}`, time });
      bytes = 0;
      hash = undefined;
    },
  };
}

/**
 * Sends on each JSON value redacted when it is whole, with the line feed behind it: an event of a
 * stream as soon as its line is there, a document at its end. A value of more than MOST_KEPT_BYTES
 * is omitted.
 */
export function jsonStage(way: BodyPath, rule: RedactionRule, onEvent: WireListener): Stage {
  const ends = valueEnds();
  const held = gather();
  const omitted = counter(way, onEvent);
  let isTooLong = false;

  const tell = (bytes: Buffer, time: number) => {
    const safe = safely(bytes, rule);
    if (safe) return onEvent({ ...way, type: 'data', data: safe, time });
    omitted.add(bytes);
    omitted.tell(time);
  };

  const take = (part: Buffer) => {
    if (!isTooLong && held.bytes().length + part.length > MOST_KEPT_BYTES) {
      isTooLong = true;
      omitted.add(held.bytes());
      held.clear();
    }
    if (isTooLong) omitted.add(part);
    else held.add(part);
  };

  const flush = (time: number) => {
    if (isTooLong) omitted.tell(time);
    else if (held.bytes().length > 0) tell(held.bytes(), time);
    held.clear();
    isTooLong = false;
  };

  return {
    data: ({ data, time }) => {
      let from = 0;
      for (let end; (end = ends(data, from)) >= 0; from = end) {
        const part = data.subarray(from, end);
        if (!isTooLong && held.bytes().length === 0 && part.length <= MOST_KEPT_BYTES) {
          tell(part, time);
        } else {
          take(part);
          flush(time);
        }
      }
      if (from < data.length) take(data.subarray(from));
    },
    flush,
  };
}

/** The bytes redacted; undefined where they cannot be said to be safe. */
function safely(bytes: Buffer, rule: RedactionRule): Buffer | undefined {
  try {
    const text = bytes.toString('latin1');
    const safe = redactJson(text, rule);
    return safe === text ? bytes : Buffer.from(safe, 'latin1');
  } catch {
    return undefined;
  }
}

/**
 * For bodies of which nobody said what they are: they are treated as JSON if they begin like it,
 * else as text.
 */
export function maybeJsonStage(way: BodyPath, rule: RedactionRule, onEvent: WireListener): Stage {
  const first = gather();
  let stage: Stage | undefined;
  const begin = (time: number) => {
    const bytes = first.bytes();
    stage = isLikeJson(bytes) ? jsonStage(way, rule, onEvent) : textStage(way, onEvent, redactLoosely);
    if (bytes.length > 0) stage.data({ ...way, type: 'data', data: bytes, time });
    first.clear();
  };
  return {
    data: (event) => {
      if (stage) return stage.data(event);
      first.add(event.data);
      if (BEGINNING.test(first.bytes().toString('latin1', 0, MOST_BLANK)) || first.bytes().length >= MOST_BLANK)
        begin(event.time);
    },
    flush: (time) => {
      if (!stage) begin(time);
      stage!.flush(time);
    },
  };
}

/** How many bytes are searched for the beginning of JSON. */
const MOST_BLANK = 4096;
/**
 * A beginning that is enough to tell: two bytes that are no blanks, behind a byte order mark if
 * there is one.
 */
const BEGINNING = /^(?:\xef[^]{2}|(?!\xef))\s*\S\s*\S/;
const isLikeJson = (bytes: Buffer) =>
  /^(?:\xef\xbb\xbf)?\s*(?:\{\s*["}]|\[\s*["{[\]\d-])/.test(bytes.toString('latin1', 0, MOST_BLANK));

/** Redacts the fields of a form. */
export const formStage = (way: BodyPath, onEvent: WireListener): Stage =>
  textStage(way, onEvent, (text) => redactLoosely(/\s/.test(text.trim()) ? text : redactQuery(text)));

/** How much of a text is held, until its end or a place where it can be cut. */
const MOST_HELD_BYTES = 65_536;

/**
 * Sends on a text redacted: a short one when it is whole, a long one in parts that end with a line,
 * or with a field of a form. A line that is longer than a part is omitted.
 * What is no text goes on as it comes: docker's CLI says of an archive that it is text/plain.
 */
function textStage(way: BodyPath, onEvent: WireListener, redact: (text: string) => string): Stage {
  const held = gather();
  const omitted = counter(way, onEvent);
  let isText = true;
  /** A line that is longer than a part is being omitted. */
  let longLine: { readonly hasBlanks: boolean } | undefined;

  const pass = (bytes: Buffer, time: number) => {
    if (bytes.length > 0) onEvent({ ...way, type: 'data', data: bytes, time });
  };
  const tell = (bytes: Buffer, time: number) => {
    isText = isUtf8(bytes);
    pass(isText ? Buffer.from(redact(bytes.toString('utf8'))) : bytes, time);
  };
  const passAll = (bytes: Buffer, time: number) => {
    isText = false;
    omitted.tell(time);
    pass(bytes, time);
  };

  /** Sends on or omits as much that what is left may be held. */
  const shorten = (all: Buffer, time: number): Buffer => {
    let bytes = all;
    while (longLine || bytes.length > MOST_HELD_BYTES) {
      if (longLine) {
        const end = nextCut(bytes, longLine.hasBlanks);
        omitted.add(end < 0 ? bytes : bytes.subarray(0, end));
        if (end < 0) return EMPTY;
        omitted.tell(time);
        longLine = undefined;
        bytes = bytes.subarray(end);
        continue;
      }
      const part = bytes.subarray(0, MOST_HELD_BYTES);
      const end = cutOf(part);
      if (end > 0) tell(part.subarray(0, end), time);
      else if (beginsAsUtf8(part)) longLine = { hasBlanks: /\s/.test(part.toString('latin1')) };
      else isText = false;
      bytes = bytes.subarray(end);
      if (!isText) return bytes;
    }
    return bytes;
  };

  return {
    data: ({ data, time }) => {
      if (!isText) return pass(data, time);
      held.add(data);
      if (!longLine && held.bytes().length <= MOST_HELD_BYTES && !data.includes(0)) return;
      const bytes = held.bytes();
      held.clear();
      if (data.includes(0)) return passAll(bytes, time);
      const left = shorten(bytes, time);
      if (isText) held.add(left);
      else passAll(left, time);
    },
    flush: (time) => {
      omitted.tell(time);
      tell(held.bytes(), time);
      held.clear();
    },
  };
}

const EMPTY = Buffer.alloc(0);

/** What is left of a request's JSON without its secrets: bytes, or only how many there were. */
export type Part =
  | { readonly type: 'data'; readonly data: Buffer }
  | { readonly type: 'omitted'; readonly bytes: number; readonly digest: string };

/**
 * Redacts the JSON of a request that is not on the wire, as jsonStage does. `end` gives all that is
 * left of it; undefined: there was none.
 */
export function jsonRedactor(operation: string): { add(data: Buffer): undefined; end(): Part | undefined } {
  const way: BodyPath = { connection: 0, call: 0, from: 'client' };
  const data: Buffer[] = [];
  let omitted: Part | undefined;
  const stage = jsonStage(way, sentRule(operation), (event) => {
    if (event.type === 'data') data.push(event.data);
    if (event.type === 'omitted') omitted = event;
  });
  return {
    add: (piece) => {
      stage.data({ ...way, type: 'data', data: piece, time: 0 });
      return undefined;
    },
    end: () => {
      stage.flush(0);
      return omitted ?? (data.length === 0 ? undefined : { type: 'data', data: Buffer.concat(data) });
    },
  };
}
