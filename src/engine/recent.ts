import type { Container, ContainerSummary } from './container.ts';
import type { Engine } from './engine.ts';

/**
 * The containers in the order of their last start, the latest first. The engine's list tells a
 * start only in words ("Up 3 hours"). So the youngest 32 are inspected, all at once, which takes 10
 * ms. An inspect waits while the engine holds that container's lock; the list does not. A container
 * whose inspect has not come within 250 ms is placed by its words.
 */
export async function mostRecentlyStarted(
  engine: Pick<Engine, 'inspect'>,
  containers: readonly ContainerSummary[],
  now: number,
): Promise<ContainerSummary[]> {
  // toSorted is stable: containers of the same age keep the engine's order, the latest created
  // first.
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
  // A container that cannot be inspected, or has gone, does not keep the list from being shown.
  const all = Promise.all(containers.map(({ id }) => engine.inspect(id).then(note, () => undefined)));
  let deadline: NodeJS.Timeout | undefined;
  const patience = new Promise((resolve) => (deadline = setTimeout(resolve, PATIENCE_MS)));
  await Promise.race([all, patience]);
  clearTimeout(deadline);
  return times;
}

/**
 * The age that docker's status words tell, in milliseconds ("Up 3 hours"); Infinity when they tell
 * none.
 */
export function ageInWords(status: string): number {
  const [, amount, unit] =
    /\b(Less than a|About an?|\d+) (second|minute|hour|day|week|month|year)s?\b/.exec(status) ?? [];
  if (amount === undefined || unit === undefined) return Infinity;
  const count = amount.startsWith('Less') ? 0 : amount.startsWith('About') ? 1 : Number(amount);
  return count * SECONDS[unit as keyof typeof SECONDS] * 1000;
}

const SECONDS = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800, month: 2_592_000, year: 31_536_000 };
