import { DbgError, errorCode, errorMessage } from '../errors.ts';
import { decimalSize } from '../sizes.ts';
import { addressText, type Client, type EngineAddress } from './address.ts';
import { logOf, whenNoneAnswers, WHICH_ENGINE } from './troubles/engine-place.ts';
import { foreignAnswer, isPage } from './troubles/foreign-answer.ts';
import { sshTrouble } from './troubles/ssh-trouble.ts';
import { tlsTrouble } from './troubles/tls-trouble.ts';
import { parseJson, parseJsonList } from './ways/bounded-json.ts';
import { SshEnded } from './ways/ssh-ended.ts';

/**
 * How long dbg waits for an engine's answer, from the question to the answer's end. An inspect
 * takes under a millisecond; the list of a busy engine takes seconds.
 */
export const PATIENCE_MS = 20_000;

/**
 * The error for an engine that could not be asked.
 * @param client the client whose words lead to it
 */
export function unreachable(address: EngineAddress, cause: unknown, client: Client = 'docker'): DbgError {
  if (cause instanceof DbgError) return cause;
  const where = addressText(address);
  if (cause instanceof NoAnswer) {
    return new DbgError(`the engine at ${where} ${cause.message}`, { cause, next: logOf(address, client) });
  }
  if (cause instanceof SshEnded && address.kind === 'ssh') return sshTrouble(address, cause);
  const tls = address.kind === 'tcp' ? tlsTrouble(address, cause) : undefined;
  if (tls !== undefined) return tls;
  const code = errorCode(cause) ?? '';
  if (code === 'EACCES' || code === 'EPERM') {
    const group = { what: 'or for good', command: 'sudo usermod -aG docker "$USER"' };
    return new DbgError(`permission denied on the engine's socket ${where}`, {
      cause,
      next: [{ what: 'as root', command: 'sudo dbg …' }, ...(client === 'docker' ? [group] : [])],
    });
  }
  const reason = REASONS[code];
  if (reason !== undefined) {
    return new DbgError(`no engine answers at ${where} (${reason})`, { cause, next: whenNoneAnswers(address, client) });
  }
  const why = code === 'ECONNRESET' ? 'the connection was cut' : oneLine(errorMessage(cause));
  return new DbgError(`the engine at ${where} cannot be asked: ${why}`, {
    cause,
    next: [WHICH_ENGINE],
  });
}

/** What the system says of a connection that was not made (connect(2), getaddrinfo(3)). */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such socket',
  ENOTSOCK: 'it is no socket',
  ECONNREFUSED: 'connection refused',
  EHOSTUNREACH: 'no way to that host',
  ENETUNREACH: 'no way to that network',
  ENOTFOUND: 'no host has this name',
  EAI_AGAIN: 'the name cannot be looked up now',
};

/**
 * The cause when no answer, or not all of it, came in time.
 * @param bytes how much of the body came; undefined: not even the answer's head came
 */
export const noAnswer = (bytes: number | undefined, waitedMs: number): Error => new NoAnswer(bytes, waitedMs);

class NoAnswer extends Error {
  constructor(bytes: number | undefined, waitedMs: number) {
    const seconds = `${Math.round(waitedMs / 100) / 10} seconds`;
    const came = bytes === 0 ? 'nothing but the head' : decimalSize(bytes ?? 0);
    super(
      bytes === undefined
        ? `has not answered for ${seconds}`
        : `has sent ${came} of its answer in ${seconds}, and not its end`,
    );
  }
}

/** The cause when an answer is longer than any that an engine gives. */
export const tooLarge = (bytes: number) => new Error(`its answer is larger than ${bytes / 1e6} MB`);

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly header?: ((name: string) => string | undefined) | undefined;
}

/**
 * Whether an answer to an inspect means that there is no such container (404), or that a prefix
 * fits several (400 since Engine 28). An answer without the engine's JSON means neither: it does
 * not come from an engine.
 */
export function isNoSuchContainer({ status, body }: Answer): boolean {
  return (status === 404 || status === 400) && messageOf(body) !== undefined;
}

/**
 * The JSON of an answer. Throws a DbgError for a status other than 200, with the engine's own
 * message, and for a body that is no JSON.
 */
export function answered(address: EngineAddress, answer: Answer): unknown {
  if (answer.status !== 200) throw refused(address, answer);
  try {
    return parseJson(answer.body);
  } catch (error) {
    throw isPage(answer.body) ? foreignAnswer(address, answer) : unreachable(address, notJson(error));
  }
}

/**
 * The items of an answer that is a list, as `parseJsonList` gives them. Throws as `answered` does.
 */
export function* answeredList(address: EngineAddress, answer: Answer): Generator {
  if (answer.status !== 200) throw refused(address, answer);
  try {
    yield* parseJsonList(answer.body);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw isPage(answer.body) ? foreignAnswer(address, answer) : unreachable(address, notJson(error));
  }
}

/**
 * Why an answer cannot be read. What bounded-json.ts refuses is passed on in its words; V8's
 * message, which tells where it stopped, is no help to a person.
 */
const notJson = (error: unknown) =>
  new Error(
    /^(nested|of) more/.test(errorMessage(error)) ? `its answer is ${errorMessage(error)}` : 'its answer broke off',
  );

/** The error for an answer that is JSON, but not what was asked for. */
export const notA = (what: string) =>
  new DbgError(`the engine answered with something that is not ${what}`, {
    next: [WHICH_ENGINE],
  });

/** The error for an answer with a status other than 200. */
function refused(address: EngineAddress, { status, body, header }: Answer): DbgError {
  const message = messageOf(body);
  if (message === undefined) return foreignAnswer(address, { status, body, header });
  return new DbgError(`the engine at ${addressText(address)} answered with status ${status}: ${message}`, {
    next: logOf(address, header?.('server')?.startsWith('Libpod/') ? 'podman' : 'docker'),
  });
}

/**
 * The engine's own message in the body of an error, as much of it as a person would read; undefined
 * when it has none.
 */
export function messageOf(body: Buffer): string | undefined {
  try {
    const { message } = (parseJson(body) ?? {}) as { message?: unknown };
    return typeof message === 'string' ? oneLine(message) : undefined;
  } catch {
    return undefined;
  }
}

/** A message for a person to read: one line, and no longer than anybody reads. */
const oneLine = (text: string) => text.slice(0, MOST_CHARACTERS).replace(/\s+/g, ' ').trim();
const MOST_CHARACTERS = 1000;
