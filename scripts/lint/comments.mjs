// Rules for the language of comments, run by oxlint: a reader who has never seen the code understands them at once.

/** Words, and the ones to write instead. */
const WORDS = [
  [
    /\b(?:whoever|whomever|nobody|no one|noone|somebody|someone|everybody|everyone|anybody|anyone)\b/iu,
    'name it: the call, the caller, the listener',
  ],
  [/\b(?:giv(?:e|es|en|ing)|gave) (?:it |them |this |the call )?up\b/iu, 'abort'],
  [/\bgoes on in vain\b/iu, 'runs after the abort'],
  [/(?:^|[.:;,(–] ?|\bor )else\b/imu, 'otherwise'],
  [/(?:^|[.!?] )gives?\b/iu, 'returns'],
  [/(?:^|[.!?] )(?:what|of|whatever|which|that which)\b/iu, 'begin with a verb or a noun'],
];
const WIDTH = 120;

const plainWords = {
  create(context) {
    return {
      Program() {
        for (const comment of context.sourceCode.getAllComments()) {
          const text = sentencesOf(comment.value);
          for (const [pattern, instead] of WORDS) {
            const found = pattern.exec(text);
            if (found !== null) context.report({ loc: comment.loc, message: `'${found[0].trim()}': ${instead}` });
          }
        }
      },
    };
  },
};

const width = {
  create(context) {
    return {
      Program() {
        const { lines } = context.sourceCode;
        for (const { loc } of context.sourceCode.getAllComments()) {
          for (let line = loc.start.line; line <= loc.end.line; line++) {
            if (lines[line - 1].length > WIDTH)
              context.report({ loc, message: `wrap this comment at ${WIDTH} columns` });
          }
        }
      },
    };
  },
};

/** The text of a comment in one line, without stars, code and quotations. */
function sentencesOf(comment) {
  return comment
    .replaceAll(/^\s*\*+ ?/gmu, '')
    .replaceAll(/`[^`]*`|"[^"]*"|“[^”]*”/gu, '`…`')
    .replaceAll(/\s+/gu, ' ')
    .trim();
}

const plugin = { meta: { name: 'comments' }, rules: { 'plain-words': plainWords, width } };
export default plugin;
