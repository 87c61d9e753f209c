import { BLOCK, checksum, padding } from './write-tar.ts';

/**
 * What the beginning of a tar archive tells of a file in it: its bytes; 'more' when more of the
 * archive is needed; 'none' when the archive ends without it, or is no archive.
 */
export type Found = { readonly bytes: Buffer } | 'more' | 'none';

/**
 * Looks for a file in the beginning of a tar archive, which anybody may have made. Nothing is
 * written anywhere: a name is compared, and never used as a path.
 * @param isWanted tells by its name whether a file is the one
 */
export function findInTar(archive: Buffer, isWanted: (name: string) => boolean): Found {
  for (let at = 0; ;) {
    if (archive.length < at + BLOCK) return 'more';
    const header = archive.subarray(at, at + BLOCK);
    const size = sizeIn(header);
    if (size === undefined) return 'none';
    const end = at + BLOCK + size;
    if (isFile(header) && isWanted(nameIn(header))) {
      return archive.length < end ? 'more' : { bytes: archive.subarray(at + BLOCK, end) };
    }
    at = end + padding(size);
  }
}

const textIn = (header: Buffer, from: number, to: number) => header.toString('utf8', from, to).replace(/\0[^]*$/, '');

/** The name, with the prefix that ustar has for long ones. GNU's format has other fields there. */
function nameIn(header: Buffer): string {
  const isPosix = header.toString('latin1', 257, 265) === 'ustar\x0000';
  const prefix = isPosix ? textIn(header, 345, 500) : '';
  return prefix === '' ? textIn(header, 0, 100) : `${prefix}/${textIn(header, 0, 100)}`;
}

/** undefined for what is no header: the end of the archive, or another text. */
function sizeIn(header: Buffer): number | undefined {
  const octal = (from: number, to: number) => /^ *([0-7]{1,11})[ \0]*$/.exec(header.toString('latin1', from, to))?.[1];
  const [size, sum] = [octal(124, 136), octal(148, 156)];
  return size !== undefined && sum !== undefined && parseInt(sum, 8) === checksum(header)
    ? parseInt(size, 8)
    : undefined;
}

/** A plain file. Links, folders and all else are none. */
const isFile = (header: Buffer) => header[156] === 0x30 || header[156] === 0;
