import { createHash, type Hash } from 'node:crypto';
import type { WireListener, WireEvent } from '../../calls/wire-events.ts';
import type { Side } from '../../http/exchange.ts';
import { REDACTED } from '../secret-names.ts';

type DataEvent = Extract<WireEvent, { type: 'data' }>;

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

export function counter(way: BodyPath, onEvent: WireListener) {
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
