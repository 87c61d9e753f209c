// Which files are shell scripts that shellcheck knows. It knows neither zsh nor fish.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const files = ['bin', 'src', 'test'].flatMap((top) =>
  readdirSync(top, { recursive: true, encoding: 'utf8' }).map((file) => join(top, file)),
);

/**
 * The scripts for sh(1), but for those that another one reads: they are looked at together with it.
 */
export function shScripts(): string[] {
  const all = files.filter((file) => file.endsWith('.sh'));
  const read = new Set(
    all.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/^\. (\S+)$/gm)].map(([, other]) => join(dirname(file), other!)),
    ),
  );
  return all.filter((file) => !read.has(file));
}

/** The scripts for bash(1). */
export const bashScripts = (): string[] => files.filter((file) => /\.bash$|\/bashrc$/.test(file));
