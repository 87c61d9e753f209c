import { execa } from 'execa';

/** The name of a step, its program, and the program's arguments. */
export type Step = readonly [name: string, program: string, ...args: string[]];

/**
 * Runs all steps side by side, and prints what each found together, under its name, when it is
 * done. Resolves to the exit code: 1 when any has failed. The others are run to their end, so that
 * one run shows all findings.
 */
export async function runSteps(steps: readonly Step[], print: (text: string) => void): Promise<number> {
  const codes = await Promise.all(
    steps.map(async ([name, program, ...args]) => {
      const began = performance.now();
      const { failed, all } = await execa(program, args, {
        preferLocal: true,
        all: true,
        stdin: 'ignore',
        reject: false,
      });
      const seconds = ((performance.now() - began) / 1000).toFixed(1);
      print(`${failed ? 'FAILED' : 'ok    '} ${name}: ${[program, ...args].join(' ')} (${seconds} s)\n`);
      if (all) print(`${all}\n`);
      return failed ? 1 : 0;
    }),
  );
  return Math.max(...codes);
}
