import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DbgError, errorMessage } from '../../errors.ts';
import type { TlsFiles } from '../address.ts';
import { readJson, readText } from './docker-config.ts';

/** A docker context, as `docker context create` has written it (docker/cli, cli/context/store). */
export interface DockerContext {
  readonly name: string;
  readonly description: string;
  /** its address, as it stands there */
  readonly host: string;
  readonly tls: TlsFiles | undefined;
}

/** Reads a context. Throws a DbgError when there is none of this name, or no engine in it. */
export function readContext(folder: string, name: string): DockerContext {
  const digest = createHash('sha256').update(name).digest('hex');
  const found = contextIn(folder, digest, name);
  if (found !== undefined) return found;
  throw new DbgError(`there is no docker context "${name}"`, {
    next: [
      { what: 'see what there is', command: 'dbg context ls' },
      { what: 'go back to this machine', command: 'docker context use default' },
    ],
  });
}

/** A context in a list, or why it cannot be read. */
export type ListedContext = DockerContext | { readonly name: string; readonly error: string };

/** All contexts that docker has written, by name. */
export function listContexts(folder: string): ListedContext[] {
  const all = digestsIn(join(folder, 'contexts/meta')).flatMap((digest): ListedContext[] => {
    try {
      const found = contextIn(folder, digest, digest.slice(0, 12));
      return found === undefined ? [] : [found];
    } catch (error) {
      return [{ name: digest.slice(0, 12), error: errorMessage(error) }];
    }
  });
  return all.toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

function digestsIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => /^[\da-f]{64}$/.test(name));
  } catch {
    return []; // no context was ever made
  }
}

interface Meta {
  readonly Name?: unknown;
  readonly Metadata?: { readonly Description?: unknown };
  readonly Endpoints?: { readonly docker?: { readonly Host?: unknown; readonly SkipTLSVerify?: unknown } };
}

function contextIn(folder: string, digest: string, called: string): DockerContext | undefined {
  const meta = readJson(join(folder, 'contexts/meta', digest, 'meta.json')) as Meta | null | undefined;
  const { Host: host, SkipTLSVerify: acceptsAny } = meta?.Endpoints?.docker ?? {};
  if (typeof host !== 'string' || host === '') return undefined;
  const description = meta?.Metadata?.Description;
  const files = tlsIn(join(folder, 'contexts/tls', digest, 'docker'));
  return {
    name: typeof meta?.Name === 'string' ? meta.Name : called,
    description: typeof description === 'string' ? description : '',
    host,
    tls: acceptsAny === true ? { ...files, acceptsAny } : files,
  };
}

/**
 * The TLS files of a context. It has only those that it was created with; undefined when it has
 * none.
 */
function tlsIn(folder: string): TlsFiles | undefined {
  const all = (['ca', 'cert', 'key'] as const).map((name) => [name, join(folder, `${name}.pem`)] as const);
  const there = all.filter(([, path]) => readText(path) !== undefined);
  return there.length > 0 ? Object.fromEntries(there) : undefined;
}
