/**
 * dbg's own exit codes, which follow docker and the shell. A tool's own code is passed on as it is.
 */
export const EXIT = {
  /** wrong usage */
  usage: 2,
  /** dbg itself failed: no such container, no engine, refused */
  failed: 125,
  /** the program was found but cannot be run */
  cannotRun: 126,
  /** no such program on the host */
  notFound: 127,
  /** a person left a prompt with Ctrl-C */
  interrupted: 130,
} as const;

/** One thing that a person can do next: what it is for, and the line to type. */
export interface NextStep {
  readonly what: string;
  readonly command: string;
}

/**
 * A failure that dbg can explain. The message says what was wanted and what is the case; `next`
 * says what to do. The message may hold names from outside as they came: they are escaped when it
 * is printed.
 */
export class DbgError extends Error {
  override readonly name = 'DbgError';
  readonly exitCode: number;
  readonly next: readonly NextStep[];

  constructor(message: string, options: { exitCode?: number; next?: readonly NextStep[]; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.exitCode = options.exitCode ?? EXIT.failed;
    this.next = options.next ?? [];
  }
}

/** The error for wrong usage: exit code 2. */
export const usageError = (message: string, next: readonly NextStep[] = []): DbgError =>
  new DbgError(message, { exitCode: EXIT.usage, next });

/** The `code` of a system error (ENOENT, EACCES …), if it has one. */
export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** The message of anything that was thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
