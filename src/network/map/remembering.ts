import type { Container, ContainerSummary } from '../../engine/container.ts';
import type { Engine } from '../../engine/engine.ts';
import { enterable } from '../../enter/target.ts';
import { DbgError } from '../../errors.ts';
import type { Host } from '../../host/host.ts';

/** What the map asks an engine. */
export type Lister = Pick<Engine, 'list' | 'inspect'>;

/** That an engine does not answer now, though it did. */
export interface Away {
  /** milliseconds since the epoch */
  readonly since: number;
  readonly why: string;
}

/**
 * An engine that is asked again and again. While it is away, as in a restart, what it last said
 * stands for the containers whose process is still there. One that never answered is an error.
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
      return undefined; // its process has ended, and the engine is not there to say so
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
      // The list was not to be had: nor is this, and each would wait for it.
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
