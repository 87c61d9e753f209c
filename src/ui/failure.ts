import type { NextStep } from '../errors.ts';
import { escapeControls } from '../text.ts';

/**
 * An error as a person reads it: what was wanted and what is the case, then what to do next. All of
 * it is escaped.
 */
export function failureText(message: string, next: readonly NextStep[]): string {
  const steps = next.map(({ what, command }) => `${what}:  ${shown(command)}`).join('        ');
  return `dbg: ${shown(message)}\n${steps ? `     ${steps}\n` : ''}`;
}

/**
 * A longer text is cut: the name of a container or of a file may be of any length, and an error is
 * for a person to read.
 */
const MOST_CHARACTERS = 4000;

const shown = (text: string) =>
  escapeControls(text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text);
