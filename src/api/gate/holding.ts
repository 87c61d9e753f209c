/** Holds a connection up: nothing that its client sends is read meanwhile. */
export interface Hold {
  isHeld(): boolean;
  /** Holds the connection up for `delay` ms, then acts. Without a delay it acts at once. */
  after(delay: number | undefined, act: () => void): void;
  /** Holds the connection up until `time` resolves, then acts. */
  until(time: Promise<void>, act: () => void): void;
}

/**
 * `changed` is called when a hold begins. `resumed` is called when it ends, with the act that was
 * waiting: `resumed` does the act, if the connection is still there.
 */
export function holding(changed: () => void, resumed: (act: () => void) => void): Hold {
  let isHeld = false;
  const begin = () => {
    isHeld = true;
    changed();
  };
  const end = (act: () => void) => {
    isHeld = false;
    resumed(act);
  };
  return {
    isHeld: () => isHeld,
    after: (delay, act) => {
      if (!delay) return act();
      begin();
      setTimeout(() => end(act), delay);
    },
    until: (time, act) => {
      begin();
      void time.then(() => end(act));
    },
  };
}
