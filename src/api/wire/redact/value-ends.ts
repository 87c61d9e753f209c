/**
 * Looks through a piece from an offset on, and gives the offset after the JSON value that is going
 * on; -1: the value goes on in the next piece.
 */
export type ValueEnd = (piece: Buffer, from: number) => number;

/**
 * Tells the JSON values of a body apart, however the body is split into pieces. A value ends with
 * the line feed behind it, or where the next value begins. A document of many lines is one value.
 */
export function valueEnds(): ValueEnd {
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  let isWhole = false;

  return (piece, from) => {
    for (let at = from; at < piece.length; at++) {
      const byte = piece[at];
      if (inString) {
        if (isEscaped) isEscaped = false;
        else if (byte === 92) isEscaped = true;
        else if (byte === 34) inString = false;
      } else if (byte === 34) {
        inString = true;
      } else if (byte === 123 || byte === 91) {
        if (depth === 0 && isWhole) {
          isWhole = false;
          return at;
        }
        depth++;
      } else if (byte === 125 || byte === 93) {
        depth = Math.max(0, depth - 1);
        isWhole = depth === 0;
      } else if (byte === 10 && depth === 0) {
        isWhole = false;
        return at + 1;
      }
    }
    return -1;
  };
}
