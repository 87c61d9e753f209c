// What the demo shows, step by step. Runs inside the engine; the engine takes the containers with it when it goes.
import { execa } from 'execa';
import { styleText } from 'node:util';

const mayColor = process.stdout.isTTY && !process.env['NO_COLOR'];
const paint = (style: 'bold' | 'green' | 'red' | 'dim', text: string) => (mayColor ? styleText(style, text) : text);

interface Outcome {
  readonly output: string;
  readonly exitCode: number;
}

// Ctrl-C goes to the command that is shown as well, which may end as if all were well.
let isInterrupted = false;
process.on('SIGINT', () => (isInterrupted = true));

/** Prints a command line as a person would type it, runs it, and prints what it says as it says it. */
async function type(...words: readonly string[]): Promise<Outcome> {
  console.log(`\n${paint('bold', `$ ${words.map((word) => (/\s/.test(word) ? `'${word}'` : word)).join(' ')}`)}`);
  const [program = '', ...args] = words;
  const [file, ...rest] = program === 'dbg' ? [process.execPath, 'bin/dbg.js', ...args] : [program, ...args];
  const result = await execa(file, rest, {
    reject: false,
    all: true,
    stdin: 'ignore',
    stdout: ['pipe', 'inherit'],
    stderr: ['pipe', 'inherit'],
  });
  if (isInterrupted) throw new Error('interrupted');
  return { output: result.all, exitCode: result.exitCode ?? 1 };
}

/** The same, for what the demo stands on: its failure ends the demo. */
async function mustType(...words: readonly string[]): Promise<Outcome> {
  const outcome = await type(...words);
  if (outcome.exitCode !== 0) throw new Error(`that failed with exit code ${outcome.exitCode}`);
  return outcome;
}

/** The engine keeps its containers from one start to the next: also those of a demo that was killed. */
async function tidy(): Promise<void> {
  await execa('docker', ['rm', '-f', 'web', 'client'], { reject: false });
  await execa('docker', ['network', 'rm', 'app_net'], { reject: false });
}

const say = (text: string) => console.log(`\n${paint('dim', `# ${text}`)}`);

/** Ends the demo, non-zero, when a step did not come out as it should. */
function check(what: string, isSo: boolean): void {
  console.log(isSo ? paint('green', `✓ ${what}`) : paint('red', `✗ not so: ${what}`));
  if (!isSo) throw new Error(`the demo failed: ${what}`);
}

async function show(): Promise<void> {
  say('Two BusyBox containers that talk to each other.');
  await mustType('docker', 'network', 'create', 'app_net');
  await mustType(
    'docker',
    'run',
    '-d',
    '--name',
    'web',
    '--hostname',
    'web',
    '--network',
    'app_net',
    'busybox',
    'sleep',
    '3600',
  );
  await mustType('docker', 'run', '-d', '--name', 'client', '--network', 'app_net', 'busybox', 'ping', 'web');
  const address = (await execa('docker', ['exec', 'web', 'hostname', '-i'])).stdout;

  say("There is no bash and no tcpdump in them. The host's bash goes in:");
  const shell = await type(
    'dbg',
    'shell',
    'web',
    '--',
    'bash',
    '-c',
    'echo "bash $BASH_VERSION on $(hostname)"; ip -br address',
  );
  check(
    "the host's bash sees the container's host name and addresses",
    /^bash 5.* on web$/m.test(shell.output) && shell.output.includes(address),
  );

  say("The host's tcpdump catches its pings:");
  const tcpdump = await type('dbg', 'tcpdump', 'web', '-c', '4', 'icmp');
  check('real pings were captured', (tcpdump.output.match(/ICMP echo re/g)?.length ?? 0) >= 4);

  say('The other end of its wire is this device of the host:');
  const veth = await type('dbg', 'veth', 'web');
  check('the host device is proven both ways', /veth\w+ .* up +both ways/.test(veth.output));

  say('Pull the plug:');
  await mustType('dbg', 'veth', 'web', '--down');
  const cut = await type('docker', 'exec', 'client', 'ping', '-c', '1', '-W', '1', 'web');
  check('a ping fails', cut.exitCode !== 0 && cut.output.includes('100% packet loss'));

  say('And put it back:');
  await mustType('dbg', 'veth', 'web', '--up');
  const back = await type('docker', 'exec', 'client', 'ping', '-c', '3', '-W', '2', 'web');
  check('a ping works again', back.exitCode === 0);

  console.log(`\nThat was an engine of its own, now taken away again. For your own container:\n`);
  console.log(`  ${paint('bold', 'npm install -g . && dbg shell YOUR-CONTAINER')}\n`);
}

try {
  await tidy();
  await show();
} catch (error) {
  console.error(`\ndbg: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = isInterrupted ? 130 : 1;
} finally {
  await tidy();
}
