import { benchForward } from './live-forward.ts';
import { benchTop } from './live-top.ts';
import { benchWatch } from './live-watch.ts';

/** Gives whether all bars of the part are met. */
type Part = () => Promise<boolean>;

const PARTS: Readonly<Record<string, Part>> = { top: benchTop, forward: benchForward, watch: benchWatch };

/** The live views beside what a person would use instead. Runs inside an engine of our own. PART: one of PARTS; left out: all. */
export async function benchLive(args: readonly string[]): Promise<boolean> {
  const names = args.length > 0 ? args : Object.keys(PARTS);
  const outcomes: boolean[] = [];
  for (const name of names) {
    const part = PARTS[name];
    if (!part) throw new Error(`there is no part "${name}" (there is: ${Object.keys(PARTS).join(', ')})`);
    outcomes.push(await part());
  }
  return outcomes.every(Boolean);
}
