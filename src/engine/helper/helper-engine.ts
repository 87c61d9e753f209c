import type { Duplex } from 'node:stream';
import { DbgError } from '../../errors.ts';
import type { EngineAddress, RequestForm } from '../address.ts';
import { answered, type Answer, messageOf, noAnswer, notA, tooLarge, unreachable } from '../engine-errors.ts';
import { ALL_GOOD, type Modem } from '../ways/over-dockerode.ts';
import { pathOf } from '../ways/request-target.ts';
import type { Query } from '../ways/way.ts';
import { HELPER_LABEL, isHelper } from './helper-label.ts';

/**
 * What an engine is told about containers of dbg's own. All else that dbg asks of engines are GETs.
 */
export interface HelperEngine {
  readonly address: EngineAddress;
  /**
   * The value of a label of an image, empty when it has none; undefined when the engine has no such
   * image.
   */
  imageLabel(image: string, label: string): Promise<string | undefined>;
  /** What the engine says of itself (GET /info). */
  host(): Promise<EngineHost>;
  /**
   * Makes a container, which does not run yet. `settings`: the body of POST /containers/create.
   */
  make(name: string, settings: object): Promise<HelperContainer>;
  /**
   * Removes helpers that never ran, and were made before `time`, in ms since the epoch: the dbg
   * that made them died before it could start them. One that cannot be removed is left.
   */
  sweep(time: number): Promise<void>;
}

export interface EngineHost {
  /** the folder in which the engine keeps its containers */
  readonly rootFolder: string;
  /** the engine's clock, in ms since the epoch; undefined: it does not tell */
  readonly time: number | undefined;
  /** whether its root is a user of the host's */
  readonly isRootless: boolean;
}

export interface HelperContainer {
  /** Unpacks a tar archive into a folder of the container. */
  put(archive: Buffer, folder: string): Promise<void>;
  /** A connection to its stdin, stdout and stderr (POST /containers/{id}/attach). */
  attach(): Promise<Duplex>;
  start(): Promise<void>;
  /** The number of its first process, as the engine counts processes. */
  pid(): Promise<number>;
  /** Starts a program in it, and gives a connection to its stdin and stdout. */
  exec(argv: readonly string[]): Promise<Duplex>;
  /** Sets the size of its terminal. */
  resize(size: { readonly columns: number; readonly rows: number }): Promise<void>;
  /** Resolves with its exit code, when it has ended and is removed. To be called before `start`. */
  removed(): Promise<number>;
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
  /** for as long as it takes */
  readonly isPatient?: true;
}

