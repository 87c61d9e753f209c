import { isatty } from 'node:tty';
import { run } from './cli/run.ts';
import type { Context, Output } from './context.ts';
import { engineAddress } from './engine/address.ts';
import { openEngine } from './engine/engine.ts';
import { errorCode } from './errors.ts';
import type { Signals } from './host/host.ts';
import { localHost } from './host/local.ts';
import { inquirerPick, type Pick } from './ui/picker.ts';

// The one user of `process`. Its streams are touched only when something is written: opening process.stdout costs 2 ms,
// and opening process.stdin sets a shared pipe to non-blocking under the tool that is to read it.
const stdout = output(1, () => process.stdout);
const stderr = output(2, () => process.stderr);

const pick: Pick = (message, choices) => inquirerPick(process.stderr)(message, choices);

const context: Context = {
  args: process.argv.slice(2),
  self: [process.execPath, process.argv[1] ?? ''],
  env: process.env,
  stdinIsTTY: isatty(0),
  stdout,
  stderr,
  now: Date.now,
  host: localHost({ env: process.env, uid: process.getuid?.() ?? -1, signals: onSignals }),
  engine: async () => openEngine(await engineAddress(process.env)),
  pick,
};

process.exitCode = await run(context);

function output(fd: number, stream: () => NodeJS.WriteStream): Output {
  let opened: NodeJS.WriteStream | undefined;
  return {
    isTTY: isatty(fd),
    write: (text) => {
      opened ??= stream().on('error', stopWhenNobodyReads);
      opened.write(text);
    },
  };
}

/** `dbg veth | head -1`: the reader left, which is no failure. Exit as the shell's tools do, with SIGPIPE's code. */
function stopWhenNobodyReads(error: unknown): void {
  if (errorCode(error) !== 'EPIPE') throw error;
  process.exit(141);
}

function onSignals(listener: Parameters<Signals>[0]): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const;
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.off(signal, listener);
  };
}
