import type { Crossing } from '../wire/crossing.ts';

/** Knows whether it is still being looked for who is at the other end of a connection. */
export interface PendingPeers {
  /** Hears of each crossing. */
  note(what: Crossing, connection: number): void;
  /** Resolves when all are known, or have gone; undefined when none is being looked for. */
  settled(): Promise<void> | undefined;
}

export function pendingPeers(): PendingPeers {
  const pending = new Set<number>();
  let settled: Promise<void> | undefined;
  let settle: (() => void) | undefined;
  return {
    note: (what, connection) => {
      if (what === 'open') pending.add(connection);
      if (what !== 'peer' && what !== 'close') return;
      if (!pending.delete(connection) || pending.size > 0) return;
      settle?.();
      settled = settle = undefined;
    },
    settled: () => (pending.size === 0 ? undefined : (settled ??= new Promise((resolve) => (settle = resolve)))),
  };
}
