// The arguments of `npm run engine --`.

export type Command =
  | { readonly verb: 'up'; readonly dir?: string }
  | { readonly verb: 'down'; readonly dir?: string; readonly purge: boolean }
  | { readonly verb: 'status'; readonly dir?: string; readonly json: boolean }
  | { readonly verb: 'exec'; readonly dir?: string; readonly argv: string[] };

export const USAGE = `usage: npm run engine -- [--dir DIR] VERB

  up               start it, or find it started; makes the images busybox and distroless
  exec CMD [ARG…]  run a command inside, where plain \`docker\` means this engine
  status [--json]  exit code 0: up, 3: down
  down [--purge]   end it; --purge removes its images and containers too

  --dir DIR        another engine: each directory is one
`;

/** Parses them; undefined when they are not a command. What follows exec's CMD is CMD's own, one \`--\` before it is dropped. */
export function parseCommand(args: readonly string[]): Command | undefined {
  const rest = [...args];
  const flags = new Set<string>();
  let dir: string | undefined;
  let verb: string | undefined;
  for (let arg = rest[0]; arg !== undefined; arg = rest[0]) {
    if (verb === 'exec' && !arg.startsWith('-')) break;
    rest.shift();
    if (verb === 'exec' && arg === '--') break;
    if (arg === '--dir') dir = rest.shift() ?? '';
    else if (arg.startsWith('--dir=')) dir = arg.slice('--dir='.length);
    else if (arg.startsWith('-')) flags.add(arg);
    else if (verb === undefined) verb = arg;
    else return undefined;
  }
  const known = verb === 'down' ? '--purge' : verb === 'status' ? '--json' : '';
  if (dir === '' || [...flags].some((flag) => flag !== known)) return undefined;
  const where = dir === undefined ? {} : { dir };
  if (verb === 'up') return { verb, ...where };
  if (verb === 'down') return { verb, ...where, purge: flags.has('--purge') };
  if (verb === 'status') return { verb, ...where, json: flags.has('--json') };
  if (verb === 'exec' && rest.length > 0) return { verb, ...where, argv: rest };
  return undefined;
}
