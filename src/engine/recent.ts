import type { Container, ContainerSummary } from './container.ts';
import type { Engine } from './engine.ts';

/**
 * The containers in the order of their last start, the latest first. The engine's list has no start time but in words
 * ("Up 3 hours"), so the youngest of them are inspected, all at once: 32 take 10 ms. An inspect waits while the engine
 * holds that container's lock, as the list does not; who has not answered in time is placed by the words.
 */
export async function mostRecentlyStarted(
  engine: Pick<Engine, 'inspect'>,
  containers: readonly ContainerSummary[],
  now: number,
): Promise<ContainerSummary[]> {
  // toSorted is stable: what has the same age keeps the engine's order, the latest created first.
  const byWords = containers.toSorted((a, b) => ageInWords(a.status) - ageInWords(b.status));
  const started = await startTimes(engine, byWords.slice(0, MOST_INSPECTED));
  const startOf = ({ id, status }: ContainerSummary) => started.get(id) ?? now - ageInWords(status);
  const young = byWords.slice(0, MOST_INSPECTED).toSorted((a, b) => startOf(b) - startOf(a));
  return [...young, ...byWords.slice(MOST_INSPECTED)];
}

const MOST_INSPECTED = 32;
const PATIENCE_MS = 250;

async function startTimes(engine: Pick<Engine, 'inspect'>, containers: readonly ContainerSummary[]) {
  const times = new Map<string, number>();
  const note = (container: Container | undefined) => {
    if (container?.state.startedAt !== undefined) times.set(container.id, container.state.startedAt);
  };
  // One that fails or has gone is no reason not to show the list.
  const all = Promise.all(containers.map(({ id }) => engine.inspect(id).then(note, () => undefined)));
  let deadline: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => (deadline = setTimeout(resolve, PATIENCE_MS)));
  await Promise.race([all, patience]);
  clearTimeout(deadline);
  return times;
}

/** How long ago docker's words say it was, in milliseconds; Infinity when they say nothing of the kind. */
export function ageInWords(status: string): number {
  const [, amount, unit] =
    /\b(Less than a|About an?|\d+) (second|minute|hour|day|week|month|year)s?\b/.exec(status) ?? [];
  if (amount === undefined || unit === undefined) return Infinity;
  const count = amount.startsWith('Less') ? 0 : amount.startsWith('About') ? 1 : Number(amount);
  return count * SECONDS[unit as keyof typeof SECONDS] * 1000;
}

const SECONDS = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800, month: 2_592_000, year: 31_536_000 };
