import { closeSync } from 'node:fs';
import { isatty } from 'node:tty';
import { run } from './cli/run.ts';
import type { Context, Output } from './context.ts';
import { chooseEngine, type EngineChoice } from './engine/choice/choose-engine.ts';
import { type Engine } from './engine/engine.ts';
import { dialOf, openEngine } from './engine/open-engine.ts';
import type { Environment } from './environment.ts';
import { DbgError, errorCode, errorMessage, EXIT } from './errors.ts';
import { FAR_WORD } from './far/far-word.ts';
import { exactArguments, exactEnvironment } from './host/exact.ts';
import type { Host, Signals } from './host/host.ts';
import { THERE_VARIABLE } from './host/there.ts';
import type { Become } from './host/host-files.ts';
import { followLeash, LEASH_VARIABLE } from './host/run/leash.ts';
import { ownValues } from './host/own-values.ts';
import { localHost } from './host/run/local.ts';
import { requireProgram } from './host/run/programs.ts';
import { asPerson } from './host/who-asked.ts';
import { failureText } from './ui/failure.ts';
import { screenTaker } from './ui/full-screen.ts';
import { inquirerPick, type Pick as PickOne } from './ui/picker.ts';
import { rawTaker } from './ui/raw-terminal.ts';

// The one user of `process`. Its streams are touched only when something is written: opening
// process.stdout costs 2 ms, and opening process.stdin sets a shared pipe to non-blocking for the
// tool that is to read it.
const stdout = output(1, () => process.stdout);
const stderr = output(2, () => process.stderr);

const pick: PickOne = (message, choices) => inquirerPick(process.stderr)(message, choices);

const takeScreen = screenTaker(() => ({
  stdin: process.stdin,
  stdout: process.stdout,
  onEnd: (listener) => listening('exit', listener),
  onSuspend: (listener) => listening('SIGTSTP', listener),
  suspend: () => void process.kill(process.pid, 'SIGSTOP'),
}));

const takeRaw = rawTaker(() => ({
  stdin: process.stdin,
  stdout: process.stdout,
  // Loaded here, node:child_process takes 2 ms of each start that needs none.
  showPlainly: async () => {
    const { spawnSync } = await import('node:child_process');
    spawnSync('stty', ['-opost'], { stdio: ['inherit', 'ignore', 'ignore'] });
  },
  onEnd: (listener) => listening('exit', listener),
}));

const signals: Signals = {
  on: onSignals,
  send: (pid, signal) => void process.kill(pid, signal),
  onChild: (listener) => {
    process.on('SIGCHLD', listener);
    return () => void process.off('SIGCHLD', listener);
  },
  stop: () => void process.kill(process.pid, 'SIGSTOP'),
};
// Node has initgroups, but its types do not.
const { initgroups } = process as unknown as { initgroups(user: string, group: number): void };
const become: Become = ({ login, uid, gid }, act) => {
  const groups = process.getgroups!();
  initgroups(login, gid);
  process.setegid!(gid);
  process.seteuid!(uid);
  try {
    return act();
  } finally {
    process.seteuid!(0);
    process.setegid!(0);
    process.setgroups!(groups);
  }
};
const env = exactEnvironment({ ...process.env });
const own = { uid: process.getuid!(), gid: process.getgid!() };
const leash = env[LEASH_VARIABLE];
// When the person's dbg is gone, this one ends without a word, and the guard beside the tool ends
// the tool too.
if (leash) followLeash(leash, arrive, () => process.exit(129));

const context = (host: Host, environment: Environment): Context => ({
  args: exactArguments(process.argv.slice(2)),
  self: [process.execPath, '--', process.argv[1] ?? ''],
  env: environment,
  stdinIsTTY: isatty(0),
  stdout,
  stderr,
  cwd,
  assetFolder: import.meta.dirname,
  now: Date.now,
  // Node 20 loads `performance` when it is first used, which takes 1.5 ms.
  clock: () => performance.timeOrigin + performance.now(),
  host,
  engineWords: [],
  ...engineOf(host, environment),
  pick,
  stdin: () => process.stdin,
  takeScreen,
  takeRaw,
});

/** Which engine an environment names, and that engine: each is looked for once. */
function engineOf(host: Host, environment: Environment): Pick<Context, 'choice' | 'engine' | 'helperEngine'> {
  let engine: Promise<Engine> | undefined;
  let choice: Promise<EngineChoice> | undefined;
  const chosen: Context['choice'] = (wish) => (choice ??= chooseEngine(ownValues(environment), wish));
  const tool = async (argv: readonly string[]) => {
    requireProgram(host, argv[0]!);
    return host.output(argv);
  };
  const carry = (argv: readonly string[]) => host.relay(asPerson({ env: environment, host }, argv));
  return {
    choice: chosen,
    engine: (wish) => (engine ??= chosen(wish).then((which) => openEngine(which, carry, tool))),
    helperEngine: async (wish) => {
      const { address, form } = await chosen(wish);
      if (address.kind === 'containerd') {
        throw new DbgError('containerd itself runs no helper: --via helper needs the API of Docker or Podman');
      }
      const { helperEngine } = await import('./engine/helper/helper-engine.ts');
      const { modemOver } = await import('./engine/ways/over-dockerode.ts');
      return helperEngine(address, form, modemOver(address, form, await dialOf(address, carry)));
    },
  };
}

