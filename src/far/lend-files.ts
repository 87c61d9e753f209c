import type { CreatedFile, FileReader, FileWriter } from '../host/host-files.ts';
import type { Channel } from './channel.ts';
import { type Created, FROM_FAR, inBodies, type NearRequest } from './far-frames.ts';

/** The person's files, by requests to the near side. */
export function lendFiles(
  channel: Channel,
  ask: (request: NearRequest) => Promise<unknown>,
  answerTo: (id: number) => Promise<unknown>,
  nextId: () => number,
): Pick<FileWriter, 'create' | 'remove' | 'settle'> & Pick<FileReader, 'diskSpace'> {
  const numbers = (...values: readonly number[]) => {
    const bytes = Buffer.alloc(4 * values.length);
    values.forEach((value, at) => bytes.writeUInt32BE(value, 4 * at));
    return bytes;
  };
  const write = async (file: number, parts: readonly Buffer[]) => {
    let written = 0;
    for (const part of parts) {
      for (const body of inBodies(part, 512 << 10)) {
        const id = nextId();
        const answered = answerTo(id);
        channel.send(FROM_FAR.fileBytes, numbers(id, file), body);
        try {
          written += Number(await answered);
        } catch (error) {
          return { written, error: error as Error };
        }
      }
    }
    return { written, error: undefined };
  };
  return {
    create: async (path, _, { mode, append } = {}) => {
      const made = (await ask({ kind: 'create', path, ...(mode && { mode }), ...(append && { append }) })) as Created;
      const { stats, file } = made;
      return {
        descriptor: -1,
        isNew: made.isNew,
        stats: { mode: stats.mode, size: stats.size, isFile: () => stats.isFile, isFIFO: () => stats.isFIFO },
        write: (parts) => write(file, parts),
        truncate: async (length) => void (await ask({ kind: 'truncate', file, length })),
        close: async () => void (await ask({ kind: 'close', file })),
      } satisfies CreatedFile;
    },
    // Nobody waits for the answer, as nobody does here; a file that cannot be removed stays.
    remove: (path) => void ask({ kind: 'remove', path }).catch(() => undefined),
    settle: async (path, name) => void (await ask({ kind: 'settle', path, name })),
    diskSpace: async (folder) => (await ask({ kind: 'diskSpace', folder })) as { free: number; size: number },
  };
}
