import { readWhole } from '../bounded-file.ts';
import type { Environment } from '../environment.ts';
import type { FileReader } from '../host/host-files.ts';
import type { Beginning } from './far-frames.ts';
import { sentFiles } from './sent-files.ts';

/** In bytes. The files that go along have 256 KiB each, in base64. */
const MOST_BYTES = 8 << 20;

/**
 * Reads what the near dbg has put into its helper for a dbg with a terminal: the person's variables
 * and files, which are in place of those of the helper.
 */
export function readBeginningFile(path: string, env: Environment) {
  const its = JSON.parse(readWhole(path, MOST_BYTES).toString()) as Pick<Beginning, 'env' | 'files' | 'cwd'>;
  return {
    environment: { ...env, ...its.env } satisfies Environment,
    files: (host: FileReader) => sentFiles(host, its),
    cwd: its.cwd,
  };
}
