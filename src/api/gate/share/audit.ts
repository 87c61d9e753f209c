import { closeSync, writeSync } from 'node:fs';
import { DbgError, errorMessage } from '../../../errors.ts';
import type { OpenFile } from '../../../host/host-files.ts';
import { printableJson, shellQuote } from '../../../text.ts';
import type { Operation } from '../../wire/calls/operation.ts';
import { whereOf } from './sends-elsewhere.ts';

/** Lines of NDJSON, each handed to the kernel before what it tells of goes on: a kill -9 takes none of them. */
export interface Audit {
  readonly path: string;
  /** Throws a DbgError where that cannot be done: then nothing more may be let through. */
  write(entry: object): void;
  close(): void;
}

/** The log in a file that is open to be added to. */
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
          next: [{ what: 'is there space', command: `df ${shellQuote(path)}` }],
        });
      }
    },
    close: () => {
      isOpen = false;
      closeSync(descriptor);
    },
  };
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
