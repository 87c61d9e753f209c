import { frameReader } from '../../engine/ways/frames.ts';
import type { Call } from '../wire/calls/call.ts';
import type { WireEvent } from '../wire/calls/wire-events.ts';
import type { Side } from '../wire/http/exchange.ts';
import { mediaType } from '../wire/http/http-head.ts';

/**
 * What a piece is a part of: a body, a stream of a container's process, what a terminal shows, or
 * another protocol (h2c).
 */
export type StreamName = 'body' | 'stdin' | 'stdout' | 'stderr' | 'engine' | 'terminal' | 'raw';

/**
 * Bytes of a call's body or stream, without frames. `omitted` stands in the place of bytes that are
 * not kept.
 */
export interface Piece {
  readonly at: number;
  readonly from: Side;
  readonly stream: StreamName;
  readonly data: Buffer;
  readonly omitted?: { readonly bytes: number; readonly digest: string };
}

const FRAMES = ['stdin', 'stdout', 'stderr', 'engine'] as const;
const NOTHING = Buffer.alloc(0);

/** Operations that answer in frames, or as a terminal's output (Engine API, "Stream format"). */
const FRAMED = new Set(['ContainerAttach', 'ContainerLogs', 'ExecStart', 'ServiceLogs', 'TaskLogs']);

/** Makes pieces of one call's events, as they come, and tells what each piece is a part of. */
export function pieceReader(onEvent: (piece: Piece) => void): (call: Call, event: WireEvent) => void {
  let readFrames: ((data: Buffer) => void) | undefined;
  let at = 0;
  const say = (from: Side, stream: StreamName, data: Buffer) => onEvent({ at, from, stream, data });
  return (call, event) => {
    at = event.time;
    switch (event.type) {
      case 'response':
        readFrames = isFramed(call)
          ? frameReader(
              (number, data) => say('engine', FRAMES[number], data),
              (data) => say('engine', 'terminal', data),
            )
          : undefined;
        return;
      case 'data':
        if (event.from === 'engine' && readFrames) return readFrames(event.data);
        return say(event.from, streamOf(call, event.from), event.data);
      case 'omitted':
        return onEvent({
          at,
          from: event.from,
          stream: 'body',
          data: NOTHING,
          omitted: { bytes: event.bytes, digest: event.digest },
        });
      default:
    }
  };
}

/** Whether an answer is in frames, or a terminal's. A refusal is not: it says why in JSON. */
function isFramed({ operation, response }: Call): boolean {
  if (response === undefined || !FRAMED.has(operation.like)) return false;
  return response.status < 300 && mediaType(response.headers) !== 'application/json';
}

function streamOf(call: Call, from: Side): StreamName {
  if (call.protocol === undefined) return 'body';
  return FRAMED.has(call.operation.like) && from === 'client' ? 'stdin' : 'raw';
}
