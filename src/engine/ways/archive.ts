/** What a path in a container is. */
export interface PathStat {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  /** its permission bits */
  readonly mode: number;
  /**
   * of a link: the path in the container that it leads to, with every link on the way followed;
   * otherwise empty
   */
  readonly target: string;
}

export interface ContainerFile extends PathStat {
  /** the first 4 KiB of a file */
  readonly beginning: Buffer;
}

// Bits of Go's io/fs.FileMode, by which the engine tells the kind.
const FOLDER = 2 ** 31;
const LINK = 2 ** 27;
const has = (mode: number, bit: number) => Math.floor(mode / bit) % 2 === 1;
/**
 * The bits of all kinds but a regular file: folder, link, device, FIFO, socket, character device,
 * irregular.
 */
const KINDS = [FOLDER, LINK, 2 ** 26, 2 ** 25, 2 ** 24, 2 ** 21, 2 ** 19];

/**
 * Reads the header X-Docker-Container-Path-Stat, which comes with an archive: JSON in base64. The
 * archive itself has only the text of a link, and not the folder from which that text is to be
 * read.
 */
export function pathStatOf(header: string): PathStat {
  const { mode, linkTarget } = json(Buffer.from(header, 'base64').toString('utf8'));
  const bits = typeof mode === 'number' ? mode : 0;
  const kind = has(bits, FOLDER) ? 'folder' : has(bits, LINK) ? 'link' : 'other';
  return {
    kind: KINDS.some((bit) => has(bits, bit)) ? kind : 'file',
    mode: bits % 0o1000,
    target: typeof linkTarget === 'string' ? linkTarget : '',
  };
}

function json(text: string): { readonly mode?: unknown; readonly linkTarget?: unknown } {
  try {
    return (JSON.parse(text) ?? {}) as object;
  } catch {
    return {};
  }
}

const BLOCK = 512;
/**
 * Types of entries that only describe the next entry: pax headers and GNU's long names (tar(5)).
 */
const EXTRA = 'xgLK';

/**
 * The beginning of the first file of a tar archive: `most` bytes, or all of the file when it is
 * shorter; empty when the entry is no regular file. undefined while more of the archive must come.
 */
export function beginningOf(archive: Buffer, most: number): Buffer | undefined {
  for (let at = 0; at + BLOCK <= archive.length;) {
    const size = Math.max(0, Number.parseInt(archive.toString('latin1', at + 124, at + 136), 8) || 0);
    const type = archive.toString('latin1', at + 156, at + 157);
    const from = at + BLOCK;
    if (!EXTRA.includes(type)) {
      const length = type === '0' || type === '\0' ? Math.min(size, most) : 0;
      return archive.length < from + length ? undefined : archive.subarray(from, from + length);
    }
    at = from + Math.ceil(size / BLOCK) * BLOCK;
  }
  return undefined;
}