const terminals = [0, 1, 2].filter((fd) => isatty(fd));
process.on('exit', letGoOfClosedTerminals);
// The exit code until run() has ended. When run() waits for something that never comes, Node ends
// the process, and that is a failure.
process.exitCode = EXIT.failed;
if (process.argv[2] === FAR_WORD) void runFar();
else void runHere().then((exitCode) => (process.exitCode = exitCode));

async function runHere(): Promise<number> {
  const lent = env[THERE_VARIABLE];
  if (!lent?.startsWith('/')) return run(context(localHost({ env, own, signals, become }), env));
  // In a helper that has a terminal. Nobody would let dbg go on there, once it stood still.
  const { readBeginningFile } = await import('./far/read-beginning.ts');
  const { environment, files, cwd: itsCwd } = readBeginningFile(lent, env);
  const here = localHost({ env: environment, own, become, signals: { ...signals, stop: () => undefined } });
  return run({ ...context({ ...here, ...files(here) }, environment), cwd: () => itsCwd });
}

/** Runs a verb for a person who is in front of another host: src/far/. */
async function runFar(): Promise<void> {
  const { openFarSide, farEnvironment } = await import('./far/far-side.ts');
  const far = await openFarSide({ onSignal: arrive, onGone: () => process.exit(129) });
  const farEnv = farEnvironment(env, far.beginning);
  const here = localHost({ env: farEnv, own, signals, become, streams: far.streams });
  const host = { ...here, ...far.files(here) };
  const there = context(host, farEnv);
  const exitCode = await run({ ...there, ...far.lent });
  await far.end(exitCode);
  process.exit(0);
}

function output(fd: 1 | 2, stream: () => NodeJS.WriteStream): Output {
  let opened: NodeJS.WriteStream | undefined;
  return {
    isTTY: isatty(fd),
    write: (text) => {
      opened ??= stream().on('error', (error) => stopWhenNotWritten(fd, error));
      opened.write(text);
    },
    columns: () => (isatty(fd) ? stream().columns : undefined),
    onResize: (listener) => {
      if (!isatty(fd)) return () => undefined;
      stream().on('resize', listener);
      return () => void stream().off('resize', listener);
    },
    waiting: () => opened?.writableLength ?? 0,
    asFile: async () => (await import('./host/files/output-file.ts')).standardOutput(fd),
  };
}

/**
 * Ends dbg when its output cannot be written. `dbg veth | head -1`: a reader that left is no
 * failure, and the exit code is that of SIGPIPE, as with the shell's tools. A full disk is a
 * failure.
 */
function stopWhenNotWritten(fd: number, error: unknown): void {
  if (errorCode(error) === 'EPIPE') process.exit(141);
  if (errorCode(error) === 'EIO' && terminals.includes(fd)) process.exit(129);
  process.stderr.write(failureText(`the output cannot be written: ${errorMessage(error)}`, []));
  process.exit(EXIT.failed);
}

/**
 * Closes descriptors of terminals that have been closed, and sets the exit code of SIGHUP, whatever
 * the tool made of it. When Node ends, it gives each terminal the modes back that it had, and
 * aborts where the kernel refuses that (node.cc, ResetStdio). The kernel does so, by EIO, for a
 * terminal that was closed, and which isatty(3) takes for none any more. Node leaves a closed
 * descriptor alone.
 */
function letGoOfClosedTerminals(): void {
  const closed = terminals.filter((fd) => !isatty(fd));
  closed.forEach((fd) => closeSync(fd));
  if (closed.length > 0) process.exitCode = 129;
}

function cwd(): string {
  try {
    return process.cwd();
  } catch (cause) {
    throw new DbgError('the directory in which dbg was started was removed, or its file system unmounted', {
      cause,
      next: [{ what: 'from another directory', command: 'cd / && dbg …' }],
    });
  }
}

/** A signal by the leash has the effect that it would have, had the kernel sent it. */
function arrive(signal: NodeJS.Signals): void {
  if (!process.emit(signal, signal)) process.kill(process.pid, signal);
}

function listening(event: 'exit' | 'SIGTSTP', listener: () => void): () => void {
  process.on(event, listener);
  return () => void process.off(event, listener);
}

function onSignals(listener: (signal: NodeJS.Signals) => void): () => void {
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;
  for (const name of names) process.on(name, listener);
  return () => {
    for (const name of names) process.off(name, listener);
  };
}
