import { resolve as resolvePath } from 'node:path';
import type { FileReader } from '../host/host-files.ts';
import type { Beginning } from './far-frames.ts';

/**
 * Reads the files that the person named, which came along with the beginning, in place of files of
 * this host that have the same path.
 */
export function sentFiles(
  host: FileReader,
  { files, cwd }: Pick<Beginning, 'files' | 'cwd'>,
): Pick<FileReader, 'readBelow' | 'readWhole' | 'readBytes'> {
  const sent = (typed: string) => {
    const path = resolvePath(cwd, typed);
    return Object.hasOwn(files, path) ? Buffer.from(files[path]!, 'base64') : undefined;
  };
  return {
    readBelow: (folder, path, limit) =>
      (folder === '/' ? sent(path)?.subarray(0, limit).toString() : undefined) ?? host.readBelow(folder, path, limit),
    readWhole: (path, limit) => sent(path)?.toString() ?? host.readWhole(path, limit),
    readBytes: (path, limit, person) => sent(path)?.subarray(0, limit) ?? host.readBytes(path, limit, person),
  };
}
