// What runs, as data and as text.
import { call, textOf } from './api.ts';
import type { EngineState } from './argv.ts';
import { findRunning } from './find.ts';
import { placesOf } from './places.ts';
import { startedAt } from './process-identity.ts';

export interface Status {
  readonly dir: string;
  readonly up: boolean;
  readonly pid?: number;
  readonly since?: string;
  /** Missing as long as the engine does not answer. */
  readonly version?: string;
  readonly containers?: { readonly name: string; readonly state: string }[];
}

/** The engine of a directory, or undefined when it is down. Cheap: no process is started, and dockerd is not asked. */
export function running(dir?: string): EngineState | undefined {
  return findRunning(placesOf(dir));
}

/** The same for people, with what dockerd says about itself. Needs root. */
export async function status(dir?: string): Promise<Status> {
  const places = placesOf(dir);
  const state = findRunning(places);
  if (!state) return { dir: places.dir, up: false };
  const since = new Date(startedAt(state.startTime)).toISOString();
  const base = { dir: places.dir, up: true, pid: state.pid, since };
  try {
    const version = textOf((await call(state.pid, 'GET', '/version')).body, 'Version');
    const { body } = await call(state.pid, 'GET', '/containers/json?all=1');
    return { ...base, version, containers: Array.isArray(body) ? body.map(containerOf) : [] };
  } catch {
    return base;
  }
}

export function statusText(it: Status): string {
  if (!it.up) return `engine in ${it.dir}: down\n  start it:  npm run engine -- up\n`;
  const docker = it.version === undefined ? 'does not answer (yet)' : `Docker ${it.version}`;
  const lines = [`engine in ${it.dir}: up since ${it.since ?? '?'}, pid ${it.pid ?? '?'}, ${docker}`];
  for (const { name, state } of it.containers ?? []) lines.push(`  ${name}: ${state}`);
  if (it.containers?.length === 0) lines.push('  no containers');
  return `${lines.join('\n')}\n  use it:  npm run engine -- exec docker ps\n`;
}

function containerOf(body: unknown): { name: string; state: string } {
  const names: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, 'Names') : undefined;
  const [name] = Array.isArray(names) ? names : [];
  return { name: String(name ?? '').replace(/^\//, ''), state: textOf(body, 'State') };
}
