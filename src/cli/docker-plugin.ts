import { basename } from 'node:path';
import { version } from '../../package.json';
import type { Context } from '../context.ts';

/** The name under which docker's CLI looks for the plugin that adds the word "dbg". */
export const PLUGIN = 'docker-dbg';

/** The one word with which docker asks a plugin what it is (docker/cli, cli-plugins/metadata). */
const ASKED = 'docker-cli-plugin-metadata';

/** Whether docker's CLI has started this dbg, by that name. */
export const isPlugin = ({ self }: Pick<Context, 'self'>): boolean => basename(self.at(-1) ?? '') === PLUGIN;

/** What docker is told of the plugin; undefined when docker did not ask. */
export function pluginMetadata({ args }: Pick<Context, 'args'>): string | undefined {
  if (args[0] !== ASKED) return undefined;
  const about = "The host's own tools inside a container's namespaces";
  return `${JSON.stringify({ SchemaVersion: '0.1.0', Vendor: 'dbg', Version: version, ShortDescription: about })}\n`;
}

/**
 * docker's own options before the plugin's name that dbg has no use for, and whether each takes a
 * value.
 */
const OF_DOCKER: Readonly<Record<string, boolean>> = {
  '-D': false,
  '--debug': false,
  '-l': true,
  '--log-level': true,
  '--config': true,
};

/**
 * The context of a plugin as if dbg had been called: `docker -c prod dbg ps web` is
 * `dbg -c prod ps web`. docker hands over its own options, then the plugin's name, then the rest.
 */
export function asPlugin(ctx: Context): Context {
  const { args } = ctx;
  const name = args.indexOf('dbg');
  const before = args.slice(0, Math.max(0, name));
  const kept: string[] = [];
  let config: string | undefined;
  for (let at = 0; at < before.length; at++) {
    const [option = '', joined] = before[at]!.split(/=(.*)/s);
    const takesValue = OF_DOCKER[option];
    if (takesValue === undefined) kept.push(before[at]!);
    else if (takesValue) {
      const value = joined ?? before[++at];
      if (option === '--config') config = value;
    }
  }
  const env = config === undefined ? ctx.env : { ...ctx.env, DOCKER_CONFIG: config };
  return { ...ctx, env, args: [...kept, ...args.slice(name + 1)] };
}
