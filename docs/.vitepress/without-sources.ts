import type { MarkdownRenderer } from 'vitepress';

/** Sources, folders and reports of interfaces are read in the repository: in the site their names are plain text. */
const SOURCE = /^(?!\w+:|#).*(?:\.(?:ts|mjs|json|yaml|api)|\/|LICENSE)(?:#.*)?$/;

/** Takes links to files that are no pages out of the documents. */
export function withoutSources(md: MarkdownRenderer): void {
  md.core.ruler.push('without-sources', ({ tokens }) => {
    for (const { children } of tokens) {
      let inSource = false;
      for (const token of children ?? []) {
        if (token.type === 'link_open' && SOURCE.test(token.attrGet('href') ?? '')) {
          inSource = true;
          Object.assign(token, { type: 'span_open', tag: 'span', attrs: null });
        } else if (token.type === 'link_close' && inSource) {
          inSource = false;
          Object.assign(token, { type: 'span_close', tag: 'span' });
        }
      }
    }
  });
}
