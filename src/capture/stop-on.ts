import type { Container } from '../engine/container.ts';
import type { Engine } from '../engine/engine.ts';
import type { ContainerEvent } from '../engine/engine-events.ts';
import type { Meanwhile } from '../engine/container-events.ts';
import { DbgError, EXIT, usageError } from '../errors.ts';
import { shellQuote } from '../text.ts';

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
  throw usageError(`--stop-on takes die, oom, unhealthy or log:REGEX, not "${text}"`);
}

/**
 * Calls back, with what it was, when something of this happens to a container; until the function it gives back is called. The engine's
 * words for a health check that fails for good are "health_status: unhealthy" (GET /events).
 */
export function watchFor(
  engine: Engine,
  container: Container,
  wanted: readonly StopOn[],
  onEvent: (what: string) => void,
  meanwhile: Meanwhile = {},
): () => void {
  const actions = new Map(
    wanted.flatMap(({ kind }) =>
      kind === 'log' ? [] : [[kind === 'unhealthy' ? 'health_status: unhealthy' : kind, kind]],
    ),
  );
  const patterns = wanted.flatMap((each) => (each.kind === 'log' ? [each.pattern] : []));
  const stopEvents =
    actions.size > 0
      ? engine.watch(container, ({ action }) => actions.has(action) && onEvent(actions.get(action)!), meanwhile)
      : undefined;
  // A line that is said again and again is told once: the capture ends by the first.
  let hasSaid = false;
  const stopLogs =
    patterns.length > 0
      ? watchLogs(engine, container, (line) => {
          if (hasSaid || !patterns.some((pattern) => pattern.test(line))) return;
          hasSaid = true;
          onEvent(`it said: ${line}`);
        })
      : undefined;
  return () => {
    stopEvents?.();
    stopLogs?.();
  };
}

/** The engine tells of a start when the container may have said something already. */
const TOLD_MS = 500;

/**
 * What a container says, from run to run: the engine ends the stream with each, and has none before the first. An engine that was
 * restarted is asked for what was said since.
 */
function watchLogs(engine: Engine, container: Container, onEvent: (line: string) => void): () => void {
  let stop = container.state.pid === 0 ? () => undefined : engine.logs(container, onEvent);
  const listen = (since: number | undefined) => {
    stop();
    stop = engine.logs(container, onEvent, since);
  };
  const told = ({ action, time }: ContainerEvent) => {
    if (action === 'start') listen(time === undefined ? undefined : time - TOLD_MS);
  };
  const stopEvents = engine.watch(container, told, { back: listen });
  return () => {
    stopEvents();
    stop();
  };
}

/** Throws for a container whose words no engine can read, so that `log:` would never be seen. */
export async function requireLogs(engine: Engine, container: Container, wanted: readonly StopOn[]): Promise<void> {
  if (!wanted.some(({ kind }) => kind === 'log')) return;
  const refusal = await engine.logsRefusal(container);
  if (refusal === undefined) return;
  const name = shellQuote(container.name);
  throw new DbgError(`--stop-on log: the engine cannot read what "${container.name}" says: ${refusal}`, {
    next: [{ what: 'its log driver', command: `docker inspect -f '{{.HostConfig.LogConfig.Type}}' ${name}` }],
  });
}
