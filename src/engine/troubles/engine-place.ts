import { type Client, type EngineAddress, isTls, hostAndPort, sshHostWords } from '../address.ts';
import type { NextStep } from '../../errors.ts';
import { shellLine, shellQuote } from '../../text.ts';

/** The step that says which engine dbg asks, and why. */
export const WHICH_ENGINE: NextStep = { what: 'which engine dbg asks, and why', command: 'dbg context' };

/**
 * What to do where no engine answers. Only an engine whose service is known to be of this machine
 * is started.
 */
export function whenNoneAnswers(address: EngineAddress, client: Client): readonly NextStep[] {
  const start = serviceOf(address, client);
  if (start !== undefined) return [{ what: 'start it', command: `${start.systemctl} start ${start.socket}` }, OTHERS];
  if (address.kind === 'ssh') return [atHost(address, ['systemctl', 'status', 'docker']), WHICH_ENGINE];
  if (address.kind === 'containerd') return [CONTAINERD_STATUS, OTHERS];
  if (address.kind === 'unix') return [WHICH_ENGINE]; // every socket has a service
  const url = `${isTls(address) ? 'https' : 'http'}://${hostAndPort(address)}/_ping`;
  return [{ what: 'what is there', command: `curl -v ${shellQuote(url)}` }, WHICH_ENGINE];
}

const CONTAINERD_STATUS = { what: 'whether it runs', command: 'systemctl status containerd' };
const OTHERS = { what: 'or is it another engine?', command: 'dbg context ls' };

/** Where to read what an engine is doing; only where that is known. */
export function logOf(address: EngineAddress, client: Client): readonly NextStep[] {
  if (address.kind === 'ssh') return [atHost(address, ['journalctl', '-u', 'docker', '-n', '50'])];
  const service = serviceOf(address, client);
  if (service === undefined) return [WHICH_ENGINE];
  return [{ what: 'what its log says', command: `journalctl ${service.unit} -n 50` }];
}

/** A step that is done over there. */
const atHost = (address: Extract<EngineAddress, { kind: 'ssh' }>, words: readonly string[]): NextStep => ({
  what: 'look over there',
  command: shellLine(['ssh', ...sshHostWords(address), ...words]),
});

interface Service {
  readonly systemctl: string;
  /** what starts it */
  readonly socket: string;
  readonly unit: string;
}

const ROOTFUL_PODMAN = ['/run/podman/podman.sock', '/var/run/podman/podman.sock'];

/**
 * The service of systemd that is behind a socket of this machine, told by its usual place;
 * undefined for another address.
 */
function serviceOf(address: EngineAddress, client: Client): Service | undefined {
  if (address.kind !== 'unix') return undefined;
  const { path } = address;
  if (ROOTFUL_PODMAN.includes(path)) return podman('sudo systemctl', '-u');
  if (/^\/run\/user\/\d+\/docker\.sock$/.test(path)) return docker('systemctl --user', '--user-unit');
  if (/^\/run\/user\/\d+\/podman\/podman\.sock$/.test(path)) return podman('systemctl --user', '--user-unit');
  return client === 'podman' ? podman('sudo systemctl', '-u') : docker('sudo systemctl', '-u');
}

const docker = (systemctl: string, unit: string) => ({ systemctl, socket: 'docker', unit: `${unit} docker` });
const podman = (systemctl: string, unit: string) => ({ systemctl, socket: 'podman.socket', unit: `${unit} podman` });
