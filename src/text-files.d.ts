/** A script in a file of its own: bin/build.js puts its text into the bundle, test/vitest.config.ts into a test. */
declare module '*.pl' {
  const text: string;
  export default text;
}
