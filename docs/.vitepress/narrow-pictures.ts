import type { MarkdownRenderer } from 'vitepress';

const PICTURE = /^(.*\/pictures\/[\w-]+)\.svg$/;

/** Shows the pictures of the documents in their narrow drawing where the page is as narrow as a phone. */
export function narrowPictures(md: MarkdownRenderer): void {
  const standing = md.renderer.rules.image!;
  md.renderer.rules.image = (tokens, i, options, env, self) => {
    const image = standing(tokens, i, options, env, self);
    const [, path] = PICTURE.exec(tokens[i]!.attrGet('src') ?? '') ?? [];
    if (path === undefined) return image;
    return `<picture><source media="(max-width: 640px)" srcset="${path}.narrow.svg">${image}</picture>`;
  };
}
