import { constants } from 'node:os';
import type { EngineEvent } from '../engine/following/engine-event.ts';
import type { EntryContainer, EntryDetails, TimelineEntry } from './timeline-entry.ts';

/** The container that an event is of, or that joins or leaves a network by it. */
export function containerOf({ type, id, attributes }: EngineEvent): EntryContainer | undefined {
  if (type === 'container') return { id, name: attributes['name'] ?? id.slice(0, 12) };
  const other = type === 'network' || type === 'volume' ? attributes['container'] : undefined;
  return other === undefined || other === '' ? undefined : { id: other, name: other.slice(0, 12) };
}

/**
 * What people and health checks do with a container again and again. A timeline has these events
 * only when all are asked for.
 */
export const isFrequent = ({ type, action }: EngineEvent): boolean =>
  type === 'container' && /^(exec_|top$|resize$|attach$|detach$|archive-path$|extract-to-dir$)/.test(action);

/**
 * An event of the engine as an entry of the timeline. `name`: the container's, where it is known.
 */
export function eventEntry(event: EngineEvent, container = containerOf(event)): TimelineEntry {
  const { type, action, at, id, attributes } = event;
  return {
    at,
    kind: type === 'container' && action === 'oom' ? 'oom' : 'event',
    container,
    text: type === 'container' ? containerWords(action, attributes) : otherWords(event),
    details: { source: 'engine', type, action, ...(type !== 'container' && { id }), ...detailsOf(attributes) },
  };
}

/** Those attributes that tell what happened; not the labels, of which there may be hundreds. */
function detailsOf(attributes: EngineEvent['attributes']): EntryDetails {
  const told = ['name', 'exitCode', 'signal', 'image', 'oldName', 'driver', 'container', 'execID', 'destination'];
  return Object.fromEntries(
    told.flatMap((key) => {
      const value = attributes[key];
      if (value === undefined) return [];
      return [[key, (key === 'exitCode' || key === 'signal') && /^\d{1,9}$/.test(value) ? Number(value) : value]];
    }),
  );
}

function containerWords(action: string, attributes: EngineEvent['attributes']): string {
  switch (action) {
    case 'die':
      return `died: ${exitWords(attributes['exitCode'])}`;
    case 'kill':
      return `was sent signal ${signalText(Number(attributes['signal']))}`;
    case 'oom':
      return 'ran out of memory';
    case 'rename':
      return `was renamed from ${attributes['oldName']?.replace(/^\//, '') ?? 'another name'}`;
    case 'create':
      return `created from ${attributes['image'] ?? 'an image'}`;
    case 'start':
      return 'started';
    case 'stop':
      return 'stopped';
    case 'restart':
      return 'restarted';
    case 'pause':
      return 'paused';
    case 'unpause':
      return 'goes on after a pause';
    case 'destroy':
      return 'removed';
    case 'update':
      return 'its limits were changed';
    default:
      return action.replace(/^health_status: /, 'is ');
  }
}

function otherWords({ type, action, id, attributes }: EngineEvent): string {
  const name = attributes['name'] ?? id;
  if (type === 'network' && action === 'connect') return `joined network ${name}`;
  if (type === 'network' && action === 'disconnect') return `left network ${name}`;
  return `${type} ${action} ${name}`;
}

/** How a run ended, in words. `code`: as the engine tells it. */
export function exitWords(code: string | undefined): string {
  const number = Number(code);
  if (code === undefined || !Number.isInteger(number)) return 'exit code unknown';
  const what =
    REASONS[number] ?? (number > 128 && number <= 128 + 64 ? `ended by signal ${signalText(number - 128)}` : '');
  return `exit code ${number}${what && `, ${what}`}`;
}

/** What the codes mean that runc and shells give (docker run, "Exit status"). */
const REASONS: Readonly<Record<number, string>> = {
  0: 'it ended by itself',
  126: 'its program could not be run',
  127: 'its program was not found',
};

const NAMES = new Map(Object.entries(constants.signals).map(([name, number]) => [number, name.replace(/^SIG/, '')]));

function signalText(number: number): string {
  const name = NAMES.get(number);
  return name === undefined ? String(number) : `${number} (${name})`;
}
