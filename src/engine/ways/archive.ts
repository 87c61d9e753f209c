/** What a path of a container's is. */
export interface PathStat {
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  /** its permission bits */
  readonly mode: number;
  /**
   * of a link: what it leads to in the container, every link on the way followed; empty otherwise
   */
  readonly target: string;
}

export interface ContainerFile extends PathStat {
  /** the first 4 KiB of a file */
  readonly beginning: Buffer;
}

// Bits of Go's io/fs.FileMode, in which the engine gives the kind.
const FOLDER = 2 ** 31;
const LINK = 2 ** 27;
const has = (mode: number, bit: number) => Math.floor(mode / bit) % 2 === 1;
/** folder, link, device, FIFO, socket, character device, what is none of these */
const KINDS = [FOLDER, LINK, 2 ** 26, 2 ** 25, 2 ** 24, 2 ** 21, 2 ** 19];

/**
 * Reads the header X-Docker-Container-Path-Stat, which goes with an archive: JSON in base64. The
 * archive alone has of a link only its text, and not the folder in which that is to be read.
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
/** Entries that only say more of the next one: pax and GNU's long names (tar(5)). */
const EXTRA = 'xgLK';

/**
 * How the first file of a tar archive begins, when that much of the archive has come: `most` bytes
 * or all of it, nothing of what is no file; undefined: more must come.
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
