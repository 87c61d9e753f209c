/** A time that runs while something is waited for. */
export interface Deadline {
  /** Begins it, if it does not run already; or stops it. */
  run(isAwaited: boolean): void;
}

/** Calls `missed` when that lasted for so many milliseconds. */
export function deadline(milliseconds: number, missed: () => void): Deadline {
  let timer: NodeJS.Timeout | undefined;
  return {
    run: (isAwaited) => {
      if (isAwaited) {
        timer ??= setTimeout(missed, milliseconds);
      } else {
        clearTimeout(timer);
        timer = undefined;
      }
    },
  };
}
