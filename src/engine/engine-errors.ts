import { DbgError, errorCode, errorMessage } from '../errors.ts';
import { decimalSize } from '../sizes.ts';
import { addressText, type EngineAddress } from './address.ts';
import { parseJson, parseJsonList } from './ways/bounded-json.ts';

/**
 * How long dbg waits for an engine's answer, from the question to the answer's end. An inspect
 * takes under a millisecond; the list of a busy engine takes seconds.
 */
export const PATIENCE_MS = 20_000;

/** The error for an engine that could not be asked. */
export function unreachable(address: EngineAddress, cause: unknown): DbgError {
  const where = addressText(address);
  if (cause instanceof NoAnswer) {
    return new DbgError(`the engine at ${where} ${cause.message}`, {
      cause,
      next: [{ what: 'what it is doing', command: 'journalctl -u docker -n 50' }],
    });
  }
  switch (errorCode(cause)) {
    case 'EACCES':
    case 'EPERM':
      return new DbgError(`permission denied on the engine's socket ${where}`, {
        cause,
        next: [
          { what: 'as root', command: 'sudo dbg …' },
          { what: 'or for good', command: 'sudo usermod -aG docker "$USER"' },
        ],
      });
    case 'ENOENT':
    case 'ECONNREFUSED':
      return new DbgError(`no engine answers at ${where} (${reason(cause)})`, { cause, next: NO_ENGINE });
    default:
      return new DbgError(`the engine at ${where} cannot be asked: ${errorMessage(cause)}`, {
        cause,
        next: [address.kind === 'tcp' && address.tls ? certificateOf(address) : WHICH],
      });
  }
}

const WHICH = { what: 'which engine it is', command: 'docker context ls' };

/** What is wrong between dbg and an engine by TLS is mostly the certificate that one of them shows. */
const certificateOf = ({ host, port }: { readonly host: string; readonly port: number }) => ({
  what: 'the certificate that it shows',
  command: `openssl s_client -connect ${host.includes(':') ? `[${host}]` : host}:${port} </dev/null`,
});

const NO_ENGINE = [
  { what: 'start it', command: 'sudo systemctl start docker' },
  { what: 'or is it another engine?', command: 'docker context ls' },
];

const reason = (cause: unknown) => (errorCode(cause) === 'ENOENT' ? 'no such socket' : 'connection refused');

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
export function answered(address: EngineAddress, { status, body }: Answer): unknown {
  if (status !== 200) throw refused(address, status, body);
  try {
    return parseJson(body);
  } catch (error) {
    throw unreachable(address, notJson(error));
  }
}

/**
 * The items of an answer that is a list, as `parseJsonList` gives them. Throws as `answered` does.
 */
export function* answeredList(address: EngineAddress, { status, body }: Answer): Generator {
  if (status !== 200) throw refused(address, status, body);
  try {
    yield* parseJsonList(body);
  } catch (error) {
    throw error instanceof SyntaxError ? unreachable(address, notJson(error)) : error;
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
    next: [WHICH],
  });

/** How a server of Go's that speaks TLS answers plain HTTP (net/http/server.go). */
const HTTPS_ONLY = 'Client sent an HTTP request to an HTTPS server.';

/** The error for an answer with a status other than 200. */
function refused(address: EngineAddress, status: number, body: Buffer): DbgError {
  if (body.toString('latin1', 0, HTTPS_ONLY.length) === HTTPS_ONLY) {
    return new DbgError(`the engine at ${addressText(address)} speaks TLS alone, and dbg was not told to`, {
      next: [{ what: 'with TLS', command: 'export DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=…' }],
    });
  }
  const message = messageOf(body) ?? "without an engine's error message";
  return new DbgError(`the engine at ${addressText(address)} answered with status ${status}: ${message}`, {
    next: [{ what: 'what its log says', command: 'journalctl -u docker -n 50' }],
  });
}

/**
 * The engine's own message in the body of an error, as much of it as a person would read; undefined
 * when it has none.
 */
export function messageOf(body: Buffer): string | undefined {
  try {
    const { message } = (parseJson(body) ?? {}) as { message?: unknown };
    return typeof message === 'string' ? message.slice(0, MOST_WORDS) : undefined;
  } catch {
    return undefined;
  }
}

const MOST_WORDS = 1000;
