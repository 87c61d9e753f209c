import type { Executable } from './executable.ts';

/**
 * A file that the kernel needs to run a container's program: the program, then who is to interpret
 * or load it, and so on.
 */
export interface EntryStep {
  /** as it is named: by the container's configuration, by a #! line, by an ELF header */
  readonly path: string;
  /** undefined: there is no such file; a folder or a device is "other" */
  readonly file:
    { readonly kind: 'file' | 'other'; readonly mode: number; readonly executable: Executable } | undefined;
}

/**
 * What a container's program needs, of a container that does not run; and the processors concerned.
 */
export interface EntryPoint {
  readonly steps: readonly EntryStep[];
  /** which the engine's machine has, and which the image is for: "amd64", "arm64" … */
  readonly engine: string;
  readonly image: string;
}

/** The path, or the program, that a file needs to be run; undefined: it needs no other. */
export function neededBy({ executable }: NonNullable<EntryStep['file']>): string | undefined {
  if (executable.kind === 'program') return executable.loader;
  if (executable.kind === 'neither') return undefined;
  const [interpreter, ...rest] = executable.words;
  return interpreter !== undefined && isEnv(interpreter) ? (programOfEnv(rest) ?? interpreter) : interpreter;
}

const isEnv = (path: string) => /(^|\/)env$/.test(path);

/** env(1) looks the program up in PATH: its first word that is no option and sets no variable. */
const programOfEnv = (words: readonly string[]) => words.find((word) => !/^-|=/.test(word));
