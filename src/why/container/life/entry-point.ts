import type { Executable } from './executable.ts';

/**
 * A file that the kernel needs to run a container's program. The first step is the program, the
 * next one the interpreter or the loader that it needs, and so on.
 */
export interface EntryStep {
  /** the path as the container's configuration, a #! line or an ELF header has it */
  readonly path: string;
  /** undefined where there is no such file; "other" for a folder or a device */
  readonly file:
    { readonly kind: 'file' | 'other'; readonly mode: number; readonly executable: Executable } | undefined;
}

/** What the program of a container that does not run needs, and the processors in question. */
export interface EntryPoint {
  readonly steps: readonly EntryStep[];
  /** the engine's processor, and the one that the image is for: "amd64", "arm64" … */
  readonly engine: string;
  readonly image: string;
}

/**
 * The path or the name of the program that a file needs to be run. undefined where it needs none.
 */
export function neededBy({ executable }: NonNullable<EntryStep['file']>): string | undefined {
  if (executable.kind === 'program') return executable.loader;
  if (executable.kind === 'neither') return undefined;
  const [interpreter, ...rest] = executable.words;
  return interpreter !== undefined && isEnv(interpreter) ? (programOfEnv(rest) ?? interpreter) : interpreter;
}

const isEnv = (path: string) => /(^|\/)env$/.test(path);

/**
 * The program that env(1) would look up in PATH: its first word that is no option and sets no
 * variable.
 */
const programOfEnv = (words: readonly string[]) => words.find((word) => !/^-|=/.test(word));
