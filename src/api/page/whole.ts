import type { Side } from '../wire/http/exchange.ts';
import type { Content, WholeCall } from '../recordings/whole-call.ts';
import type { Kept } from './kept.ts';
import type { Piece } from './pieces.ts';

/**
 * Gives a call, as far as it is kept, in the form in which a recording's calls are read. A curl
 * line or a HAR is made of that form.
 */
export function wholeOf({ call, pieces, leftOut }: Kept): WholeCall {
  const content = (from: Side, wants: (piece: Piece) => boolean, missing = 0): Content => {
    const all = pieces.filter((piece) => piece.from === from && wants(piece));
    const omitted = all.flatMap((piece) => piece.omitted ?? []);
    return {
      pieces: all.map(({ data }) => data),
      missing: omitted.reduce((sum, { bytes }) => sum + bytes, missing),
      digest: missing === 0 ? omitted.at(-1)?.digest : undefined,
    };
  };
  const isBody = ({ stream }: Piece) => stream === 'body';
  const isSaid = pieces.some(({ from, stream }) => from === 'engine' && FRAMED.has(stream));
  const received = content('engine', () => true, leftOut.engine);
  return {
    call,
    sent: content('client', isBody, call.protocol === undefined ? leftOut.client : 0),
    typed: content('client', (piece) => !isBody(piece), call.protocol === undefined ? 0 : leftOut.client),
    received,
    ...(isSaid && { said: received }),
    sentAt: pieces.findLast((piece) => piece.from === 'client' && isBody(piece))?.at,
  };
}

/** Streams that came in frames. The frames are not kept. */
const FRAMED: ReadonlySet<string> = new Set(['stdin', 'stdout', 'stderr', 'engine']);
