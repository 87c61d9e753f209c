/** dbg's own exit codes; docker's and the shell's habits. A tool's own code is passed on as it is. */
export const EXIT = {
  /** wrong usage */
  usage: 2,
  /** dbg itself failed: no such container, no engine, refused */
  failed: 125,
  /** the program was found but cannot be run */
  cannotRun: 126,
  /** no such program on the host */
  notFound: 127,
  /** a prompt left with Ctrl-C */
  interrupted: 130,
} as const;

/** One thing a person can do next: what for, and the line to type. */
export interface NextStep {
  readonly what: string;
  readonly command: string;
}

/**
 * A failure that dbg can explain: what was wanted and what is the case (the message), and what to do next. The message
 * may hold names from outside as they came: they are escaped where it is printed.
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

/** A failure by what was typed: exit code 2. */
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
