import type { EngineEvent } from '../../engine/following/engine-event.ts';
import { usageError } from '../../errors.ts';
import { escapeControls, printableJson } from '../../text.ts';

/** Turns an event into a line, without its line feed. */
export type EventFormat = (event: EngineEvent) => string;

/**
 * Reads what `docker events --format` takes: "json", or a line with Go's placeholders, of which
 * fields and `json` are known. undefined: docker's own line. Throws a usage error for another text.
 */
export function eventFormat(template: string | undefined): EventFormat {
  if (template === undefined) return dockerLine;
  if (template === 'json') return jsonLine;
  const parts = template
    .replaceAll('\\t', '\t')
    .replaceAll('\\n', '\n')
    .split(/(\{\{.*?\}\})/s)
    .map((text): EventFormat => {
      if (!text.startsWith('{{')) return () => text;
      const [, json, path] = /^\{\{-?\s*(json\s+)?\.([\w.]*)\s*-?\}\}$/.exec(text) ?? [];
      if (path === undefined) throw badFormat(template, text);
      if (path === '' && json !== undefined) return jsonLine;
      const read = fieldOf(path.split('.'));
      if (read === undefined) throw badFormat(template, text);
      return (event) => {
        const value = read(event);
        if (json !== undefined) return typeof value === 'bigint' ? String(value) : printableJson(value);
        return typeof value === 'object' ? goMap(value) : escapeControls(String(value));
      };
    });
  return (event) => parts.map((part) => part(event)).join('');
}

type Value = string | bigint | number | EngineEvent['attributes'];

function fieldOf([first, second, third, ...more]: readonly string[]): ((event: EngineEvent) => Value) | undefined {
  if (more.length > 0) return undefined;
  if (first === 'Actor') {
    if (second === 'ID' && third === undefined) return ({ id }) => id;
    if (second !== 'Attributes') return undefined;
    return third === undefined ? ({ attributes }) => attributes : ({ attributes }) => attributes[third] ?? '<no value>';
  }
  return second === undefined ? FIELDS[first ?? ''] : undefined;
}

const FIELDS: Readonly<Record<string, (event: EngineEvent) => Value>> = {
  Type: ({ type }) => type,
  Action: ({ action }) => action,
  Status: ({ action, type }) => (type === 'container' || type === 'image' ? action : ''),
  ID: ({ id, type }) => (type === 'container' || type === 'image' ? id : ''),
  From: ({ attributes, type }) => (type === 'container' ? (attributes['image'] ?? '') : ''),
  Time: ({ nanoseconds }) => nanoseconds / 1_000_000_000n,
  TimeNano: ({ nanoseconds }) => nanoseconds,
};

const badFormat = (template: string, word: string) =>
  usageError(
    `--format '${template}': ${word} is not known (there are .Type .Action .Actor.ID .Actor.Attributes.NAME .Time .TimeNano .Status .ID .From)`,
    [{ what: 'for example', command: "dbg events --format '{{.Type}} {{.Action}} {{.Actor.Attributes.name}}'" }],
  );

/** As Go prints a map: map[a:1 b:2], in the order of the keys. */
const goMap = (map: EngineEvent['attributes']) =>
  escapeControls(
    `map[${sorted(map)
      .map(([key, value]) => `${key}:${value}`)
      .join(' ')}]`,
  );

const sorted = (map: EngineEvent['attributes']) =>
  Object.entries(map).toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

/** The engine's own line, with nothing in it that could control a terminal. */
const jsonLine: EventFormat = ({ line }) =>
  line
    .trim()
    .replace(
      /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );

function dockerLine({ nanoseconds, type, action, id, attributes }: EngineEvent): string {
  const all = sorted(attributes).map(([key, value]) => `${key}=${value}`);
  const behind = all.length > 0 ? ` (${all.join(', ')})` : '';
  return `${localTime(nanoseconds)} ${escapeControls(`${type} ${action} ${id}${behind}`)}`;
}

/** As Go writes a time of this host's zone: RFC 3339 with nine digits. */
function localTime(nanoseconds: bigint): string {
  const date = new Date(Number(nanoseconds / 1_000_000n));
  const offset = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, 19);
  const fraction = String(nanoseconds % 1_000_000_000n).padStart(9, '0');
  const pad = (number: number) => String(Math.floor(number)).padStart(2, '0');
  const zone =
    offset === 0 ? 'Z' : `${offset < 0 ? '-' : '+'}${pad(Math.abs(offset) / 60)}:${pad(Math.abs(offset) % 60)}`;
  return `${local}.${fraction}${zone}`;
}
