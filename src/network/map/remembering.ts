import type { Container, ContainerSummary } from '../../engine/container.ts';
import type { Engine } from '../../engine/engine.ts';
import { enterable } from '../../enter/target.ts';
import { DbgError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';

/** The part of an engine that the map uses. */
export type Lister = Pick<Engine, 'list' | 'inspect'>;

/** The state of an engine that has answered before and does not answer now. */
export interface Away {
  /** milliseconds since the epoch */
  readonly since: number;
  readonly why: string;
}

/**
 * An engine that the map asks again and again. While the engine does not answer, as in a restart,
 * its last answers stand for the containers whose process is still there. `away` tells since when;
 * undefined: it answers. When the engine has never answered, `list` throws the error.
 */
export function remembering(host: Host, engine: Lister, now: () => number): Lister & { away(): Away | undefined } {
  let all: readonly ContainerSummary[] | undefined;
  let known = new Map<string, Container>();
  let away: Away | undefined;
  const failed = (error: unknown) => {
    if (!(error instanceof DbgError)) throw error;
    away ??= { since: now(), why: error.message };
  };
  const last = (ref: string) => {
    const container = known.get(ref);
    try {
      if (container) enterable(host, container, now());
      return container;
    } catch {
      return undefined; // its process has ended; the engine is away and cannot say so
    }
  };
  return {
    away: () => away,
    list: async () => {
      try {
        all = await engine.list();
        known = new Map([...known].filter(([id]) => all!.some((each) => each.id === id)));
        away = undefined;
      } catch (error) {
        if (all === undefined) throw error;
        failed(error);
      }
      return [...all];
    },
    inspect: async (ref) => {
      // The engine did not answer to `list`, so it would not answer now, and each inspect would
      // wait.
      if (away) return last(ref);
      try {
        const container = await engine.inspect(ref);
        if (container) known.set(ref, container);
        return container;
      } catch (error) {
        failed(error);
        return last(ref);
      }
    },
  };
}
