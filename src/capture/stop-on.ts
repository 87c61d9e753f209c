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
  // A line that is said again and again is told once: the capture ends by the first.
  let hasSaid = false;
  const stopLogs =
    patterns.length > 0
      ? watchLogs(engine, container, (line) => {
          if (hasSaid || !patterns.some((pattern) => pattern.test(line))) return;
          hasSaid = true;
          hear(`it said: ${line}`);
        })
      : undefined;
  return () => {
    stopEvents?.();
    stopLogs?.();
  };
}

/** The engine tells of a start when the container may have said something already. */
const TOLD_MS = 500;

/** What a container says, from run to run: the engine ends the stream with each, and has none before the first. */
function watchLogs(engine: Engine, container: Container, hear: (line: string) => void): () => void {
  let stop = container.state.pid === 0 ? () => undefined : engine.logs(container, hear);
  const stopEvents = engine.watch(container.id, ({ action, time }) => {
    if (action !== 'start') return;
    stop();
    stop = engine.logs(container, hear, time === undefined ? undefined : time - TOLD_MS);
  });
  return () => {
    stopEvents();
    stop();
  };
}
