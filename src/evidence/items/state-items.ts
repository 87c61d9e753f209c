import { redactText } from '../../api/wire/redact/redact-text.ts';
import type { Container } from '../../engine/container.ts';
import type { Inspection } from '../../engine/inspection.ts';
import type { Item } from '../container-evidence.ts';
import { item, type Marker, plain } from './item.ts';

/** Whether a container runs, how its last run ended, and which image it was made from. */
export function stateItems(container: Container, { health, createdAt }: Inspection, mark: Marker): Item[] {
  const { state } = container;
  const runs = state.pid > 0;
  return [
    plain('status', state.status),
    ...(runs || state.startedAt === undefined ? [] : [plain('exit code', state.exitCode)]),
    ...(state.oomKilled ? [plain('killed for want of memory', 'yes')] : []),
    ...(state.error === '' ? [] : [item("the engine's error", state.error, { safe: redactText(state.error), mark })]),
    plain('restarts', container.restarts),
    ...(health ? [plain('health', health.status)] : []),
    ...(health?.failures ? [plain('failed health checks in a row', health.failures)] : []),
    plain('image', container.imageId),
    plain('id', container.id, 'id'),
    ...timeItem('created', createdAt),
    ...timeItem('started', state.startedAt),
    ...timeItem('ended', state.finishedAt),
  ];
}

const timeItem = (name: string, time: number | undefined): Item[] =>
  time === undefined ? [] : [plain(name, new Date(time).toISOString(), 'time')];
