import { isUtf8 } from 'node:buffer';
import { DbgError } from '../../errors.ts';
import { escapeControls, shellQuote } from '../../text.ts';
import { header, mediaType, type RequestHead } from '../wire/http/http-head.ts';
import { REDACTED } from '../wire/redact/secret-names.ts';
import { whyNoLine } from './curl-check.ts';
import type { RecordingHeader } from './recording-format.ts';
import { baseUrl, wireText } from './url.ts';
import type { Content, WholeCall } from './whole-call.ts';

export interface CurlLine {
  /** to be pasted into a shell */
  readonly line: string;
  /** what the person has to know to run it */
  readonly notes: readonly string[];
}

/**
 * A call as a curl line that asks the recorded engine the same. Throws a DbgError where there is
 * none: for what is no request of HTTP/1, or is not safe to print (curl-check.ts).
 */
export function curlLine({ call, sent }: WholeCall, { engine, tls = false }: RecordingHeader): CurlLine {
  const { request, number } = call;
  if (!request)
    throw new DbgError(`call ${number} could not be read when it was recorded: there is no request to repeat`);
  if (request.method === 'PRI') {
    throw new DbgError(`call ${number} is HTTP/2 from its first byte on (BuildKit): no curl line can say the same`);
  }
  const why = whyNoLine(request, engine);
  if (why !== undefined) {
    throw new DbgError(`no curl line is printed for call ${number}: ${why}`, {
      next: [{ what: 'look at it', command: 'dbg api show -v FILE' }],
    });
  }
  const { url, socket } = baseUrl(engine, tls);
  const target = wireText(request.target);
  const body = bodyOf(request, sent);
  const words = [
    'curl',
    ...(socket === undefined ? [] : ['--unix-socket', socket]),
    ...method(request, body !== undefined),
    ...(isUpgrade(request) ? ['--http1.1'] : []),
    // Streams may never end: curl shows them as they come.
    ...(isUpgrade(request) || /[?&]follow=|\/(?:events|stats|attach|logs)\b/.test(target) ? ['--no-buffer'] : []),
    ...headerWords(request, body !== undefined),
    ...(body?.words ?? []),
    // Without these options, curl would take brackets for a range of URLs, and dots for the folder
    // above.
    ...(/[[\]{}]/.test(url + target) ? ['--globoff'] : []),
    ...(/\/\.\.?(?:[/?]|$)/.test(target) ? ['--path-as-is'] : []),
    // Without this option, curl would take what follows # for a part of the page.
    ...(target.includes('#') ? ['--request-target', target] : []),
  ];
  const whole = url + target;
  // The URL is always quoted, though no shell needs it for each: a person who edits the line adds
  // an & soon.
  const last = quoted(whole) === whole ? `'${whole}'` : quoted(whole);
  return {
    line: `${body?.before ?? ''}${words.map(quoted).join(' ')} ${last}`,
    notes: [...notesOf(request, tls), ...(body?.notes ?? []), ...(isRedacted(request, sent) ? [SECRETS] : [])],
  };
}

/**
 * A word quoted for a shell. What a terminal does not show as it is, as characters that reorder
 * text, is written as \x…: otherwise a person would paste what they did not read.
 */
function quoted(word: string): string {
  if (isSeen(word)) return shellQuote(word);
  const letters = [...Buffer.from(word)].map((byte) =>
    byte < 32 || byte > 126 || byte === 39 || byte === 92
      ? `\\x${byte.toString(16).padStart(2, '0')}`
      : String.fromCharCode(byte),
  );
  return `$'${letters.join('')}'`;
}

const isSeen = (text: string) => escapeControls(text.replaceAll('\n', '')) === text.replaceAll('\n', '');

function method({ method: name }: RequestHead, hasBody: boolean): string[] {
  // With -X HEAD, curl would wait for a body.
  if (name === 'HEAD') return ['--head'];
  return name === 'GET' && !hasBody ? [] : ['-X', name];
}

/**
 * Headers that curl sends itself, and better: they are about this connection, or about how this
 * body is sent.
 */
const CURLS_OWN = new Set(['host', 'content-length', 'transfer-encoding', 'connection', 'accept-encoding', 'expect']);

function headerWords(request: RequestHead, hasBody: boolean): string[] {
  const leftOut = isUpgrade(request) ? new Set([...CURLS_OWN].filter((name) => name !== 'connection')) : CURLS_OWN;
  const words = request.headers
    .filter(([name]) => !leftOut.has(name.toLowerCase()))
    .flatMap(([name, value]) => ['-H', value === '' ? `${name};` : `${name}: ${wireText(value)}`]);
  // Without this, curl would say that the body is a form.
  const isTyped = header(request.headers, 'content-type') !== undefined;
  return hasBody && !isTyped ? [...words, '-H', 'Content-Type:'] : words;
}

const isUpgrade = ({ headers }: RequestHead) => header(headers, 'upgrade') !== undefined;

interface CurlBody {
  /** the part of the line that gives it to curl's stdin */
  readonly before: string;
  readonly words: readonly string[];
  readonly notes: readonly string[];
}

/**
 * The longest body, in bytes, that stands in the line. A kernel takes no more in one argument than
 * 128 KiB (execve(2), MAX_ARG_STRLEN).
 */
const MOST_INLINE = 65_536;

function bodyOf(request: RequestHead, { pieces, missing, digest }: Content): CurlBody | undefined {
  if (missing > 0) {
    const whole = digest === undefined ? '' : ` (${digest})`;
    const note = `the body was not recorded to its end${whole}: put it into a file named BODY`;
    return { before: '', words: ['--data-binary', '@BODY'], notes: [note] };
  }
  const bytes = Buffer.concat(pieces);
  if (bytes.length === 0) return undefined;
  const text = bytes.toString('utf8');
  // The JSON of docker's CLI ends with a line feed, which means nothing.
  const shown = /json/.test(mediaType(request.headers)) ? text.trimEnd() : text;
  if (isUtf8(bytes) && isSeen(shown) && bytes.length <= MOST_INLINE) {
    // For text that begins with @, --data-binary would read a file.
    return { before: '', words: [shown.startsWith('@') ? '--data-raw' : '--data-binary', shown], notes: [] };
  }
  return {
    before: `printf %s ${bytes.toString('base64')} | base64 -d | `,
    words: ['--data-binary', '@-'],
    notes: [],
  };
}

function notesOf(request: RequestHead, tls: boolean): string[] {
  const notes = [];
  if (tls) {
    notes.push('the engine wants certificates: add --cacert ca.pem --cert cert.pem --key key.pem of DOCKER_CERT_PATH');
  }
  if (isUpgrade(request)) {
    notes.push(
      'the answer is a stream, with frames of 8 bytes before each piece unless there is a terminal; curl gives it no stdin',
    );
  }
  if (/\/exec\/[^/]+\/start/.test(request.target)) {
    notes.push('an exec starts only once: create another (POST /containers/NAME/exec), and use its id here');
  }
  return notes;
}

const SECRETS = `secrets were left out of the recording: put each one in where it says ${REDACTED}`;

/**
 * Whether a secret was taken out of a request. A header may hold its JSON in base64url
 * (X-Registry-Auth).
 */
function isRedacted({ headers }: RequestHead, { pieces }: Content): boolean {
  const values = headers.flatMap(([, value]) => [value, Buffer.from(value, 'base64url').toString('latin1')]);
  return [...values, Buffer.concat(pieces).toString('latin1')].some((text) => text.includes(REDACTED));
}
