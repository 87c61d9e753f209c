import { join } from 'node:path';
import { readWhole } from '../../bounded-file.ts';
import type { Environment } from '../../environment.ts';
import { DbgError, errorCode, errorMessage } from '../../errors.ts';
import { shellQuote } from '../../text.ts';

/** Where docker's CLI keeps its configuration. */
export function configFolder(env: Environment): string {
  return env['DOCKER_CONFIG'] || join(env['HOME'] ?? '/root', '.docker');
}

/** What dbg takes from docker's config.json. */
export interface DockerConfig {
  readonly currentContext: string | undefined;
  /** headers that docker's CLI adds to each request */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Reads config.json; a file that is not there has nothing in it. Throws a DbgError for one that
 * cannot be read.
 */
export function dockerConfig(folder: string): DockerConfig {
  const content = readJson(join(folder, 'config.json'));
  const { currentContext, HttpHeaders } = (content ?? {}) as { currentContext?: unknown; HttpHeaders?: unknown };
  const headers = typeof HttpHeaders === 'object' && HttpHeaders !== null ? Object.entries(HttpHeaders) : [];
  return {
    currentContext: typeof currentContext === 'string' && currentContext !== '' ? currentContext : undefined,
    headers: Object.fromEntries(headers.filter((each): each is [string, string] => typeof each[1] === 'string')),
  };
}

/** The value of a JSON file; undefined when there is none. Throws a DbgError for other text. */
export function readJson(path: string): unknown {
  const content = readText(path);
  if (content === undefined) return undefined;
  try {
    return JSON.parse(content);
  } catch (cause) {
    throw new DbgError(`${path} is not JSON`, {
      cause,
      next: [{ what: 'look at it', command: `cat ${shellQuote(path)}` }],
    });
  }
}

/**
 * docker's config.json grows by some hundred bytes with each registry that docker has logged in to.
 */
const MOST_BYTES = 1 << 20;

/** The text of a file of docker's configuration; undefined when there is no such file. */
export function readText(path: string): string | undefined {
  try {
    return readWhole(path, MOST_BYTES).toString('utf8');
  } catch (cause) {
    // EACCES is what dbg gets under sudo with another user's home. docker's CLI then warns and goes
    // on with its defaults.
    if (['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES'].includes(errorCode(cause) ?? '')) return undefined;
    throw new DbgError(`docker's configuration cannot be read: ${errorMessage(cause)}`, {
      cause,
      next: [{ what: 'look at it', command: `ls -ld ${shellQuote(path)}` }],
    });
  }
}
