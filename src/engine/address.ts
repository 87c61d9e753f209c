import { join } from 'node:path';
import type { Environment } from '../environment.ts';
import { readWhole } from '../bounded-file.ts';
import { DbgError, errorCode, errorMessage } from '../errors.ts';
import { shellQuote } from '../text.ts';

/** Where an engine listens. */
export type EngineAddress =
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls: TlsFiles | undefined };

/**
 * Paths of PEM files: `ca` signed the engine's certificate (without it, the system's authorities
 * count); `cert` and `key` are dbg's own.
 */
export type TlsFiles = Partial<Record<'ca' | 'cert' | 'key', string>>;

const DEFAULT = 'unix:///var/run/docker.sock';

/** The address as a person would give it to DOCKER_HOST. */
export function addressText(address: EngineAddress): string {
  return address.kind === 'unix' ? `unix://${address.path}` : `tcp://${address.host}:${address.port}`;
}

/** Whether dbg speaks TLS with this engine. */
export const isTls = (address: EngineAddress): boolean => address.kind === 'tcp' && address.tls !== undefined;

/** What says which engine is meant. `context` is the name of a docker context. */
export type EngineSource =
  | { readonly by: 'DOCKER_HOST' | 'default' }
  | { readonly by: 'DOCKER_CONTEXT' | 'config.json'; readonly context: string };

/**
 * What docker's own CLI goes by: DOCKER_HOST, then DOCKER_CONTEXT, then `currentContext` of
 * config.json, then the default socket (docker/cli, cli/command/cli.go). Throws a DbgError for a
 * configuration that cannot be read.
 */
export function engineSource(env: Environment): EngineSource {
  if (env['DOCKER_HOST']) return { by: 'DOCKER_HOST' };
  const own = env['DOCKER_CONTEXT'];
  const context = own || currentContext(configFolder(env));
  return !context || context === 'default'
    ? { by: 'default' }
    : { by: own ? 'DOCKER_CONTEXT' : 'config.json', context };
}

/**
 * The engine that docker's own CLI would use. Throws a DbgError for an address that dbg cannot use.
 */
export async function engineAddress(env: Environment): Promise<EngineAddress> {
  const source = engineSource(env);
  if ('context' in source) return contextAddress(configFolder(env), source.context);
  if (source.by === 'default') return parseHost(DEFAULT, undefined);
  // With DOCKER_TLS alone, docker's CLI accepts any certificate. dbg, which often is root, verifies
  // it.
  const wantsTls = Boolean(env['DOCKER_TLS_VERIFY'] || env['DOCKER_TLS']);
  return parseHost(env['DOCKER_HOST']!, wantsTls ? tlsFromEnvironment(env) : undefined);
}

/** Where docker's CLI keeps its configuration. */
export function configFolder(env: Environment): string {
  return env['DOCKER_CONFIG'] || join(env['HOME'] ?? '/root', '.docker');
}

function tlsFromEnvironment(env: Environment): TlsFiles {
  return tlsFiles(env['DOCKER_CERT_PATH'] || configFolder(env));
}

function tlsFiles(folder: string): TlsFiles {
  return { ca: join(folder, 'ca.pem'), cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
}

/**
 * The TLS files of a context. It holds only those that it was created with; undefined when it has
 * none.
 */
function contextTls(folder: string): TlsFiles | undefined {
  const there = Object.entries(tlsFiles(folder)).filter(([, path]) => readText(path) !== undefined);
  return there.length > 0 ? Object.fromEntries(there) : undefined;
}

/** Reads an address in DOCKER_HOST's form. Throws a DbgError for any other text. */
export function parseHost(host: string, tls: TlsFiles | undefined): EngineAddress {
  const unix = /^unix:\/\/(\/.+)$/.exec(host);
  if (unix) return { kind: 'unix', path: unix[1]! };
  const tcp = /^tcp:\/\/(?:\[([\da-fA-F:.%\w]+)\]|([\w.-]+))(?::(\d+))?\/?$/.exec(host);
  const port = Number(tcp?.[3] ?? (tls ? 2376 : 2375));
  if (tcp && port <= 65_535) return { kind: 'tcp', host: (tcp[1] ?? tcp[2])!, port, tls };
  if (host.startsWith('ssh://')) {
    throw new DbgError(`the engine at ${host} is on another machine, and its containers' processes are there`, {
      next: [{ what: 'run dbg there', command: `ssh -t ${shellQuote(host.slice('ssh://'.length))} dbg …` }],
    });
  }
  throw new DbgError(`"${host}" is not an engine's address that dbg understands (unix:///PATH or tcp://HOST:PORT)`, {
    next: [{ what: 'use the engine of this machine', command: `env -u DOCKER_HOST dbg …` }],
  });
}

function currentContext(folder: string): string | undefined {
  const config = readJson(join(folder, 'config.json'));
  return typeof config?.['currentContext'] === 'string' ? config['currentContext'] : undefined;
}

/**
 * The address in a docker context, read from where `docker context create` puts it (docker/cli,
 * cli/context/store).
 */
async function contextAddress(folder: string, context: string): Promise<EngineAddress> {
  // node:crypto takes 3 ms to load, and most people have no context.
  const { createHash } = await import('node:crypto');
  const digest = createHash('sha256').update(context).digest('hex');
  const meta = readJson(join(folder, 'contexts/meta', digest, 'meta.json')) as ContextMeta | undefined;
  const host = meta?.Endpoints?.docker?.Host;
  if (typeof host !== 'string' || host === '') {
    throw new DbgError(`there is no docker context "${context}"`, {
      next: [
        { what: 'see what there is', command: 'docker context ls' },
        { what: 'go back to this machine', command: 'docker context use default' },
      ],
    });
  }
  return parseHost(host, contextTls(join(folder, 'contexts/tls', digest, 'docker')));
}

interface ContextMeta {
  readonly Endpoints?: { readonly docker?: { readonly Host?: string } };
}

function readJson(path: string): Record<string, unknown> | undefined {
  const content = readText(path);
  if (content === undefined) return undefined;
  try {
    return JSON.parse(content) as Record<string, unknown>;
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

function readText(path: string): string | undefined {
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
