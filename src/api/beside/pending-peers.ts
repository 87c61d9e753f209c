import type { Crossing } from '../wire/crossing.ts';

/** Knows for which connections dbg still looks up who the client is. */
export interface PendingPeers {
  /** Must be told of each crossing. */
  note(what: Crossing, connection: number): void;
  /** Resolves when every such client is known or gone. undefined when no lookup runs. */
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
