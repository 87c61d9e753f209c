import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { Environment } from '../../environment.ts';
import { usageError } from '../../errors.ts';
import { type Client, type EngineAddress, PLAIN_FORM, type RequestForm } from '../address.ts';
import { configFolder, dockerConfig, type DockerConfig } from './docker-config.ts';
import { type EngineSource, type EngineWish, NO_WISH } from './engine-wish.ts';
import {
  CONTAINERD_SOCKET,
  DEFAULT_WITH_TLS,
  DOCKER_SOCKET,
  parseContextHost,
  parseHost,
  parsePodmanHost,
  type ParsedHost,
} from './parse-host.ts';
import { requestForm } from './request-form.ts';
import { tlsChoice } from './tls-choice.ts';

/** Which engine is meant, why, and how it is asked. */
export interface EngineChoice {
  readonly address: EngineAddress;
  readonly source: EngineSource;
  readonly form: RequestForm;
  /** the client whose words lead to this engine, as far as that is known before it answers */
  readonly client: Client;
}

/** Looks for sockets on this machine. A test gives its own. */
export type IsSocket = (path: string) => boolean;

/**
 * The engine that docker's own CLI would use (docker/cli, cli/command/cli.go), and then others that
 * may be there: the options, DOCKER_HOST, DOCKER_CONTEXT, `currentContext` of config.json, Docker's
 * socket, the socket of rootless Docker, Podman's (CONTAINER_HOST and its sockets), and
 * containerd's. Throws a DbgError for what cannot be read or used.
 */
export async function chooseEngine(
  env: Environment,
  wish: EngineWish = NO_WISH,
  isSocket: IsSocket = isSocketHere,
): Promise<EngineChoice> {
  const folder = configFolder(env);
  const config = dockerConfig(folder);
  const source = engineSource(env, wish, config, isSocket);
  const { address, credentials } = await addressBy(source, env, wish, folder);
  const isPodman = source.by === 'CONTAINER_HOST' || (source.by === 'socket' && source.whose.endsWith('Podman'));
  const isPlain =
    credentials === undefined &&
    !env['DOCKER_CUSTOM_HEADERS'] &&
    !env['DOCKER_API_VERSION'] &&
    Object.keys(config.headers).length === 0;
  // The code that reads headers is not run where there are none, which is nearly always.
  const form = isPlain ? PLAIN_FORM : requestForm(env, config.headers, credentials);
  return { address, source, form, client: isPodman ? 'podman' : 'docker' };
}

function engineSource(
  env: Environment,
  wish: EngineWish,
  { currentContext }: DockerConfig,
  isSocket: IsSocket,
): EngineSource {
  const { context, hosts } = wish;
  if (context !== undefined && hosts.length > 0) throw usageError('-H and -c each name an engine: give one of them');
  if (hosts.length > 1) throw usageError('-H was given more than once: dbg asks one engine');
  if (hosts.length === 1) return { by: '--host' };
  const named = contextBy(env, context, currentContext);
  if (named !== undefined && named.context !== 'default') {
    refuseTlsOptions(named.context, wish);
    return named;
  }
  // docker's context "default" is what the environment says.
  if (env['DOCKER_HOST']) return { by: 'DOCKER_HOST' };
  if (tlsChoice(env, wish) !== undefined) return { by: 'TLS' };
  if (named !== undefined || isSocket(DOCKER_SOCKET)) return { by: 'default' };
  return elsewhere(env, isSocket) ?? { by: 'default' };
}

function contextBy(env: Environment, typed: string | undefined, current: string | undefined) {
  if (typed) return { by: '--context', context: typed } as const;
  if (env['DOCKER_HOST']) return undefined;
  if (env['DOCKER_CONTEXT']) return { by: 'DOCKER_CONTEXT', context: env['DOCKER_CONTEXT'] } as const;
  return current === undefined ? undefined : ({ by: 'config.json', context: current } as const);
}

/** A context has its own TLS files. docker's CLI takes no notice of these options then. */
function refuseTlsOptions(context: string, { tls, tlsVerify, files }: EngineWish): void {
  if (!tls && !tlsVerify && Object.keys(files).length === 0) return;
  throw usageError(`the context "${context}" says itself how TLS is spoken, so the options for TLS go with -H alone`, [
    { what: 'what it says', command: `docker context inspect ${context}` },
  ]);
}

/** An engine of another kind that is there, where Docker's own is not. */
function elsewhere(env: Environment, isSocket: IsSocket): EngineSource | undefined {
  const [docker, rootful, podman] = otherSockets(env);
  if (docker !== undefined && isSocket(docker)) return { by: 'socket', whose: 'rootless Docker' };
  if (env['CONTAINER_HOST']) return { by: 'CONTAINER_HOST' };
  if (isSocket(rootful)) return { by: 'socket', whose: 'Podman' };
  if (podman !== undefined && isSocket(podman)) return { by: 'socket', whose: 'rootless Podman' };
  return isSocket(CONTAINERD_SOCKET) ? { by: 'socket', whose: 'containerd' } : undefined;
}

/** The sockets of rootless Docker, of Podman as root, and of Podman as a user. */
function otherSockets({ XDG_RUNTIME_DIR: own }: Environment) {
  const inOwn = (name: string) => (own?.startsWith('/') ? join(own, name) : undefined);
  return [inOwn('docker.sock'), '/run/podman/podman.sock', inOwn('podman/podman.sock')] as const;
}

const isSocketHere: IsSocket = (path) => {
  try {
    return statSync(path).isSocket();
  } catch {
    return false; // not there, or not for this user to see
  }
};

async function addressBy(
  source: EngineSource,
  env: Environment,
  wish: EngineWish,
  folder: string,
): Promise<ParsedHost> {
  switch (source.by) {
    case '--host':
      return parseHost(wish.hosts[0]!, tlsChoice(env, wish));
    case 'DOCKER_HOST':
      return parseHost(env['DOCKER_HOST']!, tlsChoice(env, wish));
    case 'TLS':
      return parseHost(DEFAULT_WITH_TLS, tlsChoice(env, wish));
    case 'CONTAINER_HOST':
      return parsePodmanHost(env['CONTAINER_HOST']!);
    case 'default':
      return { address: { kind: 'unix', path: DOCKER_SOCKET } };
    case 'socket': {
      if (source.whose === 'containerd') return { address: { kind: 'containerd', path: CONTAINERD_SOCKET } };
      const [docker, rootful, podman] = otherSockets(env);
      const path = source.whose === 'rootless Docker' ? docker : source.whose === 'Podman' ? rootful : podman;
      return { address: { kind: 'unix', path: path! } };
    }
    default: {
      // node:crypto takes 3 ms to load, and most people have no context.
      const { host, tls } = (await import('./context-store.ts')).readContext(folder, source.context);
      return parseContextHost(host, tls);
    }
  }
}
