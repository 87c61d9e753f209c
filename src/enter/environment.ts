import { DbgError, EXIT } from '../errors.ts';

export type Variables = Readonly<Record<string, string>>;

/** A name that a shell can hold; bash takes functions from others. */
const NAME = /^[A-Za-z_]\w*$/;

/** The person's own: without them the host's tools are not found, or speak to another terminal. */
const KEPT_OF_HOST = /^(PATH|HOME|TERM|SHELL|USER|LOGNAME|PWD|OLDPWD|LANG|LC_\w+|DBG_\w+|SUDO_\w+|DOCKER_\w+)$/;

/** By which a program of the host would load code, start another program or write a file: what is meant for the container's own. */
const STEERS_TOOLS =
  /^(LD_|BASH|HIST|PYTHON|PERL|RUBY|GEM_|NODE_|NPM_|JAVA_|_JAVA|JDK_|LUA_|TCL|GCONV_|GLIBC_|MALLOC_|GIT_|SSH_|RSYNC_|LESS|MAN|XDG_|ZDOTDIR|FPATH|TERMINFO|TERMCAP|LOCPATH|NLSPATH|HOSTALIASES|RES_OPTIONS|LOCALDOMAIN|GUILE_|PHP|OPENSSL_|SSL_|SSLKEYLOGFILE|CURL_|WGETRC|TMUX|SCREENRC|TCPDUMP|NMAP|XTABLES_|IPTABLES_|TC_|TAR_|GZIP|SYSTEMD_|VIM|EXINIT)|^(ENV|EDITOR|VISUAL|PAGER|BROWSER|SHELLOPTS|PROMPT_COMMAND|PS[0-4]|IFS|CDPATH|GLOBIGNORE|TMPDIR|TMOUT|INPUTRC|MAIL\w*|FCEDIT)$/;

/**
 * The variables that whoever started a container gave it (`docker run -e`, Compose), for a tool of the host. The process could have
 * written others into its own /proc/PID/environ, and an image comes from anywhere: a variable such as TAR_OPTIONS runs commands, and
 * no list of such names is complete. So neither is asked, and of the rest the known ones are left out.
 * @param all NAME=VALUE, as the engine has them
 * @param image those of the image
 */
export function givenToContainer(all: readonly string[], image: readonly string[]): Variables {
  const pairs = all.filter((entry) => !image.includes(entry)).map((entry) => entry.split(/=(.*)/s));
  return Object.fromEntries(
    pairs.flatMap(([name = '', value = '']) =>
      NAME.test(name) && !KEPT_OF_HOST.test(name) && !STEERS_TOOLS.test(name) ? [[name, value]] : [],
    ),
  );
}

/** Reads docker's `-e K=V`; `-e K` takes the person's own value, and nothing when there is none. */
export function parseVariables(words: readonly string[], own: Readonly<Record<string, string | undefined>>): Variables {
  return Object.fromEntries(
    words.flatMap((word) => {
      const [name = '', value = own[name]] = word.split(/=(.*)/s);
      if (!NAME.test(name)) {
        throw new DbgError(`--env takes NAME=VALUE or NAME, not "${word}"`, { exitCode: EXIT.usage });
      }
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** The names in docker's `-e NAME`, whose values are the person's own. */
export const valuesAskedFor = (words: readonly string[]): string[] => words.filter((word) => NAME.test(word));

/**
 * The tool's variables under other names, for the way to it: PATH would keep nsenter from being found. The entry script gives
 * them their own names at its end. Not in argv, which everybody on the host can read (proc(5), cmdline).
 */
export function disguised(variables: Variables): Variables {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [`${DISGUISE}${name}`, value]));
}
const DISGUISE = 'DBG_ENV_';

/** What a program of the container gets of root's environment: enough to speak to the terminal. */
export const FOR_THE_CONTAINERS = /^(PATH|HOME|TERM|COLORTERM|NO_COLOR|LANG|LC_\w+|TZ)$/;
