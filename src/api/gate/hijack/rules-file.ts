import { unwatchFile, watchFile } from 'node:fs';
import { readWhole } from '../../../bounded-file.ts';
import { DbgError, errorMessage } from '../../../errors.ts';
import { shellQuote } from '../../../text.ts';
import type { Judge } from '../verdict.ts';
import { judgeByRules, type Used } from './judge-by-rules.ts';
import { parseRules } from './rules.ts';

export interface RulesFile {
  /** judges by the rules that are in force when it is called */
  readonly judge: Judge;
  close(): void;
}

/**
 * How often the file is looked at. It is looked at by its name: editors write a file in several
 * ways, and a look by name notices all of them.
 */
const LOOK_MS = 250;

/**
 * Judges by a file of rules.
 * - The file is read again when it changes. Every rule then counts as having acted 0 times.
 * - A change that is wrong is given to `reloaded`, and the rules before it stay.
 * - Throws a DbgError when the file is wrong at the beginning.
 */
export function rulesFile(path: string, used: Used, reloaded: (rules: number | Error) => void): RulesFile {
  let text = readText(path);
  let judge = judgeByRules(parseRules(text, path), used);
  /** what is wrong with the file since the last look */
  let wrong: { readonly why: string; isTold: boolean } | undefined;
  let again: NodeJS.Timeout | undefined;
  const look = () => {
    try {
      const now = readText(path);
      if (now === text) {
        wrong = undefined;
        return;
      }
      const rules = parseRules(now, path);
      judge = judgeByRules(rules, used);
      text = now;
      wrong = undefined;
      reloaded(rules.length);
    } catch (error) {
      const why = errorMessage(error);
      if (wrong?.why !== why) {
        // The file may be half written: it is reported only if the same is wrong at the next look.
        wrong = { why, isTold: false };
        clearTimeout(again);
        again = setTimeout(look, LOOK_MS).unref();
      } else if (!wrong.isTold) {
        wrong.isTold = true;
        reloaded(error as Error);
      }
    }
  };
  watchFile(path, { interval: LOOK_MS, persistent: false }, look);
  return {
    judge: (head) => judge(head),
    close: () => {
      clearTimeout(again);
      unwatchFile(path, look);
    },
  };
}

/** The longest rules file. People type their rules, so none is longer. */
const MOST_BYTES = 1 << 20;

function readText(path: string): string {
  try {
    return readWhole(path, MOST_BYTES).toString('utf8');
  } catch (cause) {
    throw new DbgError(`the rules cannot be read: ${errorMessage(cause)}`, {
      cause,
      next: [{ what: 'look at it', command: `ls -l ${shellQuote(path)}` }],
    });
  }
}
