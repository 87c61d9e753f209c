import { MOST_KEPT_BYTES } from '../../calls/call.ts';
import type { WireListener } from '../../calls/wire-events.ts';
import { gather } from '../../http/gather.ts';
import { sentRule } from '../redact-head.ts';
import { redactJson } from '../redact-json.ts';
import type { RedactionRule } from '../redaction-rule.ts';
import { redactLoosely } from '../redact-text.ts';
import { valueEnds } from '../value-ends.ts';
import { counter, type BodyPath, type Stage } from './body-stage.ts';
import { textStage } from './text-stage.ts';

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
