/**
 * The stream that a frame belongs to: 0 stdin, 1 stdout, 2 stderr, 3 an error of the engine's own.
 */
export type StreamNumber = 0 | 1 | 2 | 3;

const HEADER_BYTES = 8;
const NOTHING = Buffer.alloc(0);

/**
 * Reads what attach, exec and logs send for a container without a terminal, in pieces as they come.
 * A frame is the number of a stream, three zeros, a length in 4 bytes big-endian, and as many bytes
 * of data (Engine API, "Stream format"). The data of a long frame is given in parts, as they come.
 * With a terminal nothing is framed: bytes that can be no frame go to `notFramed`, and so does all
 * that follows them.
 */
export function frameReader(
  onEvent: (stream: StreamNumber, data: Buffer) => void,
  notFramed: (data: Buffer) => void,
): (piece: Buffer) => void {
  let header: Buffer = NOTHING;
  let left = 0;
  let stream: StreamNumber = 0;
  let isFramed = true;
  return (piece) => {
    let rest = piece;
    while (rest.length > 0) {
      if (!isFramed) return notFramed(rest);
      if (left === 0) {
        const missing = HEADER_BYTES - header.length;
        header = Buffer.concat([header, rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        isFramed = couldBeHeader(header);
        if (!isFramed) return notFramed(Buffer.concat([header, rest]));
        if (header.length < HEADER_BYTES) return;
        stream = header[0] as StreamNumber;
        left = header.readUInt32BE(4);
        header = NOTHING;
        continue;
      }
      onEvent(stream, rest.subarray(0, left));
      const taken = Math.min(left, rest.length);
      left -= taken;
      rest = rest.subarray(taken);
    }
  };
}

function couldBeHeader(bytes: Buffer): boolean {
  return bytes[0]! <= 3 && bytes.subarray(1, 4).every((byte) => byte === 0);
}
