import { DbgError, errorMessage, EXIT } from '../errors.ts';

export interface Choice {
  /** what is given back */
  readonly value: string;
  /** what is shown; safe to print */
  readonly label: string;
}

/** Lets the person choose on the terminal. Throws a DbgError with exit code 130 when they leave with Ctrl-C. */
export type Pick = (message: string, choices: readonly Choice[]) => Promise<string>;

/** inquirer's searchable list. It draws on `output`, which is stderr: stdout is for results. */
export function inquirerPick(output: NodeJS.WritableStream): Pick {
  return async (message, choices) => {
    const { default: inquirer } = await import('inquirer');
    const prompt = inquirer.createPromptModule({ output });
    try {
      const { chosen } = await prompt<{ chosen: string }>([
        { type: 'search', name: 'chosen', message, source: (term: string | undefined) => matching(choices, term) },
      ]);
      return chosen;
    } catch (error) {
      if (error instanceof Error && error.name === 'ExitPromptError') {
        throw new DbgError('nothing chosen', { exitCode: EXIT.interrupted });
      }
      throw new DbgError(`the list cannot be shown: ${errorMessage(error)}`, { cause: error });
    }
  };
}

/** The choices that hold every word of what was typed, in any order and case. */
export function matching(choices: readonly Choice[], term: string | undefined): { value: string; name: string }[] {
  const words = (term ?? '').toLowerCase().split(/\s+/);
  return choices
    .filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)))
    .map(({ value, label }) => ({ value, name: label }));
}
