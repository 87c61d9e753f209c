import { isUtf8 } from 'node:buffer';
import type { WireListener } from '../../calls/wire-events.ts';
import { gather } from '../../http/gather.ts';
import { beginsAsUtf8, cutOf, nextCut } from '../cut-text.ts';
import { redactQuery } from '../redact-head.ts';
import { redactLoosely } from '../redact-text.ts';
import { counter, type BodyPath, type Stage } from './body-stage.ts';

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
export function textStage(way: BodyPath, onEvent: WireListener, redact: (text: string) => string): Stage {
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
