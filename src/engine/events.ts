import type { ContainerEvent } from './engine.ts';

/** The query that asks GET /events for one container's. */
export function eventFilters(id: string): { filters: string } {
  return { filters: JSON.stringify({ type: ['container'], container: [id] }) };
}

/** Reads the stream of GET /events: a JSON object a line, in pieces as they come. What is no event is passed over. */
export function eventReader(hear: (event: ContainerEvent) => void): (chunk: Buffer) => void {
  let rest = '';
  return (chunk) => {
    const lines = (rest + chunk.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const event of lines.flatMap(parseEvent)) hear(event);
  };
}

interface EngineEvent {
  readonly Action?: unknown;
  readonly timeNano?: unknown;
  readonly Actor?: { readonly Attributes?: { readonly exitCode?: unknown } };
}

function parseEvent(line: string): ContainerEvent[] {
  if (!line.startsWith('{')) return []; // the headers of the answer, or an empty line
  try {
    const { Action: action, Actor, timeNano } = JSON.parse(line) as EngineEvent;
    const time = typeof timeNano === 'number' ? timeNano / 1e6 : undefined;
    const exitCode = Actor?.Attributes?.exitCode;
    return typeof action === 'string'
      ? [{ action, time, exitCode: typeof exitCode === 'string' ? exitCode : undefined }]
      : [];
  } catch {
    return [];
  }
}
