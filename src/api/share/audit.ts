import { closeSync, existsSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { DbgError, errorCode, errorMessage } from '../../errors.ts';
import { printableJson, shellQuote } from '../../text.ts';
import type { Operation } from '../operation.ts';
import { whereOf } from './where.ts';

/** Lines of NDJSON, each handed to the kernel before what it tells of goes on: a kill -9 takes none of them. */
export interface Audit {
  readonly path: string;
  /** Throws a DbgError where that cannot be done: then nothing more may be let through. */
  write(entry: object): void;
  close(): void;
}

/** Opens the log, for its owner alone; one that exists is added to. `isOwn`: its folder is dbg's, and made. Throws a DbgError. */
export function openAudit(path: string, isOwn: boolean): Audit {
  let fd: number;
  try {
    if (isOwn) makeFolder(dirname(path));
    fd = openSync(path, 'a', 0o600);
  } catch (cause) {
    throw new DbgError(`the audit log cannot be written: ${errorMessage(cause)}`, {
      cause,
      next: [{ what: 'to another file', command: 'dbg api share --audit FILE …' }],
    });
  }
  let isOpen = true;
  return {
    path,
    write: (entry) => {
      if (!isOpen) return;
      const line = Buffer.from(`${printableJson(entry)}\n`);
      try {
        for (let at = 0; at < line.length;) at += writeSync(fd, line, at);
      } catch (cause) {
        throw new DbgError(`the share has ended, as ${path} cannot be written: ${errorMessage(cause)}`, {
          cause,
          next: [{ what: 'is there space', command: `df ${shellQuote(path)}` }],
        });
      }
    },
    close: () => {
      isOpen = false;
      closeSync(fd);
    },
  };
}

/** Where a folder cannot be made, as in /proc, Node 20's own `recursive` tries again for ever. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  try {
    mkdirSync(path, 0o700);
  } catch (error) {
    // Another share makes it as well.
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

/** Of what is longer, a log keeps the beginning: who may ask for nothing could fill the disk with it. */
const LONGEST_TEXT = 2048;
const shortened = (text: string) =>
  text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}… (${text.length} characters)`;

/**
 * What a log may say of a call's target: of the query the names alone, as build arguments and the like hold secrets; and where the engine is
 * sent, when the caller says that.
 */
export function targetOf(operation: Operation): object {
  const { name, subject, path, query } = operation;
  const names = [...new Set(new URLSearchParams(query.slice(0, LONGEST_TEXT)).keys())];
  return {
    operation: name || undefined,
    path: shortened(path),
    query: names.length > 0 ? names : undefined,
    [subject?.kind ?? 'subject']: subject && shortened(subject.ref),
    ...placeOf(whereOf(operation)),
  };
}

/** Where the engine is sent, in a log. */
export const placeOf = (where: string | undefined): object => (where === undefined ? {} : { where: shortened(where) });
