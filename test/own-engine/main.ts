// `npm run engine -- up | exec CMD… | status | down`
import { type Command, parseCommand, USAGE } from './command-line.ts';
import {
  asRoot,
  down,
  ensurePackages,
  type EngineState,
  execArgv,
  runAttached,
  running,
  status,
  statusText,
  up,
} from './engine.ts';

/** Runs a command and resolves to the exit code. */
async function run(command: Command): Promise<number> {
  if (command.verb === 'up') {
    await ensurePackages();
    await asRoot();
    await up(command.dir);
    process.stdout.write(statusText(await status(command.dir)));
    return 0;
  }
  await asRoot();
  if (command.verb === 'exec') return exec(command.argv, command.dir);
  if (command.verb === 'down') {
    const was = await down(command.dir, { purge: command.purge });
    console.error(was ? 'dbg: the engine is down' : 'dbg: no engine was running');
    return 0;
  }
  const it = await status(command.dir);
  process.stdout.write(command.json ? `${JSON.stringify(it)}\n` : statusText(it));
  return it.up ? 0 : 3;
}

async function exec(argv: readonly string[], dir?: string): Promise<number> {
  const state: EngineState | undefined = running(dir);
  if (state) return runAttached(execArgv(state, argv));
  console.error(
    `dbg: the engine is down\n     start it:  npm run engine -- ${dir === undefined ? '' : `--dir ${dir} `}up`,
  );
  return 125;
}

const command = parseCommand(process.argv.slice(2));
if (command) {
  try {
    process.exitCode = await run(command);
  } catch (error) {
    console.error(`dbg: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
} else {
  process.stderr.write(USAGE);
  process.exitCode = 2;
}
