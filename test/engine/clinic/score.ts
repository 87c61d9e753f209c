import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How the cases of the clinic ended; of a case that was tried again, how it ended at last. */
export interface Score {
  readonly faults: number;
  readonly right: number;
  readonly healthy: number;
  readonly alarms: number;
}

const folderOf = (home: string) => join(home, 'clinic-scores');

/** Notes the score of one file of the clinic, in the folder that all files of this run share. */
export function noteScore(home: string, name: string, score: Score): void {
  mkdirSync(folderOf(home), { recursive: true });
  writeFileSync(join(folderOf(home), `${name.replace(/\W/g, '-')}.json`), JSON.stringify(score));
}

/** The score of all files of this run, in one line; undefined where none of them ran. */
export function wholeScore(home: string): string | undefined {
  let names: string[];
  try {
    names = readdirSync(folderOf(home));
  } catch {
    return undefined;
  }
  const all = names.map((name) => JSON.parse(readFileSync(join(folderOf(home), name), 'utf8')) as Score);
  const sum = (key: keyof Score) => all.reduce((total, each) => total + each[key], 0);
  const [faults, right, healthy, alarms] = [sum('faults'), sum('right'), sum('healthy'), sum('alarms')];
  return `clinic, all ${names.length} files: ${right} of ${faults} first findings right (${percent(right, faults)}), ${faults - right} wrong; ${alarms} false alarms in ${healthy} healthy containers`;
}

const percent = (part: number, whole: number) => `${whole === 0 ? 0 : Math.floor((1000 * part) / whole) / 10} %`;
