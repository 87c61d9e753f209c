/** An event of the engine (GET /events), of whatever it is about. */
export interface EngineEvent {
  /** "container", "network", "image", "volume" … */
  readonly type: string;
  /** "die", "start", "health_status: healthy", "connect" … */
  readonly action: string;
  /** the id or the name of what it is about */
  readonly id: string;
  /** of a container: its labels too */
  readonly attributes: Readonly<Record<string, string>>;
  /** ms since the epoch, by the engine's clock */
  readonly at: number;
  /** the same in nanoseconds, which a number in JSON cannot hold exactly */
  readonly nanoseconds: bigint;
  /** the event as the engine wrote it: a JSON object */
  readonly line: string;
}

/** Reads a line of GET /events; undefined for what is no event. */
export function parseEngineEvent(line: string): EngineEvent | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    const { Type: type, Action: action, Actor: actor, time } = JSON.parse(line) as Record<string, unknown>;
    const { ID: id, Attributes: attributes } = object(actor);
    // The engine writes timeNano last, so a name that holds this text is not taken for it.
    const digits = /"timeNano":(\d{1,19})\}?\s*$/.exec(line)?.[1];
    const nanoseconds = BigInt(digits ?? (typeof time === 'number' ? Math.trunc(time) : 0) * 1e9);
    if (typeof type !== 'string' || typeof action !== 'string') return undefined;
    return {
      type,
      action,
      id: typeof id === 'string' ? id : '',
      attributes: Object.fromEntries(Object.entries(object(attributes)).map(([key, value]) => [key, String(value)])),
      at: Number(nanoseconds) / 1e6,
      nanoseconds,
      line,
    };
  } catch {
    return undefined;
  }
}

const object = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
