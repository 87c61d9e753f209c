import type { Changes } from './changes.ts';

/** What a field of a recorded thing may be. */
type Kind = (value: unknown) => boolean;

const text: Kind = (value) => typeof value === 'string';
const number: Kind = (value) => typeof value === 'number' && Number.isFinite(value);
const flag: Kind = (value) => typeof value === 'boolean';
const orNull =
  (kind: Kind): Kind =>
  (value) =>
    value === null || kind(value);
const list =
  (kind: Kind): Kind =>
  (value) =>
    Array.isArray(value) && value.every(kind);
const thing =
  (fields: Readonly<Record<string, Kind>>): Kind =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    Object.entries(fields).every(([name, kind]) => kind((value as Readonly<Record<string, unknown>>)[name]));

const port = thing({ at: text, host: number, container: number, protocol: text });
const lines = list(thing({ what: text, line: text }));
const severity: Kind = (value) => value === 'broken' || value === 'suspect' || value === 'note';
const finding = thing({ id: text, severity, sentence: text, evidence: lines, next: lines });
const cut = thing({ what: text, by: text, since: number, until: number, isInForce: flag });

/** The collections that a recording has, with the fields of their things (host-picture.ts). */
const THINGS: Readonly<Record<string, Kind>> = {
  cards: thing({
    key: text,
    name: text,
    word: text,
    image: text,
    state: text,
    health: text,
    project: text,
    on: text,
    ports: list(port),
  }),
  buses: thing({
    key: text,
    network: orNull(text),
    networkWord: text,
    device: orNull(text),
    mtu: orNull(number),
    addresses: list(text),
  }),
  wires: thing({
    key: text,
    card: text,
    guests: list(text),
    bus: text,
    name: text,
    word: text,
    addresses: list(text),
    device: orNull(text),
    mtu: orNull(number),
    state: orNull(text),
    proof: text,
    reason: text,
    cut: orNull(cut),
    problems: list(text),
  }),
  flows: thing({ key: text, rx: orNull(number), tx: orNull(number), drops: number, newDrops: number }),
  badges: thing({ key: text, at: number, findings: list(finding) }),
};

/** The changes of a recording, without what is no such thing: the page can rely on their fields. */
export function checkedChanges(recorded: Readonly<Record<string, unknown>>): Changes {
  const checked = Object.entries(THINGS).flatMap(([name, kind]) => {
    const change = recorded[name];
    if (!thing({ put: Array.isArray, gone: list(text) })(change)) return [];
    const { put, gone } = change as { readonly put: readonly unknown[]; readonly gone: readonly string[] };
    return [[name, { put: put.filter(kind), gone }]];
  });
  return Object.fromEntries(checked) as Changes;
}
