import { redactVariable } from '../../api/wire/redact/secret-names.ts';
import { redactText } from '../../api/wire/redact/redact-text.ts';
import { addLook, type Answer, lookAtEach, type LookOptions } from '../../cli/look.ts';
import { Verb } from '../../cli/verb.ts';
import type { Context } from '../../context.ts';
import { comparedVariables } from '../../process/variables-in-use.ts';
import type { Subject } from '../../process/subject.ts';
import { table } from '../../ui/table.ts';

interface EnvOptions extends LookOptions {
  readonly reveal?: boolean;
}

export function envCommand(ctx: Context): Verb {
  return addLook(new Verb('env'))
    .summary('the variables that a container runs with, beside those it was given')
    .description(
      "Show the environment that a container's first process was started with, beside the one that the engine was told: where they differ, something between them changed it.",
    )
    .option('--reveal', 'with the secrets, which are left out by default')
    .addHelpText('after', '\nExamples:\n  dbg env web\n  dbg env web --reveal --json\n  dbg env --pid 4711')
    .runs((ref: string | undefined, options: EnvOptions) =>
      // Root is needed: not everybody may read /proc/PID/environ of another user's process
      // (ptrace(2)).
      lookAtEach(ctx, ref, options, async (subject) => look(ctx, subject, options.reveal === true)),
    );
}

function look({ host }: Context, subject: Subject, reveals: boolean): Answer {
  const shown = (name: string, value: string | undefined) =>
    value === undefined ? undefined : reveals ? value : withoutSecrets(name, value);
  const all = comparedVariables(host, subject).map(({ name, process, configured, isSame }) => {
    return { name, process: shown(name, process) ?? null, configured: shown(name, configured) ?? null, same: isSame };
  });
  const rows = all.map(({ name, process, configured, same }) => [name, process ?? '', same ? '=' : (configured ?? '')]);
  return { record: { variables: all }, text: table(['NAME', 'FIRST PROCESS', 'CONFIGURED'], rows) };
}

const withoutSecrets = (name: string, value: string) =>
  redactVariable(`${name}=${value}`, redactText).slice(name.length + 1);
