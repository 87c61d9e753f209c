/** Gives each connection the lowest line of the timeline that no other open connection has. */
export interface Lanes {
  /** Gives the connection's line. A connection without one takes one. */
  of(connection: number): number;
  free(connection: number): void;
}

export function lanes(): Lanes {
  const taken = new Map<number, number>();
  const used = new Set<number>();
  return {
    of: (connection) => {
      const before = taken.get(connection);
      if (before !== undefined) return before;
      let lane = 0;
      while (used.has(lane)) lane++;
      used.add(lane);
      taken.set(connection, lane);
      return lane;
    },
    free: (connection) => {
      used.delete(taken.get(connection) ?? -1);
      taken.delete(connection);
    },
  };
}
