import { DbgError, errorMessage, EXIT } from '../errors.ts';
import { columns, printable } from './columns.ts';

export interface Choice {
  /** what Pick gives when this is chosen */
  readonly value: string;
  /** what is shown, side by side; not yet escaped */
  readonly cells: readonly string[];
}

/**
 * Lets the person choose on the terminal, and gives the value of the choice. Throws a DbgError with
 * exit code 130 when they leave with Ctrl-C.
 */
export type Pick = (message: string, choices: readonly Choice[]) => Promise<string>;

/**
 * Asks with inquirer's searchable list. It draws on `output`, which is stderr: stdout is for
 * results.
 */
export function inquirerPick(
  output: NodeJS.WritableStream & { readonly columns?: number; readonly rows?: number },
): Pick {
  return async (message, choices) => {
    const { createPromptModule } = await import('inquirer');
    const prompt = createPromptModule({ output });
    try {
      // inquirer asks the source at each letter, so the lines have the new width once the person
      // has resized the terminal.
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
 * How many lines of the list a terminal of `rows` rows shows, and the help below them. inquirer
 * draws the question above the list and an empty line in between. It redraws from its first line,
 * so a line that had scrolled out of the terminal would stay there.
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
  /**
   * what the search looks at: every cell in full, and the line as shown, which Tab puts into the
   * search
   */
  readonly label: string;
  /** what is shown, no wider than the terminal */
  readonly name: string;
  /** what stays on the screen after the choice */
  readonly short: string;
}

/**
 * inquirer puts a cursor and a blank before each line. The terminal's last column stays free, as
 * some terminals wrap there.
 */
const BESIDES = 3;

/** The choices as lines with aligned columns, for a terminal of `width` columns. */
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

/** The lines that hold every word that was typed, in any order and case. */
export function matching<T extends { readonly label: string }>(all: readonly T[], term: string | undefined): T[] {
  const words = (term ?? '').toLowerCase().split(/\s+/);
  return all.filter(({ label }) => words.every((word) => label.toLowerCase().includes(word)));
}
