import { execa } from 'execa';

// What `npm run check` and `npm test` look at before any test: types, lint with types (a floating promise is an error),
// format, dead code.
const CHECKS: readonly (readonly [string, ...string[]])[] = [
  ['tsc', '--project', '.'],
  ['tsc', '--project', 'src/api/page/assets'],
  ['oxlint', '--config', 'test/oxlint.json', '--type-aware', '--deny-warnings'],
  ['prettier', '--check', '--log-level', 'warn', '.'],
  ['knip'],
];

for (const [program, ...args] of CHECKS) {
  console.error(`dbg: ${program} ${args.join(' ')}`);
  const { exitCode } = await execa(program, args, { preferLocal: true, stdio: 'inherit', reject: false });
  if (exitCode !== 0) process.exit(exitCode ?? 1);
}
