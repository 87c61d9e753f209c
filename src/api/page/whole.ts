import type { Side } from '../wire/http/exchange.ts';
import type { Content, WholeCall } from '../recordings/whole-call.ts';
import type { Kept } from './kept.ts';
import type { Piece } from './pieces.ts';

/** A call as far as it is kept, for what is made of a recording's calls too: a line of curl, a HAR. */
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

/** What came in frames, which are not kept. */
const FRAMED: ReadonlySet<string> = new Set(['stdin', 'stdout', 'stderr', 'engine']);
