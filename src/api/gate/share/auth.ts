import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readWhole } from '../../../bounded-file.ts';
import { DbgError, errorMessage, usageError } from '../../../errors.ts';
import { shellQuote } from '../../../text.ts';
import { headerValues, type Header } from '../../wire/http/http-head.ts';

/** A name and a password that let a client in (RFC 7617). */
export interface Login {
  readonly user: string;
  /** the value of the Authorization header that lets a client in */
  readonly authorization: string;
  /** Whether name and password are right. A wrong password takes as long as a right one. */
  lets(headers: readonly Header[]): boolean;
  /** Whether the headers have a password at all. */
  isSaidIn(headers: readonly Header[]): boolean;
}

export function login(user: string, password: string): Login {
  if (user === '' || /[:\p{Cc}]/u.test(user)) {
    throw usageError('the name of --user has no colon and no control characters');
  }
  const credentials = Buffer.from(`${user}:${password}`).toString('base64');
  const wanted = sha256(credentials);
  return {
    user,
    authorization: `Basic ${credentials}`,
    isSaidIn: (headers) => headerValues(headers, 'authorization').length > 0,
    lets: (headers) => {
      const given = headerValues(headers, 'authorization');
      const [, sent] = /^basic +(\S+)$/i.exec(given.length === 1 ? given[0]! : '') ?? [];
      return sent !== undefined && timingSafeEqual(sha256(sent), wanted);
    },
  };
}

const sha256 = (text: string) => createHash('sha256').update(text).digest();

/** Makes a password of 128 random bits. */
export const newPassword = () => randomBytes(16).toString('base64url');

/** Gives the first line of a file that only its owner may read. Throws a DbgError. */
export function readPassword(file: string): string {
  const [password] = readOwn(file).split(/\r?\n/);
  if (password) return password;
  throw new DbgError(`${file} holds no password: its first line is empty`);
}

const MOST_BYTES = 65_536;

function readOwn(file: string): string {
  try {
    return readWhole(file, MOST_BYTES, ({ mode }) => {
      if ((mode & 0o077) !== 0) throw othersMayRead(file);
    }).toString('utf8');
  } catch (cause) {
    if (cause instanceof DbgError) throw cause;
    throw new DbgError(`the password cannot be read: ${errorMessage(cause)}`, { cause });
  }
}

const othersMayRead = (file: string) =>
  new DbgError(`${file} is not private: users other than its owner may use it`, {
    next: [{ what: 'make it private', command: `chmod 600 ${shellQuote(file)}` }],
  });
