import { closeSync, writeSync } from 'node:fs';
import { DbgError, errorMessage } from '../../../errors.ts';
import type { OpenFile } from '../../../host/host-files.ts';
import { printableJson, shellQuote } from '../../../text.ts';
import type { Operation } from '../../wire/calls/operation.ts';
import { whereOf } from './sends-elsewhere.ts';

/**
 * A log of NDJSON lines. Each line is handed to the kernel before the call that it tells of goes
 * on, so that a kill -9 loses none.
 */
export interface Audit {
  readonly path: string;
  /** Throws a DbgError where the line cannot be written: then no more calls may be let through. */
  write(entry: object): void;
  close(): void;
}

/** Gives the log in a file that is already open for appending. */
export function auditIn({ descriptor }: OpenFile, path: string): Audit {
  let isOpen = true;
  return {
    path,
    write: (entry) => {
      if (!isOpen) return;
      const line = Buffer.from(`${printableJson(entry)}\n`);
      try {
        for (let at = 0; at < line.length;) at += writeSync(descriptor, line, at);
      } catch (cause) {
        throw new DbgError(`the share has ended, as ${path} cannot be written: ${errorMessage(cause)}`, {
          cause,
          next: [{ what: 'see whether there is space left', command: `df ${shellQuote(path)}` }],
        });
      }
    },
    close: () => {
      isOpen = false;
      closeSync(descriptor);
    },
  };
}

/**
 * In characters. Of a longer text, the log keeps the beginning: otherwise a client that is allowed
 * nothing could still fill the disk.
 */
const LONGEST_TEXT = 2048;
const shortened = (text: string) =>
  text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}… (${text.length} characters)`;

/**
 * Gives what the log may say of a call's target.
 * - Of the query, it says only the names, because build arguments and the like hold secrets.
 * - Where the caller sends the engine somewhere, it says where.
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

/** The field of a log line that says where the engine is sent; {} for nowhere. */
export const placeOf = (where: string | undefined): object => (where === undefined ? {} : { where: shortened(where) });
