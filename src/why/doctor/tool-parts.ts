import type { NextStep } from '../../errors.ts';
import { installStep } from '../../host/run/programs.ts';
import { shellQuote } from '../../text.ts';
import type { Finding } from '../finding.ts';
import type { ToolSeen } from './doctor-facts.ts';
import { part } from './doctor-part.ts';
import { type ToolWish, TOOLS } from './tools.ts';

/** A part for each program of the host that dbg runs. */
export const TOOL_PARTS = TOOLS.map((wish) =>
  part({
    id: `tools.${wish.name}`,
    layer: 'tools',
    about: aboutOf(wish),
    neededBy: wish.neededBy,
    needs: ['tools'],
    seen: ({ tools }) => seenOf(wish, tools.get(wish.name)),
    find: ({ tools }) => findingOf(wish, tools.get(wish.name)),
  }),
);

function aboutOf({ name, options = [], since }: ToolWish): string {
  const version = since === undefined ? '' : `, version ${since} or newer`;
  const known = options.length === 0 ? '' : `, with ${options.join(', ')}`;
  return `The program \`${name}\`${version}${known}.`;
}

function seenOf({ version, options = [] }: ToolWish, seen: ToolSeen | undefined): string {
  if (seen === undefined || seen.found.kind === 'missing') return 'not on this host';
  const { found, said } = seen;
  if (found.kind === 'not executable') return `${found.path} cannot be run`;
  const number = version && versionIn(said ?? '', version);
  const hasAll = options.length > 0 && options.every((option) => knows(said ?? '', option));
  return [...(number === undefined ? [] : [number]), found.path, ...(hasAll ? ["knows dbg's options"] : [])].join(', ');
}

function findingOf(
  { name, version, since, options = [], neededBy, isNeeded }: ToolWish,
  seen: ToolSeen | undefined,
): Finding[] {
  const finding = (sentence: string, evidence: Finding['evidence'], next: NextStep | undefined): Finding[] => [
    { severity: isNeeded ? 'broken' : 'note', sentence, evidence, next: next ? [next] : [] },
  ];
  if (seen === undefined || seen.found.kind === 'missing') {
    return finding(
      `this host has no program "${name}", which is for ${neededBy}`,
      [{ seen: 'not on the PATH', command: `command -v ${name}` }],
      installStep(name),
    );
  }
  const { found, said } = seen;
  const path = shellQuote(found.path);
  if (found.kind === 'not executable') {
    const look = `ls -l ${path}`;
    return finding(
      `${found.path}, which is for ${neededBy}, cannot be run`,
      [{ seen: 'not executable', command: look }],
      { what: 'if it is a program', command: `sudo chmod +x ${path}` },
    );
  }
  if (said === undefined) return [];
  const ask = `${path} --version`;
  if (said.trim() === '') {
    return finding(
      `${found.path}, which is for ${neededBy}, does not say which version it is`,
      [{ seen: 'no output within a second', command: ask }],
      { what: 'what it is', command: `file ${path}` },
    );
  }
  const unknown = options.filter((option) => !knows(said, option));
  if (unknown.length > 0) {
    return finding(
      `${found.path}, which is for ${neededBy}, does not know ${unknown.join(', ')}`,
      [{ seen: said.trim().split('\n')[0]!.slice(0, MOST_CHARACTERS), command: `${path} --help` }],
      installStep(name),
    );
  }
  const number = version && versionIn(said, version);
  if (number === undefined || since === undefined || !isOlder(number, since)) return [];
  return finding(
    `${found.path}, which is for ${neededBy}, is version ${number}; dbg needs ${since} or newer`,
    [{ seen: number, command: ask }],
    installStep(name),
  );
}

const MOST_CHARACTERS = 120;

const versionIn = (said: string, version: RegExp) => version.exec(said)?.[1];

/** Whether a text of help names an option or a column as a whole word. */
const knows = (said: string, option: string) => new RegExp(`(?<![\\w-])${option}(?![\\w-])`).test(said);

/** Whether a version of numbers and dots comes before another. */
export function isOlder(version: string, than: string): boolean {
  const [own, other] = [version, than].map((text) => text.split('.').map(Number)) as [number[], number[]];
  const at = other.findIndex((number, index) => (own[index] ?? 0) !== number);
  return at >= 0 && (own[at] ?? 0) < other[at]!;
}
