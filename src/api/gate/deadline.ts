/** A timer that runs while something is awaited. */
export interface Deadline {
  /** true: starts the timer, unless it runs already. false: stops it. */
  run(isAwaited: boolean): void;
}

/** Calls `missed` when the timer has run for this many milliseconds. */
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
