import type { NextStep } from '../errors.ts';
import { escapeControls } from '../text.ts';

/** An error as a person reads it: what was wanted and what is the case, then what to do next. */
export function failureText(message: string, next: readonly NextStep[]): string {
  const steps = next.map(({ what, command }) => escapeControls(`${what}:  ${command}`)).join('        ');
  return `dbg: ${escapeControls(message)}\n${steps ? `     ${steps}\n` : ''}`;
}
