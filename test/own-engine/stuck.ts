// What is done about a dockerd that has locked itself up.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answers, call } from './api.ts';

/** What is asked, what is done, and for how long it may be waited, in milliseconds. */
export interface StuckOptions {
  /** Resolves when the engine has said which networks it has; rejects when it has not in time. */
  readonly networks: (milliseconds: number) => Promise<unknown>;
  /** Whether it answers at all. */
  readonly answers: () => Promise<boolean>;
  readonly whenStuck: () => Promise<unknown>;
  readonly every?: number;
  readonly patience?: number;
}

/** The engine that this process runs in, whose first process has pid 1. */
const OURS: StuckOptions = {
  networks: (milliseconds) => call(1, 'GET', '/networks', milliseconds),
  answers: () => answers(1),
  whenStuck: endDockerd,
};

/**
 * Asks again and again whether dockerd has locked itself up, and ends one that has. Then
 * test/own-engine/init.sh starts it again. What was asked of it fails, and so do the tests that
 * asked, once. Returns how to stop that.
 *
 * A dockerd up to 20.10.26 locks itself up now and then if a container ends while another one of
 * the same network starts: processEndpointDelete holds the lock of libnetwork's controller and
 * waits for the network's, getSvcRecords the other way round
 * (https://github.com/moby/moby/issues/46661). From then on it answers /_ping, and nothing about
 * networks. One that is slow, on a busy machine, is slow with both; one that is being started
 * answers neither.
 */
export function watchForStuck(it: StuckOptions = OURS): () => void {
  const { every = 5000, patience = 90_000 } = it;
  let stopped = false;
  const look = async () => {
    if (await resolves(it.networks(patience))) return;
    if (!stopped && (await it.answers()) && !(await resolves(it.networks(every)))) await it.whenStuck();
  };
  const turn = () =>
    void look()
      .catch((error: unknown) => console.error(`dbg: a dockerd that is stuck could not be ended: ${String(error)}`))
      .finally(() => {
        if (!stopped) timer = setTimeout(turn, every).unref();
      });
  let timer = setTimeout(turn, every).unref();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

const resolves = (asked: Promise<unknown>) =>
  asked.then(
    () => true,
    () => false,
  );

async function endDockerd(): Promise<void> {
  const pid = Number(readFileSync('/run/docker.pid', 'utf8'));
  // 0 would be this process's own group (kill(2)).
  if (pid < 2) throw new Error('its file names no process');
  // Told so, it writes where each of its goroutines waits.
  process.kill(pid, 'SIGUSR1');
  await sleep(2000);
  const file = readdirSync('/run/docker')
    .filter((name) => name.startsWith('goroutine-stacks'))
    .toSorted()
    .at(-1);
  const stacks = file === undefined ? '' : readFileSync(join('/run/docker', file), 'utf8');
  const known = ['processEndpointDelete', 'getSvcRecords'].filter((name) => stacks.includes(name));
  console.error(`dbg: dockerd has locked itself up (in ${known.join(' and ') || '?'}): it is ended, and starts again`);
  process.kill(pid, 'SIGKILL');
}
