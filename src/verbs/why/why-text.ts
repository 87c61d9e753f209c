import { escapeControls } from '../../text.ts';
import type { Judged } from '../../why/finding.ts';
import { isBlind, type LayerVerdict, type Verdict } from '../../why/judge.ts';

export const MARKS: Readonly<Record<LayerVerdict['state'], string>> = {
  good: '✓',
  broken: '✗',
  suspect: '!',
  open: '?',
};

/**
 * The verdict for people: the answer, what follows from it, what else was found, and the layers.
 * @param where the place in which nothing is broken, for that sentence: 'in "web"'
 */
export function verdictText(where: string, verdict: Verdict, isVerbose: boolean): string {
  const { answer, follows, others, layers } = verdict;
  // Where nothing is broken, the notes are shown too, because one may say that the container was
  // stopped.
  const shown = others.filter(({ severity }) => isVerbose || !answer || severity === 'suspect');
  const lines = [
    ...(answer
      ? findingLines(answer)
      : [
          isBlind(verdict) ? `dbg could look at nothing ${where}` : `nothing is broken ${where}, as far as dbg can see`,
        ]),
    ...(follows.length > 0 ? ['', 'also broken, most likely because of that:', ...follows.map(oneLine)] : []),
    ...(shown.length > 0 ? ['', 'also:', ...shown.map(oneLine)] : []),
    '',
    ...layerLines(layers),
  ];
  return lines.map((line) => `${escapeControls(line)}\n`).join('');
}

export const findingLines = ({ sentence, evidence, next }: Judged): string[] => [
  sentence,
  ...evidence.map(({ seen, command }) => `  seen:  ${seen}    (${command})`),
  ...next.map(({ what, command }) => `  ${what}:  ${command}`),
];

const oneLine = ({ sentence, severity }: Judged) => `  ${severity === 'note' ? '-' : MARKS[severity]} ${sentence}`;

/** A line for each layer. Those that could not be looked at for the same reason share one. */
function layerLines(layers: readonly LayerVerdict[]): string[] {
  const lines = new Map<string, string[]>();
  for (const { layer, state, unknown } of layers) {
    const key = JSON.stringify(unknown.length > 0 ? [state, unknown] : [layer]);
    lines.set(key, [...(lines.get(key) ?? []), layer]);
  }
  return [...lines.values()].map((names) => {
    const { state, unknown } = layers.find(({ layer }) => layer === names[0])!;
    return `${MARKS[state]} ${names.join(', ')}${unknown.length > 0 ? `  (${unknown.join('; ')})` : ''}`;
  });
}
