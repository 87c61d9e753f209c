import { Command } from 'commander';
import { dirname, join } from 'node:path';
import { PLUGIN } from '../../cli/docker-plugin.ts';
import { Verb } from '../../cli/verb.ts';
import type { Context } from '../../context.ts';
import { configFolder } from '../../engine/choice/docker-config.ts';
import { DbgError } from '../../errors.ts';
import { escapeControls, shellQuote } from '../../text.ts';

export function pluginCommand(ctx: Context): Command {
  const folder = join(configFolder(ctx.env), 'cli-plugins');
  const path = join(folder, PLUGIN);
  const program = join(dirname(ctx.assetFolder), 'bin/dbg.js');
  const link = () => ctx.host.link(path);

  const install = async () => {
    if (link() === undefined && ctx.host.exists(path)) throw isNoLink(path);
    await ctx.host.output(['mkdir', '-p', '--', folder]);
    await ctx.host.output(['ln', '-sfn', '--', program, path]);
    ctx.stderr.write(`dbg: docker knows dbg now: ${escapeControls(path)}\n     try it:  docker dbg ps\n`);
    return 0;
  };
  const remove = async () => {
    if (link() === undefined) {
      if (ctx.host.exists(path)) throw isNoLink(path);
      ctx.stderr.write(`dbg: it is not there: ${escapeControls(path)}\n`);
      return 0;
    }
    await ctx.host.output(['rm', '--', path]);
    ctx.stderr.write(`dbg: removed ${escapeControls(path)}\n`);
    return 0;
  };
  return new Command('plugin')
    .summary("make `docker dbg …` work: dbg as a plugin of docker's CLI")
    .description("Make `docker dbg …` work: dbg as a plugin of docker's own CLI, for this user.")
    .addCommand(
      new Verb('install').runsWhere('here').summary(`put a link to dbg into docker's folder of plugins`).runs(install),
    )
    .addCommand(new Verb('remove').runsWhere('here').summary('take that link away').runs(remove))
    .addHelpText('after', `\nThe link: ${path}\n\nExample:\n  dbg plugin install && docker dbg exec web ss -tlnp`);
}

const isNoLink = (path: string) =>
  new DbgError(`${path} is there, and is no link of dbg's`, {
    next: [{ what: 'look at it', command: `ls -l ${shellQuote(path)}` }],
  });
