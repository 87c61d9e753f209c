import { resolve } from 'node:path';
import type { Context } from '../context.ts';
import { errorCode, errorMessage } from '../errors.ts';
import type { CreatedFile } from '../host/host-files.ts';
import { personAsked } from '../host/who-asked.ts';
import { type Created, FROM_FAR, type NearAnswer, type NearRequest } from './far-frames.ts';

/**
 * Does what the far side asks for: its files are the person's, and are written here. A host that
 * somebody has taken over may ask for anything, so only files count that the person named.
 */
export function answerRequests(ctx: Context, isNamed: (path: string) => boolean, answer: (answer: NearAnswer) => void) {
  const files = new Map<number, CreatedFile>();
  const person = personAsked(ctx);
  const fileOf = (number: number): CreatedFile => {
    const file = files.get(number);
    if (file === undefined) throw new Error(`no file ${number} is open`);
    return file;
  };
  const named = (path: string): string => {
    const absolute = resolve(ctx.cwd(), path);
    if (!isNamed(absolute)) throw new Error(`${absolute} is not a file that was named here`);
    return absolute;
  };
  const create = async (path: string, options: { mode?: number; append?: boolean }): Promise<Created> => {
    const file = await ctx.host.create(path, person, options);
    const number = files.size + 1;
    files.set(number, file);
    const { mode, size } = file.stats;
    const stats = { mode, size, isFile: file.stats.isFile(), isFIFO: file.stats.isFIFO() };
    return { file: number, isNew: file.isNew, stats };
  };
  const act = (request: NearRequest): unknown => {
    switch (request.kind) {
      case 'create':
        return create(named(request.path), request);
      case 'truncate':
        return fileOf(request.file).truncate(request.length);
      case 'close':
        return fileOf(request.file).close();
      case 'remove':
        ctx.host.remove(named(request.path), person);
        return undefined;
      case 'settle':
        return ctx.host.settle(named(request.path), named(request.name), person);
      case 'diskSpace':
        return ctx.host.diskSpace(resolve(ctx.cwd(), request.folder));
      default:
        return ctx.pick(request.message, request.choices as Parameters<Context['pick']>[1]);
    }
  };
  const write = async (file: number, bytes: Buffer): Promise<number> => {
    const { written, error } = await fileOf(file).write([bytes]);
    if (error) throw error;
    return written;
  };
  const tell = async (id: number, doIt: () => Promise<unknown>) => {
    try {
      answer({ id, value: (await doIt()) ?? null });
    } catch (error) {
      answer({ id, error: { message: errorMessage(error), code: errorCode(error) } });
    }
  };
  return {
    /** Takes a frame of the far side's. Resolves when it may send more. */
    take: async (kind: string, body: Buffer): Promise<void> => {
      if (kind === FROM_FAR.fileBytes) {
        return tell(body.readUInt32BE(0), async () => write(body.readUInt32BE(4), body.subarray(8)));
      }
      const request = JSON.parse(body.toString()) as NearRequest & { readonly id: number };
      const told = tell(request.id, async () => act(request));
      // A person may think long about a choice, and a FIFO may get its reader late.
      return request.kind === 'pick' || request.kind === 'create' ? undefined : told;
    },
    closeAll: async () => {
      for (const file of files.values()) await file.close().catch(() => undefined);
    },
  };
}
