/** The files of the page as `scripts/build-page.mjs` makes them, by their names. */
declare const files: Readonly<Record<string, { readonly type: string; readonly content: string }>>;
export = files;
