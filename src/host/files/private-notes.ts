import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { DbgError, errorMessage } from '../../errors.ts';
import type { Notes } from '../host-files.ts';

/** /run is writable by root alone, and empty after each boot (hier(7)). */
const FOLDER = '/run/dbg';

/** The notes of this host: see Host.notes. */
export function notes(folder = FOLDER): Notes {
  return {
    all: () => {
      try {
        requireOwn(folder);
        const names = readdirSync(folder).filter((name) => NAME.test(name));
        return new Map(names.map((name) => [name, readFileSync(`${folder}/${name}`, 'utf8')]));
      } catch {
        return new Map();
      }
    },
    write: (name, text) => {
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        requireOwn(folder);
        // rename(2) makes the note appear as a whole: a reader never sees half of it.
        writeFileSync(`${folder}/.${name}`, text, { mode: 0o600 });
        renameSync(`${folder}/.${name}`, `${folder}/${name}`);
      } catch (error) {
        throw new DbgError(`no note can be made in ${folder}: ${errorMessage(error)}`, {
          cause: error,
          next: [{ what: 'the folder', command: `ls -ld ${folder}` }],
        });
      }
    },
    remove: (name) => rmSync(`${folder}/${name}`, { force: true }),
  };
}

const NAME = /^[\w-]+$/;

/** Throws for a folder that others can write to or look into, or that somebody else has made. */
function requireOwn(folder: string): void {
  const { uid, mode } = lstatSync(folder);
  if (uid === 0 && (mode & 0o170_077) === 0o040_000) return;
  throw new Error('it is not a folder of root’s alone (mode 0700)');
}
