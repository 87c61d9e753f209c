import { usageError } from '../../errors.ts';
import { escapeControls, printableJson } from '../../text.ts';
import { DOCKER_FIELDS, DOCKER_HEADERS, type DockerField, type DockerRow } from './docker-row.ts';

/** Writes rows as a template says; the header too, where the template has one. */
export type DockerFormat = (rows: readonly DockerRow[]) => string;

/** The table of `docker stats` without --format. */
export const DOCKER_TABLE =
  'table {{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}';

/**
 * Reads a template as `docker stats --format` takes it: "table …", "json", or a line for each
 * container. Of the language of Go's templates it takes the placeholders, and `json`, `upper` and
 * `lower` before one. Throws a usage error for everything else.
 */
export function dockerFormat(template: string): DockerFormat {
  const [, table, rest] = /^(table(?=\s|$)\s*)?([^]*)$/.exec(template)!;
  if (table !== undefined && rest === '') return dockerFormat(DOCKER_TABLE);
  const source = rest === 'json' && table === undefined ? '{{json .}}' : rest!;
  // docker takes \t and \n in a template for a tab and a new line: a shell has no easy way to type
  // them.
  const parts = partsOf(source.replaceAll('\\t', '\t').replaceAll('\\n', '\n'), template);
  const line = (row: DockerRow) => parts.map((part) => part(row)).join('');
  if (table === undefined) return (rows) => rows.map((row) => `${line(row)}\n`).join('');
  return (rows) => aligned([DOCKER_HEADERS, ...rows].map((row) => line(row).split('\t')));
}

type Part = (row: DockerRow) => string;

function partsOf(source: string, template: string): Part[] {
  return source.split(/(\{\{.*?\}\})/s).map((text): Part => {
    if (!text.startsWith('{{')) {
      if (/\{\{|\}\}/.test(text)) throw badTemplate(template, 'a placeholder has no end, or no beginning');
      return () => text;
    }
    const [, action = '', field = ''] = /^\{\{-?\s*(?:(json|upper|lower)\s+)?\.(\w*)\s*-?\}\}$/.exec(text) ?? [];
    if (field === '' && action === 'json') return (row) => printableJson(row);
    if (!(DOCKER_FIELDS as readonly string[]).includes(field)) throw badTemplate(template, `it has no ${text}`);
    return (row) => acted(action, row[field as DockerField]);
  });
}

function acted(action: string, value: string): string {
  if (action === 'json') return printableJson(value);
  const text = escapeControls(value);
  if (action === 'upper') return text.toUpperCase();
  return action === 'lower' ? text.toLowerCase() : text;
}

const badTemplate = (template: string, why: string) =>
  usageError(`--format '${template}': ${why} (there are ${DOCKER_FIELDS.map((field) => `.${field}`).join(' ')})`, [
    { what: 'for example', command: "dbg stats --format 'table {{.Name}}\\t{{.CPUPerc}}\\t{{.MemUsage}}'" },
  ]);

/**
 * Columns as docker aligns them: at least ten wide, with three blanks in between. The last one is
 * not filled up.
 */
function aligned(rows: readonly (readonly string[])[]): string {
  const count = Math.max(...rows.map((cells) => cells.length));
  const widths = Array.from({ length: count }, (_, at) =>
    Math.max(10, ...rows.map((cells) => (cells[at]?.length ?? 0) + 3)),
  );
  return rows
    .map(
      (cells) => `${cells.map((cell, at) => (at === cells.length - 1 ? cell : cell.padEnd(widths[at]!))).join('')}\n`,
    )
    .join('');
}
