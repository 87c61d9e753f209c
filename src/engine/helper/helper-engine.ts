import type { Duplex } from 'node:stream';
import { DbgError } from '../../errors.ts';
import { type EngineAddress, type RequestForm } from '../address.ts';
import { answered, type Answer, messageOf, noAnswer, notA, tooLarge, unreachable } from '../engine-errors.ts';
import { ALL_GOOD, type Modem } from '../ways/over-dockerode.ts';
import { pathOf } from '../ways/request-target.ts';
import type { Query } from '../ways/way.ts';

/** What an engine is told about containers of dbg's own. All else that dbg asks of engines are GETs. */
export interface HelperEngine {
  readonly address: EngineAddress;
  /**
   * The value of a label of an image, empty when it has none; undefined when the engine has no such
   * image.
   */
  imageLabel(image: string, label: string): Promise<string | undefined>;
  /** The folder on its host in which the engine keeps its containers. */
  rootFolder(): Promise<string>;
  /** Makes a container, which does not run yet. `settings`: the body of POST /containers/create. */
  make(settings: object): Promise<HelperContainer>;
  /**
   * Removes containers with this label that do not run, and were made before `time`, in ms since the
   * epoch: the dbg that made them died before it could start them.
   */
  sweep(label: string, time: number): Promise<void>;
}

export interface HelperContainer {
  /** Unpacks a tar archive into a folder of the container. */
  put(archive: Buffer, folder: string): Promise<void>;
  /** A connection to its stdin, stdout and stderr (POST /containers/{id}/attach). */
  attach(): Promise<Duplex>;
  /** Runs it. Gives the number of its first process, as the engine counts processes. */
  start(): Promise<number>;
  /** Starts a program in it, and gives a connection to its stdin. */
  exec(argv: readonly string[]): Promise<Duplex>;
  /** Sets the size of its terminal. */
  resize(size: { readonly columns: number; readonly rows: number }): Promise<void>;
  /** Resolves with its exit code. To be called before `start`. */
  ended(): Promise<number>;
  /** Ends and removes it. One that is gone is no error. */
  remove(): Promise<void>;
}

/** A container is started in 0.3 s; a busy engine takes longer. */
const PATIENCE_MS = 60_000;
const MOST_BYTES = 4e6;

interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: Query;
  readonly body?: object;
  readonly file?: Buffer;
  /** undefined: for as long as it takes */
  readonly patienceMs?: number | undefined;
}

