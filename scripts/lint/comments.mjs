// Rules for the language of comments and of the names of tests, run by oxlint: a reader who has never seen the code
// understands them at once.

/** Words, and the ones to write instead. */
const WORDS = [
  [
    /\b(?:whoever|whomever|nobody|no one|noone|somebody|someone|everybody|everyone|anybody|anyone)\b/iu,
    'name it: the call, the caller, the listener',
  ],
  [/\b(?:giv(?:e|es|en|ing)|gave) (?:it |them |this |the call )?up\b/iu, 'abort'],
  [/\bgoes on in vain\b/iu, 'runs after the abort'],
];
/** The same for how the sentences of a comment begin. */
const BEGINNINGS = [
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
          for (const message of faultsIn(text, [...WORDS, ...BEGINNINGS]))
            context.report({ loc: comment.loc, message });
        }
      },
    };
  },
};

const testNames = {
  create(context) {
    return {
      CallExpression({ callee, arguments: [name] }) {
        if (!TESTS.has(calledName(callee))) return;
        for (const message of faultsIn(textOf(name), WORDS)) context.report({ loc: name.loc, message });
      },
    };
  },
};

const TESTS = new Set(['describe', 'it', 'test']);

/** The name at the root of what is called, such as `it` of `it.each([…])(…)`. */
function calledName(callee) {
  if (callee.type === 'Identifier') return callee.name;
  const inner = callee.object ?? callee.callee ?? callee.tag;
  return inner === undefined ? undefined : calledName(inner);
}

/** The text of a literal or a template. */
function textOf(node) {
  if (node?.type === 'TemplateLiteral') return node.quasis.map(({ value }) => value.cooked).join(' ');
  return typeof node?.value === 'string' ? node.value : '';
}

function faultsIn(text, words) {
  return words.flatMap(([pattern, instead]) => {
    const found = pattern.exec(text);
    return found === null ? [] : [`'${found[0].trim()}': ${instead}`];
  });
}

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

const plugin = { meta: { name: 'comments' }, rules: { 'plain-words': plainWords, 'test-names': testNames, width } };
export default plugin;
