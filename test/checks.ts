import { ensureProgram } from './own-engine/packages.ts';
import { runSteps, type Step } from './run-steps.ts';
import { bashScripts, shScripts } from './shell-scripts.ts';

// What `npm run check` and `npm test` look at before any test. A name may have several rows.
// `npm run check -- NAME…` runs the steps of these names alone.
const STEPS: readonly Step[] = [
  ['types', 'tsc', '--project', '.'],
  ['types', 'tsc', '--project', 'src/api/page/assets'],
  ['types', 'tsc', '--project', 'src/web/assets'],
  ['types', 'tsc', '--project', 'src/host-page/assets'],
  // with types: a floating promise is an error
  ['lint', 'oxlint', '--config', 'test/oxlint.json', '--type-aware', '--deny-warnings'],
  ['format', 'prettier', '--check', '--log-level', 'warn', '.'],
  ['dead code', 'knip'],
  // With the scripts that these read (`. ./FILE`), and with what is wrong in those.
  [
    'shell',
    'shellcheck',
    '--shell=sh',
    '--external-sources',
    '--check-sourced',
    '--source-path=SCRIPTDIR',
    ...shScripts(),
  ],
  ['shell', 'shellcheck', '--shell=bash', ...bashScripts()],
];

const names = process.argv.slice(2);
const unknown = names.find((name) => !STEPS.some(([of]) => of === name));
if (unknown === undefined) {
  const chosen = STEPS.filter(([name]) => names.length === 0 || names.includes(name));
  if (chosen.some(([, program]) => program === 'shellcheck'))
    await ensureProgram('shellcheck', 'checking the shell scripts');
  process.exitCode = await runSteps(chosen, (text) => void process.stdout.write(text));
} else {
  console.error(`dbg: no check "${unknown}"; there are: ${[...new Set(STEPS.map(([name]) => name))].join(', ')}`);
  process.exitCode = 2;
}