/** An engine as the maker of dbg's own containers. */
export function helperEngine(address: EngineAddress, form: RequestForm, modem: Modem): HelperEngine {
  const optionsOf = ({ method, path, query = {}, body = {}, file }: Call) => ({
    method,
    path: `${pathOf(address, form, path)}?`,
    options: { _query: query, _body: body },
    isStream: true,
    statusCodes: ALL_GOOD,
    ...(file && { file }),
  });
  const ask = (call: Call): Promise<Answer> =>
    new Promise<Answer>((resolve, reject) => {
      const { patienceMs = PATIENCE_MS } = call;
      const deadline = setTimeout(() => reject(noAnswer(undefined, patienceMs)), patienceMs);
      if (patienceMs === Infinity) clearTimeout(deadline);
      modem.dial(optionsOf(call), (error, answer) => {
        if (error) return reject(error);
        const pieces: Buffer[] = [];
        let size = 0;
        answer.on('data', (piece: Buffer) => {
          pieces.push(piece);
          if ((size += piece.length) > MOST_BYTES) answer.destroy(tooLarge(MOST_BYTES));
        });
        answer.on('error', reject);
        answer.on('end', () => {
          clearTimeout(deadline);
          resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(pieces), header: undefined });
        });
      });
    }).catch((error: unknown) => Promise.reject(unreachable(address, error)));
  /** Gives the JSON of the answer; an empty object for an answer without one. */
  const told = async (call: Call): Promise<Readonly<Record<string, unknown>>> => {
    const answer = await ask(call);
    const isGood = answer.status >= 200 && answer.status < 300;
    if (isGood && answer.body.length === 0) return {};
    const value = answered(address, isGood ? { ...answer, status: 200 } : answer);
    if (typeof value !== 'object' || value === null) throw notA('what was asked for');
    return value as Record<string, unknown>;
  };
  const connect = (call: Call): Promise<Duplex> =>
    new Promise<Duplex>((resolve, reject) => {
      modem.dial({ ...optionsOf(call), hijack: true }, (error, answer) => {
        if (error) return reject(error);
        // With a status other than 101, docker-modem gives the answer, and no connection.
        if (answer.statusCode === undefined) return resolve(answer as unknown as Duplex);
        answer.destroy();
        reject(new Error(`it gives no connection (status ${answer.statusCode})`));
      });
    }).catch((error: unknown) => Promise.reject(unreachable(address, error)));
  const text = (value: unknown): string => {
    if (typeof value === 'string' && /^[\da-f]{12,64}$/.test(value)) return value;
    throw notA('the id of what it made');
  };
  const remove = async (id: string): Promise<void> => {
    const { status, body } = await ask({ method: 'DELETE', path: `/containers/${id}`, query: { force: '1', v: '1' } });
    // 404: it is gone; 409: it is being removed.
    if (status >= 400 && status !== 404 && status !== 409) {
      throw new DbgError(
        `dbg's helper ${id.slice(0, 12)} cannot be removed: ${messageOf(body) ?? `status ${status}`}`,
        {
          next: [{ what: 'by hand', command: `docker rm -f ${id.slice(0, 12)}` }],
        },
      );
    }
  };
  const containerOf = (id: string): HelperContainer => {
    const path = `/containers/${id}`;
    return {
      put: async (file, folder) =>
        void (await told({ method: 'PUT', path: `${path}/archive`, query: { path: folder }, file })),
      attach: () =>
        connect({
          method: 'POST',
          path: `${path}/attach`,
          query: { stream: '1', stdin: '1', stdout: '1', stderr: '1' },
        }),
      start: async () => {
        await told({ method: 'POST', path: `${path}/start` });
        const { State } = (await told({ method: 'GET', path: `${path}/json` })) as { State?: { Pid?: unknown } };
        return Number(State?.Pid);
      },
      exec: async (argv) => {
        const body = { AttachStdin: true, Cmd: argv };
        const { Id } = await told({ method: 'POST', path: `${path}/exec`, body });
        return connect({ method: 'POST', path: `/exec/${text(Id)}/start`, body: { Detach: false, Tty: false } });
      },
      resize: async ({ columns, rows }) => {
        const query = { w: String(columns), h: String(rows) };
        await told({ method: 'POST', path: `${path}/resize`, query });
      },
      ended: async () => {
        const query = { condition: 'next-exit' };
        const { StatusCode } = await told({ method: 'POST', path: `${path}/wait`, query, patienceMs: Infinity });
        return Number(StatusCode);
      },
      remove: () => remove(id),
    };
  };
  return {
    address,
    imageLabel: async (image, label) => {
      const answer = await ask({ method: 'GET', path: `/images/${encodeURIComponent(image)}/json` });
      if (answer.status === 404) return undefined;
      const { Config } = answered(address, answer) as { Config?: { Labels?: Record<string, unknown> | null } };
      const value = Config?.Labels?.[label];
      return typeof value === 'string' ? value : '';
    },
    rootFolder: async () => {
      const { DockerRootDir } = await told({ method: 'GET', path: '/info' });
      if (typeof DockerRootDir !== 'string' || !DockerRootDir.startsWith('/')) throw notA('what it says of itself');
      return DockerRootDir;
    },
    make: async (settings) => {
      const { Id } = await told({ method: 'POST', path: '/containers/create', body: settings });
      return containerOf(text(Id));
    },
    sweep: async (label, time) => {
      const filters = JSON.stringify({ label: [label], status: ['created', 'exited', 'dead'] });
      const answer = await ask({ method: 'GET', path: '/containers/json', query: { all: '1', filters } });
      const listed = answered(address, answer) as readonly { Id?: unknown; Created?: unknown }[];
      for (const { Id, Created } of listed) {
        if (Number(Created) * 1000 < time) await remove(text(Id)).catch(() => undefined);
      }
    },
  };
}
