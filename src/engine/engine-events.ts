import { lineReader } from '../line-reader.ts';
/** The query that asks GET /events for the events of one container. */
export function eventFilters(id: string): { filters: string } {
  return { filters: JSON.stringify({ type: ['container'], container: [id] }) };
}

/**
 * The query for all events of a container that the engine remembers, until a time in ms since the
 * epoch. The engine answers it at once. dockerd remembers the last 256 events.
 */
export function eventsUntil(id: string, until: number): Readonly<Record<string, string>> {
  return { ...eventFilters(id), since: '0', until: (until / 1000).toFixed(9) };
}

/** The query that asks GET /events for containers that join a network. */
export function joinFilters(network: string): { filters: string } {
  return { filters: JSON.stringify({ type: ['network'], network: [network], event: ['connect'] }) };
}

/** An event is some 500 bytes, or some thousand with all labels of its container. */
const MOST_CHARACTERS = 65_536;

/**
 * Reads the stream of GET /events in pieces as they come: each line is a JSON object. A line that
 * is no event, or longer than MOST_CHARACTERS, is skipped.
 */
export function eventReader(onEvent: (event: ContainerEvent) => void): (chunk: Buffer) => void {
  return lineReader((line) => parseEvent(line).forEach(onEvent), { most: MOST_CHARACTERS, longer: 'passed over' }).add;
}

interface EngineEvent {
  readonly Action?: unknown;
  readonly timeNano?: unknown;
  readonly Actor?: {
    readonly Attributes?: { readonly exitCode?: unknown; readonly container?: unknown; readonly signal?: unknown };
  };
}

function parseEvent(line: string): ContainerEvent[] {
  if (!line.startsWith('{') || line.length > MOST_CHARACTERS) return [];
  try {
    const { Action: action, Actor, timeNano } = JSON.parse(line) as EngineEvent;
    const time = typeof timeNano === 'number' ? timeNano / 1e6 : undefined;
    const { exitCode, container, signal } = Actor?.Attributes ?? {};
    const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
    if (typeof action !== 'string') return [];
    return [{ action, time, exitCode: text(exitCode), container: text(container), signal: text(signal) }];
  } catch {
    return [];
  }
}

/** An event of a container, or of one that joins a network. */
export interface ContainerEvent {
  /** "die", "start", "pause", "unpause", "oom", "destroy" … */
  readonly action: string;
  /**
   * when it happened by the engine's clock, in ms since the epoch; undefined when the engine does
   * not say
   */
  readonly time: number | undefined;
  /** of a "die" */
  readonly exitCode: string | undefined;
  /** of a "connect" to a network: the id of the container */
  readonly container?: string | undefined;
  /** of a "kill": the number of the signal */
  readonly signal?: string | undefined;
}
