import { createHash } from 'node:crypto';
import { redactJson } from './json.ts';
import { isSecretName, REDACTED, redactText, redactVariable } from './text.ts';

/** What is left of a body when its secrets are gone: bytes, or how many there were. */
export type Part =
  | { readonly type: 'data'; readonly data: Buffer }
  | { readonly type: 'omitted'; readonly bytes: number; readonly sha256: string };

export interface Redactor {
  add(data: Buffer): Part | undefined;
  end(): Part | undefined;
}

/** A longer line of JSON is not kept to be read: it is left out. */
const MOST_LINE_BYTES = 2_097_152;

/**
 * JSON without its secrets, line by line: the engine ends each value of a stream (events, progress, stats) with a line feed, and sends
 * most other answers in one. What has not ended is held back. Lines without secrets stay byte for byte.
 */
export function jsonRedactor(operation: string): Redactor {
  let held: Buffer[] = [];
  let size = 0;
  let leftOut: Redactor | undefined;
  const clean = () => {
    const bytes = Buffer.concat(held);
    held = [];
    size = 0;
    return bytes.length === 0 ? undefined : redactLines(bytes, operation);
  };
  return {
    add: (data) => {
      if (leftOut) return leftOut.add(data);
      const feed = data.lastIndexOf(10);
      held.push(feed < 0 ? data : data.subarray(0, feed + 1));
      size += data.length;
      const part = feed < 0 ? undefined : clean();
      if (feed >= 0 && feed + 1 < data.length) held.push(data.subarray(feed + 1));
      if (feed >= 0) size = data.length - feed - 1;
      if (size <= MOST_LINE_BYTES) return part;
      leftOut = omitter();
      held.forEach((each) => leftOut!.add(each));
      held = [];
      return part;
    },
    end: () => leftOut?.end() ?? clean(),
  };
}

function redactLines(bytes: Buffer, operation: string): Part {
  const text = bytes.toString('utf8');
  const redacted = text
    .split('\n')
    .map((line) => redactLine(line, operation))
    .join('\n');
  return { type: 'data', data: redacted === text ? bytes : Buffer.from(redacted) };
}

function redactLine(line: string, operation: string): string {
  if (line.trim() === '') return line;
  try {
    const value: unknown = JSON.parse(line);
    // A line of JSON that is indented may look like a value of its own.
    if (typeof value !== 'object') return redactFragment(line);
    const clean = redactJson(value, operation);
    return clean === value ? line : JSON.stringify(clean);
  } catch {
    return redactFragment(line);
  }
}

/** No JSON, a part of it, or one line of several. */
function redactFragment(line: string): string {
  return redactText(line)
    .replace(MEMBER, (_, name: string, between: string, value: string) =>
      isSecretName(name) ? `"${name}"${between}"${REDACTED}"` : `"${name}"${between}"${value}"`,
    )
    .replace(VARIABLE, (_, name: string, value: string) => `"${redactVariable(`${name}=${value}`)}"`);
}

const MEMBER = /"([\w-]+)"(\s*:\s*)"((?:[^"\\]|\\.)*)"?/g;
const VARIABLE = /"([A-Za-z_]\w*)=((?:[^"\\]|\\.)*)"?/g;

/** Bytes that are not shown: how many, and their digest, when they have ended. */
export function omitter(): Redactor {
  const hash = createHash('sha256');
  let bytes = 0;
  return {
    add: (data) => {
      hash.update(data);
      bytes += data.length;
      return undefined;
    },
    end: () => (bytes === 0 ? undefined : { type: 'omitted', bytes, sha256: hash.digest('hex') }),
  };
}
