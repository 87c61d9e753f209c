/** Copies a text. false: the browser does not let the page do that. */
export const copyText = (/** @type {string} */ text) =>
  navigator.clipboard.writeText(text).then(
    () => true,
    () => false,
  );
