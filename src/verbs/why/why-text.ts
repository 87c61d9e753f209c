import { escapeControls } from '../../text.ts';
import type { Judged } from '../../why/finding.ts';
import type { LayerVerdict, Verdict } from '../../why/judge.ts';

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
    ...(answer ? findingLines(answer) : [`nothing is broken ${where}, as far as dbg can see`]),
    ...(follows.length > 0 ? ['', 'also broken, most likely because of that:', ...follows.map(oneLine)] : []),
    ...(shown.length > 0 ? ['', 'also:', ...shown.map(oneLine)] : []),
    '',
    ...layers.map(layerLine),
  ];
  return lines.map((line) => `${escapeControls(line)}\n`).join('');
}

export const findingLines = ({ sentence, evidence, next }: Judged): string[] => [
  sentence,
  ...evidence.map(({ seen, command }) => `  seen:  ${seen}    (${command})`),
  ...next.map(({ what, command }) => `  ${what}:  ${command}`),
];

const oneLine = ({ sentence, severity }: Judged) => `  ${severity === 'note' ? '-' : MARKS[severity]} ${sentence}`;

const layerLine = ({ layer, state, unknown }: LayerVerdict) =>
  `${MARKS[state]} ${layer}${unknown.length > 0 ? `  (${unknown.join('; ')})` : ''}`;