/** An engine as the maker of dbg's own containers. */
export function helperEngine(address: EngineAddress, form: RequestForm, modem: Modem): HelperEngine {
  /** Makes a call. `took` gives its result, once; then nothing of it keeps dbg awake. */
  const dial = <T>(
    { method, path, query = {}, body = {}, file, isPatient }: Call,
    further: object,
    took: (answer: Parameters<Parameters<Modem['dial']>[1]>[1], done: (result: T | Error) => void) => void,
  ): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const aborter = new AbortController();
      const done = (result: T | Error) => {
        clearTimeout(deadline);
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      const late = () => {
        done(noAnswer(undefined, PATIENCE_MS));
        aborter.abort();
      };
      const deadline = isPatient ? undefined : setTimeout(late, PATIENCE_MS);
      const call = { method, path: `${pathOf(address, form, path)}?`, options: { _query: query, _body: body } };
      const options = { ...call, isStream: true, statusCodes: ALL_GOOD, abortSignal: aborter.signal, ...further };
      modem.dial({ ...options, ...(file && { file }) }, (error, answer) => (error ? done(error) : took(answer, done)));
    }).catch((error: unknown) => Promise.reject(unreachable(address, error)));

  const ask = (call: Call): Promise<Answer> =>
    dial<Answer>(call, {}, (answer, done) => {
      const pieces: Buffer[] = [];
      let size = 0;
      answer.on('data', (piece: Buffer) => {
        pieces.push(piece);
        if ((size += piece.length) > MOST_BYTES) answer.destroy(tooLarge(MOST_BYTES));
      });
      answer.on('error', done);
      answer.on('end', () => done({ status: answer.statusCode ?? 0, body: Buffer.concat(pieces), header: undefined }));
    });
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
    dial<Duplex>(call, { hijack: true }, (answer, done) => {
      // With a status other than 101, docker-modem gives the answer, and no connection.
      if (answer.statusCode === undefined) return done(answer as unknown as Duplex);
      answer.destroy();
      done(new Error(`it gives no connection (status ${answer.statusCode})`));
    });
  const remove = async (id: string): Promise<void> => {
    const { status, body } = await ask({ method: 'DELETE', path: `/containers/${id}`, query: { force: '1', v: '1' } });
    // 404: it is gone; 409: it is being removed.
    if (status < 400 || status === 404 || status === 409) return;
    throw new DbgError(`dbg's helper ${id.slice(0, 12)} cannot be removed: ${messageOf(body) ?? `status ${status}`}`, {
      next: [{ what: 'by hand', command: `docker rm -f ${id.slice(0, 12)}` }],
    });
  };
  const containerOf = (id: string): HelperContainer => {
    const path = `/containers/${id}`;
    const attached = { stream: '1', stdin: '1', stdout: '1', stderr: '1' };
    return {
      put: async (file, folder) =>
        void (await told({ method: 'PUT', path: `${path}/archive`, query: { path: folder }, file })),
      attach: () => connect({ method: 'POST', path: `${path}/attach`, query: attached }),
      start: async () => void (await told({ method: 'POST', path: `${path}/start` })),
      pid: async () => {
        const { State } = (await told({ method: 'GET', path: `${path}/json` })) as { State?: { Pid?: unknown } };
        return wholeNumber(State?.Pid, 2, 4_194_304);
      },
      exec: async (argv) => {
        const body = { AttachStdin: true, AttachStdout: true, Cmd: argv };
        const { Id } = await told({ method: 'POST', path: `${path}/exec`, body });
        return connect({ method: 'POST', path: `/exec/${idOf(Id)}/start`, body: { Detach: false, Tty: false } });
      },
      resize: async ({ columns, rows }) => {
        const query = { w: String(columns), h: String(rows) };
        await told({ method: 'POST', path: `${path}/resize`, query });
      },
      removed: async () => {
        const query = { condition: 'removed' };
        const { StatusCode } = await told({ method: 'POST', path: `${path}/wait`, query, isPatient: true });
        return wholeNumber(StatusCode, 0, 255);
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
    host: async () => hostOf(await told({ method: 'GET', path: '/info' })),
    make: async (name, settings) => {
      const { Id } = await told({ method: 'POST', path: '/containers/create', query: { name }, body: settings });
      return containerOf(idOf(Id));
    },
    sweep: async (time) => {
      const filters = JSON.stringify({ label: [HELPER_LABEL], status: ['created'] });
      const answer = await ask({ method: 'GET', path: '/containers/json', query: { all: '1', filters } });
      const listed: unknown = answered(address, answer);
      for (const each of Array.isArray(listed) ? listed : []) {
        const { Id, Names, Labels, Created } = (each ?? {}) as Readonly<Record<string, unknown>>;
        const labels = typeof Labels === 'object' && Labels !== null ? Labels : {};
        const names = Array.isArray(Names) ? Names.map((name) => String(name).replace(/^\//, '')) : [];
        const isOld = Number(Created) * 1000 < time;
        if (!isOld || !names.some((name) => isHelper({ name, labels }))) continue;
        try {
          await remove(idOf(Id));
        } catch {
          // One that stays does no harm: it does not run.
        }
      }
    },
  };
}

function hostOf({ DockerRootDir, SystemTime, SecurityOptions }: Readonly<Record<string, unknown>>): EngineHost {
  if (typeof DockerRootDir !== 'string' || !DockerRootDir.startsWith('/')) throw notA('what it says of itself');
  const time = typeof SystemTime === 'string' ? Date.parse(SystemTime) : Number.NaN;
  return {
    rootFolder: DockerRootDir,
    time: Number.isNaN(time) ? undefined : time,
    isRootless: Array.isArray(SecurityOptions) && SecurityOptions.some((each) => /\brootless\b/.test(String(each))),
  };
}

function idOf(value: unknown): string {
  if (typeof value === 'string' && /^[\da-f]{12,64}$/.test(value)) return value;
  throw notA('the id of what it made');
}

function wholeNumber(value: unknown, least: number, most: number): number {
  if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) return Number(value);
  throw notA(`a number from ${least} to ${most}`);
}
