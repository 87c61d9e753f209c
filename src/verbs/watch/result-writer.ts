import type { Output } from '../../context.ts';
import { DbgError, errorCode, errorMessage } from '../../errors.ts';
import type { OpenFile } from '../../host/host-files.ts';

/** Writes results as fast as they are read, and waits for a slow reader. */
export interface ResultWriter {
  /** Resolves when all is written. Throws ReaderLeft, or a DbgError for a full disk. */
  write(parts: readonly Buffer[]): Promise<void>;
}

/** Nobody reads the output any more: `dbg watch | head -1`. */
export class ReaderLeft extends Error {}

/** The exit code of a program that SIGPIPE ended. */
export const PIPE = 141;

/** `left`: called when the reader leaves while nothing is written. */
export async function resultWriter(output: Output, left: () => void): Promise<ResultWriter> {
  const file: OpenFile = await output.asFile();
  file.whenReaderLeaves?.(left);
  return {
    write: async (parts) => {
      const { error } = await file.write(parts);
      if (error === undefined) return;
      if (errorCode(error) === 'EPIPE' || errorCode(error) === 'EIO') throw new ReaderLeft();
      throw new DbgError(`the output cannot be written: ${errorMessage(error)}`, { cause: error });
    },
  };
}
