/** A file of an archive. */
export interface ArchivedFile {
  /** a plain name of at most 99 bytes, with the folder that it is in */
  readonly name: string;
  readonly bytes: Buffer;
}

export const BLOCK = 512;

/**
 * A tar archive, in the format that every tar reads (ustar, POSIX.1-1988). Its files belong to
 * root, and only their owner may read them.
 * @param time in ms since the epoch, of all files
 */
export function tarOf(files: readonly ArchivedFile[], time: number): Buffer {
  const parts = files.flatMap(({ name, bytes }) => [
    headerOf(name, bytes.length, time),
    bytes,
    Buffer.alloc(padding(bytes.length)),
  ]);
  // Two empty blocks end an archive.
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

/** How many bytes follow a file of this size, so that the next header begins a block. */
export const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

function headerOf(name: string, size: number, time: number): Buffer {
  if (Buffer.byteLength(name) > 99) throw new RangeError(`too long for an archive: ${name}`);
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, digits: number) =>
    header.write(`${Math.floor(value).toString(8).padStart(digits, '0')}\0`, at, 'latin1');
  header.write(name, 0);
  octal(0o600, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(size, 124, 11);
  octal(time / 1000, 136, 11);
  header.write('0', 156, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  header.write('root', 265, 'latin1');
  header.write('root', 297, 'latin1');
  header.write(`${checksum(header).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** The sum of all bytes of a header, in which the sum itself counts as blanks. */
export function checksum(header: Buffer): number {
  let sum = 0;
  for (let at = 0; at < BLOCK; at++) sum += at >= 148 && at < 156 ? 0x20 : header[at]!;
  return sum;
}
