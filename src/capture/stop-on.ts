import type { Container } from '../engine/container.ts';
import type { Engine } from '../engine/engine.ts';
import type { EngineNews } from '../engine/watching/container-events.ts';
import { DbgError, EXIT, usageError } from '../errors.ts';
import { shellQuote } from '../text.ts';

/** What ends a capture: an event of a container, or a line in its log. */
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
  throw usageError(`--stop-on takes die, oom, unhealthy or log:REGEX, not "${text}"`);
}

export interface StopOnNews extends EngineNews {
  /** The engine cannot read what the container says, with its sentence. */
  failed?(sentence: string): void;
}

/**
 * Calls back with a description when one of the wanted events happens to a container, until the
 * returned function is called. The engine's name for a health check that fails for good is
 * "health_status: unhealthy" (GET /events).
 */
export function watchFor(
  engine: Engine,
  container: Container,
  wanted: readonly StopOn[],
  onEvent: (what: string) => void,
  news: StopOnNews = {},
): () => void {
  const actions = new Map(
    wanted.flatMap(({ kind }) =>
      kind === 'log' ? [] : [[kind === 'unhealthy' ? 'health_status: unhealthy' : kind, kind]],
    ),
  );
  const patterns = wanted.flatMap((each) => (each.kind === 'log' ? [each.pattern] : []));
  const stopEvents =
    actions.size > 0
      ? engine.watch(container, ({ action }) => actions.has(action) && onEvent(actions.get(action)!), news)
      : undefined;
  // A line that the container logs again and again is told once: the first one ends the capture.
  let hasSaid = false;
  const stopLogs =
    patterns.length > 0
      ? engine.followLogs(container, {
          ...news,
          line: ({ text }) => {
            if (hasSaid || !patterns.some((pattern) => pattern.test(text))) return;
            hasSaid = true;
            onEvent(`it said: ${text}`);
          },
        })
      : undefined;
  return () => {
    stopEvents?.();
    stopLogs?.();
  };
}

/**
 * Throws a DbgError for a container whose log the engine cannot read: a `log:` would never be seen.
 */
export async function requireLogs(engine: Engine, container: Container, wanted: readonly StopOn[]): Promise<void> {
  if (!wanted.some(({ kind }) => kind === 'log')) return;
  const refusal = await engine.logsRefusal(container);
  if (refusal === undefined) return;
  const name = shellQuote(container.name);
  throw new DbgError(`--stop-on log: the engine cannot read the log of "${container.name}": ${refusal}`, {
    next: [{ what: 'see its log driver', command: `docker inspect -f '{{.HostConfig.LogConfig.Type}}' ${name}` }],
  });
}
