export type Variables = Readonly<Record<string, string>>;

/** The person's own: without them the host's tools are not found, or speak to another terminal. */
const KEPT_OF_HOST = /^(PATH|HOME|TERM|SHELL|USER|LOGNAME|PWD|OLDPWD|LANG|LC_\w+|DBG_\w+|SUDO_\w+|DOCKER_\w+)$/;

/**
 * Variables by which a program loads code or starts another program. A process of the container wrote these values, and the
 * tool that would follow them is the host's and runs as root.
 */
const LOADS_CODE =
  /^(LD_|BASH|PYTHON|PERL|RUBY|GEM_|NODE_|JAVA_|_JAVA|JDK_|LUA_|TCL|GCONV_|GLIBC_|MALLOC_|GIT_|LESS|MAN|XDG_|ZDOTDIR|FPATH|TERMINFO|TERMCAP|LOCPATH|NLSPATH|HOSTALIASES|RES_OPTIONS|LOCALDOMAIN|GUILE_|PHP|OPENSSL_|SSL_|SSLKEYLOGFILE|CURL_|WGETRC|TMUX|SCREENRC|TCPDUMP)|^(ENV|EDITOR|VISUAL|PAGER|BROWSER|SHELLOPTS|PROMPT_COMMAND|PS[0-4]|IFS|CDPATH|GLOBIGNORE|TMPDIR|INPUTRC)$/;

/**
 * The container's environment, for a tool of the host: what its process was started with (/proc/PID/environ, proc(5)), less what
 * is the person's own, what makes programs load code, and what is no proper name (bash takes functions from such).
 */
export function fromContainer(environ: string): Variables {
  const pairs = environ.split('\0').map((entry) => entry.split(/=(.*)/s));
  return Object.fromEntries(
    pairs.flatMap(([name = '', value = '']) =>
      /^[A-Za-z_]\w*$/.test(name) && !KEPT_OF_HOST.test(name) && !LOADS_CODE.test(name) ? [[name, value]] : [],
    ),
  );
}

/** Reads docker's `-e K=V`; `-e K` takes the person's own value, and nothing when there is none. */
export function parseVariables(words: readonly string[], own: Readonly<Record<string, string | undefined>>): Variables {
  return Object.fromEntries(
    words.flatMap((word) => {
      const [name = '', value = own[name]] = word.split(/=(.*)/s);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
