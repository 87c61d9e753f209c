import { afterAll, describe, expect } from 'vitest';
import { dbg } from '../support/dbg.ts';
import { test, type Lab } from '../support/lab.ts';
import { unhurried } from '../support/unhurried.ts';
import { noteScore } from './score.ts';

/** A fault as a person meets it, made on a real engine among healthy neighbours. */
export interface Fault {
  /** in the person's words: "curl from web says connection refused" */
  readonly title: string;
  /** Makes it, and gives the words behind `dbg why`. */
  make(lab: Lab): Promise<readonly string[]>;
  /** the id of the finding that is to come first */
  readonly first: string;
  /** what may be meant so is no more than that: the first of these, where nothing is broken */
  readonly severity?: 'suspect' | 'note';
  /** its key number or name, in the sentence */
  readonly says: string | RegExp;
}

/** A container that is odd, and well. */
export type Healthy = Pick<Fault, 'title' | 'make'>;

interface Answer {
  readonly broken: boolean;
  readonly answer: Found | null;
  readonly others: readonly (Found & { readonly severity: string })[];
}

interface Found {
  readonly id: string;
  readonly sentence: string;
}

/** dbg answers within 5 s, and on a busy machine, where it is told to wait, in 20 s. */
const MOST_MS = 60_000;

async function why(words: readonly string[]): Promise<Answer & { readonly exitCode: number | undefined }> {
  const began = performance.now();
  const { stdout, stderr, exitCode } = await dbg(['why', ...words, '--json', ...unhurried()], { timeout: MOST_MS });
  const took = ((performance.now() - began) / 1000).toFixed(1);
  expect(String(stdout), String(stderr)).not.toBe('');
  const answer = JSON.parse(String(stdout)) as Answer;
  const said = [...(answer.answer ? [answer.answer] : []), ...answer.others];
  console.log(`  ${took} s: ${said.map(({ id, sentence }) => `${id}: ${sentence}`).join('; ') || 'nothing found'}`);
  return { ...answer, exitCode };
}

/** Tests each fault and each healthy container, and prints how many first findings were right. */
export function clinic(name: string, faults: readonly Fault[], healthy: readonly Healthy[]): void {
  const [isRightIn, isAlarmIn] = [new Map<string, boolean>(), new Map<string, boolean>()];
  describe(name, () => {
    test.for(faults.map((fault) => [fault.title, fault] as const))('%s', async ([, fault], { lab }) => {
      const { answer, others, exitCode } = await why(await fault.make(lab));
      const first = answer ?? others.find(({ severity }) => severity === fault.severity);
      isRightIn.set(fault.title, first?.id === fault.first);
      expect([first?.id, exitCode]).toEqual([fault.first, fault.severity === undefined ? 1 : 0]);
      expect(first?.sentence).toMatch(fault.says);
    });
    test.for(healthy.map((each) => [each.title, each] as const))('healthy: %s', async ([, each], { lab }) => {
      const { answer, broken, exitCode } = await why(await each.make(lab));
      isAlarmIn.set(each.title, broken);
      expect([answer?.sentence, exitCode]).toEqual([undefined, 0]);
    });
    afterAll(() => {
      const yes = (all: ReadonlyMap<string, boolean>) => [...all.values()].filter(Boolean).length;
      const [right, alarms] = [yes(isRightIn), yes(isAlarmIn)];
      console.log(`clinic, ${name}: ${right} of ${isRightIn.size} first findings right, ${alarms} false alarms`);
      noteScore(process.env['HOME'] ?? '', name, {
        faults: isRightIn.size,
        right,
        healthy: isAlarmIn.size,
        alarms,
      });
    });
  });
}
