import type { Container } from '../engine/container.ts';
import type { Engine } from '../engine/engine.ts';
import { DbgError, EXIT } from '../errors.ts';

/** What ends a capture: something that happens to a container, or that it says. */
export type StopOn =
  { readonly kind: 'die' | 'oom' | 'unhealthy' } | { readonly kind: 'log'; readonly pattern: RegExp };

/** Reads `die`, `oom`, `unhealthy` or `log:REGEX`. Throws a usage error. */
export function parseStopOn(text: string): StopOn {
  if (text === 'die' || text === 'oom' || text === 'unhealthy') return { kind: text };
  if (text.startsWith('log:') && text.length > 4) {
    try {
      return { kind: 'log', pattern: new RegExp(text.slice(4)) };
    } catch (cause) {
      throw new DbgError(`--stop-on ${text}: no regular expression`, { cause, exitCode: EXIT.usage });
    }
  }
  throw new DbgError(`--stop-on takes die, oom, unhealthy or log:REGEX, not "${text}"`, { exitCode: EXIT.usage });
}

/**
 * Calls back, with what it was, when something of this happens to a container; until the function it gives back is called. The engine's
 * words for a health check that fails for good are "health_status: unhealthy" (GET /events).
 */
export function watchFor(
  engine: Engine,
  container: Container,
  wanted: readonly StopOn[],
  hear: (what: string) => void,
): () => void {
  const actions = new Map(
    wanted.flatMap(({ kind }) =>
      kind === 'log' ? [] : [[kind === 'unhealthy' ? 'health_status: unhealthy' : kind, kind]],
    ),
  );
  const patterns = wanted.flatMap((each) => (each.kind === 'log' ? [each.pattern] : []));
  const stopEvents =
    actions.size > 0
      ? engine.watch(container.id, ({ action }) => actions.has(action) && hear(actions.get(action)!))
      : undefined;
  const stopLogs =
    patterns.length > 0
      ? engine.logs(container, (line) => {
          if (patterns.some((pattern) => pattern.test(line))) hear(`it said: ${line}`);
        })
      : undefined;
  return () => {
    stopEvents?.();
    stopLogs?.();
  };
}
