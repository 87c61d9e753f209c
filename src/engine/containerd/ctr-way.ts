import { existsSync } from 'node:fs';
import { DbgError, errorMessage, EXIT } from '../../errors.ts';
import type { EngineWay } from '../ways/way.ts';
import { inspectAnswer, listAnswer, type ContainerdContainer } from './docker-answers.ts';
import { type ContainerInfo, parseNames, parseTasks } from './ctr-output.ts';

/** Runs a program and gives what it prints: Host.output (src/host/host.ts). */
export type Output = (argv: readonly string[]) => Promise<string>;

/**
 * containerd, asked as if it were an engine: what ctr prints becomes the answers of Docker's API
 * that dbg uses of lists and single containers. containerd has no logs, networks or volumes of its
 * own; such a question is answered with 501, as Docker's API does for what it does not have.
 * @param path containerd's socket
 * @param isThere tells whether there is such a file; a test gives its own
 */
export function ctrWay(path: string, output: Output, isThere = existsSync as (path: string) => boolean): EngineWay {
  const ctr = (...words: readonly string[]) => output(['ctr', '--address', path, ...PATIENCE, ...words]);
  return {
    ask: (asked, _, hearing) => {
      let isOver = false;
      const answer = async () => {
        // ctr would wait for it.
        if (!isThere(path)) throw new Error('no such file or directory');
        const { status, body } = await answerTo(asked, ctr);
        if (isOver) return;
        hearing.status(status);
        hearing.data(Buffer.from(JSON.stringify(body)));
        hearing.end();
      };
      answer().catch((error: unknown) => isOver || hearing.end(refusal(error)));
      return () => void (isOver = true);
    },
  };
}

/** Where nobody answers, ctr waits for 10 s otherwise. */
const PATIENCE = ['--connect-timeout', '3s'];

type Ctr = (...words: readonly string[]) => Promise<string>;

async function answerTo(asked: string, ctr: Ctr): Promise<{ readonly status: number; readonly body: unknown }> {
  if (asked === '/version') return { status: 200, body: await version(ctr) };
  if (asked === '/containers/json') return { status: 200, body: listAnswer(await everyContainer(ctr)) };
  const [, ref] = /^\/containers\/([^/]+)\/json$/.exec(asked) ?? [];
  if (ref !== undefined) {
    const name = decodeURIComponent(ref);
    const body = inspectAnswer(await everyContainer(ctr), name);
    return body === undefined
      ? { status: 404, body: { message: `No such container: ${name}` } }
      : { status: 200, body };
  }
  if (asked.startsWith('/images/')) return { status: 404, body: { message: 'No such image' } };
  return { status: 501, body: { message: `containerd does not tell this (${asked.split('/').at(-1)})` } };
}

/** The version of containerd, in Docker's words. Its processes are of this kernel. */
async function version(ctr: Ctr): Promise<object> {
  const printed = await ctr('version');
  const [, server = ''] = /Server:[^]*?Version:\s*(\S+)/.exec(printed) ?? [];
  return { Version: server, ApiVersion: '', KernelVersion: '', Components: [{ Name: 'containerd', Version: server }] };
}

/** How many ctrs run at a time. Each takes 30 ms. */
const AT_ONCE = 8;

async function everyContainer(ctr: Ctr): Promise<ContainerdContainer[]> {
  const found: ContainerdContainer[] = [];
  for (const namespace of parseNames(await ctr('namespaces', 'ls', '-q'))) {
    const within: Ctr = (...words) => ctr('--namespace', namespace, ...words);
    const [listed, printed] = await Promise.all([within('containers', 'ls', '-q'), within('tasks', 'ls')]);
    const tasks = new Map(parseTasks(printed).map((task) => [task.id, task]));
    const left = parseNames(listed);
    const take = async (): Promise<void> => {
      for (let id = left.shift(); id !== undefined; id = left.shift()) {
        // One that is removed meanwhile is not there.
        const text = await within('containers', 'info', id).catch(() => undefined);
        if (text !== undefined) found.push({ namespace, info: JSON.parse(text) as ContainerInfo, task: tasks.get(id) });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, take));
  }
  return found;
}

/** ctr's failure as an error of the connection, so that it is told as for any other engine. */
function refusal(error: unknown): Error {
  // There is no ctr that could say anything.
  if (error instanceof DbgError && error.exitCode !== EXIT.failed) return error;
  const said = errorMessage(error);
  const code = /permission denied/.test(said)
    ? 'EACCES'
    : /no such file or directory/.test(said)
      ? 'ENOENT'
      : /connection refused/.test(said)
        ? 'ECONNREFUSED'
        : undefined;
  return Object.assign(new Error(said, { cause: error }), code === undefined ? {} : { code });
}
