/** Holds a connection up: nothing of it is read meanwhile. */
export interface Hold {
  isHeld(): boolean;
  /** Does something later; at once where there is no delay. */
  after(delay: number | undefined, act: () => void): void;
  until(time: Promise<void>, act: () => void): void;
}

/** `changed` is called when it is held up; `resumed` when it is not any more, to act, if there is still a connection to do so with. */
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
