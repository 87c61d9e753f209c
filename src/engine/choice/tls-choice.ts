import { join } from 'node:path';
import { existsSync } from 'node:fs';
import type { Environment } from '../../environment.ts';
import type { TlsFiles } from '../address.ts';
import { configFolder } from './docker-config.ts';
import type { EngineWish } from './engine-wish.ts';

/**
 * The TLS of an engine that an address names, and not a context; undefined: none is asked for. As
 * docker's CLI has it (docker/cli, cli/flags/options.go):
 *
 * - The files are in DOCKER_CERT_PATH, or in docker's own folder. Options name others.
 * - A ca.pem is needed; dbg says so when it reads it. A certificate of one's own is sent when its
 *   key is there too.
 * - With DOCKER_TLS or --tls alone, any certificate is accepted.
 */
export function tlsChoice(env: Environment, { tls, tlsVerify, files }: EngineWish): TlsFiles | undefined {
  const verifies = tlsVerify || Boolean(env['DOCKER_TLS_VERIFY']);
  if (!verifies && !tls && !env['DOCKER_TLS']) return undefined;
  const folder = env['DOCKER_CERT_PATH'] || configFolder(env);
  const own = { cert: files.cert ?? join(folder, 'cert.pem'), key: files.key ?? join(folder, 'key.pem') };
  // A file that an option names has to be there: reading it says so otherwise.
  const isThere = (name: 'cert' | 'key') => files[name] !== undefined || existsSync(own[name]);
  return {
    ca: files.ca ?? join(folder, 'ca.pem'),
    ...(isThere('cert') && { cert: own.cert }),
    ...(isThere('key') && { key: own.key }),
    ...(!verifies && { acceptsAny: true }),
  };
}
