import { DbgError, errorMessage, EXIT } from '../errors.ts';
import { columns, printable } from './columns.ts';

export interface Choice {
  /** what is given back */
  readonly value: string;
  /** what is shown, side by side; as it came from outside */
  readonly cells: readonly string[];
}

/** Lets the person choose on the terminal. Throws a DbgError with exit code 130 when they leave with Ctrl-C. */
export type Pick = (message: string, choices: readonly Choice[]) => Promise<string>;

/** inquirer's searchable list. It draws on `output`, which is stderr: stdout is for results. */
export function inquirerPick(
  output: NodeJS.WritableStream & { readonly columns?: number; readonly rows?: number },
): Pick {
  return async (message, choices) => {
    const { createPromptModule } = await import('inquirer');
    const prompt = createPromptModule({ output });
    try {
      // The source is asked at each letter: who resizes the terminal has lines of the new width from then on.
      const source = (term: string | undefined) => matching(lines(choices, output.columns ?? 80), term);
      const { pageSize, help } = fitted(output.rows || 24);
      const theme = { style: { keysHelpTip: () => help } };
      const question = { type: 'search', name: 'chosen', message, source, pageSize, theme } as const;
      const { chosen } = await prompt<{ chosen: string }>([question]);
      return chosen;
    } catch (error) {
      if (error instanceof Error && error.name === 'ExitPromptError') {
        throw new DbgError('nothing chosen', { exitCode: EXIT.interrupted });
      }
      throw new DbgError(`the list cannot be shown: ${errorMessage(error)}`, { cause: error });
    }
  };
}

/**
 * How many lines of the list a terminal of so many rows shows, and what stands below them. inquirer
 * draws the question above, an empty line between, and draws anew from its first line: what had
 * scrolled out would stay there.
 */
export function fitted(rows: number): { readonly pageSize: number; readonly help: string } {
  const hasHelp = rows >= 8;
  return {
    pageSize: Math.max(1, rows - (hasHelp ? 4 : 2)),
    help: hasHelp ? 'type to search · ↑↓ navigate · ⏎ select' : '',
  };
}

/** One line of the list. */
export interface Line {
  readonly value: string;
  /** what the search looks at: every cell in full, and the line as shown, which Tab puts into the search */
  readonly label: string;
  /** what is shown, no wider than the terminal */
  readonly name: string;
  /** what stays on the screen once it is chosen */
  readonly short: string;
}

/** inquirer puts a cursor and a blank before each line; the terminal's last column stays free, where some of them wrap. */
const BESIDES = 3;

/** The choices as lines of aligned columns for a terminal that is `width` columns wide. */
export function lines(choices: readonly Choice[], width: number): Line[] {
  const shown = columns(
    choices.map(({ cells }) => cells),
    width - BESIDES,
  );
  return choices.map(({ value, cells }, at) => ({
    value,
    label: [...cells.map(printable), shown[at]].join('  '),
    name: shown[at]!,
    short: printable(cells[0] ?? value),
  }));
}

/** The lines that hold every word of what was typed, in any order and case. */
export function matching<T extends { readonly label: string }>(all: readonly T[], term: string | undefined): T[] {
  const words = (term ?? '').toLowerCase().split(/\s+/);
  return all.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
}
