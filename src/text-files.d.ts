// The text of a file that is not TypeScript. bin/build.js puts it into the bundle, and
// test/vitest.config.ts into a test.

/** A script for `sh -c`, without its comments: bin/script-text.js. */
declare module '*.sh' {
  const text: string;
  export default text;
}

/** A script for `perl -e`, without its comments. */
declare module '*.pl' {
  const text: string;
  export default text;
}

/** A completion script, as it is. */
declare module '*.bash' {
  const text: string;
  export default text;
}

/** A completion script, as it is. */
declare module '*.zsh' {
  const text: string;
  export default text;
}

/** A completion script, as it is. */
declare module '*.fish' {
  const text: string;
  export default text;
}
